import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, METRIC_CODE_DIMENSION, METRIC_DIMENSION, METRIC_NAMESPACE } from '../contract/github-app';
import type { GitHubAppFunction } from './github-app-function';
import type { AlarmContext, AlarmRule } from '../monitoring/alarms/rule';
import { AlarmKind } from '../monitoring/alarms/kind';
import { errorPercent, inWords } from '../monitoring/alarms/metrics';
import { placeOf, searchText } from '../monitoring/search';
import { type DashboardRow, type DashboardRows, ORDER } from '../monitoring/segment';

/** the codes with which a call fails when the App or its key is not accepted; see handlers/shared/errors.ts */
export const CREDENTIAL_CODES = ['AppRejected', 'SigningFailed', 'NotInstalled'];

/** What can go wrong with what acts for a GitHub App. */
export function brokerAlarms(broker: GitHubAppFunction, { strategy }: AlarmContext): AlarmRule[] {
  const name = broker.node.id;
  const { brokerErrorPercent, brokerRateLimits, credentialFailures } = strategy._limits;
  return [
    {
      kind: AlarmKind.BROKER_ERRORS,
      subject: broker,
      message: `more than ${inWords(brokerErrorPercent)} % of the calls of ${name} to GitHub fail`,
      metric: errorPercent(broker.metricCalls(), [broker.metricErrors()]),
      threshold: brokerErrorPercent,
    },
    ...CREDENTIAL_CODES.map((code) => ({
      kind: AlarmKind.BROKER_CREDENTIALS,
      subject: broker,
      variant: code,
      message: `more than ${inWords(credentialFailures)} calls of ${name} to GitHub failed with ${code} in five minutes`,
      metric: failedWith(broker, code),
      threshold: credentialFailures,
    })),
    {
      kind: AlarmKind.BROKER_RATE_LIMITS,
      subject: broker,
      message: `GitHub told ${name} more than ${inWords(brokerRateLimits)} times in five minutes to wait`,
      metric: broker.metricRateLimits(),
      threshold: brokerRateLimits,
    },
  ];
}

function failedWith(broker: GitHubAppFunction, code: string): cloudwatch.IMetric {
  return broker.metricErrors({ dimensionsMap: { [METRIC_CODE_DIMENSION]: code } });
}

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
