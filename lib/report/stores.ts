import { AGENTCORE } from '../template/resource';
import type { Resource } from '../template/resource';
import type { Section } from './reader/facts';
import { entry, sorted, sortedBy } from './reader/facts';
import type { Reader } from './reader/reader';

/** Where a kind of store says how it is encrypted and how long it keeps. */
interface Kind {
  /** properties that name the key, and what counts without them */
  readonly key?: string[];
  readonly otherwise?: string;
  /** properties about how long things are kept, and who may take them away */
  readonly keeps?: string[];
  readonly keepsOtherwise?: string;
}

const AWS_OWNED = 'AWS owned key';

const KINDS: Record<string, Kind> = {
  [`${AGENTCORE}BrowserCustom`]: { otherwise: AWS_OWNED, keeps: ['RecordingConfig'] },
  [`${AGENTCORE}ConfigurationBundle`]: { key: ['KmsKeyArn'], otherwise: AWS_OWNED },
  [`${AGENTCORE}Dataset`]: { key: ['KmsKeyArn'], otherwise: AWS_OWNED },
  [`${AGENTCORE}Evaluator`]: { key: ['KmsKeyArn'], otherwise: AWS_OWNED },
  [`${AGENTCORE}Gateway`]: { key: ['KmsKeyArn'], otherwise: AWS_OWNED },
  [`${AGENTCORE}Memory`]: { key: ['EncryptionKeyArn'], otherwise: AWS_OWNED, keeps: ['EventExpiryDuration'] },
  [`${AGENTCORE}PolicyEngine`]: { key: ['EncryptionKeyArn'], otherwise: AWS_OWNED },
  'AWS::CloudTrail::EventDataStore': {
    key: ['KmsKeyId'],
    otherwise: AWS_OWNED,
    keeps: ['RetentionPeriod', 'TerminationProtectionEnabled'],
  },
  'AWS::CloudTrail::Trail': {
    key: ['KMSKeyId'],
    otherwise: 'SSE-S3',
    keeps: ['S3BucketName', 'EnableLogFileValidation', 'IsLogging'],
  },
  'AWS::DynamoDB::Table': {
    key: ['SSESpecification.KMSMasterKeyId'],
    otherwise: AWS_OWNED,
    keeps: ['PointInTimeRecoverySpecification', 'TimeToLiveSpecification', 'DeletionProtectionEnabled'],
  },
  'AWS::ECR::Repository': {
    key: ['EncryptionConfiguration.KmsKey', 'EncryptionConfiguration.EncryptionType'],
    otherwise: 'AES256',
    keeps: ['ImageTagMutability', 'LifecyclePolicy.LifecyclePolicyText'],
  },
  'AWS::EFS::FileSystem': {
    key: ['KmsKeyId'],
    otherwise: 'aws/elasticfilesystem',
    keeps: ['Encrypted', 'LifecyclePolicies', 'BackupPolicy'],
  },
  'AWS::KMS::Key': {
    keeps: ['EnableKeyRotation', 'RotationPeriodInDays', 'PendingWindowInDays', 'KeySpec'],
  },
  'AWS::Kinesis::Stream': {
    key: ['StreamEncryption.KeyId'],
    otherwise: 'not encrypted',
    keeps: ['RetentionPeriodHours'],
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    key: ['DeliveryStreamEncryptionConfigurationInput.KeyARN', 'DeliveryStreamEncryptionConfigurationInput.KeyType'],
    otherwise: 'not encrypted',
  },
  'AWS::Logs::LogGroup': {
    key: ['KmsKeyId'],
    otherwise: 'AES-GCM by CloudWatch Logs',
    keeps: ['RetentionInDays', 'DataProtectionPolicy.Name'],
    keepsOtherwise: 'kept forever',
  },
  'AWS::RDS::DBCluster': {
    key: ['KmsKeyId'],
    otherwise: 'aws/rds, if encrypted',
    keeps: ['StorageEncrypted', 'BackupRetentionPeriod', 'DeletionProtection'],
  },
  'AWS::RDS::DBInstance': {
    key: ['KmsKeyId'],
    otherwise: 'aws/rds, if encrypted',
    keeps: ['StorageEncrypted', 'BackupRetentionPeriod', 'DeletionProtection'],
  },
  'AWS::S3::Bucket': {
    key: [],
    otherwise: 'SSE-S3',
    keeps: ['VersioningConfiguration.Status', 'ObjectLockConfiguration', 'PublicAccessBlockConfiguration'],
  },
  'AWS::S3Files::FileSystem': { key: ['KmsKeyId'], otherwise: AWS_OWNED, keeps: ['Bucket'] },
  'AWS::SNS::Topic': { key: ['KmsMasterKeyId'], otherwise: 'not encrypted' },
  'AWS::SQS::Queue': {
    key: ['KmsMasterKeyId'],
    otherwise: 'SSE-SQS',
    keeps: ['SqsManagedSseEnabled', 'MessageRetentionPeriod'],
  },
  'AWS::SecretsManager::Secret': { key: ['KmsKeyId'], otherwise: 'aws/secretsmanager' },
  'Custom::TokenVaultKey': { key: ['KeyArn'], otherwise: AWS_OWNED },
};

