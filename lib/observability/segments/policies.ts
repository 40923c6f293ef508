import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { found, topTen } from '../../monitoring/search';
import type { DashboardRow } from '../../monitoring/segment';
import { ORDER } from './order';

/**
 * What policy engines decided. The names are those of the documentation; those of the L2 are published by nobody. AWS does
 * not say in which sets the dimensions come: a decision may show in several lines.
 */
export function policyRow(): DashboardRow {
  const line = (metricName: string): cloudwatch.IMetric =>
    found({ metricName, statistic: 'Sum' }, `\${PROP('MetricName')} \${PROP('Dim.Mode')}`);
  return {
    title: 'Policy decisions',
    order: ORDER.policies,
    note: 'Policy engines of the whole account. One decision can be counted by engine, by policy and by tool.',
    graphs: [
      { title: 'Allowed and denied', metrics: [line('AllowDecisions'), line('DenyDecisions')] },
      {
        title: 'Most denied tools',
        metrics: [topTen({ metricName: 'DenyDecisions', statistic: 'Sum' }, 'SUM', `\${PROP('Dim.ToolName')}`)],
      },
      { title: 'Policies that do not fit their tools', metrics: [line('PolicyMismatch'), line('MismatchErrors')] },
    ],
  };
}
