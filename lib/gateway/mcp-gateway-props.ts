import type { Duration } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { InboundAuth } from '../identity/inbound-auth';
import type { ObservabilityOptions } from '../logs/observability-options';
import type { RateLimit } from './limits/rate-limit';
import type { ToolPolicy } from './policy/tool-policy';

/** A function that sees each request or each response of a gateway, and may change it. */
export interface GatewayInterceptor {
  /** The function. It is invoked for every method and target. */
  readonly function: lambda.IFunction;

  /**
   * Hand it the headers of the request, the caller's token among them: it must never log them.
   *
   * @default false
   */
  readonly passRequestHeaders?: boolean;
}

/** What a Cedar engine needs to test the policies of a gateway. */
export interface GatewayCedar {
  /** The Cedar text of each policy, by its name. */
  readonly policies: { [name: string]: string };

  /** The schema, in Cedar's own syntax. */
  readonly schema: string;
}

/** How an MCP gateway is set up. */
export interface McpGatewayProps {
  /**
   * Who may call it: people with a token of the company's identity provider, or AWS principals.
   */
  readonly inboundAuth: InboundAuth;

  /**
   * What callers may do with the tools. Without policies, whoever may call may call every tool; with policies, no tool but
   * those that one of them permits. Resources and prompts of an MCP server pass every policy: AgentCore decides about tools
   * only, so what else a server offers is limited by the credential alone.
   *
   * @default - no policy engine: every caller may use every tool
   */
  readonly policies?: ToolPolicy[];

  /**
   * Whether policies decide or only report what they would have decided.
   *
   * @default agentcore.PolicyEngineMode.ENFORCE
   */
  readonly policyMode?: agentcore.PolicyEngineMode;

  /**
   * How often callers may call. Limits keep one caller from crowding out the others; they are no security boundary.
   *
   * @default - the quotas of the account only
   */
  readonly rateLimits?: RateLimit[];

  /**
   * What the gateway tells each client about itself; at most 2,048 characters.
   *
   * @default - a sentence that names the targets' purpose: tools of this team, called on its behalf
   */
  readonly instructions?: string;

  /**
   * Offer a tool that finds tools by meaning (`x_amz_bedrock_agentcore_search`), for gateways with many of them. It
   * cannot be combined with targets whose tools are listed at each request, as those with `onBehalfOf` usually are.
   *
   * AWS is reported not to change it on a gateway that exists: set it to `false` from the start if such a target may be
   * added one day.
   *
   * @default - true, unless a target lists its tools at each request
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using-mcp-semantic-search.html
   */
  readonly semanticSearch?: boolean;

  /**
   * The MCP versions that clients may speak. 2026-07-28 is left out by default: tools of GitHub's own server that name a
   * repository were reported to fail with it behind a gateway.
   *
   * @default - 2025-11-25, 2025-06-18, 2025-03-26
   */
  readonly supportedVersions?: agentcore.MCPProtocolVersion[];

  /**
   * How long an MCP session lasts from `initialize` on; 15 minutes to 8 hours.
   *
   * @default - no sessions: each request stands alone
   */
  readonly sessionTimeout?: Duration;

  /**
   * Let servers stream their answers.
   *
   * @default false - one answer a request
   */
  readonly responseStreaming?: boolean;

  /**
   * Answer `tools/list` with all tools at once. Clients that ignore `nextCursor` see only the first 30 otherwise.
   *
   * @default false - tools are listed in pages of 30
   */
  readonly singlePageToolLists?: boolean;

  /**
   * Tell callers the cause of an error, which may hold internals.
   *
   * @default - callers learn that a call failed, not why
   */
  readonly exceptionLevel?: agentcore.GatewayExceptionLevel;

  /**
   * A function that sees each request before the target does.
   *
   * @default - none
   */
  readonly requestInterceptor?: GatewayInterceptor;

  /**
   * A function that sees each response before the caller does.
   *
   * @default - none
   */
  readonly responseInterceptor?: GatewayInterceptor;

  /**
   * The ARN of a regional web ACL of AWS WAF. Requests are refused while WAF does not answer.
   *
   * @default - no web ACL
   */
  readonly webAclArn?: string;

  /**
   * Fetch the tools of the servers again on this schedule; those that are listed at each request or given as a fixed list
   * need none.
   *
   * @default - the tools are those of the last deployment
   */
  readonly refreshTools?: scheduler.ScheduleExpression;

  /**
   * A customer-managed key for what the gateway and its policy engine store.
   *
   * @default - AgentCore encrypts with a key that AWS owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What is recorded of the gateway. Its application logs hold the bodies of requests and responses; what looks like a
   * credential in them is masked.
   *
   * @default - application logs and traces are delivered and kept for a year
   */
  readonly observability?: ObservabilityOptions;

  /**
   * The name, a literal: lower-case letters, digits and single hyphens, at most 48. Another name is another gateway.
   *
   * @default - a name from the path of the construct
   */
  readonly gatewayName?: string;

  /**
   * What the gateway is for; at most 200 characters.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Tags on everything that is made for this gateway.
   *
   * @default - no tags but those of the stack
   */
  readonly tags?: { [key: string]: string };
}
