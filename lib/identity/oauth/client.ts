import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { PrivateKeyJwt } from './private-key-jwt';
import { bindPrivateKey } from './private-key-jwt';
import type { OAuthProviderConfig } from './provider';
import { clientWith } from './provider';
import type { OAuthServerOptions } from './server';
import { checkClientId, discoveryOf, OAuthClientAuthentication } from './server';
import type { BoundSecret, SecretReference } from '../secret-reference';
import { bindSecret } from '../secret-reference';
import { invalidValue } from '../../private/errors';

/**
 * A client of an authorization server, which gets tokens by itself. Give `discoveryUrl` or `authorizationServer`, and
 * `clientSecret` or `privateKeyJwt`.
 */
export interface OAuthClientProps extends OAuthServerOptions {
  /** The id of the client, which the authorization server must allow to get tokens in this way. */
  readonly clientId: string;

  /**
   * The secret of the client.
   *
   * @default - `privateKeyJwt` proves who the client is
   */
  readonly clientSecret?: SecretReference;

  /**
   * A key in KMS with which the client proves who it is, instead of a secret.
   *
   * @default - `clientSecret` proves who the client is
   */
  readonly privateKeyJwt?: PrivateKeyJwt;
}

/** A client as a credential provider is told of it, and what whoever gets its tokens must be allowed. */
export interface BoundClient {
  readonly config: OAuthProviderConfig;
  readonly secret?: BoundSecret;
  readonly statements: iam.PolicyStatement[];
}

type Exchange = agentcore.CfnOAuth2CredentialProvider.OnBehalfOfTokenExchangeConfigProperty;

/** Refuses a client of which a part is missing, or that proves in two ways who it is. */
export function checkClient(props: OAuthClientProps): void {
  const { clientSecret, privateKeyJwt, clientAuthentication } = props;
  checkClientId(props.clientId);
  discoveryOf(props);
  if ((clientSecret === undefined) === (privateKeyJwt === undefined)) {
    throw invalidValue('ClientCredentialAmbiguous', {
      what: `${clientSecret === undefined ? 'neither' : 'both'} clientSecret and privateKeyJwt are given`,
      allowed: 'exactly one of them: it is how the client proves who it is',
      fix: 'prefer privateKeyJwt, if your authorization server takes it: then there is no secret at all',
    });
  }
  if (privateKeyJwt !== undefined && clientAuthentication !== undefined) {
    throw invalidValue('ClientAuthenticationUnused', {
      what: 'privateKeyJwt and clientAuthentication do not go together: it says how a client secret is sent',
      got: clientAuthentication,
      allowed: 'clientAuthentication with clientSecret',
      fix: 'remove one of them',
    });
  }
}

/** Spells the client for a custom credential provider. */
export function bindClient(scope: Construct, props: OAuthClientProps, exchange?: Exchange): BoundClient {
  const { clientId, clientSecret, privateKeyJwt, clientAuthentication, privateEndpoint } = props;
  const secret = clientSecret && bindSecret(scope, clientSecret, 'clientSecret');
  const key = privateKeyJwt && bindPrivateKey(scope, privateKeyJwt);
  return {
    config: {
      vendor: 'CustomOauth2',
      input: {
        customOauth2ProviderConfig: {
          ...(secret === undefined ? { clientId } : clientWith(clientId, secret)),
          clientAuthenticationMethod: clientAuthentication ?? OAuthClientAuthentication.BASIC,
          ...key?.config,
          oauthDiscovery: discoveryOf(props),
          onBehalfOfTokenExchangeConfig: exchange,
          privateEndpoint: privateEndpoint?._render(),
        },
      },
    },
    secret,
    statements: [...(secret?.statements ?? []), ...(key?.statements ?? [])],
  };
}
