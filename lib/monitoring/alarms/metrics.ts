import { Duration, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { AGENTCORE } from '../search';

/** one failure of few requests is a large part, and no reason to wake somebody; three are, if nothing else works */
const FEWEST_FAILURES = 3;
const PERIOD = Duration.minutes(5);

/** A threshold in a sentence: one that is known only at deployment would stand there as a number without meaning. */
export function inWords(threshold: number): string {
  return Tokenization.stringifyNumber(threshold);
}

/**
 * The percent of calls that are errors; none while errors are few. A team makes few requests: a least number of these would
 * leave it alone with an agent that cannot mount its files.
 */
export function errorPercent(calls: cloudwatch.IMetric, errors: cloudwatch.IMetric[]): cloudwatch.MathExpression {
  const ids = errors.map((_, index) => `errors${index}`);
  // without an error nothing is published
  const failed = `(${ids.map((id) => `FILL(${id}, 0)`).join(' + ')})`;
  // what is refused may not be counted as a call: never through nothing, and never more than all of them
  const all = `IF(FILL(calls, 0) >= ${failed}, FILL(calls, 0), ${failed})`;
  return new cloudwatch.MathExpression({
    expression: `IF(${failed} >= ${FEWEST_FAILURES}, 100 * ${failed} / ${all}, 0)`,
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
