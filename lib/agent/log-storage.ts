import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AgentObservability } from './agent-observability';
import { invalid, warn } from '../private/errors';

/** How log groups are kept, with the defaults filled in. */
export type LogStorage = Required<Pick<AgentObservability, 'retention' | 'removalPolicy'>> &
  Pick<AgentObservability, 'encryptionKey'>;

export function logStorageOf(
  scope: Construct,
  { retention, encryptionKey, removalPolicy }: AgentObservability,
): LogStorage {
  if (retention === logs.RetentionDays.INFINITE) {
    throw invalid(scope, 'LogsKeptForever', {
      what: 'the logs of an agent would be kept forever',
      got: 'RetentionDays.INFINITE',
      allowed: 'any limited retention',
      fix: 'choose one, for example RetentionDays.TEN_YEARS; left away it is one year',
    });
  }
  return {
    retention: retention ?? logs.RetentionDays.ONE_YEAR,
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
    encryptionKey,
  };
}

/**
 * Creates a log group and lets CloudWatch Logs use the key for groups of this prefix.
 *
 * The prefix, not the name, goes into the key policy: a name with the id of a runtime would make the key wait for the
 * runtime.
 */
export function logGroup(
  scope: Construct,
  id: string,
  logGroupName: string,
  prefix: string,
  storage: LogStorage,
): logs.CfnLogGroup {
  const { retention, removalPolicy, encryptionKey } = storage;
  // the L1: nobody takes a handle of it, and there is one for each agent
  const group = new logs.CfnLogGroup(scope, id, {
    logGroupName,
    retentionInDays: retention,
    kmsKeyId: encryptionKey?.keyArn,
  });
  group.applyRemovalPolicy(removalPolicy);
  if (encryptionKey !== undefined) {
    allowKey(group, encryptionKey, prefix);
  }
  return group;
}

function allowKey(group: logs.CfnLogGroup, key: NonNullable<LogStorage['encryptionKey']>, prefix: string): void {
  const stack = Stack.of(group);
  const arn = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `${prefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const { statementAdded } = key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn } },
    }),
    true,
  );
  if (!statementAdded) {
    warn(group, 'logKeyPolicyNotChanged', {
      what: `the policy of the key for log group '${group.node.path}' could not be extended, since the key is imported`,
      allowed: 'a key policy that lets logs.<region>.amazonaws.com encrypt and decrypt',
      fix: `allow it there for kms:EncryptionContext:aws:logs:arn like ...:log-group:${prefix}*`,
    });
  }
}
