import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { AGENTCORE } from './dashboard-search';

/** of few requests, one is a large part */
const FEWEST_REQUESTS = 10;
const PERIOD = Duration.minutes(5);

/** The percent of calls that are errors. */
export function errorPercent(calls: cloudwatch.IMetric, errors: cloudwatch.IMetric[]): cloudwatch.MathExpression {
  const ids = errors.map((_, index) => `errors${index}`);
  // without an error nothing is published
  const failed = ids.map((id) => `FILL(${id}, 0)`).join(' + ');
  return new cloudwatch.MathExpression({
    expression: `IF(calls >= ${FEWEST_REQUESTS}, 100 * (${failed}) / calls, 0)`,
    usingMetrics: { calls, ...Object.fromEntries(ids.map((id, index) => [id, errors[index]])) },
    label: 'percent',
    period: PERIOD,
  });
}

/**
 * The sum of a metric over the account, in whatever sets its dimensions come: where AWS does not say in which, an alarm
 * on one set could stay silent for good.
 */
export function accountSum(metricName: string): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `SELECT SUM(${metricName}) FROM "${AGENTCORE}"`,
    label: metricName,
    period: PERIOD,
  });
}
