import { Token } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { checkDiscoveryUrl } from '../discovery-url';
import type { PrivateEndpoint } from '../../network/private-endpoint';
import { invalidValue } from '../../private/errors';
import { httpsFlaw, withoutUserInfo } from '../../private/https-url';
import { secretIn } from '../../contract/secret-patterns';

const LONGEST_CLIENT_ID = 256;

/** The addresses of an authorization server, for one that publishes no OpenID Connect discovery document. */
export interface AuthorizationServer {
  /** Its name for itself: `issuer` in its metadata. */
  readonly issuer: string;

  /** Where people consent. */
  readonly authorizationEndpoint: string;

  /** Where tokens are given out. */
  readonly tokenEndpoint: string;
}

/** How a client proves to an authorization server who it is. */
export enum OAuthClientAuthentication {
  /** Client id and secret in the `Authorization` header. */
  BASIC = 'CLIENT_SECRET_BASIC',

  /** Client id and secret in the body. */
  POST = 'CLIENT_SECRET_POST',
}

/** An authorization server. Either `discoveryUrl` or `authorizationServer` must be given. */
export interface OAuthServerOptions {
  /**
   * Its OpenID Connect discovery document: an https URL that ends in `/.well-known/openid-configuration`.
   *
   * @default - `authorizationServer` says where it is
   */
  readonly discoveryUrl?: string;

  /**
   * Its addresses, where it has no discovery document.
   *
   * @default - `discoveryUrl` tells them
   */
  readonly authorizationServer?: AuthorizationServer;

  /**
   * How the client secret is sent.
   *
   * @default OAuthClientAuthentication.BASIC
   */
  readonly clientAuthentication?: OAuthClientAuthentication;

  /**
   * The way to a server that is not on the internet.
   *
   * @default - it is reached over the internet
   */
  readonly privateEndpoint?: PrivateEndpoint;
}

type Discovery = agentcore.CfnOAuth2CredentialProvider.Oauth2DiscoveryProperty;

/** Checks the addresses and spells them for a credential provider. */
export function discoveryOf(options: OAuthServerOptions): Discovery {
  const { discoveryUrl, authorizationServer, privateEndpoint } = options;
  if ((discoveryUrl === undefined) === (authorizationServer === undefined)) {
    throw invalidValue('OAuthServerAmbiguous', {
      what: `${discoveryUrl === undefined ? 'neither' : 'both'} discoveryUrl and authorizationServer are given`,
      allowed: 'exactly one of them',
      fix: 'give discoveryUrl if the server publishes /.well-known/openid-configuration',
    });
  }
  const isPrivate = privateEndpoint !== undefined;
  if (authorizationServer !== undefined) {
    checkServer(authorizationServer, isPrivate);
    return { authorizationServerMetadata: authorizationServer };
  }
  checkDiscoveryUrl(discoveryUrl ?? '', isPrivate);
  return { discoveryUrl };
}

/** Refuses addresses to which neither a secret nor a token must be sent. */
export function checkServer(server: AuthorizationServer, privateHost = false): void {
  const { issuer, authorizationEndpoint, tokenEndpoint } = server;
  for (const [name, url] of Object.entries({ issuer, authorizationEndpoint, tokenEndpoint })) {
    const flaw = Token.isUnresolved(url) ? undefined : endpointFlaw(name, url, privateHost);
    if (flaw !== undefined) {
      throw invalidValue('InvalidOAuthEndpoint', {
        what: `${name} of the authorization server ${flaw}`,
        got: withoutUserInfo(url),
        allowed: 'an https URL',
        fix: `copy it from the metadata of the server; one inside a VPC needs privateEndpoint`,
      });
    }
  }
}

function endpointFlaw(name: string, url: string, privateHost: boolean): string | undefined {
  const flaw = httpsFlaw(url, { privateHost, query: name !== 'issuer' });
  const isDocument = flaw === undefined && /\/\.well-known\//.test(url);
  return isDocument ? 'is the address of a document: give it as discoveryUrl' : flaw;
}

/** Refuses what cannot be a client id, or is the secret. */
export function checkClientId(clientId: string): void {
  if (Token.isUnresolved(clientId)) {
    return;
  }
  if (clientId.trim() === '' || clientId.length > LONGEST_CLIENT_ID || secretIn(clientId) !== undefined) {
    throw invalidValue('InvalidClientId', {
      what: 'clientId is not the id of an OAuth client',
      allowed: `1 to ${LONGEST_CLIENT_ID} characters, and never a secret or token`,
      fix: 'copy the client id from the settings of the application',
    });
  }
}
