import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { invalid, warn } from '../../private/errors';
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
  checkHome(scope, props.bucket, 'region');
  checkHome(scope, props.bucket, 'account');
  return props.bucket;
}

function ownBucket(scope: Construct, props: S3FilesFileSystemProps): s3.Bucket {
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

function checkHome(scope: Construct, bucket: s3.IBucket, part: 'region' | 'account'): void {
  const [theirs, ours] = [bucket.env[part], Stack.of(scope)[part]];
  if (!Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours) {
    throw invalid(scope, 'BucketElsewhere', {
      what: `the bucket belongs to another ${part} than the file system`,
      got: theirs,
      allowed: ours,
      fix: `use a bucket in ${ours}, or leave \`bucket\` away to get one`,
    });
  }
}
