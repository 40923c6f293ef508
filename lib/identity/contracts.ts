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

/** Is passed the name of a target and the whole names of its tools, for each target whose tools are known. */
type ToolWatcher = (targetName: string, toolNames: readonly string[]) => void;

interface Offered {
  readonly watchers: ToolWatcher[];
  readonly targets: [targetName: string, toolNames: readonly string[]][];
}

const OFFERED = new WeakMap<IConstruct, Offered>();

/** Announces the tools of a target of a gateway to those who watch it. */
export function offerTools(gateway: IConstruct, targetName: string, toolNames: readonly string[]): void {
  const offered = offeredBy(gateway);
  offered.targets.push([targetName, toolNames]);
  offered.watchers.forEach((watch) => watch(targetName, toolNames));
}

/** Watches the tools of a gateway: those that it has, and those that are added later. */
export function watchTools(gateway: IConstruct, watch: ToolWatcher): void {
  const offered = offeredBy(gateway);
  offered.watchers.push(watch);
  offered.targets.forEach((target) => watch(...target));
}

function offeredBy(gateway: IConstruct): Offered {
  const offered = OFFERED.get(gateway) ?? { watchers: [], targets: [] };
  OFFERED.set(gateway, offered);
  return offered;
}
