import { Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { invalid, warn } from '../../private/errors';
import { checkPlace } from '../../private/references';
import type { S3FilesFileSystemProps } from './file-system-props';
import { wholeDays } from './synchronization';

const NONCURRENT_DAYS = 30;
const ABORT_UPLOADS_AFTER_DAYS = 7;
const LONGEST_LIFECYCLE_DAYS = 3650;

/** The user's bucket, checked, or one of our own. */
export function bucketOf(scope: Construct, props: S3FilesFileSystemProps): s3.IBucket {
  if (props.bucket === undefined) {
    return ownBucket(scope, props);
  }
  for (const prop of ['serverAccessLogsBucket', 'noncurrentVersionExpiration'] as const) {
    if (props[prop] !== undefined) {
      throw invalid(scope, 'BucketIsYours', {
        what: `${prop} is about the bucket that the file system would make, but \`bucket\` is given`,
        fix: 'set it on your bucket',
      });
    }
  }
  checkVersioned(scope, props.bucket);
  checkPlace(
    scope,
    { resource: props.bucket },
    {
      code: 'BucketElsewhere',
      what: 'the bucket is',
      than: 'the file system',
      same: ['region', 'account'],
      fix: 'use a bucket of this account and region, or omit `bucket` to get one',
    },
  );
  return props.bucket;
}

function ownBucket(scope: Construct, props: S3FilesFileSystemProps): s3.Bucket {
  checkAccessLogsBucket(scope, props.serverAccessLogsBucket);
  const { encryptionKey, noncurrentVersionExpiration = Duration.days(NONCURRENT_DAYS) } = props;
  wholeDays(scope, noncurrentVersionExpiration, 'noncurrentVersionExpiration', LONGEST_LIFECYCLE_DAYS);
  return new s3.Bucket(scope, 'Bucket', {
    versioned: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    encryption: encryptionKey === undefined ? s3.BucketEncryption.S3_MANAGED : s3.BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: encryptionKey === undefined ? undefined : true,
    serverAccessLogsBucket: props.serverAccessLogsBucket,
    lifecycleRules: [
      {
        // each change of a file is a new object version, and the file system never removes old ones
        noncurrentVersionExpiration,
        expiredObjectDeleteMarker: true,
        abortIncompleteMultipartUploadAfter: Duration.days(ABORT_UPLOADS_AFTER_DAYS),
      },
    ],
  });
}

function checkVersioned(scope: Construct, bucket: s3.IBucket): void {
  const versioned = isVersioned(bucket);
  if (versioned === undefined) {
    warn(scope, 's3FilesBucketUnchecked', {
      what: 'whether the bucket keeps versions cannot be seen from here, and S3 Files refuses one that does not',
      got: bucket.node.path,
      allowed: 'a versioned bucket with SSE-S3 or SSE-KMS encryption',
      fix: 'check it, then acknowledge this warning',
    });
  }
  if (versioned === false) {
    throw invalid(scope, 'BucketNotVersioned', {
      what: 'the bucket does not keep versions',
      got: bucket.node.path,
      allowed: 'a versioned bucket: S3 Files compares versions to synchronize',
      fix: 'create it with `versioned: true`',
    });
  }
}

/** undefined when nothing in the app tells */
function isVersioned(bucket: s3.IBucket): boolean | undefined {
  const cfn = bucket.node.defaultChild;
  if (!(cfn instanceof s3.CfnBucket)) {
    return undefined;
  }
  const configuration: unknown = Stack.of(cfn).resolve(cfn.versioningConfiguration);
  const status = (configuration as { status?: unknown } | undefined)?.status ?? 'Suspended';
  return typeof status === 'string' ? status === 'Enabled' : undefined;
}

/**
 * Refuses a bucket that cannot take the access log of a bucket made here.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
 */
export function checkAccessLogsBucket(scope: Construct, bucket: s3.IBucket | undefined): void {
  if (bucket !== undefined) {
    checkPlace(
      scope,
      { resource: bucket },
      {
        code: 'AccessLogsElsewhere',
        what: 'serverAccessLogsBucket is',
        than: 'the bucket whose accesses it takes',
        same: ['region', 'account'],
        fix: 'use a bucket of this account and region: Amazon S3 delivers access logs to no other',
      },
    );
  }
}
