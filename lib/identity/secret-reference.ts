import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { secretIn } from '../contract/secret-patterns';
import type { Problem } from '../private/errors';
import { invalid } from '../private/errors';
import { checkKeyPlace } from '../private/keys';
import { checkPlace, partsOf, surelyDiffer } from '../private/references';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-oauth2credentialprovider-secretreference.html */
const LONGEST_JSON_KEY = 128;
const COMPLETE_ARN = /^arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/;

/**
 * One value in a secret of AWS Secrets Manager. AgentCore reads it whenever it needs it, so a rotated value is used at
 * once and no copy exists.
 */
export interface SecretReference {
  /**
   * The secret, whose value is a JSON object. Of the same region; imported ones by their complete ARN, or by name where
   * they are in the account of the stack. One of another account needs an encryption key of its own, and its policies must
   * let the role of the gateway in.
   */
  readonly secret: secretsmanager.ISecret;

  /** The key in the JSON object under which the value is found, at most 128 characters. */
  readonly jsonKey: string;
}

/** A checked reference, ready for a template and for policies. */
export interface BoundSecret {
  readonly config: { readonly secretId: string; readonly jsonKey: string };
  /** the ARN as policies name it; where only the name is known, with `?` for its end */
  readonly pattern: string;
  /** what its reader must be allowed */
  readonly statements: iam.PolicyStatement[];
}

/** Checks a reference in the place where it is used; `prop` is what the user calls it. */
export function bindSecret(scope: Construct, { secret, jsonKey }: SecretReference, prop: string): BoundSecret {
  const problem = jsonKeyProblem(jsonKey, prop);
  if (problem !== undefined) {
    throw invalid(scope, 'InvalidJsonKey', problem);
  }
  const secretId = secretArn(scope, secret, prop);
  const pattern = patternOf(secret, secretId);
  return { config: { secretId, jsonKey }, pattern, statements: readStatements(scope, secret, pattern) };
}

/** What is wrong with the name of a key in a secret; undefined if nothing is. It never prints a credential. */
export function jsonKeyProblem(jsonKey: string, prop: string): Problem | undefined {
  if (Token.isUnresolved(jsonKey)) {
    return undefined;
  }
  const kind = secretIn(jsonKey);
  if (kind === undefined && jsonKey.trim() !== '' && jsonKey.length <= LONGEST_JSON_KEY) {
    return undefined;
  }
  return {
    what:
      kind === undefined
        ? `jsonKey of ${prop} is not the name of a key in a JSON object`
        : `jsonKey is ${kind}, and would be plain text`,
    allowed: `1 to ${LONGEST_JSON_KEY} characters, and never the credential itself`,
    fix: `store {"token": "..."} in the secret and give jsonKey 'token'`,
  };
}

/** The rights to read a secret and nothing else. */
export function secretStatements(
  scope: Construct,
  secret: secretsmanager.ISecret,
  prop: string,
): iam.PolicyStatement[] {
  return readStatements(scope, secret, patternOf(secret, secretArn(scope, secret, prop)));
}

/** What Secrets Manager adds to the name of a secret in its ARN. */
const SUFFIX = '-??????';

/** A secret by its name, or by an ARN without its end, of this account: its ARN ends in a dash and six characters. */
function patternOf(secret: secretsmanager.ISecret, arn: string): string {
  return secret.secretFullArn === undefined ? `${arn}${SUFFIX}` : arn;
}

/**
 * The ARN of a secret that can be read from here, or an error. Without its end where the app knows the name only, since the
 * end differs from account to account; a policy then names it with six question marks, which IAM takes for six characters.
 */
export function secretArn(scope: Construct, secret: secretsmanager.ISecret, prop: string): string {
  checkNoValueInTemplate(scope, secret, prop);
  checkPlace(
    scope,
    { resource: secret, arn: secret.secretFullArn },
    {
      code: 'ForeignSecret',
      what: `the secret of ${prop} is`,
      than: 'the stack that uses it',
      // the policies of a secret and of its key may let other accounts read it
      same: ['region'],
      fix: 'replicate the secret to this region and refer to the replica',
    },
  );
  const arn = secret.secretFullArn ?? byName(scope, secret);
  const account = partsOf(arn).account ?? secret.env.account;
  const isForeign = surelyDiffer(account, Stack.of(scope).account);
  const isShort = secret.secretFullArn !== undefined && !Token.isUnresolved(arn) && !COMPLETE_ARN.test(arn ?? '');
  if (arn === undefined || isShort || (isForeign && (Token.isUnresolved(arn) || secret.secretFullArn === undefined))) {
    throw invalid(scope, 'SecretArnIncomplete', {
      what: `the complete ARN of the secret of ${prop} is not known`,
      got: secret.secretName,
      allowed:
        'a secret of this app and account, one imported by an ARN that ends in a dash and six characters, or by its name in this account',
      fix: 'import it with Secret.fromSecretCompleteArn(...), or with Secret.fromSecretNameV2(...) in the account and region of the stack',
    });
  }
  if (isForeign && secret.encryptionKey === undefined) {
    throw invalid(scope, 'ForeignSecretNeedsKey', {
      what: `the secret of ${prop} is in another account and its encryption key is not known`,
      got: account,
      allowed: 'a secret with a customer-managed key that lets this account decrypt; the key that AWS manages cannot',
      fix: 'import it with Secret.fromSecretAttributes({ secretCompleteArn, encryptionKey })',
    });
  }
  return arn;
}

/** A literal name of the region and account of the stack; AWS takes no other characters in names. */
function byName(scope: Construct, { secretName, secretArn: arn }: secretsmanager.ISecret): string | undefined {
  const { region, account } = partsOf(arn);
  const { region: ownRegion, account: ownAccount } = Stack.of(scope);
  const isHere = !surelyDiffer(region ?? ownRegion, ownRegion) && !surelyDiffer(account ?? ownAccount, ownAccount);
  return isHere && !Token.isUnresolved(secretName) && /^[\w/+=.@-]{1,512}$/.test(secretName) ? arn : undefined;
}

/** Refuses a secret of the app whose value is a literal in it; `prop` is what the user calls the secret. */
function checkNoValueInTemplate(scope: Construct, secret: secretsmanager.ISecret, prop: string): void {
  const resource = secret.node.defaultChild;
  if (!secretsmanager.CfnSecret.isCfnSecret(resource)) {
    return;
  }
  const kind = secretIn(JSON.stringify(Stack.of(resource).resolve(resource.secretString) ?? ''));
  if (kind !== undefined) {
    throw invalid(scope, 'SecretValueInTemplate', {
      what: `the value of the secret of ${prop} stands in the template and looks like ${kind}`,
      got: secret.node.path,
      allowed: 'a secret whose value is stored outside of the app',
      fix: 'revoke this credential, make the secret without a value, and store a new one in it after deployment',
    });
  }
}

function readStatements(scope: Construct, secret: secretsmanager.ISecret, pattern: string): iam.PolicyStatement[] {
  const read = new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [pattern] });
  const key = secret.encryptionKey;
  if (key === undefined) {
    return [read];
  }
  checkKeyPlace(scope, key, 'the encryption key of a secret', 'region');
  const decrypt = new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com`,
        ...(pattern.endsWith(SUFFIX) ? {} : { 'kms:EncryptionContext:SecretARN': pattern }),
      },
      ...(pattern.endsWith(SUFFIX) && { StringLike: { 'kms:EncryptionContext:SecretARN': pattern } }),
    },
  });
  return [read, decrypt];
}
