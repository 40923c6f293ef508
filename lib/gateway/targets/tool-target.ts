import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BoundIdentity } from '../../identity/bound-identity';
import { invalidValue } from '../../private/errors';
import { siteOf, withoutUserInfo } from '../../private/https-url';
import { functionTarget } from './function-target';
import { gitHubTarget } from './github-target';
import { openApiTarget } from './openapi-target';
import { agentRuntimeTarget } from './runtime-target';
import type { Binder } from './server-target';
import { bindServer, mcpServerTarget, notGitHub } from './server-target';
import type { TargetContext, ToolTargetConfig } from './tool-target-config';
import type {
  AgentRuntimeTargetProps,
  GitHubTargetProps,
  JiraTargetProps,
  LambdaTargetProps,
  McpServerTargetProps,
  OpenApiTargetProps,
  RemoteTargetProps,
} from './tool-target-props';
import { checkArguments } from '../../private/kinds';

const SITE = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\.atlassian\.net$/;

/**
 * Where the tools of a gateway come from. Each target takes one identity: as whom the gateway calls it.
 *
 * A value, inert until `McpGateway.addTarget` binds it.
 */
export class ToolTarget {
  /**
   * GitHub: its own MCP server, or a broker that stands in for it.
   *
   * The server takes one toolset by its URL, so several toolsets are several targets, unless a broker is the identity.
   * Errors: an own GitHub Enterprise Server, which has no such server; several toolsets; a toolset that is not a name.
   *
   * @see https://github.com/github/github-mcp-server/blob/main/docs/remote-server.md
   */
  public static github(props: GitHubTargetProps): ToolTarget {
    checkArguments('ToolTarget.github', { props: ['GitHubTargetProps', props] });
    return new ToolTarget(gitHubTarget(props));
  }

  /**
   * Jira and Confluence in the cloud: Atlassian's own MCP server. For the data center edition host a server and use
   * `mcpServer`.
   *
   * Errors: a site that is not `https://<site>.atlassian.net`: http, a path, a port, another domain. `https://` can be
   * omitted, and upper case and a slash at the end are corrected.
   *
   * @see https://support.atlassian.com/atlassian-rovo-mcp-server/
   */
  public static jira(props: JiraTargetProps): ToolTarget {
    checkArguments('ToolTarget.jira', { props: ['JiraTargetProps', props] });
    return new ToolTarget(jiraTarget(props));
  }

  /**
   * Slack: its own MCP server, which takes tokens of users only and no bot tokens (`xoxb-`).
   *
   * @see https://docs.slack.dev/ai/slack-mcp-server
   */
  public static slack(props: RemoteTargetProps): ToolTarget {
    checkArguments('ToolTarget.slack', { props: ['RemoteTargetProps', props] });
    return new ToolTarget(slackTarget(props));
  }

  /**
   * Any MCP server that speaks Streamable HTTP.
   *
   * Errors: an endpoint without https, with a user name or password, or at a private address without `privateEndpoint`.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-MCPservers.html
   */
  public static mcpServer(props: McpServerTargetProps): ToolTarget {
    checkArguments('ToolTarget.mcpServer', { props: ['McpServerTargetProps', props] });
    return new ToolTarget(mcpServerTarget(props));
  }

  /**
   * An HTTP API: each operation of its OpenAPI 3 description becomes a tool.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-schema-openapi.html
   */
  public static openApi(props: OpenApiTargetProps): ToolTarget {
    checkArguments('ToolTarget.openApi', { props: ['OpenApiTargetProps', props] });
    return new ToolTarget(openApiTarget(props));
  }

  /**
   * A Lambda function. It learns the tool and its arguments, but not who calls.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-add-target-lambda.html
   */
  public static lambdaFunction(props: LambdaTargetProps): ToolTarget {
    checkArguments('ToolTarget.lambdaFunction', { props: ['LambdaTargetProps', props] });
    return new ToolTarget(functionTarget(props));
  }

  /**
   * An MCP server that itself runs on AgentCore Runtime, called with the role of the gateway unless it asks for tokens.
   *
   * It must be up before the target: while the target is made, the gateway asks it for its tools.
   */
  public static agentRuntime(props: AgentRuntimeTargetProps): ToolTarget {
    checkArguments('ToolTarget.agentRuntime', { props: ['AgentRuntimeTargetProps', props] });
    return new ToolTarget(agentRuntimeTarget(props));
  }

  private constructor(private readonly binder: (scope: Construct, context: TargetContext) => ToolTargetConfig) {}

  /** @internal */
  public _bind(scope: Construct, context: TargetContext): ToolTargetConfig {
    return this.binder(scope, context);
  }
}

function jiraTarget(props: JiraTargetProps): Binder {
  const { identity } = props;
  const site = siteFrom(props.site);
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'mcpServer',
      service: 'Jira',
      endpoint: endpointOf,
      description: props.description ?? `Jira and Confluence${site === undefined ? '' : ` of ${site}`}`,
      identity,
      props,
      readOnly: false,
      isVendor: true,
      standIn: (broker) => notGitHub(broker, 'Jira'),
    });
}

/** tokens of users go to one address, API tokens and keys of service accounts to another */
function endpointOf({ oauthGrant }: BoundIdentity): string {
  return oauthGrant === undefined ? 'https://mcp.atlassian.com/v1/mcp' : 'https://mcp.atlassian.com/v1/mcp/authv2';
}

/** The address of the site, which people write with and without https, and copy with a slash at the end. */
function siteFrom(site: string | undefined): string | undefined {
  if (site === undefined || Token.isUnresolved(site)) {
    return site;
  }
  const { host, flaw } = siteOf(site);
  if (host === undefined || !SITE.test(host)) {
    throw invalidValue('InvalidJiraSite', {
      what: `this is not the address of a Jira site in the cloud: it ${flaw ?? 'is on another domain'}`,
      got: withoutUserInfo(site),
      allowed: `https://<site>.atlassian.net, without a path; https:// can be omitted`,
      fix: siteFix(site),
    });
  }
  return `https://${host}`;
}

/** A page of a site has the address of the site in front; anything else may be the data center edition. */
function siteFix(site: string): string {
  const found = /^([a-z]+:\/\/)?([a-z0-9-]+\.atlassian\.net)(?=[/:?#]|$)/i.exec(site)?.[2];
  if (found !== undefined) {
    return `write 'https://${found.toLowerCase()}'`;
  }
  return /^[a-z0-9-]+$/i.test(site)
    ? `write the whole host, as in 'https://${site.toLowerCase()}.atlassian.net'`
    : 'for the data center edition host an MCP server and use ToolTarget.mcpServer';
}

function slackTarget(props: RemoteTargetProps): Binder {
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'mcpServer',
      service: 'Slack',
      endpoint: () => 'https://mcp.slack.com/mcp',
      description: props.description ?? 'Slack',
      identity: props.identity,
      props,
      readOnly: false,
      isVendor: true,
      standIn: (broker) => notGitHub(broker, 'Slack'),
    });
}
