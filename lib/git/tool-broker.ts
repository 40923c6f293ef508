import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IToolBroker } from '../identity/contracts';
import { refuseCredentialFunction } from './git-credential';
import { checkTools } from './tool-checks';
import { checkArguments } from '../private/kinds';

/** What is known of the tools of your own function. */
export interface ToolBrokerOptions {
  /**
   * The names of the tools that change something; policies tell reading from writing by it.
   *
   * @default - every tool is taken to change something
   */
  readonly writeTools?: string[];
}

/** Makes a broker of your own function. */
export class ToolBroker implements IToolBroker {
  /**
   * Your own function, and the tools that it answers. The gateway's role gets the right to invoke exactly this function
   * or alias.
   *
   * Errors, each of which names tool and field: no tool, a name that models do not take, the same name twice, a missing
   * description, a schema that is not an object or holds what a gateway does not understand. Also a `GitCredential`: its
   * tokens would be read by the model.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-add-target-lambda.html
   */
  public static fromFunction(
    fn: lambda.IFunction,
    tools: agentcore.ToolDefinition[],
    options: ToolBrokerOptions = {},
  ): IToolBroker {
    checkArguments('ToolBroker.fromFunction', {
      fn: ['IFunction', fn],
      tools: ['ToolDefinition[]', tools],
      options: ['ToolBrokerOptions?', options],
    });
    refuseCredentialFunction(fn);
    checkTools(tools, options.writeTools);
    return new ToolBroker(fn, tools, options.writeTools ?? tools.map(({ name }) => name));
  }

  private constructor(
    public readonly brokerFunction: lambda.IFunction,
    public readonly tools: agentcore.ToolDefinition[],
    public readonly writeTools: string[],
  ) {}
}
