import { Duration, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { InboundAuth } from '../identity/inbound-auth';
import { JwtAuthorizerOptions } from '../mixins/jwt-authorizer-options';
import { invalid } from '../private/errors';
import { note } from '../private/notes';
import { type AgentPlace, noteReason } from './agent-place';
import type { AgentTelemetry } from './agent-telemetry';
import type { AgentTools } from './agent-tools';
import type { AgentCliConfig } from './cli/agent-artifact';
import type { CodingAgentProps } from './coding-agent-props';
import { environmentOf } from './environment';
import type { ModelRouteConfig } from './model/model-route';
import { sessionEnvironment, workspaceEnvironment } from './session/session-environment';

const REGION = 'AWS_REGION';

const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 28_800;
const DEFAULT_IDLE_SECONDS = 900;

/** What the values of the props turned into. */
interface RuntimeParts {
  readonly cli: AgentCliConfig;
  readonly route: ModelRouteConfig;
  readonly tools: AgentTools;
  readonly telemetry: AgentTelemetry;
  readonly place: AgentPlace;
  readonly role: iam.Role;
  readonly policies: iam.ManagedPolicy[];
  readonly inboundAuth: InboundAuth;
}

/** The L2 of an agent, with what it lacks set on its L1. */
export function createRuntime(
  scope: Construct,
  runtimeName: string,
  props: CodingAgentProps,
  parts: RuntimeParts,
): agentcore.Runtime {
  const { cli, route, tools, telemetry, place, role, policies, inboundAuth } = parts;
  const limits = { isV2: isV2(props), isCode: cli.isCode };
  const runtime = new agentcore.Runtime(scope, 'Runtime', {
    runtimeName,
    agentRuntimeArtifact: cli.artifact,
    // the L2 would add rights to the identities and logs of every agent of the account
    executionRole: role.withoutPolicyUpdates(),
    networkConfiguration: place.configuration,
    description: props.description,
    protocolConfiguration: agentcore.ProtocolType.HTTP,
    platformVersion: props.platformVersion ?? agentcore.PlatformVersion.V1,
    environmentVariables: environmentOf(
      scope,
      props.environment ?? {},
      withRegion(scope, props, {
        ...sessionEnvironment(scope, cli.session, route, props.maxLifetime),
        ...workspaceEnvironment(scope, cli.session, props),
        ...tools.environment,
        ...telemetry.environment,
      }),
      limits,
    ),
    authorizerConfiguration: inboundAuth._forRuntime(scope),
    requestHeaderConfiguration: tools.requestHeaders && { allowlistedHeaders: tools.requestHeaders },
    lifecycleConfiguration: lifecycleOf(scope, props.idleTimeout, props.maxLifetime),
    // delivered apart, to shared destinations; said here too, for an organization may inject other defaults
    tracingEnabled: false,
    loggingConfigs: [],
  });
  runtime.with(new JwtAuthorizerOptions({ privateEndpoint: inboundAuth._rules?.privateEndpoint }));
  const cfn = runtime.node.defaultChild as agentcore.CfnRuntime;
  // the L2 depends on a stand-in of the role, which knows nothing of what is granted later
  cfn.node.addDependency(role, ...policies);
  noteReason(cfn, props.network);
  if (route.reason !== undefined) {
    // where reviewers and the compliance report find why an LLM gateway asks for no key
    note(cfn, 'openLlmGateway', route.reason);
  }
  return runtime;
}

/** Whether sessions start from a snapshot. */
export function isV2({ platformVersion }: CodingAgentProps): boolean {
  return platformVersion?.value === agentcore.PlatformVersion.V2.value;
}

/** What signs in a session has to know its region, and AWS does not say that it is told. The app may name another. */
function withRegion(
  scope: Construct,
  { environment = {} }: CodingAgentProps,
  own: Record<string, string>,
): Record<string, string> {
  const isNeeded = Object.keys(own).length > 0 && !Object.hasOwn(environment, REGION);
  return isNeeded ? { ...own, [REGION]: Stack.of(scope).region } : own;
}

/**
 * The lifecycle with the defaults of the service filled in.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-lifecycle-settings.html
 */
function lifecycleOf(scope: Construct, idle?: Duration, max?: Duration): agentcore.LifecycleConfiguration {
  checkRange(scope, 'idleTimeout', idle);
  checkRange(scope, 'maxLifetime', max);
  const maxLifetime = max ?? Duration.seconds(LONGEST_SECONDS);
  const idleRuntimeSessionTimeout = idle ?? defaultIdle(maxLifetime);
  const known = !idleRuntimeSessionTimeout.isUnresolved() && !maxLifetime.isUnresolved();
  if (known && idleRuntimeSessionTimeout.toSeconds() > maxLifetime.toSeconds()) {
    throw invalid(scope, 'IdleBeyondLifetime', {
      what: 'idleTimeout exceeds maxLifetime, so it would never apply',
      got: `${idleRuntimeSessionTimeout.toSeconds()} s`,
      allowed: `at most the maxLifetime of ${maxLifetime.toSeconds()} s`,
      fix: 'shorten idleTimeout or lengthen maxLifetime',
    });
  }
  return { idleRuntimeSessionTimeout, maxLifetime };
}

function defaultIdle(maxLifetime: Duration): Duration {
  return maxLifetime.isUnresolved()
    ? Duration.seconds(DEFAULT_IDLE_SECONDS)
    : Duration.seconds(Math.min(DEFAULT_IDLE_SECONDS, maxLifetime.toSeconds()));
}

function checkRange(scope: Construct, prop: string, duration: Duration | undefined): void {
  if (duration === undefined || duration.isUnresolved()) {
    return;
  }
  const seconds = duration.toMilliseconds() / 1000;
  if (!Number.isInteger(seconds) || seconds < SHORTEST_SECONDS || seconds > LONGEST_SECONDS) {
    throw invalid(scope, 'LifecycleOutOfRange', {
      what: `${prop} is out of range`,
      got: `${seconds} s`,
      allowed: `whole seconds from ${SHORTEST_SECONDS} (one minute) to ${LONGEST_SECONDS} (8 hours)`,
      fix: 'a session that ends can be resumed by its id: its session storage is kept',
    });
  }
}
