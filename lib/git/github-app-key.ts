import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { KEY_ARN_VARIABLE, SECRET_ARN_VARIABLE, SECRET_FIELD_VARIABLE } from '../contract/github-app';
import { secretArn, jsonKeyProblem, secretStatements } from '../identity/secret-reference';
import { invalid, invalidValue, warn } from '../private/errors';
import { checkKeyPlace, madeKey } from '../private/keys';
import { checkArguments } from '../private/kinds';

const ALGORITHM = 'RSASSA_PKCS1_V1_5_SHA_256';
/** what users call the secret with the key */
const SECRET = 'the GitHub App';

/**
 * Where the private key of a GitHub App lies. It is never part of the app, of the template or of the environment of a
 * function.
 */
export abstract class GitHubAppKey {
  /**
   * In KMS, where nobody can read it, not even the function that signs with it. The recommended way.
   *
   * It is an `RSA_2048` key for `SIGN_VERIFY` into which you import what GitHub gave you; `docs/github-app.md` has the
   * commands. A key in another account must let the role of the function sign in its own policy.
   *
   * Errors: an alias, a key of another region, one made in this app that is not `RSA_2048` and `SIGN_VERIFY`.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
   */
  public static kms(key: kms.IKey): GitHubAppKey {
    checkArguments('GitHubAppKey.kms', { key: ['IKey', key] });
    return new KmsKey(key);
  }

  /**
   * In Secrets Manager, as PEM. The function reads it and keeps it for up to five minutes. A secret of another account
   * needs an encryption key of its own, and both must let the role of the function in.
   *
   * It takes no `SecretReference`, which always names a key in a JSON object: the file that GitHub gives you can be
   * stored as it is, and written into JSON every line break of it would have to be escaped.
   *
   * Errors: a secret of another region, one imported without its complete ARN, one of another account whose encryption
   * key is not known, a jsonKey that cannot be one.
   *
   * @param jsonKey the field of the JSON in the secret; left away, the whole secret is the PEM
   */
  public static secret(secret: secretsmanager.ISecret, jsonKey?: string): GitHubAppKey {
    checkArguments('GitHubAppKey.secret', { secret: ['ISecret', secret], jsonKey: ['string?', jsonKey] });
    return new SecretKey(secret, jsonKey);
  }

  protected constructor() {}

  /** @internal */
  public abstract _check(scope: Construct): void;

  /** @internal */
  public abstract _environment(scope: Construct): Record<string, string>;

  /** @internal */
  public abstract _statements(scope: Construct): iam.PolicyStatement[];
}

class KmsKey extends GitHubAppKey {
  public constructor(private readonly key: kms.IKey) {
    super();
  }

  /** @internal */
  public _check(scope: Construct): void {
    checkKeyPlace(scope, this.key, 'the key of the GitHub App', 'region');
    const made = madeKey(this.key);
    if (made === undefined) {
      return;
    }
    const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = made;
    if (keySpec !== 'RSA_2048' || keyUsage !== 'SIGN_VERIFY') {
      throw invalid(scope, 'KeyCannotSignForGitHub', {
        what: 'the key of the GitHub App cannot sign as GitHub asks for',
        got: `${keySpec}, ${keyUsage}`,
        allowed: 'RSA_2048, SIGN_VERIFY',
        fix: 'make such a key with origin EXTERNAL and import the key that GitHub gave you: see docs/github-app.md',
      });
    }
    if (made.origin !== 'EXTERNAL') {
      warn(scope, 'gitHubKeyNotImported', {
        what: 'KMS makes up this key itself, and GitHub does not know it: every call will be refused',
        got: this.key.node.path,
        allowed: "a key with origin EXTERNAL that holds the App's own key",
        fix: 'import the key that GitHub gave you: see docs/github-app.md',
      });
    }
  }

  /** @internal */
  public _environment(): Record<string, string> {
    return { [KEY_ARN_VARIABLE]: this.key.keyArn };
  }

  /** @internal */
  public _statements(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        sid: 'SignAsGitHubApp',
        actions: ['kms:Sign'],
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': ALGORITHM } },
      }),
    ];
  }
}

class SecretKey extends GitHubAppKey {
  public constructor(
    private readonly secret: secretsmanager.ISecret,
    private readonly jsonKey: string | undefined,
  ) {
    super();
    const problem = jsonKey === undefined ? undefined : jsonKeyProblem(jsonKey, SECRET);
    if (problem !== undefined) {
      const fix = 'store the key in the secret; leave jsonKey away where the whole secret is the key';
      throw invalidValue('InvalidJsonKey', { ...problem, fix });
    }
  }

  /** @internal */
  public _check(scope: Construct): void {
    secretArn(scope, this.secret, SECRET);
  }

  /** @internal */
  public _environment(scope: Construct): Record<string, string> {
    return {
      [SECRET_ARN_VARIABLE]: secretArn(scope, this.secret, SECRET),
      ...(this.jsonKey === undefined ? {} : { [SECRET_FIELD_VARIABLE]: this.jsonKey }),
    };
  }

  /** @internal */
  public _statements(scope: Construct): iam.PolicyStatement[] {
    return secretStatements(scope, this.secret, SECRET);
  }
}
