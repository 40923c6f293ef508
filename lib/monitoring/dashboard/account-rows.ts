import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { found, topTen } from '../search';
import type { DashboardGraph, DashboardRow } from '../segment';
import { ORDER } from '../segment';

/** what AgentCore Identity is asked for: metric names begin with it */
const FETCHES = ['ApiKeyFetch', 'ResourceAccessTokenFetch', 'WorkloadAccessTokenFetch'];

/**
 * What gateways and agents fetched from the Token Vault. AWS does not say in which sets the dimensions come, so these are
 * searches of the whole account.
 */
export function credentialRow(): DashboardRow {
  const graph = (title: string, ending: string, label: string): DashboardGraph => ({
    title,
    metrics: FETCHES.map((fetch) => line(`${fetch}${ending}`, `\${PROP('Dim.ProviderName')}${label}`)),
  });
  return {
    title: 'Credentials',
    order: ORDER.credentials,
    note: 'API keys and tokens that AgentCore Identity handed out in the whole account.',
    graphs: [
      graph('Fetched', 'Success', ''),
      graph('Failed, by reason', 'Failures', ` \${PROP('Dim.ExceptionType')}`),
      graph('Throttled', 'Throttles', ''),
    ],
  };
}

/** Callers whose token or signature was not accepted. AWS does not document these metrics; without them the row is empty. */
export function refusedCallers(): DashboardRow {
  return {
    title: 'Callers',
    order: ORDER.refused,
    note: 'Agents and gateways of the whole account. AWS publishes these metrics and does not document them.',
    graphs: [
      {
        title: 'Refused, by reason',
        metrics: [
          found(
            {
              metricName: 'InboundAuthorizationFailure',
              statistic: 'Sum',
              dimensions: ['ExceptionType', 'ResourceId'],
            },
            `\${PROP('Dim.ExceptionType')}`,
          ),
        ],
      },
      {
        title: 'Let in',
        metrics: [
          found(
            { metricName: 'InboundAuthorizationSuccess', statistic: 'Sum', dimensions: ['ResourceId'] },
            `\${PROP('Dim.ResourceId')}`,
          ),
        ],
      },
    ],
  };
}

/**
 * What policy engines decided. The names are those of the documentation; those of the L2 are published by nobody. AWS does
 * not say in which sets the dimensions come: a decision may show in several lines.
 */
export function policyRow(): DashboardRow {
  const byMode = (metricName: string): cloudwatch.IMetric => line(metricName, `\${PROP('Dim.Mode')}`);
  return {
    title: 'Policy decisions',
    order: ORDER.policies,
    note: 'Policy engines of the whole account. One decision can be counted by engine, by policy and by tool.',
    graphs: [
      { title: 'Allowed and denied', metrics: [byMode('AllowDecisions'), byMode('DenyDecisions')] },
      {
        title: 'Most denied tools',
        metrics: [topTen({ metricName: 'DenyDecisions', statistic: 'Sum' }, 'SUM', `\${PROP('Dim.ToolName')}`)],
      },
      { title: 'Policies that do not fit their tools', metrics: [byMode('PolicyMismatch'), byMode('MismatchErrors')] },
    ],
  };
}

function line(metricName: string, label: string): cloudwatch.IMetric {
  return found({ metricName, statistic: 'Sum' }, `\${PROP('MetricName')} ${label}`);
}
