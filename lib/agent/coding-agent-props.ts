import type { Duration } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { GitCredential } from '../git/git-credential';
import type { InboundAuth } from '../identity/inbound-auth';
import type { IMcpGateway } from '../identity/contracts';
import type { AgentObservability } from '../logs/observability-options';
import type { IAgentNetwork } from '../network/contracts';
import type { Filesystem } from '../storage/filesystem';
import type { AgentCli } from './cli/agent-cli';
import type { ModelRoute } from './model/model-route';

/** How a coding agent is hosted. */
export interface CodingAgentProps {
  /** Which agent: an image or code. */
  readonly cli: AgentCli;

  /**
   * Where it runs. A VPC is the normal case; `AgentNetwork.publicInternet({ reason })` is the way around it.
   */
  readonly network: IAgentNetwork;

  /**
   * How it reaches its model.
   *
   * Errors: none for an agent of this library, such as `AgentCli.claudeCode()`; say `ModelRoute.none()` if its image
   * brings its own way.
   *
   * @default ModelRoute.none() - for other images: it may invoke no model on Amazon Bedrock
   */
  readonly model?: ModelRoute;

  /**
   * The directories that its sessions find under `/mnt`; at most five.
   *
   * Session storage is the workspace: repositories, jobs and conversations lie there, wherever it is mounted
   * (`AGENT_WORKSPACE`). An agent with a session server that has none brings a warning.
   *
   * @default - none: what a session writes is lost when its microVM ends
   */
  readonly filesystems?: Filesystem[];

  /**
   * Who may call it.
   *
   * @default InboundAuth.iam() - AWS principals that got one of the grants
   */
  readonly inboundAuth?: InboundAuth;

  /**
   * Where its tools come from. It gets the right to call them, and finds the address as `MCP_GATEWAY_URL` and how to
   * authenticate as `MCP_GATEWAY_AUTH`: `iam` to sign with its role, `jwt` to pass the caller's token on.
   *
   * A gateway that is guarded by tokens needs an agent that is guarded by tokens of the same issuer: the header
   * `Authorization` of each request then reaches the agent, so that tools see who asked. Errors: an agent without a token
   * to pass on, or with one that the gateway does not take.
   *
   * @default - no gateway
   */
  readonly gateway?: IMcpGateway;

  /**
   * Where git gets its tokens: the agent may ask this function, and finds it as `GIT_CREDENTIAL_FUNCTION`. A network
   * without the internet needs an endpoint for AWS Lambda and a way to GitHub.
   *
   * @default - git asks nobody: public repositories only
   */
  readonly gitCredential?: GitCredential;

  /**
   * Headers of requests that reach the agent, besides `Authorization` where its gateway needs it; at most 20.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-header-allowlist.html
   */
  readonly requestHeaders?: string[];

  /**
   * Environment variables, in plain text for everyone who may describe the runtime.
   *
   * Limits: 50 in all, 2,048 characters each, 4 KB in all on platform version V1, 2.5 KB on V2 (1.5 KB for code).
   * Values that look like credentials are refused.
   *
   * @default - none
   */
  readonly environment?: { [name: string]: string };

  /**
   * How long a session may be idle before its microVM ends; 60 seconds to 8 hours, at most `maxLifetime`. The next
   * request with the same session id starts another one, with the session storage of the first.
   *
   * @default Duration.minutes(15) - or `maxLifetime`, if that is shorter
   */
  readonly idleTimeout?: Duration;

  /**
   * How long a microVM may live, whatever it does; 60 seconds to 8 hours.
   *
   * @default Duration.hours(8)
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-lifecycle-settings.html
   */
  readonly maxLifetime?: Duration;

  /**
   * The name of the runtime, a literal: a letter, then letters, digits and underscores, at most 48.
   *
   * The runtime belongs to its name: with another one it is another runtime, with another ARN, version 1 and none of the
   * workspaces. The generated name holds the name of the stack and the path of the construct, so set a name before you
   * rename or move one of them. In a pull request, the compliance report shows the change as another `runtimeName`.
   *
   * @default - a name from the name of the stack and the path of the construct
   */
  readonly runtimeName?: string;

  /**
   * What the agent is for; at most 1,200 characters.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * What is recorded of it.
   *
   * @default - application logs, usage logs and traces are delivered and kept for a year
   */
  readonly observability?: AgentObservability;

  /**
   * The platform version. V2 starts sessions from a snapshot: nothing secret or unique may be made while the container
   * starts, since all sessions share it.
   *
   * @default agentcore.PlatformVersion.V1
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-how-it-works.html
   */
  readonly platformVersion?: agentcore.PlatformVersion;

  /**
   * Security groups of its own, for an agent that must reach what others may not. They should live in a long-lived
   * stack: AgentCore holds them for hours after the agent is deleted.
   *
   * @default - those of the network, which its agents share
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Tags on everything that is made for this agent.
   *
   * @default - no tags but those of the stack
   */
  readonly tags?: { [key: string]: string };
}
