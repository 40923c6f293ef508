import { App, Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { AgentAuditTrailProps } from '../../lib/audit/agent-audit-trail-props';
import { messages, resource, thrownBy } from '../fixture';
import { arn, ENV, KEY_ARN, newStack, trailOf } from './audit-fixture';

const BUCKET = 'AWS::S3::Bucket';
const LOCK = s3.ObjectLockRetention.governance(Duration.days(365));
const SERVICE = { Service: 'cloudtrail.amazonaws.com' };

function trailArnIn(template: Template): unknown {
  const name: string = resource(template, 'AWS::CloudTrail::Trail').Properties.TrailName;
  return arn(`cloudtrail:eu-west-1:111122223333:trail/${name}`);
}

const lock = (template: Template): unknown =>
  resource(template, BUCKET).Properties.ObjectLockConfiguration.Rule.DefaultRetention;
const lifecycle = (template: Template): any => resource(template, BUCKET).Properties.LifecycleConfiguration.Rules[0];

describe('the bucket', () => {
  test('is encrypted, locked, versioned, private, and kept', () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = resource(trailOf(), BUCKET);
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
    expect(Properties).toEqual({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: false,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^AuditKey/), 'Arn'] },
            },
          },
        ],
      },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            ExpirationInDays: 365,
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
            Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }],
          },
          { Status: 'Enabled', ExpiredObjectDeleteMarker: true },
        ],
      },
    });
  });

  test('takes records of this trail, over TLS, and nothing else', () => {
    const template = trailOf();
    const bucket = { 'Fn::GetAtt': [expect.stringMatching(/^AuditBucket/), 'Arn'] };
    const all = [bucket, { 'Fn::Join': ['', [bucket, '/*']] }];
    const deny = (Condition: unknown) => ({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Resource: all,
      Condition,
    });
    expect(resource(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement).toEqual([
      deny({ Bool: { 'aws:SecureTransport': 'false' } }),
      deny({ NumericLessThan: { 's3:TlsVersion': 1.2 } }),
      {
        Effect: 'Allow',
        Principal: SERVICE,
        Action: 's3:GetBucketAcl',
        Resource: bucket,
        Condition: { StringEquals: { 'aws:SourceArn': trailArnIn(template) } },
      },
      {
        Effect: 'Allow',
        Principal: SERVICE,
        Action: 's3:PutObject',
        Resource: { 'Fn::Join': ['', [bucket, '/AWSLogs/111122223333/*']] },
        Condition: {
          StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trailArnIn(template) },
        },
      },
    ]);
  });

  test('is locked for as long as records are kept', () => {
    const template = trailOf({ retention: Duration.days(2557) });
    expect(lock(template)).toEqual({ Mode: 'GOVERNANCE', Days: 2557 });
    expect(lifecycle(template).ExpirationInDays).toBe(2557);
  });

  test('is locked as you say', () => {
    const objectLock = s3.ObjectLockRetention.compliance(Duration.days(30));
    expect(lock(trailOf({ objectLock }))).toEqual({ Mode: 'COMPLIANCE', Days: 30 });
  });

  test.each([
    ['left away', {}, 90],
    ['left away, where records are kept no longer', { retention: Duration.days(90) }, undefined],
    ['given', { archiveAfter: Duration.days(1) }, 1],
    ['the longest', { archiveAfter: Duration.days(364) }, 364],
  ])('archiveAfter %s', (_, props: AgentAuditTrailProps, days) => {
    const transition = days && [{ StorageClass: 'GLACIER_IR', TransitionInDays: days }];
    expect(lifecycle(trailOf(props)).Transitions).toEqual(transition);
  });

  test('logs who reads it, where asked to', () => {
    const stack = newStack();
    const template = trailOf({ serverAccessLogsBucket: new s3.Bucket(stack, 'Access') }, stack);
    expect(resource(template, BUCKET, 'Audit').Properties.LoggingConfiguration).toEqual({
      DestinationBucketName: { Ref: expect.stringMatching(/^Access/) },
    });
  });

  test.each([
    [0, 'retention', 'DaysOutOfRange'],
    [36_501, 'retention', 'DaysOutOfRange'],
    [0, 'archiveAfter', 'DaysOutOfRange'],
  ])('refuses %p days of %s', (days, prop, code) => {
    const error = thrownBy(() => trailOf({ [prop]: Duration.days(days) }));
    expect(error.code).toBe(code);
    expect(error.text).toContain(`${prop} is not a number of days that the service takes`);
  });

  test('refuses a lock that outlives the records', () => {
    const objectLock = s3.ObjectLockRetention.governance(Duration.days(366));
    const error = thrownBy(() => trailOf({ objectLock }));
    expect(error.code).toBe('LockOutlivesRetention');
    expect(error.text).toContain(
      "objectLock is longer than retention, so records could not be deleted when their time is over (got '366 days'); allowed: at most 365 days, as long as retention; raise retention, or leave objectLock away to lock them for as long as they are kept",
    );
  });

  test('refuses to archive what is deleted', () => {
    const error = thrownBy(() => trailOf({ archiveAfter: Duration.days(365) }));
    expect(error.code).toBe('ArchivedAfterRetention');
    expect(error.text).toContain(
      "archiveAfter comes after the records are deleted (got '365 days'); allowed: fewer than the 365 days of retention; lower archiveAfter, or raise retention",
    );
  });
});

