import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { warn } from './errors';

/**
 * Lets CloudWatch Logs use the key, for log groups whose names fit the pattern only.
 *
 * A pattern and not the names: the groups are made after the key, so a name that is known only then would be a circle.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function letLogsUseKey(scope: Construct, key: kms.IKey, logGroupNamePattern: string): void {
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
