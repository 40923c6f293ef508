import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeUnlessChanged } from '../../private/acknowledge';
import { Acknowledgements } from '../../private/acknowledgements';

interface SynchronizationRoleOptions {
  readonly bucket: s3.IBucket;
  /** empty, or ending with a slash */
  readonly prefix: string;
}

const SERVICE = 'elasticfilesystem.amazonaws.com';
const TWINNED = ['s3:DeleteObject*', 's3:GetObject*', 's3:List*', 's3:PutObject*'];
const OWN_RULES = 'DO-NOT-DELETE-S3-Files*';

/**
 * The role that S3 Files assumes to keep bucket and file system the same, with the rights that AWS documents for it.
 *
 * The wildcards in the object actions are AWS's: the service calls the versioned twin of each action too, and no list
 * of them is published. What is narrowed is where they apply.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-prereq-policies.html
 */
export function synchronizationRole(
  scope: Construct,
  options: SynchronizationRoleOptions,
): { role: iam.Role; policy: iam.ManagedPolicy } {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'Role', {
    description: `S3 Files synchronizes ${scope.node.path} with its bucket`,
    assumedBy: new iam.ServicePrincipal(SERVICE, {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: {
          'aws:SourceArn': stack.formatArn({ service: 's3files', resource: 'file-system', resourceName: '*' }),
        },
      },
    }),
  });
  const policy = new iam.ManagedPolicy(scope, 'RolePolicy', {
    description: `What S3 Files may do for ${scope.node.path}`,
    roles: [role],
    statements: [...bucketStatements(stack, options), ...keyStatements(stack, options), ...eventStatements(stack)],
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.SYNCHRONIZATION, {
    resources: [options.bucket.arnForObjects(`${options.prefix}*`)],
    actions: TWINNED,
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.SYNCHRONIZATION_EVENTS, {
    resources: [ruleArn(stack, OWN_RULES), ruleArn(stack, '*')],
  });
  return { role, policy };
}

function bucketStatements(stack: Stack, { bucket, prefix }: SynchronizationRoleOptions): iam.PolicyStatement[] {
  const conditions = { StringEquals: { 'aws:ResourceAccount': stack.account } };
  return [
    new iam.PolicyStatement({
      sid: 'Bucket',
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [bucket.bucketArn],
      conditions,
    }),
    new iam.PolicyStatement({
      sid: 'Objects',
      actions: ['s3:AbortMultipartUpload', ...TWINNED],
      resources: [bucket.arnForObjects(`${prefix}*`)],
      conditions,
    }),
  ];
}

function keyStatements(stack: Stack, { bucket, prefix }: SynchronizationRoleOptions): iam.PolicyStatement[] {
  if (bucket.encryptionKey === undefined) {
    return [];
  }
  return [
    new iam.PolicyStatement({
      sid: 'BucketKey',
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      resources: [bucket.encryptionKey.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` },
        // the bucket itself is the context where S3 bucket keys are on
        StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket.bucketArn, bucket.arnForObjects(`${prefix}*`)] },
      },
    }),
  ];
}

function eventStatements(stack: Stack): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'ManageOwnRules',
      actions: [
        'events:DeleteRule',
        'events:DisableRule',
        'events:EnableRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
      ],
      resources: [ruleArn(stack, OWN_RULES)],
      conditions: { StringEquals: { 'events:ManagedBy': SERVICE } },
    }),
    new iam.PolicyStatement({
      sid: 'ReadRules',
      actions: ['events:DescribeRule', 'events:ListRuleNamesByTarget', 'events:ListRules', 'events:ListTargetsByRule'],
      resources: [ruleArn(stack, '*')],
    }),
  ];
}

/** a bucket sends its events to its own region, and it has to be in the region of the file system */
function ruleArn(stack: Stack, name: string): string {
  return stack.formatArn({ service: 'events', resource: 'rule', resourceName: name });
}