describe('a bucket of the user', () => {
  test('is used, and lets the trail write', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Mine', { objectLockDefaultRetention: LOCK });
    const template = trailOf({ bucket }, stack);
    template.resourceCountIs(BUCKET, 1);
    const actions = resource(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement;
    expect(actions.map(({ Action }: any) => Action)).toEqual(['s3:GetBucketAcl', 's3:PutObject']);
    expect(resource(template, 'AWS::CloudTrail::Trail').DependsOn).toContainEqual(expect.stringMatching(/^MinePolicy/));
    expect(messages({ stack })).toEqual([]);
  });

  test.each<[string, s3.BucketProps]>([
    ['is not locked', {}],
    ['can lock objects, and locks none by itself', { objectLockEnabled: true }],
  ])('that %s brings a warning', (_case, props) => {
    const stack = newStack();
    trailOf({ bucket: new s3.Bucket(stack, 'Mine', props) }, stack);
    expect(messages({ stack })).toEqual([
      "the bucket of the trail does not lock what is written, so who may delete objects there may delete records (got 'Stack/Mine'); create it with `objectLockDefaultRetention`, or acknowledge this warning [ack: cdk-coding-agents:auditBucketNotLocked]",
    ]);
  });

  test.each<[string, (bucket: s3.CfnBucket) => void]>([
    ['configuration', (bucket) => (bucket.objectLockConfiguration = Lazy.any({ produce: () => ({}) }))],
    ['rule', (bucket) => (bucket.objectLockConfiguration = { rule: Lazy.any({ produce: () => ({}) }) })],
  ])('whose lock %s is known only at deployment is not judged', (_case, change) => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Mine', { objectLockEnabled: true });
    change(bucket.node.defaultChild as s3.CfnBucket);
    trailOf({ bucket }, stack);
    expect(messages({ stack })).toEqual([]);
  });

  test('that is imported brings a warning', () => {
    const stack = newStack();
    trailOf({ bucket: s3.Bucket.fromBucketName(stack, 'Mine', 'archive') }, stack);
    expect(messages({ stack })).toEqual([
      "the bucket of the trail is imported, so its policy cannot be extended here (got 'Stack/Mine'); allowed: a bucket policy that lets cloudtrail.amazonaws.com write for this trail, or the deployment fails; copy the statements from https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html [ack: cdk-coding-agents:importedAuditBucket]",
    ]);
  });

  test('in another region is refused', () => {
    const app = new App();
    const elsewhere = newStack({ env: { ...ENV, region: 'us-east-1' } }, app, 'Elsewhere');
    const bucket = new s3.Bucket(elsewhere, 'Mine', { bucketName: 'archive' });
    const error = thrownBy(() => trailOf({ bucket }, newStack({ env: ENV }, app)));
    expect(error.code).toBe('AuditBucketElsewhere');
    expect(error.text).toContain(
      "CloudTrail needs bucket and key in one region, and the bucket is in another region than the trail (got 'us-east-1'); allowed: eu-west-1; use a bucket of this region, or omit `bucket` to get one",
    );
  });

  test.each<[keyof AgentAuditTrailProps, AgentAuditTrailProps]>([
    ['retention', { retention: Duration.days(30) }],
    ['archiveAfter', { archiveAfter: Duration.days(30) }],
    ['objectLock', { objectLock: s3.ObjectLockRetention.governance(Duration.days(30)) }],
    ['serverAccessLogsBucket', { serverAccessLogsBucket: s3.Bucket.fromBucketName(newStack(), 'Logs', 'logs') }],
  ])('does not take %s', (prop, props) => {
    const stack = newStack();
    const error = thrownBy(() => trailOf({ bucket: new s3.Bucket(stack, 'Mine'), ...props }, stack));
    expect(error.code).toBe('AuditBucketIsYours');
    expect(error.text).toContain(
      `${prop} is about the bucket that the trail would make, but \`bucket\` is given; set it on your bucket`,
    );
  });
});

