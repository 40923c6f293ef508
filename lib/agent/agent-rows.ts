import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { refusedCallers } from '../monitoring/dashboard/account-rows';
import { AGENTCORE, found, placeOf } from '../monitoring/search';
import type {
  DashboardContext,
  DashboardCost,
  DashboardRow,
  DashboardRows,
  DashboardTable,
} from '../monitoring/segment';
import { ORDER } from '../monitoring/segment';
import type { AgentEndpointBase } from './agent-endpoint-base';

const SERVICE = 'AgentCore.Runtime';
const VARIABLE = 'agent';
/** how long a session id is shown: the whole id opens the workspace of the session */
const ID_SHOWN = 8;

/** The rows of an agent, or of one endpoint of it. */
export function agentRows(agent: AgentEndpointBase, { prices }: DashboardContext): DashboardRows {
  const label = agentLabel(agent);
  const cost = (kind: string, name: string, dollarsPerUnit: number): DashboardCost => ({
    source: agent.runtimeName,
    kind,
    metric: usageMetric(agent, name),
    dollarsPerUnit,
  });
  return {
    rows: [...overview(agent, label), pickedAgent(), refusedCallers()],
    costs: [cost('vCPU', CPU, prices.vcpuHour), cost('Memory', MEMORY, prices.gigabyteHour)],
    tables: tables(agent, prices),
    choices: [{ variable: VARIABLE, label, value: `${agent.runtimeName}::${agent.endpointName}` }],
  };
}

export const CPU = 'CPUUsed-vCPUHours';
export const MEMORY = 'MemoryUsed-GBHours';

/** How people know it: by the name that console, logs and metrics show. */
export function agentLabel({ runtimeName, endpointName }: AgentEndpointBase): string {
  return endpointName === 'DEFAULT' ? runtimeName : `${runtimeName}::${endpointName}`;
}

/** What all endpoints of an agent used. */
export function usageMetric(agent: AgentEndpointBase, metricName: string, label?: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: AGENTCORE,
    metricName,
    dimensionsMap: { Service: SERVICE, Resource: agent.runtimeArn },
    statistic: cloudwatch.Stats.SUM,
    label,
    ...placeOf(agent),
  });
}

/** Sessions that live, in the whole account and region: there is no such metric for one agent. */
export function activeSessions(): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: AGENTCORE,
    metricName: 'ActiveSessionCount',
    dimensionsMap: { Service: SERVICE },
    statistic: cloudwatch.Stats.MAXIMUM,
    label: 'active sessions',
  });
}

function overview(agent: AgentEndpointBase, label: string): DashboardRow[] {
  const late = 'Comes up to an hour late and is not of billing grade.';
  return [
    {
      title: 'Sessions',
      order: ORDER.sessions,
      note: 'Sessions that are used by commands and shells only may show no requests.',
      graphs: [
        { title: 'New sessions', metrics: [agent.metricSessions({ label })] },
        { title: 'Active sessions, all agents of the account', metrics: [activeSessions()] },
        { title: 'Requests', metrics: [agent.metricInvocations({ label })] },
      ],
    },
    {
      title: 'Speed',
      order: ORDER.speed,
      graphs: [{ title: 'Time of a request, 90th percentile (ms)', metrics: [agent.metricLatency({ label })] }],
    },
    {
      title: 'Failures',
      order: ORDER.failures,
      note: 'A file system that cannot be mounted fails a session with HTTP 424 and counts among the errors of caller or agent.',
      graphs: [
        { title: 'Errors of AWS (5xx)', metrics: [agent.metricSystemErrors({ label })] },
        { title: 'Errors of caller or agent (4xx)', metrics: [agent.metricUserErrors({ label })] },
        { title: 'Throttled (429)', metrics: [agent.metricThrottles({ label })] },
      ],
    },
    {
      title: 'Compute',
      order: ORDER.compute,
      note: late,
      graphs: [
        { title: 'vCPU-hours', stacked: true, metrics: [usageMetric(agent, CPU, agent.runtimeName)] },
        { title: 'GB-hours', stacked: true, metrics: [usageMetric(agent, MEMORY, agent.runtimeName)] },
      ],
    },
  ];
}

/** By searches, for only in their text a variable can put another name. */
function pickedAgent(): DashboardRow {
  const picked = (metricName: string, statistic: string, label: string): cloudwatch.IMetric =>
    found(
      { metricName, statistic, dimensions: ['Name', 'Operation', 'Resource'], terms: `Name="picked-${VARIABLE}"` },
      `\${PROP('Dim.Operation')} ${label}`,
    );
  return {
    title: 'The picked agent',
    order: ORDER.pickedAgent,
    note: 'Pick the agent at the top of the dashboard.',
    graphs: [
      {
        title: 'Time of a request (ms)',
        metrics: ['p50', 'p90', 'p99'].map((statistic) => picked('Latency', statistic, statistic)),
      },
      {
        title: 'Failures by kind',
        metrics: [
          picked('SystemErrors', 'Sum', '5xx'),
          picked('UserErrors', 'Sum', '4xx'),
          picked('Throttles', 'Sum', '429'),
        ],
      },
      {
        title: 'Requests and new sessions',
        metrics: [picked('Invocations', 'Sum', 'requests'), picked('Sessions', 'Sum', 'new sessions')],
      },
    ],
  };
}

function tables(agent: AgentEndpointBase, { vcpuHour, gigabyteHour }: DashboardContext['prices']): DashboardTable[] {
  const [vcpu, gigabytes] = ['vcpu.hours', 'memory.gb_hours'].map(
    (unit) => `sum(\`metrics.agent.runtime.${unit}.used\`)`,
  );
  const id = '`attributes.session.id`';
  return [
    {
      title: `Most expensive sessions (estimate; first ${ID_SHOWN} characters of the session id)`,
      logGroupNames: given(agent._logGroups.usageLogs),
      // by the whole id, for those of a team may begin alike; it is left out of what is shown
      query: [
        `fields \`attributes.agent.name\` as agent, ${id} as id, substr(${id}, 0, ${ID_SHOWN}) as session`,
        `stats ${vcpu} as vcpu_hours, ${gigabytes} as gb_hours, ` +
          `${vcpu} * ${vcpuHour} + ${gigabytes} * ${gigabyteHour} as dollars by agent, id, session`,
        'sort dollars desc',
        'limit 20',
        'display agent, session, vcpu_hours, gb_hours, dollars',
      ],
    },
    {
      title: 'Recent commands',
      logGroupNames: given(agent._logGroups.runtimeLogs),
      query: [
        'fields @timestamp, @log, @message',
        'filter @message like /(?i)command/',
        'sort @timestamp desc',
        'limit 20',
      ],
    },
  ];
}

function given(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}
