import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_CODE_DIMENSION } from '../contract/github-app';
import type { GitHubAppFunction } from './github-app-function';
import type { AlarmContext, AlarmRule } from '../monitoring/alarms/rule';
import { AlarmKind } from '../monitoring/alarms/kind';
import { errorPercent, inWords } from '../monitoring/alarms/metrics';

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