describe('the key', () => {
  const statements = (template: Template): any[] => resource(template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement;

  test('rotates, is kept, and may be used by CloudTrail for this trail, and by the log group', () => {
    const template = trailOf();
    const { Properties, DeletionPolicy } = resource(template, 'AWS::KMS::Key');
    expect([Properties.EnableKeyRotation, DeletionPolicy]).toEqual([true, 'RetainExceptOnCreate']);
    const StringEquals = { 'aws:SourceArn': trailArnIn(template) };
    expect(statements(template).slice(1)).toEqual([
      {
        Effect: 'Allow',
        Principal: SERVICE,
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          StringEquals,
          StringLike: {
            'kms:EncryptionContext:aws:cloudtrail:arn': arn('cloudtrail:*:111122223333:trail/*'),
          },
        },
      },
      { Effect: 'Allow', Principal: SERVICE, Action: 'kms:DescribeKey', Resource: '*', Condition: { StringEquals } },
      {
        Effect: 'Allow',
        Principal: { Service: 'logs.eu-west-1.amazonaws.com' },
        Action: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        Resource: '*',
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': arn('logs:eu-west-1:111122223333:log-group:/coding-agents/audit/*'),
          },
        },
      },
    ]);
    expect(statements(template)[0].Principal).toEqual({ AWS: arn('iam::111122223333:root') });
  });

  test('may decrypt for a bucket of the user, which may have a bucket key', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Mine', { objectLockDefaultRetention: LOCK });
    const template = trailOf({ bucket }, stack);
    expect(statements(template)[2].Action).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
  });

  test('of the user is used', () => {
    const stack = newStack();
    const template = trailOf({ encryptionKey: new kms.Key(stack, 'Mine') }, stack);
    expect(statements(template)).toHaveLength(4);
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^Mine/), 'Arn'] };
    expect(resource(template, 'AWS::CloudTrail::Trail').Properties.KMSKeyId).toEqual(key);
    expect(resource(template, 'AWS::Logs::LogGroup').Properties.KmsKeyId).toEqual(key);
    expect(messages({ stack })).toEqual([]);
  });

  test('that is imported must allow it itself', () => {
    const stack = newStack();
    trailOf({ encryptionKey: kms.Key.fromKeyArn(stack, 'Mine', KEY_ARN) }, stack);
    expect(messages({ stack })).toEqual([
      "the encryptionKey of the trail is imported, so its policy cannot be extended here (got 'Stack/Mine'); allowed: a key policy that lets cloudtrail.amazonaws.com encrypt for this trail, or the deployment fails; copy the statements from https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html [ack: cdk-coding-agents:importedAuditKey]",
      expect.stringContaining('[ack: cdk-coding-agents:importedLogKey]'),
    ]);
  });

  test('that goes away brings a warning', () => {
    const stack = newStack();
    trailOf({ encryptionKey: new kms.Key(stack, 'Gone', { removalPolicy: RemovalPolicy.DESTROY }) }, stack);
    expect(messages({ stack })).toEqual([
      "encryptionKey is deleted with its stack, and then no record can be read (got 'Stack/Gone'); set removalPolicy of the key to RETAIN [ack: cdk-coding-agents:auditKeyDeleted]",
    ]);
  });

  test.each<[string, string, (stack: ReturnType<typeof newStack>) => kms.IKey]>([
    ['KeyIsAlias', 'encryptionKey is an alias', (stack) => kms.Alias.fromAliasName(stack, 'Mine', 'alias/audit')],
    [
      'ForeignKey',
      "encryptionKey is in another region than the stack that uses it (got 'us-east-1')",
      (stack) => kms.Key.fromKeyArn(stack, 'Mine', KEY_ARN.replace('eu-west-1', 'us-east-1')),
    ],
    [
      'AuditKeyNotSymmetric',
      "encryptionKey is not a key that CloudTrail can encrypt with (got 'RSA_2048, SIGN_VERIFY'); allowed: SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT; leave keySpec and keyUsage of the key away",
      (stack) => new kms.Key(stack, 'Mine', { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY }),
    ],
    [
      'AuditKeyDisabled',
      "encryptionKey is disabled, and CloudTrail would deliver nothing (got 'Stack/Mine'); remove `enabled: false` from the key",
      (stack) => new kms.Key(stack, 'Mine', { enabled: false }),
    ],
  ])('%s', (code, text, key) => {
    const stack = newStack();
    const error = thrownBy(() => trailOf({ encryptionKey: key(stack) }, stack));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });
});
