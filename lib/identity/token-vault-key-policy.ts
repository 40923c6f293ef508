import { CfnDeletionPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { invalid, warn } from '../private/errors';
import { checkKeyPlace, madeKey } from '../private/keys';

const USE = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKeyWithoutPlaintext'];
const VAULT_CONTEXT = 'kms:EncryptionContext:aws-crypto-ec:aws:bedrock-agentcore-identity:token-vault-arn';

/** Refuses keys with which the vault could not be encrypted, and warns of one that goes away. */
export function checkVaultKey(scope: Construct, key: kms.IKey): void {
  checkKeyPlace(scope, key, 'the key of the token vault', 'account and region');
  const made = madeKey(key);
  if (made === undefined) {
    return;
  }
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = made;
  if (keySpec !== 'SYMMETRIC_DEFAULT' || keyUsage !== 'ENCRYPT_DECRYPT') {
    throw invalid(scope, 'VaultKeyNotSymmetric', {
      what: 'the key of the token vault does not encrypt',
      got: `${keySpec}, ${keyUsage}`,
      allowed: 'SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT',
      fix: 'leave keySpec and keyUsage of the key away',
    });
  }
  if (made.enabled === false) {
    throw invalid(scope, 'VaultKeyDisabled', {
      what: 'the key of the token vault is disabled',
      got: key.node.path,
      fix: 'remove `enabled: false` from the key: without it no credential can be read',
    });
  }
  if (made.cfnOptions.deletionPolicy === CfnDeletionPolicy.DELETE) {
    warn(scope, 'tokenVaultKeyDeleted', {
      what: 'the key of the token vault is deleted with its stack, and then no credential of the vault can be read',
      got: key.node.path,
      fix: 'set removalPolicy of the key to RETAIN',
    });
  }
}

/**
 * Extends the policy of the key as AWS documents it: AgentCore Identity uses it with the rights of whoever calls, so
 * every principal of the account may, but through that service and for the vault only.
 */
export function letVaultUseKey(scope: Construct, key: kms.IKey, vaultArn: string): void {
  const account = { StringEquals: { 'kms:CallerAccount': Stack.of(scope).account } };
  const results = [
    new iam.PolicyStatement({
      sid: 'TokenVault',
      principals: [new iam.AnyPrincipal()],
      actions: USE,
      resources: ['*'],
      conditions: { StringEquals: { ...account.StringEquals, ...viaIdentity(scope), [VAULT_CONTEXT]: vaultArn } },
    }),
    new iam.PolicyStatement({
      sid: 'TokenVaultDescribe',
      principals: [new iam.AnyPrincipal()],
      actions: ['kms:DescribeKey'],
      resources: ['*'],
      conditions: { StringEquals: { ...account.StringEquals, ...viaIdentity(scope) } },
    }),
  ].map((statement) => key.addToResourcePolicy(statement, true));
  if (results.some(({ statementAdded }) => !statementAdded)) {
    warn(scope, 'importedTokenVaultKey', {
      what: 'the key of the token vault is imported, so its policy cannot be extended here',
      got: key.node.path,
      allowed: `a key policy that lets principals of the account use it through ${hostOf(scope)}`,
      fix: 'copy the statements from https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/kms-key-policy-configuration.html',
    });
  }
}

/** What the function that sets the key may do with it, for keys whose policy leaves that to IAM. */
export function vaultKeyStatements(scope: Construct, key: kms.IKey, vaultArn: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'Key',
      actions: USE,
      resources: [key.keyArn],
      conditions: { StringEquals: { ...viaIdentity(scope), [VAULT_CONTEXT]: vaultArn } },
    }),
    new iam.PolicyStatement({
      sid: 'DescribeKey',
      actions: ['kms:DescribeKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: viaIdentity(scope) },
    }),
  ];
}

function viaIdentity(scope: Construct): Record<string, string> {
  return { 'kms:ViaService': hostOf(scope) };
}

function hostOf(scope: Construct): string {
  return `bedrock-agentcore-identity.${Stack.of(scope).region}.amazonaws.com`;
}
