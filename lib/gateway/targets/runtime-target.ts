import { Fn, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Binder } from './server-target';
import { bindServer } from './server-target';
import type { AgentRuntimeTargetProps } from './tool-target-props';
import { OutboundIdentity } from '../../identity/outbound/outbound-identity';
import { invalidValue } from '../../private/errors';

const DEFAULT_ENDPOINT = 'DEFAULT';

export function agentRuntimeTarget(props: AgentRuntimeTargetProps): Binder {
  const { runtime, endpoint } = props;
  checkProtocol(runtime);
  const name = endpoint?.endpointName ?? DEFAULT_ENDPOINT;
  const identity = props.identity ?? OutboundIdentity.gatewayRole({ service: 'bedrock-agentcore' });
  const arn = runtime.agentRuntimeArn;
  const resources = [arn, `${arn}/runtime-endpoint/${name}`];
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'agentRuntime',
      service: 'the runtime',
      endpoint: () => invocationUrl(scope, arn, name),
      description: props.description,
      identity,
      props,
      readOnly: false,
      standIn: (broker) => broker,
      // a runtime that asks for tokens does not ask IAM
      statements: ({ fetch }) =>
        fetch === undefined
          ? [new iam.PolicyStatement({ actions: ['bedrock-agentcore:InvokeAgentRuntime'], resources })]
          : [],
      runtimeUsesJwt: usesJwt(runtime),
      dependencies: endpoint === undefined ? [runtime] : [runtime, endpoint],
    });
}

/** the ARN is one segment of the path, so its colons and slashes are encoded; it is known only at deployment */
function invocationUrl(scope: Construct, arn: string, endpointName: string): string {
  const { urlSuffix } = Stack.of(scope);
  // it may be in another region than the gateway
  const region = Fn.select(3, Fn.split(':', arn));
  const encoded = Fn.join('%2F', Fn.split('/', Fn.join('%3A', Fn.split(':', arn))));
  return `https://bedrock-agentcore.${region}.${urlSuffix}/runtimes/${encoded}/invocations?qualifier=${endpointName}`;
}

/** known of a runtime that the app makes: an authorizer is there for tokens only */
function usesJwt(runtime: agentcore.IBedrockAgentRuntime): boolean | undefined {
  const made = madeRuntime(runtime);
  return made && Stack.of(made).resolve(made.authorizerConfiguration) !== undefined;
}

function checkProtocol(runtime: agentcore.IBedrockAgentRuntime): void {
  const made = madeRuntime(runtime);
  const protocol = made && (Stack.of(made).resolve(made.protocolConfiguration) as string | undefined);
  if (protocol !== undefined && protocol !== agentcore.ProtocolType.MCP.value) {
    throw invalidValue('RuntimeWithoutMcp', {
      what: `runtime '${runtime.node.path}' does not speak MCP`,
      got: protocol,
      allowed: 'a runtime with protocol MCP',
      fix: 'set protocolConfiguration to ProtocolType.MCP, with a server in it; a coding agent is no tool of a gateway',
    });
  }
}

function madeRuntime(runtime: agentcore.IBedrockAgentRuntime): agentcore.CfnRuntime | undefined {
  const resource = runtime.node.defaultChild;
  return agentcore.CfnRuntime.isCfnRuntime(resource) ? resource : undefined;
}
