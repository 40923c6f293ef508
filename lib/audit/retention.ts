import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { invalid } from '../private/errors';
import { wholeDays } from '../storage/s3-files/synchronization';
import type { AgentAuditTrailProps } from './agent-audit-trail-props';

const DEFAULT_RETENTION = Duration.days(365);
const DEFAULT_ARCHIVE_AFTER = Duration.days(90);
/** what object lock takes */
const LONGEST_DAYS = 36_500;
/** nobody tells here how long a bucket of the user keeps records */
const FOREIGN_BUCKET_DAYS = 3650;

/** How long records are kept, with the defaults filled in. */
interface AuditStorage {
  readonly retention: Duration;
  readonly archiveAfter?: Duration;
  readonly objectLock: s3.ObjectLockRetention;
}

export function checkedStorage(scope: Construct, props: AgentAuditTrailProps): AuditStorage {
  const { retention = DEFAULT_RETENTION } = props;
  const days = wholeDays(scope, retention, 'retention', LONGEST_DAYS);
  const { objectLock = s3.ObjectLockRetention.governance(retention) } = props;
  if (objectLock.duration.toDays() > days) {
    throw invalid(scope, 'LockOutlivesRetention', {
      what: 'objectLock is longer than retention, so records could not be deleted when their time is over',
      got: `${objectLock.duration.toDays()} days`,
      allowed: `at most ${days} days, as long as retention`,
      fix: 'raise retention, or leave objectLock away to lock them for as long as they are kept',
    });
  }
  return { retention, archiveAfter: archiveAfterOf(scope, props.archiveAfter, days), objectLock };
}

/** The days that a table of the records reaches back; what is expired is there for a while as an old version only. */
export function daysKept({ bucket, retention = DEFAULT_RETENTION }: AgentAuditTrailProps): number {
  return bucket === undefined ? retention.toDays() : FOREIGN_BUCKET_DAYS;
}

function archiveAfterOf(scope: Construct, given: Duration | undefined, retentionDays: number): Duration | undefined {
  if (given === undefined) {
    return DEFAULT_ARCHIVE_AFTER.toDays() < retentionDays ? DEFAULT_ARCHIVE_AFTER : undefined;
  }
  const days = wholeDays(scope, given, 'archiveAfter', LONGEST_DAYS);
  if (days >= retentionDays) {
    throw invalid(scope, 'ArchivedAfterRetention', {
      what: 'archiveAfter comes after the records are deleted',
      got: `${days} days`,
      allowed: `fewer than the ${retentionDays} days of retention`,
      fix: 'lower archiveAfter, or raise retention',
    });
  }
  return given;
}
