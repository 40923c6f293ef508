import { createHash, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KEY_ARN_VARIABLE, SECRET_ARN_VARIABLE, SECRET_FIELD_VARIABLE } from '../../lib/contract/github-app';
import { callAws } from './aws';
import type { Deadline } from './deadline';
import { BrokerError } from './errors';
import { isObject } from './json';

/** Signs with the private key of the GitHub App: RSASSA-PKCS1-v1_5 with SHA-256. */
export interface Signer {
  sign(text: string, deadline: Deadline): Promise<Buffer>;
  /** Forgets a key that it remembered; false where there was none to forget. */
  forget(): boolean;
}

/** The signer that the variables of the function name. */
export function signerOf(environment: NodeJS.ProcessEnv): Signer {
  const keyArn = environment[KEY_ARN_VARIABLE];
  const secretArn = environment[SECRET_ARN_VARIABLE];
  if ((keyArn === undefined) === (secretArn === undefined)) {
    throw new Error(`set exactly one of the variables ${KEY_ARN_VARIABLE} and ${SECRET_ARN_VARIABLE}`);
  }
  return keyArn !== undefined
    ? new KmsSigner(keyArn)
    : new SecretSigner(secretArn as string, environment[SECRET_FIELD_VARIABLE]);
}

/** The key never leaves KMS. */
class KmsSigner implements Signer {
  constructor(private readonly arn: string) {}

  public async sign(text: string, deadline: Deadline): Promise<Buffer> {
    const input = {
      KeyId: this.arn,
      Message: createHash('sha256').update(text).digest('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    };
    const { Signature } = await callAws('kms', this.arn, input, deadline);
    if (typeof Signature !== 'string' || Signature === '') {
      throw new BrokerError('SigningFailed');
    }
    return Buffer.from(Signature, 'base64');
  }

  public forget(): boolean {
    return false;
  }
}

/** a key that was replaced must not work for longer */
const LONGEST_KEY_MS = 5 * 60_000;
const SMALLEST_KEY_BITS = 2048;

class SecretSigner implements Signer {
  private remembered?: { key: KeyObject; until: number };

  constructor(
    private readonly arn: string,
    private readonly field: string | undefined,
  ) {}

  public async sign(text: string, deadline: Deadline): Promise<Buffer> {
    if (this.remembered === undefined || Date.now() >= this.remembered.until) {
      this.remembered = { key: await this.fetchKey(deadline), until: Date.now() + LONGEST_KEY_MS };
    }
    return sign('sha256', Buffer.from(text), this.remembered.key);
  }

  public forget(): boolean {
    const had = this.remembered !== undefined;
    this.remembered = undefined;
    return had;
  }

  private async fetchKey(deadline: Deadline): Promise<KeyObject> {
    const { SecretString } = await callAws('secretsmanager', this.arn, { SecretId: this.arn }, deadline);
    const pem = typeof SecretString === 'string' ? this.pemOf(SecretString) : undefined;
    return rsaKey(pem);
  }

  /** Without a field, the whole secret is the key. */
  private pemOf(secret: string): unknown {
    if (this.field === undefined || this.field === '') {
      return secret;
    }
    try {
      const value: unknown = JSON.parse(secret);
      return isObject(value) && Object.hasOwn(value, this.field) ? value[this.field] : undefined;
    } catch {
      return undefined;
    }
  }
}

function rsaKey(pem: unknown): KeyObject {
  if (typeof pem !== 'string') {
    throw new BrokerError('SigningFailed', {}, 'NoPrivateKey');
  }
  let key: KeyObject;
  try {
    // many tools store the line ends of a PEM as backslash and n
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    throw new BrokerError('SigningFailed', {}, 'NoPrivateKey');
  }
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < SMALLEST_KEY_BITS) {
    throw new BrokerError('SigningFailed', {}, 'NotAnRsaKey');
  }
  return key;
}
