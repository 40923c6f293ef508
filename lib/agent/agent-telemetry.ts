import { Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { CliSession } from './cli/cli-session';
import { factsOf } from '../contract/agents';
import type { Need } from '../contract/reach';
import { LOG_GROUP_VARIABLE, LOG_STREAM_VARIABLE } from '../contract/session';
import { acknowledgeUnlessChanged } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';
import { maskCredentials } from '../logs/data-protection';
import { logGroup, logStorageOf, RUNTIME_LOGS } from '../logs/storage';
import type { ObservabilityOptions } from '../logs/observability-options';
import { oncePerStack } from '../private/per-stack';

const ID = 'CodingAgentsMetrics';
const STREAM = 'otel';

/** What an agent that sends OpenTelemetry of its own needs; nothing for one that does not. */
export interface AgentTelemetry {
  readonly environment: Record<string, string>;
  readonly policies: iam.ManagedPolicy[];
  /** what a session connects to */
  readonly needs: readonly Need[];
}

const NEEDS: readonly Need[] = ['logs', 'monitoring', 'xray'].map((service) => ({
  service,
  purpose: 'the OpenTelemetry of the agent',
}));

/** Where the telemetry of an agent goes, with the rights that its role lacks otherwise. */
export function agentTelemetryOf(
  scope: Construct,
  runtimeName: string,
  session: CliSession | undefined,
  wanted: ObservabilityOptions,
): AgentTelemetry {
  if (session?.telemetry !== true || factsOf(session.name).sendsTelemetry === false) {
    return { environment: {}, policies: [], needs: [] };
  }
  // below the prefix to which the role writes anyway. The id of the stack makes the name new for a stack that is deleted,
  // with its logs kept, and made again
  const prefix = `${RUNTIME_LOGS}/${runtimeName}-`;
  const name = `${prefix}telemetry-${Fn.select(2, Fn.split('/', Stack.of(scope).stackId))}`;
  const storage = logStorageOf(scope, wanted);
  const group = logGroup(scope, 'TelemetryLogs', name, prefix, storage, maskCredentials(scope));
  // CloudWatch makes neither of them for OpenTelemetry
  const stream = new logs.CfnLogStream(scope, 'TelemetryStream', { logGroupName: group.ref, logStreamName: STREAM });
  // a stream that went first would take the logs with it
  stream.applyRemovalPolicy(storage.removalPolicy);
  return {
    environment: { [LOG_GROUP_VARIABLE]: group.ref, [LOG_STREAM_VARIABLE]: stream.ref },
    policies: [oncePerStack(scope, ID, metricsPolicy)],
    needs: NEEDS,
  };
}

/**
 * The right to send metrics by OpenTelemetry. It stands apart from that of all agents: a condition on the namespace, as
 * there, denies this way of sending them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
 */
function metricsPolicy(stack: Stack): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(stack, ID, {
    description: 'OpenTelemetry metrics of coding agents: a call for which IAM knows neither resource nor namespace',
    statements: [new iam.PolicyStatement({ actions: ['cloudwatch:PutMetricData'], resources: ['*'] })],
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.TELEMETRY_METRICS, { resources: ['*'] });
  return policy;
}
