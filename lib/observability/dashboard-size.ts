import { AspectPriority, Aspects, Stack, type IAspect } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { warn } from '../private/errors';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const MOST_BYTES = 100_000;
/** how long is what is known only at deployment: mostly ARNs of agents and alarms, and names of log groups */
const USUAL_BYTES = 120;
const SHORT: Record<string, number> = { 'AWS::AccountId': 12, 'AWS::Partition': 3, 'AWS::Region': 14 };

/** Warns, when all is on it, of a dashboard that CloudWatch may refuse; how large it really is, the deployment tells. */
export function warnOfSize(dashboard: cloudwatch.Dashboard): void {
  const visit: IAspect['visit'] = (node) => {
    if (node !== dashboard) {
      return;
    }
    const { dashboardBody } = dashboard.node.defaultChild as cloudwatch.CfnDashboard;
    const bytes = bytesOf(Stack.of(dashboard).resolve(dashboardBody));
    if (bytes > MOST_BYTES) {
      warn(dashboard, 'dashboardTooLarge', {
        what: 'the text of the dashboard may be longer than CloudWatch takes',
        got: `about ${Math.ceil(bytes / 1000)} KB`,
        allowed: `${MOST_BYTES / 1000} KB`,
        fix: 'make several dashboards, for example one for each team',
      });
    }
  };
  Aspects.of(dashboard).add({ visit }, { priority: AspectPriority.READONLY });
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  const { Ref = '', 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  return join === undefined
    ? (SHORT[Ref] ?? USUAL_BYTES)
    : join[1].reduce((sum: number, part) => sum + bytesOf(part), 0);
}
