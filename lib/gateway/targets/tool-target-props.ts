import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { PrivateEndpoint } from '../../network/private-endpoint';
import type { SchemaSource } from '../../mixins/schema-source';
import type { OutboundIdentity } from '../../identity/outbound/outbound-identity';
import type { ListingMode } from '../../mixins/listing-mode';

/** What every target can be given. */
export interface ToolTargetProps {
  /**
   * What the target is for; at most 200 characters.
   *
   * @default - no description
   */
  readonly description?: string;
}

/** What servers that are called over HTTPS can be given. */
export interface ServerTargetProps extends ToolTargetProps {
  /** As whom the gateway calls it. */
  readonly identity: OutboundIdentity;

  /**
   * Headers of the client that are passed on; at most ten, and no credentials.
   *
   * @default - none is passed on
   */
  readonly requestHeaders?: string[];

  /**
   * Headers of the server that are passed back; at most ten.
   *
   * @default - none is passed back
   */
  readonly responseHeaders?: string[];
}

/** How a gateway learns the tools of an MCP server. */
export interface RemoteTargetProps extends ServerTargetProps {
  /**
   * The tools as a fixed list: what the server answers to `tools/list`, an object with `tools`. It pins them: a server that
   * changes its tools changes nothing here. User consent requires it, because a deployment cannot wait for a person.
   *
   * @default - the gateway asks the server
   */
  readonly toolSchema?: SchemaSource;

  /**
   * When the gateway asks the server for its tools.
   *
   * @default - when the target is made or changed, and by `refreshTools`; at each request where the identity allows
   * nothing else
   */
  readonly listing?: ListingMode;

  /**
   * Which server answers for a resource URI that several offer: the lowest number wins; 0 to 1000.
   *
   * @default - 1000, the lowest priority
   */
  readonly resourcePriority?: number;
}

/** Tools of GitHub. */
export interface GitHubTargetProps extends RemoteTargetProps {
  /**
   * Which groups of tools, by GitHub's names: `repos`, `issues`, `pull_requests`, `actions`, ... or `all`. The server
   * takes one; a broker takes several.
   *
   * @default - the server's default set; every tool of a broker
   */
  readonly toolsets?: string[];

  /**
   * Offer only tools that change nothing.
   *
   * @default false
   */
  readonly readOnly?: boolean;

  /**
   * `github.com`, or `<name>.ghe.com` for GitHub Enterprise Cloud with data residency. A broker knows its host itself.
   *
   * @default 'github.com'
   */
  readonly host?: string;
}

/** Tools of Jira and Confluence. */
export interface JiraTargetProps extends RemoteTargetProps {
  /**
   * The site, `https://<site>.atlassian.net` or without `https://`, for whoever operates the gateway: it becomes part of
   * the description. Agents ask the server which sites there are.
   *
   * @default - the description names none
   */
  readonly site?: string;
}

/** An MCP server of your own, or of anybody. */
export interface McpServerTargetProps extends RemoteTargetProps {
  /** Where it is: an https URL. */
  readonly endpoint: string;

  /**
   * The way to a server that is not on the internet.
   *
   * @default - it is reached over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;

  /**
   * True when none of its tools changes anything: policies then count the whole target as reading.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/** An HTTP API as tools. */
export interface OpenApiTargetProps extends ServerTargetProps {
  /** The OpenAPI 3 description, JSON or YAML. Its `servers` say where the API is. */
  readonly schema: SchemaSource;

  /**
   * The way to an API that is not on the internet.
   *
   * @default - it is reached over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;

  /**
   * True when none of its operations changes anything: policies then count the whole target as reading.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/** A function as tools. */
export interface LambdaTargetProps extends ToolTargetProps {
  /** The function, or better an alias of it. */
  readonly function: lambda.IFunction;

  /** Its tools. The schema knows types, descriptions, properties, required and items, and nothing else. */
  readonly tools: agentcore.ToolDefinition[];

  /**
   * Names of the tools that change something; policies count the others as reading.
   *
   * @default - all of them may change something
   */
  readonly writeTools?: string[];
}

/** An MCP server on AgentCore Runtime as tools. */
export interface AgentRuntimeTargetProps extends ToolTargetProps {
  /** The runtime; its protocol must be MCP. */
  readonly runtime: agentcore.IBedrockAgentRuntime;

  /**
   * The endpoint of the runtime.
   *
   * @default - `DEFAULT`, which always serves the newest version
   */
  readonly endpoint?: agentcore.IRuntimeEndpoint;

  /**
   * As whom the gateway calls it. Bearer tokens need a runtime that is guarded by JWT.
   *
   * @default OutboundIdentity.gatewayRole(...) - signed with the role of the gateway, which gets the right to invoke it
   */
  readonly identity?: OutboundIdentity;

  /**
   * The tools as a fixed list.
   *
   * @default - the gateway asks the server
   */
  readonly toolSchema?: SchemaSource;

  /**
   * When the gateway asks the server for its tools.
   *
   * @default - when the target is made or changed
   */
  readonly listing?: ListingMode;
}
