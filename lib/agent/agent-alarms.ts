import { Duration, Token } from 'aws-cdk-lib';
import type { AgentEndpointBase } from './agent-endpoint-base';
import type { AlarmContext, AlarmRule } from '../monitoring/alarms/rule';
import { AlarmKind, type AlarmStrategy } from '../monitoring/alarms/kind';
import { errorPercent, inWords } from '../monitoring/alarms/metrics';
import { formula } from '../monitoring/costs';
import type { AgentPrices } from '../monitoring/prices';
import { activeSessions, agentLabel, CPU, MEMORY, usageMetric } from './agent-rows';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const SESSION_QUOTA = 2500;
const LARGE_SESSION_QUOTA = 5000;
const LARGE_REGIONS = ['us-east-1', 'us-west-2'];

/** What can go wrong with an agent, and with the account for having agents. */
export function agentAlarms(agent: AgentEndpointBase, { strategy, prices, region }: AlarmContext): AlarmRule[] {
  return [...requests(agent, strategy), spend(agent, strategy, prices), sessionQuota(strategy, region)];
}

function requests(agent: AgentEndpointBase, { _limits }: AlarmStrategy): AlarmRule[] {
  const name = agentLabel(agent);
  const { systemErrorPercent, failedRequestPercent, latency, throttles } = _limits;
  const calls = agent.metricInvocations();
  return [
    {
      kind: AlarmKind.AGENT_SYSTEM_ERRORS,
      subject: agent,
      message: `more than ${inWords(systemErrorPercent)} % of the requests to agent ${name} fail at AWS`,
      metric: errorPercent(calls, [agent.metricSystemErrors()]),
      threshold: systemErrorPercent,
    },
    {
      kind: AlarmKind.AGENT_FAILED_REQUESTS,
      subject: agent,
      message: `more than ${inWords(failedRequestPercent)} % of the requests to agent ${name} fail at the caller or in the agent; a file system may not be mounted`,
      metric: errorPercent(calls, [agent.metricUserErrors()]),
      threshold: failedRequestPercent,
    },
    {
      kind: AlarmKind.AGENT_LATENCY,
      subject: agent,
      message: `one in ten requests to agent ${name} takes longer than ${latency.toHumanString()}`,
      metric: agent.metricLatency(),
      threshold: latency.toMilliseconds(),
      // long work comes in bursts
      datapointsToAlarm: 3,
    },
    {
      kind: AlarmKind.AGENT_THROTTLES,
      subject: agent,
      message: `more than ${inWords(throttles)} requests to agent ${name} were throttled in five minutes`,
      metric: agent.metricThrottles(),
      threshold: throttles,
    },
  ];
}

/** of all endpoints together: what was used is not told apart by endpoint */
function spend(
  agent: AgentEndpointBase,
  { _limits: { dollarsPerDay } }: AlarmStrategy,
  prices: AgentPrices,
): AlarmRule {
  const cost = (id: string, kind: string, dollarsPerUnit: number): Parameters<typeof formula>[1][number] => ({
    id,
    kind,
    source: agent.runtimeName,
    metric: usageMetric(agent, kind),
    dollarsPerUnit,
  });
  return {
    kind: AlarmKind.AGENT_SPEND,
    subject: agent,
    message: `the compute of agent ${agent.runtimeName} cost more than ${inWords(dollarsPerDay)} dollars in a day (estimate)`,
    metric: formula(
      'dollars',
      [cost('cpu', CPU, prices.vcpuHour), cost('memory', MEMORY, prices.gigabyteHour)],
      Duration.days(1),
    ),
    threshold: dollarsPerDay,
    evaluationPeriods: 1,
  };
}

function sessionQuota({ _limits: { sessionQuotaPercent, ...limits } }: AlarmStrategy, region: string): AlarmRule {
  const { sessionQuota: quota = isLarge(region) ? LARGE_SESSION_QUOTA : SESSION_QUOTA } = limits;
  return {
    kind: AlarmKind.SESSION_QUOTA,
    message: `more than ${sessionQuotaPercent} % of the ${quota} sessions live that the account may have at once`,
    metric: activeSessions(),
    threshold: (quota * sessionQuotaPercent) / 100,
  };
}

/** where the region is known at deployment only, the lower quota warns early */
function isLarge(region: string): boolean {
  return !Token.isUnresolved(region) && LARGE_REGIONS.includes(region);
}
