import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IDependable } from 'constructs';
import { invalid, warn } from '../private/errors';
import { checkPlace } from '../private/references';
import { checkAccessLogsBucket } from '../storage/s3-files/bucket';
import type { AgentAuditTrailProps } from './agent-audit-trail-props';
import { checkedStorage } from './retention';

const ABORT_UPLOADS_AFTER_DAYS = 7;
/** time to notice that somebody deleted records which are no longer locked */
const NONCURRENT_DAYS = 30;
const PAGE = 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html';

/** The user's bucket, checked, or one of our own. */
export function auditBucket(scope: Construct, props: AgentAuditTrailProps, key: kms.IKey): s3.IBucket {
  if (props.bucket === undefined) {
    return ownBucket(scope, props, key);
  }
  for (const prop of ['retention', 'archiveAfter', 'objectLock', 'serverAccessLogsBucket'] as const) {
    if (props[prop] !== undefined) {
      throw invalid(scope, 'AuditBucketIsYours', {
        what: `${prop} is about the bucket that the trail would make, but \`bucket\` is given`,
        fix: 'set it on your bucket',
      });
    }
  }
  checkBucket(scope, props.bucket);
  return props.bucket;
}

/** Lets CloudTrail write for this one trail. The trail must wait for what is returned. */
export function letTrailWrite(scope: Construct, bucket: s3.IBucket, trailArn: string): IDependable[] {
  const allow = (action: string, resource: string, conditions: Record<string, string> = {}) =>
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
      actions: [action],
      resources: [resource],
      conditions: { StringEquals: { ...conditions, 'aws:SourceArn': trailArn } },
    });
  const results = [
    allow('s3:GetBucketAcl', bucket.bucketArn),
    allow('s3:PutObject', bucket.arnForObjects(`AWSLogs/${Stack.of(scope).account}/*`), {
      's3:x-amz-acl': 'bucket-owner-full-control',
    }),
  ].map((statement) => bucket.addToResourcePolicy(statement));
  if (results.some(({ statementAdded }) => !statementAdded)) {
    warn(scope, 'importedAuditBucket', {
      what: 'the bucket of the trail is imported, so its policy cannot be extended here',
      got: bucket.node.path,
      allowed: 'a bucket policy that lets cloudtrail.amazonaws.com write for this trail, or the deployment fails',
      fix: `copy the statements from ${PAGE}`,
    });
  }
  return results.flatMap(({ policyDependable }) => policyDependable ?? []);
}

function ownBucket(scope: Construct, props: AgentAuditTrailProps, key: kms.IKey): s3.Bucket {
  checkAccessLogsBucket(scope, props.serverAccessLogsBucket);
  const { retention, archiveAfter, objectLock } = checkedStorage(scope, props);
  return new s3.Bucket(scope, 'Bucket', {
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention: objectLock,
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: key,
    // S3 would encrypt under a context of its own, and the policy of the key asks for that of CloudTrail
    bucketKeyEnabled: false,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    serverAccessLogsBucket: props.serverAccessLogsBucket,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    lifecycleRules: [
      {
        expiration: retention,
        noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
        abortIncompleteMultipartUploadAfter: Duration.days(ABORT_UPLOADS_AFTER_DAYS),
        transitions: archiveAfter && [
          // the cheapest class that Athena and `validate-logs` can read at once
          { storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: archiveAfter },
        ],
      },
      // S3 takes this in a rule without `expiration` only
      { expiredObjectDeleteMarker: true },
    ],
  });
}

function checkBucket(scope: Construct, bucket: s3.IBucket): void {
  checkPlace(
    scope,
    { resource: bucket },
    {
      code: 'AuditBucketElsewhere',
      what: 'CloudTrail needs bucket and key in one region, and the bucket is',
      than: 'the trail',
      // many companies collect records in an account of their own
      same: ['region'],
      fix: 'use a bucket of this region, or omit `bucket` to get one',
    },
  );
  const made = bucket.node.defaultChild;
  if (made instanceof s3.CfnBucket && !locksRecords(made)) {
    warn(scope, 'auditBucketNotLocked', {
      what: 'the bucket of the trail does not lock what is written, so who may delete objects there may delete records',
      got: bucket.node.path,
      fix: 'create it with `objectLockDefaultRetention`, or acknowledge this warning',
    });
  }
}

/** A bucket with object lock locks nothing by itself: CloudTrail asks for no lock, so it takes a rule for all objects. */
function locksRecords({ objectLockEnabled, objectLockConfiguration }: s3.CfnBucket): boolean {
  // what is known only at deployment is not held against the user
  if (Token.isUnresolved(objectLockEnabled) || Token.isUnresolved(objectLockConfiguration)) {
    return true;
  }
  const { rule } = (objectLockConfiguration ?? {}) as s3.CfnBucket.ObjectLockConfigurationProperty;
  return (
    objectLockEnabled === true &&
    (Token.isUnresolved(rule) || (rule as s3.CfnBucket.ObjectLockRuleProperty)?.defaultRetention !== undefined)
  );
}