/** How each store is encrypted, and how long it keeps what it holds. */
export function storesSection(reader: Reader): Section {
  const stores = Object.entries(KINDS).flatMap(([type, kind]) =>
    reader.resourcesOf(type).map((resource) =>
      entry({
        name: reader.nameOf(resource),
        type,
        key: keyOf(resource, kind, reader),
        keeps: keepsOf(resource, kind, reader),
        masks: masksOf(resource, reader),
        lifecycle: lifecycleOf(resource, reader),
        whenDeleted: deletionOf(resource),
      }),
    ),
  );
  return {
    id: 'stores',
    title: 'Encryption and retention',
    none: 'The stack stores nothing.',
    entries: sortedBy(stores, ({ type, name }) => JSON.stringify([type, name])),
  };
}

function keyOf(resource: Resource, { key = [], otherwise }: Kind, reader: Reader): string | undefined {
  const defaults = resource.get('BucketEncryption', 'ServerSideEncryptionConfiguration').items;
  const rules = defaults.map((rule) => rule.get('ServerSideEncryptionByDefault'));
  const named = [
    ...key.map((path) => resource.get(...path.split('.'))),
    ...rules.map((rule) => (rule.get('KMSMasterKeyID').absent ? rule.get('SSEAlgorithm') : rule.get('KMSMasterKeyID'))),
  ];
  return named.map((value) => reader.about(value)).find((text) => text !== undefined) ?? otherwise;
}

function keepsOf(resource: Resource, { keeps = [], keepsOtherwise }: Kind, reader: Reader): string[] {
  const found = keeps.flatMap((path) => {
    const value = resource.get(...path.split('.'));
    const about = value.parts === undefined ? undefined : reader.about(value);
    return about === undefined ? reader.lines(value, `${path}.`) : [`${path}: ${about}`];
  });
  return found.length > 0 || keepsOtherwise === undefined ? found : [keepsOtherwise];
}

/** what a log group hides from its readers */
function masksOf(resource: Resource, reader: Reader): string | undefined {
  const statements = resource.get('DataProtectionPolicy', 'Statement').items;
  const masked = statements.filter((statement) => !statement.get('Operation', 'Deidentify').absent);
  const identifiers = masked.flatMap((statement) => reader.texts(statement.get('DataIdentifier')));
  return identifiers.length > 0 ? sorted(identifiers.map((arn) => arn.split('/').at(-1) ?? arn)).join(', ') : undefined;
}

/** a rule of a bucket in one line each */
function lifecycleOf(resource: Resource, reader: Reader): string[] {
  return resource.type === 'AWS::S3::Bucket'
    ? sorted(resource.get('LifecycleConfiguration', 'Rules').items.map((rule) => reader.lines(rule).join(', ')))
    : [];
}

function deletionOf({ written }: Resource): string {
  const { DeletionPolicy } = written as { DeletionPolicy?: unknown };
  return typeof DeletionPolicy === 'string' ? DeletionPolicy : 'Delete';
}
