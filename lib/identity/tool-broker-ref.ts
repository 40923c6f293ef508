import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

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
