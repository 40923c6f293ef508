import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { invalidValue } from '../../private/errors';
import { LONGEST_PROVIDER_NAME, replaceableName } from '../provider-name';
import type { BoundSecret, SecretReference } from '../secret-reference';
import { bindSecret } from '../secret-reference';
import type { PrivateKeyJwt } from './private-key-jwt';
import { bindPrivateKey } from './private-key-jwt';
import type { OAuthServerOptions } from './server';
import { OAuthClientAuthentication, checkClientId, discoveryOf } from './server';

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

/** The part that all vendors take: which client, and where its secret is. */
export interface OAuthClientConfig {
  readonly clientId: string;
  readonly clientSecretSource?: string;
  readonly clientSecretConfig?: BoundSecret['config'];
}

type Input = agentcore.CfnOAuth2CredentialProvider.Oauth2ProviderConfigInputProperty;

/** What CloudFormation is told of a client at one vendor. */
export interface OAuthProviderConfig {
  /** one of CloudFormation's vendors */
  readonly vendor: string;
  readonly input: Input;
}

interface OAuthProvider {
  readonly name: string;
  readonly providerArn: string;
  readonly callbackUrl: string;
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
          privateEndpoint: privateEndpoint?._render(scope),
        },
      },
    },
    secret,
    statements: [...(secret?.statements ?? []), ...(key?.statements ?? [])],
  };
}

/** A client with its secret left in Secrets Manager. */
export function clientWith(clientId: string, secret: BoundSecret): OAuthClientConfig {
  return { clientId, clientSecretSource: 'EXTERNAL', clientSecretConfig: secret.config };
}

/** Makes the credential provider; another vendor makes another one, with another name and callback URL. */
export function makeProvider(scope: Construct, id: string, { vendor, input }: OAuthProviderConfig): OAuthProvider {
  const name = replaceableName(scope, LONGEST_PROVIDER_NAME, `${id}\n${vendor}`);
  const provider = new agentcore.CfnOAuth2CredentialProvider(scope, id, {
    name,
    credentialProviderVendor: vendor,
    oauth2ProviderConfigInput: input,
  });
  return { name, providerArn: provider.attrCredentialProviderArn, callbackUrl: provider.attrCallbackUrl };
}
