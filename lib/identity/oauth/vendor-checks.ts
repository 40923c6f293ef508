import { Token } from 'aws-cdk-lib';
import type { AuthorizationServer } from './server';
import { invalidValue } from '../../private/errors';
import { siteOf, withoutUserInfo } from '../../private/https-url';

/** vendors with one server for everybody */
const GLOBAL = [
  'DropboxOauth2',
  'FacebookOauth2',
  'HubspotOauth2',
  'NotionOauth2',
  'RedditOauth2',
  'SpotifyOauth2',
  'TwitchOauth2',
  'XOauth2',
  'YandexOauth2',
  'ZoomOauth2',
];
/** vendors with a server for each customer */
const OF_TENANTS = [
  'Auth0Oauth2',
  'CognitoOauth2',
  'CyberArkOauth2',
  'FusionAuthOauth2',
  'OktaOauth2',
  'OneLoginOauth2',
  'PingOneOauth2',
];

/** Refuses vendors that AgentCore does not know, and those of which a part is missing. */
export function checkIncluded(name: string, server: AuthorizationServer | undefined): void {
  if (!GLOBAL.includes(name) && !OF_TENANTS.includes(name)) {
    throw invalidValue('UnknownOAuthVendor', {
      what: 'AgentCore does not include this vendor, or it has a method of its own here',
      got: name,
      allowed: [...GLOBAL, ...OF_TENANTS].join(', '),
      fix: 'use OAuthVendor.github(), google(), microsoft(...) and the like, or OAuthVendor.custom(...)',
    });
  }
  if (OF_TENANTS.includes(name) === (server === undefined)) {
    throw invalidValue('OAuthVendorServerMismatch', {
      what: server === undefined ? `${name} has a server for each customer` : `${name} has one server for everybody`,
      allowed: `a server for ${OF_TENANTS.join(', ')}, none for the others`,
      fix: server === undefined ? 'give issuer, authorizationEndpoint and tokenEndpoint of yours' : 'remove the server',
    });
  }
}

/** The bare host name of a GitHub of your own, which people also write as an address. */
export function hostFrom(text: string): string {
  if (Token.isUnresolved(text)) {
    return text;
  }
  const { host, flaw } = siteOf(text);
  if (host === undefined) {
    throw invalidValue('InvalidGitHubHost', {
      what: `this is not the host of a GitHub of your own: it ${flaw}`,
      got: withoutUserInfo(text),
      allowed: 'a host name without port and path',
      fix: `write 'acme.ghe.com'; a host inside a VPC needs OAuthVendor.custom({ ..., privateEndpoint })`,
    });
  }
  return host;
}

/** Refuses what is neither an id nor a domain of a directory; `common` and the like stand for everybody's. */
export function checkTenant(tenantId: string): void {
  if (Token.isUnresolved(tenantId)) {
    return;
  }
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenantId);
  if (!isId && !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]+$/i.test(tenantId)) {
    throw invalidValue('InvalidTenantId', {
      what: 'tenantId does not name one directory of Microsoft Entra ID',
      got: tenantId,
      allowed: 'the id of the directory or one of its domains',
      fix: `copy it from the overview of your directory; 'common' and 'organizations' would admit other companies`,
    });
  }
}
