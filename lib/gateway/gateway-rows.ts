import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { credentialRow, policyRow, refusedCallers } from '../monitoring/dashboard/account-rows';
import { type Search, placeOf, topTen } from '../monitoring/search';
import type { DashboardContext, DashboardGraph, DashboardRow, DashboardRows } from '../monitoring/segment';
import { ORDER } from '../monitoring/segment';
import type { McpGateway } from './mcp-gateway';

const VARIABLE = 'target';
const PER_TOOL = ['Method', 'Name', 'Operation', 'Protocol', 'Resource'];
const P90 = 'p90';

/** What the segment cannot ask the gateway for. */
interface GatewayParts {
  readonly targetNames: string[];
  readonly hasPolicies: boolean;
  /** the log group of its requests; undefined where their delivery is switched off */
  readonly logGroupName?: string;
}

/** The rows of a gateway: its tools, their credentials, the decisions of its policies. */
export function gatewayRows(
  gateway: McpGateway,
  { prices }: DashboardContext,
  { targetNames, hasPolicies, logGroupName }: GatewayParts,
): DashboardRows {
  const label = gateway.gatewayName;
  return {
    rows: [
      tools(gateway, label),
      byName(gateway),
      ...(targetNames.length > 0 ? [pickedTarget(gateway)] : []),
      credentialRow(),
      ...(hasPolicies ? [policyRow()] : []),
      refusedCallers(),
    ],
    costs: [
      {
        source: label,
        kind: 'Tool calls',
        metric: gateway.gateway.metricInvocations(placeOf(gateway)),
        dollarsPerUnit: prices.thousandToolCalls / 1000,
      },
    ],
    tables: [
      {
        title: 'Recent denials',
        logGroupNames: logGroupName === undefined ? [] : [logGroupName],
        query: [
          'fields @timestamp, @message',
          'filter @message like /(?i)denied|not authorized|forbidden/',
          'sort @timestamp desc',
          'limit 20',
        ],
      },
    ],
    choices: targetNames.map((name) => ({ variable: VARIABLE, label: name, value: name })),
  };
}

function tools(owner: McpGateway, label: string): DashboardRow {
  const { gateway } = owner;
  const options = { ...placeOf(owner), label };
  const graph = (title: string, ...metrics: cloudwatch.IMetric[]): DashboardGraph => ({ title, metrics });
  return {
    title: 'Tools',
    order: ORDER.tools,
    graphs: [
      graph('Requests to the gateway', gateway.metricInvocations(options)),
      graph(
        'Failed requests',
        gateway.metricUserErrors({ ...options, label: `${label} 4xx` }),
        gateway.metricSystemErrors({ ...options, label: `${label} 5xx` }),
        gateway.metricThrottles({ ...options, label: `${label} 429` }),
      ),
      graph(
        'Time of a request, 90th percentile (ms)',
        gateway.metricDuration({ ...options, statistic: P90 }),
        gateway.metricTargetExecutionTime({ ...options, label: `${label}, its targets`, statistic: P90 }),
      ),
    ],
  };
}

function byName(gateway: McpGateway): DashboardRow {
  return {
    title: 'Tools by name',
    order: ORDER.toolsByName,
    note: 'A tool is called `<target>___<tool>`. Of each gateway ten at most.',
    graphs: perTool(gateway, ''),
  };
}

/** the name of a target is a word of the names of its tools, and of those of a target with a longer name too */
function pickedTarget(gateway: McpGateway): DashboardRow {
  return {
    title: 'Tools of the picked target',
    order: ORDER.pickedTarget,
    note: 'Pick the target at the top of the dashboard. Targets whose names contain its name are shown too.',
    graphs: perTool(gateway, ` Name=picked-${VARIABLE}`),
  };
}

function perTool(gateway: McpGateway, terms: string): DashboardGraph[] {
  const search = (metricName: string, statistic: string): Search => ({
    metricName,
    statistic,
    dimensions: PER_TOOL,
    terms: `Resource="${gateway.gatewayArn}"${terms}`,
  });
  const label = `\${PROP('Dim.Name')}`;
  return [
    { title: 'Most called', metrics: [topTen(search('Invocations', 'Sum'), 'SUM', label)] },
    {
      title: 'Most failing',
      metrics: [
        topTen(search('UserErrors', 'Sum'), 'SUM', `${label} 4xx`),
        topTen(search('SystemErrors', 'Sum'), 'SUM', `${label} 5xx`),
      ],
    },
    { title: 'Slowest, 90th percentile (ms)', metrics: [topTen(search('Duration', P90), 'MAX', label)] },
  ];
}
