import type { McpGateway } from './mcp-gateway';
import type { AlarmContext, AlarmRule } from '../monitoring/alarms/rule';
import { AlarmKind, type AlarmStrategy } from '../monitoring/alarms/kind';
import { accountSum, errorPercent, inWords } from '../monitoring/alarms/metrics';

/** The ways to fetch a credential, as metrics name them and as people do. */
const FETCHES: [metric: string, what: string][] = [
  ['ApiKeyFetch', 'API keys'],
  ['ResourceAccessTokenFetch', 'access tokens'],
  ['WorkloadAccessTokenFetch', 'workload identity tokens'],
];

/** What can go wrong with a gateway, its credentials and its policies. */
export function gatewayAlarms(
  gateway: McpGateway,
  { strategy }: AlarmContext,
  { enforcesPolicies }: { enforcesPolicies: boolean },
): AlarmRule[] {
  return [...requests(gateway, strategy), ...credentials(strategy), ...(enforcesPolicies ? [denials(strategy)] : [])];
}

function requests(subject: McpGateway, { _limits }: AlarmStrategy): AlarmRule[] {
  const { gateway, gatewayName } = subject;
  const { toolErrorPercent, toolLatency, throttles } = _limits;
  return [
    {
      kind: AlarmKind.TOOL_ERRORS,
      subject,
      message: `more than ${inWords(toolErrorPercent)} % of the requests to gateway ${gatewayName} fail`,
      metric: errorPercent(gateway.metricInvocations(), [gateway.metricSystemErrors(), gateway.metricUserErrors()]),
      threshold: toolErrorPercent,
    },
    {
      kind: AlarmKind.TOOL_LATENCY,
      subject,
      message: `one in ten requests to gateway ${gatewayName} takes longer than ${toolLatency.toHumanString()}`,
      metric: gateway.metricDuration({ statistic: 'p90' }),
      threshold: toolLatency.toMilliseconds(),
      datapointsToAlarm: 3,
    },
    {
      kind: AlarmKind.TOOL_THROTTLES,
      subject,
      message: `more than ${inWords(throttles)} requests to gateway ${gatewayName} were throttled in five minutes`,
      metric: gateway.metricThrottles(),
      threshold: throttles,
    },
  ];
}

function credentials({ _limits: { credentialFailures } }: AlarmStrategy): AlarmRule[] {
  return FETCHES.map(([metric, what]) => ({
    kind: AlarmKind.CREDENTIAL_FAILURES,
    variant: metric,
    message: `more than ${inWords(credentialFailures)} ${what} could not be fetched in five minutes, in the whole account`,
    metric: accountSum(`${metric}Failures`),
    threshold: credentialFailures,
  }));
}

function denials({ _limits: { denials: threshold } }: AlarmStrategy): AlarmRule {
  return {
    kind: AlarmKind.TOOL_DENIALS,
    message: `policies denied more than ${inWords(threshold)} calls of tools in five minutes, in the whole account`,
    metric: accountSum('DenyDecisions'),
    threshold,
    // a surge is over soon, and somebody should know of it all the same
    evaluationPeriods: 1,
  };
}
