import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { functionToolsOf } from './tool-schema';
import type { ToolTargetConfig } from './tool-target-config';
import type { LambdaTargetProps } from './tool-target-props';
import { refuseCredentialFunction } from '../../git/git-credential';
import { checkTools } from '../../git/tool-checks';
import type { BoundBroker, BoundIdentity } from '../../identity/bound-identity';
import { checkPlace } from '../../private/references';

export function functionTarget(props: LambdaTargetProps): (scope: Construct) => ToolTargetConfig {
  const { tools, writeTools, description } = props;
  refuseCredentialFunction(props.function);
  checkTools(tools, writeTools);
  const broker = { function: props.function, tools, writeTools: writeTools ?? tools.map(({ name }) => name) };
  const identity = { statements: [], actor: 'the role of the function', dependencies: [] };
  return (scope) => bindFunction(scope, broker, { description, identity });
}

/** A target whose tools are answered by a function: the only identity that AgentCore allows there is the gateway's role. */
export function bindFunction(
  scope: Construct,
  broker: BoundBroker,
  { identity, description }: { readonly identity: BoundIdentity; readonly description?: string },
): ToolTargetConfig {
  checkFunctionPlace(scope, broker.function, 'the function that answers the tools');
  const tools = functionToolsOf(broker.tools, broker.writeTools);
  return {
    create: (parent, { gateway, gatewayTargetName }) =>
      new agentcore.GatewayTarget(parent, 'Target', {
        gateway,
        gatewayTargetName,
        description,
        targetConfiguration: new FunctionTarget(broker.function, agentcore.ToolSchema.fromInline(broker.tools)),
      }),
    mixins: [],
    statements: [
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [broker.function.functionArn] }),
    ],
    identity,
    tools,
    readOnly: tools.every(({ readOnly }) => readOnly),
    isServer: false,
    dynamic: false,
    refreshable: false,
    dependencies: [],
  };
}

/** Refuses a function that the gateway cannot call; `what` is what the user calls it. */
export function checkFunctionPlace(scope: Construct, fn: lambda.IFunction, what: string): void {
  checkPlace(
    scope,
    { resource: fn, arn: fn.functionArn },
    {
      code: 'FunctionElsewhere',
      what: `${what} is`,
      than: 'the gateway',
      // the policy of a function may let the role of a gateway in another account invoke it
      same: ['region'],
      fix: 'deploy the function to the region of the gateway',
    },
  );
}

/** the one of the L2 also grants every version of the function, and throws for an imported one, which takes no grants */
class FunctionTarget extends agentcore.LambdaTargetConfiguration {
  public override bind(): agentcore.TargetConfigurationConfig {
    return { bound: true };
  }
}
