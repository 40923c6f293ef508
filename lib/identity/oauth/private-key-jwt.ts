import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { invalid } from '../../private/errors';
import { checkKeyPlace, madeKey } from '../../private/keys';

/** How a client signs the token with which it proves who it is. */
export enum JwtSigningAlgorithm {
  /** RSA, PKCS #1 v1.5. */
  RS256 = 'RS256',

  /** RSA, PSS. */
  PS256 = 'PS256',

  /** ECDSA on the curve P-256. */
  ES256 = 'ES256',
}

/** A client without a secret: it signs with a key that never leaves KMS. */
export interface PrivateKeyJwt {
  /**
   * An asymmetric key of this region for `SIGN_VERIFY`: RSA, or `ECC_NIST_P256` for ES256. Never an alias. Register its
   * public key with the authorization server.
   */
  readonly key: kms.IKey;

  /**
   * The algorithm, as registered with the authorization server.
   *
   * @default JwtSigningAlgorithm.RS256
   */
  readonly algorithm?: JwtSigningAlgorithm;
}

interface Algorithm {
  readonly inKms: string;
  readonly spec: RegExp;
}

const ALGORITHMS: Record<JwtSigningAlgorithm, Algorithm> = {
  RS256: { inKms: 'RSASSA_PKCS1_V1_5_SHA_256', spec: /^RSA_/ },
  PS256: { inKms: 'RSASSA_PSS_SHA_256', spec: /^RSA_/ },
  ES256: { inKms: 'ECDSA_SHA_256', spec: /^ECC_NIST_P256$/ },
};

type Rendered = Pick<
  agentcore.CfnOAuth2CredentialProvider.CustomOauth2ProviderConfigInputProperty,
  'clientAuthenticationMethod' | 'privateKeyJwtConfig'
>;

/** The part of a credential provider, and the right to sign with this key and algorithm. */
export function bindPrivateKey(
  scope: Construct,
  { key, algorithm = JwtSigningAlgorithm.RS256 }: PrivateKeyJwt,
): { config: Rendered; statements: iam.PolicyStatement[] } {
  checkKeyPlace(scope, key, 'privateKeyJwt.key', 'region');
  checkFit(scope, key, algorithm);
  return {
    config: {
      clientAuthenticationMethod: 'PRIVATE_KEY_JWT',
      privateKeyJwtConfig: {
        signingAlgorithm: algorithm,
        privateKeySource: { kmsKeySource: { kmsKeyArn: key.keyArn } },
      },
    },
    statements: [
      new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources: [key.keyArn] }),
      new iam.PolicyStatement({
        actions: ['kms:Sign'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:SigningAlgorithm': ALGORITHMS[algorithm].inKms } },
      }),
    ],
  };
}

function checkFit(scope: Construct, key: kms.IKey, algorithm: JwtSigningAlgorithm): void {
  const made = madeKey(key);
  if (made === undefined) {
    return;
  }
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = made;
  if (keyUsage !== 'SIGN_VERIFY' || !ALGORITHMS[algorithm].spec.test(keySpec)) {
    throw invalid(scope, 'ClientKeyUnfit', {
      what: `privateKeyJwt.key cannot sign with ${algorithm}`,
      got: `${keySpec} for ${keyUsage}`,
      allowed: 'keyUsage SIGN_VERIFY with an RSA key for RS256 and PS256, ECC_NIST_P256 for ES256',
      fix: 'use new kms.Key(..., { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY })',
    });
  }
}
