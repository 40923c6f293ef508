import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { invalid, warn } from './errors';
import { checkPlace } from './references';

/** Where a key has to be. */
type KeyPlace = 'region' | 'account and region';

/** Refuses an alias and a key of another place; `prop` is what the user calls the key. */
export function checkKeyPlace(scope: Construct, key: kms.IKey, prop: string, place: KeyPlace): void {
  if ('aliasName' in key || (!Token.isUnresolved(key.keyArn) && !key.keyArn.includes(':key/'))) {
    throw invalid(scope, 'KeyIsAlias', {
      what: `${prop} is an alias`,
      got: key.node.path,
      allowed: 'the key itself: rights are given on its ARN, and an alias may be moved to another key',
      fix: 'use kms.Key.fromKeyArn(...), or the key construct that the alias points to',
    });
  }
  checkPlace(
    scope,
    { resource: key, arn: key.keyArn },
    {
      code: 'ForeignKey',
      what: `${prop} is`,
      than: 'the stack that uses it',
      // the policy of a key may let other accounts use it, but no service of AWS uses a key of another region
      same: place === 'region' ? ['region'] : ['region', 'account'],
      fix: `use a key of this ${place}, or a replica of a multi-region key there`,
    },
  );
}

/** What is known of a key that the app makes; undefined for an import. */
export function madeKey(key: kms.IKey): kms.CfnKey | undefined {
  const resource = key.node.defaultChild;
  return kms.CfnKey.isCfnKey(resource) ? resource : undefined;
}

/**
 * Lets CloudWatch Logs use the key, for log groups whose names fit the pattern only.
 *
 * A pattern and not the names: the groups are made after the key, so a name that is known only then would be a circle.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function letLogsUseKey(scope: Construct, key: kms.IKey, logGroupNamePattern: string): void {
  checkKeyPlace(scope, key, 'the encryptionKey of log groups', 'region');
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupNamePattern,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const { statementAdded } = key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
    true,
  );
  if (!statementAdded) {
    warn(scope, 'importedLogKey', {
      what: 'the encryptionKey of log groups is imported, so its policy cannot be extended here',
      got: key.node.path,
      allowed: 'a key policy that lets logs.<region>.amazonaws.com encrypt and decrypt, or the deployment fails',
      fix: `allow it there for kms:EncryptionContext:aws:logs:arn like ...:log-group:${logGroupNamePattern}`,
    });
  }
}
