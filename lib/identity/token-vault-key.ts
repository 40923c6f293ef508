import * as path from 'node:path';
import { CustomResource, Duration, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { checkVaultKey, letVaultUseKey, vaultKeyStatements } from './token-vault-key-policy';
import { KEY_ARN_VARIABLE, REPLACE_EXISTING_KEY_VARIABLE, SET_BACK_VARIABLE, VAULT_ID } from '../contract/token-vault';
import { PerEnvironment, checkRegion } from '../private/environments';
import { invalid } from '../private/errors';
import { checkProps } from '../private/kinds';

const HANDLER = path.join(__dirname, '..', '..', 'assets', 'token-vault-key');
const taken = new PerEnvironment();

/** Settings of a `TokenVaultKey`. */
export interface TokenVaultKeyProps {
  /**
   * The key: a symmetric customer-managed key of the account and region of the stack. Never an alias.
   *
   * Its policy is extended, so that principals of the account may use it through AgentCore Identity and for the token
   * vault only. The policy of an imported key cannot be extended; a warning tells what must stand in it.
   */
  readonly key: kms.IKey;

  /**
   * What happens to the vault when this construct is removed: `RETAIN` leaves the key in use, `DESTROY` sets the vault
   * back to the key that AWS manages, unless somebody has set another key since.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether to replace a customer-managed key that somebody else set on the vault. Without it the deployment fails and
   * names the key that it found.
   *
   * @default false
   */
  readonly replaceExistingKey?: boolean;
}

/**
 * Encrypts the Token Vault of the account and region, where AgentCore Identity keeps credentials, with your own key.
 *
 * There is one vault, 'default', in each account and region, and CloudFormation has no resource for it. So this is a
 * custom resource: a function of its own that calls `SetTokenVaultCMK`, when the vault is not encrypted with the key
 * already. It answers CloudFormation itself: the provider framework of the CDK would add a second function and role.
 *
 * Everything that keeps credentials in this account and region is affected. Keep the key enabled, and never delete it:
 * without it no credential in the vault can be read again. AWS does not say whether credentials that are in the vault
 * are encrypted anew when the key changes, so keep the old key and its policy too.
 *
 * A new id for this construct means, with `RemovalPolicy.DESTROY`, that the vault is set back to the key of AWS: the
 * old resource is deleted after the new one is made.
 *
 * Errors: a second one for the same account and region; an alias, a key of another account or region, a key that is
 * not symmetric, a disabled key.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/kms-key-policy-configuration.html
 */
export class TokenVaultKey extends Resource {
  /** The ARN of the vault. */
  public readonly tokenVaultArn: string;

  /**
   * As whom the function calls AgentCore. It may do so on the ARN of the vault, as the IAM reference of AWS asks for.
   * Some accounts have reported that AgentCore checks another ARN: if the deployment is denied, allow what it names.
   */
  public readonly role: iam.IRole;

  public constructor(scope: Construct, id: string, props: TokenVaultKeyProps) {
    super(scope, id);
    checkProps(this, 'TokenVaultKeyProps', props);
    const { key, removalPolicy = RemovalPolicy.RETAIN, replaceExistingKey = false } = props;
    checkRegion(this, 'agentCore');
    this.takeVault();
    checkVaultKey(this, key);
    checkRemovalPolicy(this, removalPolicy);
    this.tokenVaultArn = Stack.of(this).formatArn({
      service: 'bedrock-agentcore',
      resource: 'token-vault',
      resourceName: VAULT_ID,
    });
    letVaultUseKey(this, key, this.tokenVaultArn);

    const handler = this.createHandler(key, {
      [KEY_ARN_VARIABLE]: key.keyArn,
      [REPLACE_EXISTING_KEY_VARIABLE]: String(replaceExistingKey),
      [SET_BACK_VARIABLE]: String(removalPolicy !== RemovalPolicy.RETAIN),
    });
    this.role = handler.role;
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::TokenVaultKey',
      serviceToken: handler.function.functionArn,
      // the function answers within two minutes, or never
      serviceTimeout: Duration.minutes(5),
      removalPolicy,
      properties: { TokenVaultId: VAULT_ID, KeyArn: key.keyArn, ReplaceExistingKey: replaceExistingKey },
    });
    // with all that an app adds to the role, and until the vault is set back
    resource.node.addDependency(handler.role, handler.policy);
  }

  private takeVault(): void {
    const owner = taken.take(this, VAULT_ID);
    if (owner !== undefined) {
      throw invalid(this, 'SecondTokenVaultKey', {
        what: 'the token vault of this account and region has a key already',
        got: this.node.path,
        allowed: 'one TokenVaultKey for each account and region, which has one vault',
        fix: `remove this one, '${owner.node.path}' sets the key`,
      });
    }
  }

  private createHandler(
    key: kms.IKey,
    environment: Record<string, string>,
  ): { function: lambda.Function; role: iam.Role; policy: iam.ManagedPolicy } {
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new iam.Role(this, 'Role', {
      description: 'Sets the key of the AgentCore token vault',
      // AWS does not say that Lambda sets aws:SourceAccount here, so the trust is not pinned
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: 'Sets the key of the AgentCore token vault',
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          sid: 'Vault',
          actions: ['bedrock-agentcore:GetTokenVault', 'bedrock-agentcore:SetTokenVaultCMK'],
          resources: [this.tokenVaultArn],
        }),
        ...vaultKeyStatements(this, key, this.tokenVaultArn),
        new iam.PolicyStatement({
          sid: 'Log',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    const handler = new lambda.Function(this, 'Function', {
      description: 'Sets the key of the AgentCore token vault',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(HANDLER),
      handler: 'index.handler',
      timeout: Duration.minutes(2),
      memorySize: 256,
      environment,
      role: role.withoutPolicyUpdates(),
      logGroup,
    });
    return { function: handler, role, policy };
  }
}

function checkRemovalPolicy(scope: Construct, removalPolicy: RemovalPolicy): void {
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw invalid(scope, 'SnapshotNotSupported', {
      what: 'the key of a token vault has no snapshots',
      got: 'RemovalPolicy.SNAPSHOT',
      allowed: 'RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY',
      fix: 'use RETAIN',
    });
  }
}
