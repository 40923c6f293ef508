import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { found } from '../search';
import type { DashboardGraph, DashboardRow } from '../segment';
import { ORDER } from '../../observability/segments/order';

/** what AgentCore Identity is asked for: metric names begin with it */
const FETCHES = ['ApiKeyFetch', 'ResourceAccessTokenFetch', 'WorkloadAccessTokenFetch'];

/**
 * What gateways and agents fetched from the Token Vault. AWS does not say in which sets the dimensions come, so these are
 * searches of the whole account.
 */
export function credentialRow(): DashboardRow {
  const graph = (title: string, ending: string, label: string): DashboardGraph => ({
    title,
    metrics: FETCHES.map((fetch) => line(`${fetch}${ending}`, label)),
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

function line(metricName: string, suffix: string): cloudwatch.IMetric {
  return found({ metricName, statistic: 'Sum' }, `\${PROP('MetricName')} \${PROP('Dim.ProviderName')}${suffix}`);
}
