import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { InboundAuth } from './inbound-auth';

/** An MCP gateway, made by this app or by another one. */
export interface IMcpGateway extends IConstruct {
  /** The ARN: `arn:aws:bedrock-agentcore:<region>:<account>:gateway/<name>-<id>`. */
  readonly gatewayArn: string;

  /** The id: the name, a dash and ten characters. */
  readonly gatewayId: string;

  /** Where MCP clients connect: `https://<id>.gateway.bedrock-agentcore.<region>.amazonaws.com/mcp`. */
  readonly gatewayUrl: string;

  /** Who may call it. */
  readonly inboundAuth: InboundAuth;

  /** Lets a principal list and call the tools. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant;
}

/**
 * A function that makes the calls of tools with a credential of its own, in place of a server.
 *
 * `GitHubAppBroker` is one; `ToolBroker.fromFunction` makes one of your own function.
 */
export interface IToolBroker {
  /** What the gateway invokes. It gets the arguments of a call as event and the name of the tool in its context. */
  readonly brokerFunction: lambda.IFunction;

  /** The tools that it answers. */
  readonly tools: agentcore.ToolDefinition[];

  /** The names of the tools that change something. */
  readonly writeTools: string[];
}
