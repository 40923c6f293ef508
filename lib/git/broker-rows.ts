import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_CODE_DIMENSION, METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../contract/github-app';
import type { GitHubAppFunction } from './github-app-function';
import { placeOf, searchText } from '../monitoring/search';
import type { DashboardRow, DashboardRows } from '../monitoring/segment';
import { ORDER } from '../monitoring/segment';

/** The rows of what acts for a GitHub App. */
export function brokerRows(broker: GitHubAppFunction): DashboardRows {
  return {
    rows: [overview(broker, broker.node.id)],
    tables: [
      {
        title: 'Recent failures at GitHub',
        logGroupNames: [broker._logGroupName],
        query: [
          `fields @timestamp, ${METRIC_DIMENSION}, outcome, tool, repository, permission, status, gitHubRequestId`,
          'filter ispresent(outcome) and outcome != "ok"',
          'sort @timestamp desc',
          'limit 20',
        ],
      },
    ],
  };
}

function overview(broker: GitHubAppFunction, label: string): DashboardRow {
  return {
    title: 'GitHub App',
    order: ORDER.broker,
    graphs: [
      {
        title: 'Calls, and answers of GitHub to wait',
        metrics: [
          broker.metricCalls({ label: `${label} calls` }),
          broker.metricRateLimits({ label: `${label} told to wait` }),
        ],
      },
      { title: 'Failed calls, by reason', stacked: true, metrics: [byReason(broker, label)] },
      {
        title: 'Tokens made and used again',
        metrics: [
          broker.metricMints({ label: `${label} made` }),
          broker.metricCacheHits({ label: `${label} used again` }),
        ],
      },
      { title: 'Time of a call, 90th percentile (ms)', metrics: [broker.metricDuration({ label })] },
    ],
  };
}

/** by a search: which reasons there will be, nobody knows before */
function byReason(broker: GitHubAppFunction, label: string): cloudwatch.IMetric {
  const search = {
    metricName: METRICS.errors,
    statistic: 'Sum',
    dimensions: [METRIC_DIMENSION, METRIC_CODE_DIMENSION],
    terms: `${METRIC_DIMENSION}="${broker.functionName}"`,
  };
  const { region, account } = placeOf(broker);
  return new cloudwatch.SearchExpression({
    expression: searchText(search, METRIC_NAMESPACE),
    label: `${label} \${PROP('Dim.${METRIC_CODE_DIMENSION}')}`,
    searchRegion: region,
    searchAccount: account,
  });
}
