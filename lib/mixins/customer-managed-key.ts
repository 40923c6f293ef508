import { type IAspect, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as efs from 'aws-cdk-lib/aws-efs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import type { IConstruct } from 'constructs';
import { warn } from '../private/errors';
import { checkKeyPlace, letLogsUseKey } from '../private/keys';
import { checkArguments } from '../private/kinds';

/**
 * Encrypts what has no key of yours, with one key: all log groups and the variables of all functions in a scope, those of
 * the library's own helper functions among them, which no prop reaches.
 *
 * What has a key keeps it. What takes a key only when it is made, or needs more than a key, is left as it is and named by
 * the warning `cdk-coding-agents:noCustomerKey`, with the prop to set: gateways, policy engines, file systems and buckets.
 * The policy of the key is extended for CloudWatch Logs; an imported key has to allow it already. Lambda decrypts for a
 * function by itself, so no role gets a right on the key.
 *
 * Errors: an alias, a key of another region or account than a resource.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/security-encryption-at-rest.html
 *
 * @example
 * Aspects.of(this).add(new mixins.CustomerManagedKey(key));
 */
export class CustomerManagedKey implements IAspect {
  /** the places for which CloudWatch Logs was let in */
  private readonly allowed = new Set<string>();

  /** @param key of the region and account of everything in the scope */
  public constructor(private readonly key: kms.IKey) {
    checkArguments('CustomerManagedKey', { key: ['IKey', key] });
  }

  /** Gives one construct the key; called by the CDK. */
  public visit(node: IConstruct): void {
    if (logs.CfnLogGroup.isCfnLogGroup(node) && node.kmsKeyId === undefined) {
      this.check(node);
      node.kmsKeyId = this.key.keyArn;
      this.letLogsIn(node);
    } else if (lambda.CfnFunction.isCfnFunction(node) && node.kmsKeyArn === undefined) {
      this.check(node);
      node.kmsKeyArn = this.key.keyArn;
    } else {
      tellMissing(node);
    }
  }

  private check(node: IConstruct): void {
    checkKeyPlace(node, this.key, 'the key of CustomerManagedKey', 'account and region');
  }

  private letLogsIn(group: logs.CfnLogGroup): void {
    const { region, account } = Stack.of(group);
    const place = `${account} ${region}`;
    if (!this.allowed.has(place)) {
      this.allowed.add(place);
      letLogsUseKey(group, this.key, '*');
    }
  }
}

/** What has no key, and the prop that gives it one. */
function tellMissing(node: IConstruct): void {
  const fix = missingIn(node);
  if (fix !== undefined) {
    warn(node, 'noCustomerKey', {
      what: 'this resource has no key of yours, and one cannot be given to it afterwards',
      got: node.node.path,
      fix: `${fix}, or acknowledge this warning`,
    });
  }
}

function missingIn(node: IConstruct): string | undefined {
  if (agentcore.CfnGateway.isCfnGateway(node) && node.kmsKeyArn === undefined) {
    return 'set encryptionKey of the McpGateway';
  }
  if (agentcore.CfnPolicyEngine.isCfnPolicyEngine(node) && node.encryptionKeyArn === undefined) {
    return 'set encryptionKey of the McpGateway before its first deployment: another key makes another policy engine';
  }
  if (efs.CfnFileSystem.isCfnFileSystem(node) && node.kmsKeyId === undefined) {
    return 'set kmsKey of the file system before its first deployment';
  }
  if (s3files.CfnFileSystem.isCfnFileSystem(node) && node.kmsKeyId === undefined) {
    return 'set encryptionKey of the S3FilesFileSystem before its first deployment';
  }
  return s3.CfnBucket.isCfnBucket(node) && !hasKey(node)
    ? 'set its encryption to s3.BucketEncryption.KMS, with the key'
    : undefined;
}

function hasKey(bucket: s3.CfnBucket): boolean {
  const written = JSON.stringify(Stack.of(bucket).resolve(bucket.bucketEncryption) ?? {});
  return /kmsMasterKeyId/i.test(written);
}
