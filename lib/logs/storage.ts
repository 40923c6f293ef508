import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ObservabilityOptions } from './observability-options';
import { invalid } from '../private/errors';
import { letLogsUseKey } from '../private/keys';

/** What the names of the log groups of runtimes begin with: the service writes to these, and roles of agents do. */
export const RUNTIME_LOGS = '/aws/bedrock-agentcore/runtimes';

/** How log groups are kept, with the defaults filled in. */
export type LogStorage = Required<Pick<ObservabilityOptions, 'retention' | 'removalPolicy'>> &
  Pick<ObservabilityOptions, 'encryptionKey'>;

export function logStorageOf(
  scope: Construct,
  { retention, encryptionKey, removalPolicy }: ObservabilityOptions,
): LogStorage {
  if (retention === logs.RetentionDays.INFINITE) {
    throw invalid(scope, 'LogsKeptForever', {
      what: 'logs would be kept forever',
      got: 'RetentionDays.INFINITE',
      allowed: 'any limited retention',
      fix: 'choose one, for example RetentionDays.TEN_YEARS; left away it is one year',
    });
  }
  return {
    retention: retention ?? logs.RetentionDays.ONE_YEAR,
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
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
  dataProtectionPolicy?: object,
): logs.CfnLogGroup {
  const { retention, removalPolicy, encryptionKey } = storage;
  // the L1: nobody takes a handle of it, and there is one for each agent
  const group = new logs.CfnLogGroup(scope, id, {
    logGroupName,
    retentionInDays: retention,
    kmsKeyId: encryptionKey?.keyArn,
    dataProtectionPolicy,
  });
  group.applyRemovalPolicy(removalPolicy);
  if (encryptionKey !== undefined) {
    letLogsUseKey(group, encryptionKey, `${prefix}*`);
  }
  return group;
}
