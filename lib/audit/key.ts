import { CfnDeletionPolicy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { invalid, warn } from '../private/errors';
import { checkKeyPlace, madeKey } from '../private/keys';

const CONTEXT = 'kms:EncryptionContext:aws:cloudtrail:arn';
const PAGE = 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html';

/** What uses the key. */
interface AuditKeyUse {
  readonly trailArn: string;
  /** a bucket of the user may have a bucket key, and then CloudTrail decrypts too */
  readonly foreignBucket: boolean;
}

/** The user's key, checked, or one of our own; CloudTrail may encrypt with it for this one trail. */
export function auditKey(scope: Construct, given: kms.IKey | undefined, use: AuditKeyUse): kms.IKey {
  if (given !== undefined) {
    checkKey(scope, given);
  }
  const key =
    given ??
    new kms.Key(scope, 'Key', {
      description: `Encrypts the audit trail ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  const results = statements(scope, use).map((statement) => key.addToResourcePolicy(statement, true));
  if (results.some(({ statementAdded }) => !statementAdded)) {
    warn(scope, 'importedAuditKey', {
      what: 'the encryptionKey of the trail is imported, so its policy cannot be extended here',
      got: key.node.path,
      allowed: 'a key policy that lets cloudtrail.amazonaws.com encrypt for this trail, or the deployment fails',
      fix: `copy the statements from ${PAGE}`,
    });
  }
  return key;
}

/** as AWS documents them, with the trail as the only one that may stand behind CloudTrail */
function statements(scope: Construct, { trailArn, foreignBucket }: AuditKeyUse): iam.PolicyStatement[] {
  const trails = Stack.of(scope).formatArn({
    service: 'cloudtrail',
    region: '*',
    resource: 'trail',
    resourceName: '*',
  });
  const allow = (actions: string[], conditions: Record<string, unknown> = {}) =>
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
      actions,
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceArn': trailArn }, ...conditions },
    });
  return [
    allow(['kms:GenerateDataKey*'], { StringLike: { [CONTEXT]: trails } }),
    allow(foreignBucket ? ['kms:Decrypt', 'kms:DescribeKey'] : ['kms:DescribeKey']),
  ];
}

function checkKey(scope: Construct, key: kms.IKey): void {
  checkKeyPlace(scope, key, 'encryptionKey', 'region');
  const made = madeKey(key);
  if (made === undefined) {
    return;
  }
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = made;
  if (keySpec !== 'SYMMETRIC_DEFAULT' || keyUsage !== 'ENCRYPT_DECRYPT') {
    throw invalid(scope, 'AuditKeyNotSymmetric', {
      what: 'encryptionKey is not a key that CloudTrail can encrypt with',
      got: `${keySpec}, ${keyUsage}`,
      allowed: 'SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT',
      fix: 'leave keySpec and keyUsage of the key away',
    });
  }
  if (made.enabled === false) {
    throw invalid(scope, 'AuditKeyDisabled', {
      what: 'encryptionKey is disabled, and CloudTrail would deliver nothing',
      got: key.node.path,
      fix: 'remove `enabled: false` from the key',
    });
  }
  if (made.cfnOptions.deletionPolicy === CfnDeletionPolicy.DELETE) {
    warn(scope, 'auditKeyDeleted', {
      what: 'encryptionKey is deleted with its stack, and then no record can be read',
      got: key.node.path,
      fix: 'set removalPolicy of the key to RETAIN',
    });
  }
}
