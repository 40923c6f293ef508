import { App } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AgentAuditTrail } from '../../lib/audit/agent-audit-trail';
import type { AgentAuditTrailProps } from '../../lib/audit/agent-audit-trail-props';
import { TransactionSearch } from '../../lib/logs/transaction-search';
import { nagReport, REPORT_ONLY } from '../compliance/nag';
import { ENV, newStack } from './audit-fixture';

/** what the six packs find, without the name of the pack */
function findings(props: AgentAuditTrailProps = {}): string[] {
  const app = new App({ context: REPORT_ONLY });
  const stack = newStack({ env: ENV }, app);
  new AgentAuditTrail(stack, 'Audit', { athenaTable: true, ...props });
  new TransactionSearch(stack, 'Search');
  const { violations, suppressed } = nagReport(app);
  expect(suppressed).toEqual([]);
  return [...new Set(violations.map(({ rule, path }) => `${rule} ${path}`))];
}

const REPLICATION = 'S3BucketReplicationEnabled Stack/Audit/Bucket';
const CHOICES = ['S1 Stack/Audit/Bucket', 'S3BucketLoggingEnabled Stack/Audit/Bucket', REPLICATION];

test('what is left are choices of the app: replication, and who logs access to the records', () => {
  expect(findings()).toEqual(CHOICES);
});

test('with a bucket for access logs, replication only', () => {
  const serverAccessLogsBucket = s3.Bucket.fromBucketName(newStack(), 'Access', 'access-logs');
  expect(findings({ serverAccessLogsBucket })).toEqual([REPLICATION]);
});

test('without a log group the packs ask for one', () => {
  expect(findings({ cloudWatchLogs: false })).toEqual([
    'CloudTrailCloudWatchLogsEnabled Stack/Audit/Trail',
    ...CHOICES,
  ]);
});
