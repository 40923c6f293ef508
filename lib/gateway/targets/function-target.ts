import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import { functionToolsOf } from './tool-schema';
import type { ToolTargetConfig } from './tool-target-config';
import type { LambdaTargetProps } from './tool-target-props';
import { refuseCredentialFunction } from '../../git/git-credential';
import { checkTools } from '../../git/tool-checks';
import type { BoundBroker, BoundIdentity } from '../../identity/bound-identity';

export function functionTarget(props: LambdaTargetProps): () => ToolTargetConfig {
  const { tools, writeTools, description } = props;
  refuseCredentialFunction(props.function);
  checkTools(tools, writeTools);
  const broker = { function: props.function, tools, writeTools: writeTools ?? tools.map(({ name }) => name) };
  const identity = { statements: [], actor: 'the role of the function', dependencies: [] };
  return () => bindFunction(broker, { description, identity });
}

/** A target whose tools are answered by a function: the only identity that AgentCore allows there is the gateway's role. */
export function bindFunction(
  broker: BoundBroker,
  { identity, description }: { readonly identity: BoundIdentity; readonly description?: string },
): ToolTargetConfig {
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

/** the one of the L2 also grants every version of the function, and throws for an imported one, which takes no grants */
class FunctionTarget extends agentcore.LambdaTargetConfiguration {
  public override bind(): agentcore.TargetConfigurationConfig {
    return { bound: true };
  }
}
