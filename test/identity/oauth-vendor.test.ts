import { Lazy } from 'aws-cdk-lib';
import { OAuthClientAuthentication } from '../../lib/identity/oauth/server';
import { OAuthVendor } from '../../lib/identity/oauth/vendor';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { resource, STRICT, thrownBy } from '../fixture';
import { DISCOVERY, IdentityFixture, OAUTH } from './outbound-fixture';

const TENANT = {
  issuer: 'https://acme.okta.com/oauth2/default',
  authorizationEndpoint: 'https://acme.okta.com/oauth2/default/v1/authorize',
  tokenEndpoint: 'https://acme.okta.com/oauth2/default/v1/token',
};
const IN_TEMPLATE = {
  Issuer: TENANT.issuer,
  AuthorizationEndpoint: TENANT.authorizationEndpoint,
  TokenEndpoint: TENANT.tokenEndpoint,
};
const SLACK = {
  Issuer: 'https://slack.com',
  AuthorizationEndpoint: 'https://slack.com/oauth/v2_user/authorize',
  TokenEndpoint: 'https://slack.com/api/oauth.v2.user.access',
};
const ATLASSIAN = {
  Issuer: 'https://auth.atlassian.com/abc',
  AuthorizationEndpoint: 'https://auth.atlassian.com/authorize',
  TokenEndpoint: 'https://auth.atlassian.com/oauth/token',
};
const GHE = {
  Issuer: 'https://acme.ghe.com/login/oauth',
  AuthorizationEndpoint: 'https://acme.ghe.com/login/oauth/authorize',
  TokenEndpoint: 'https://acme.ghe.com/login/oauth/access_token',
};
const custom = (server: object, method = 'CLIENT_SECRET_BASIC') => ({
  OauthDiscovery: { AuthorizationServerMetadata: server },
  ClientAuthenticationMethod: method,
});

const VENDORS: [string, () => OAuthVendor, vendor: string, block: string, extra: object][] = [
  ['github', () => OAuthVendor.github(), 'GithubOauth2', 'GithubOauth2ProviderConfig', {}],
  [
    'githubEnterprise',
    () => OAuthVendor.githubEnterprise('acme.ghe.com'),
    'CustomOauth2',
    'CustomOauth2ProviderConfig',
    custom(GHE),
  ],
  ['atlassian', () => OAuthVendor.atlassian(), 'AtlassianOauth2', 'AtlassianOauth2ProviderConfig', {}],
  [
    'atlassianMcp',
    () => OAuthVendor.atlassianMcp(ATLASSIAN.Issuer),
    'CustomOauth2',
    'CustomOauth2ProviderConfig',
    custom(ATLASSIAN),
  ],
  [
    'slack',
    () => OAuthVendor.slack(),
    'CustomOauth2',
    'CustomOauth2ProviderConfig',
    custom(SLACK, 'CLIENT_SECRET_POST'),
  ],
  ['google', () => OAuthVendor.google(), 'GoogleOauth2', 'GoogleOauth2ProviderConfig', {}],
  [
    'microsoft',
    () => OAuthVendor.microsoft('acme.com'),
    'MicrosoftOauth2',
    'MicrosoftOauth2ProviderConfig',
    { TenantId: 'acme.com' },
  ],
  ['salesforce', () => OAuthVendor.salesforce(), 'SalesforceOauth2', 'SalesforceOauth2ProviderConfig', {}],
  ['linkedin', () => OAuthVendor.linkedin(), 'LinkedinOauth2', 'LinkedinOauth2ProviderConfig', {}],
  ['okta', () => OAuthVendor.okta(TENANT), 'OktaOauth2', 'IncludedOauth2ProviderConfig', IN_TEMPLATE],
  ['auth0', () => OAuthVendor.auth0(TENANT), 'Auth0Oauth2', 'IncludedOauth2ProviderConfig', IN_TEMPLATE],
  ['cognito', () => OAuthVendor.cognito(TENANT), 'CognitoOauth2', 'IncludedOauth2ProviderConfig', IN_TEMPLATE],
  ...['CyberArkOauth2', 'FusionAuthOauth2', 'OneLoginOauth2', 'PingOneOauth2'].map(
    (name) =>
      [
        name,
        () => OAuthVendor.of(name, TENANT),
        name,
        'IncludedOauth2ProviderConfig',
        IN_TEMPLATE,
      ] as (typeof VENDORS)[0],
  ),
  ...['Dropbox', 'Facebook', 'Hubspot', 'Notion', 'Reddit', 'Spotify', 'Twitch', 'X', 'Yandex', 'Zoom'].map(
    (name) =>
      [
        name,
        () => OAuthVendor.of(`${name}Oauth2`),
        `${name}Oauth2`,
        'IncludedOauth2ProviderConfig',
        {},
      ] as (typeof VENDORS)[0],
  ),
  [
    'custom',
    () => OAuthVendor.custom({ discoveryUrl: DISCOVERY, clientAuthentication: OAuthClientAuthentication.POST }),
    'CustomOauth2',
    'CustomOauth2ProviderConfig',
    { OauthDiscovery: { DiscoveryUrl: DISCOVERY }, ClientAuthenticationMethod: 'CLIENT_SECRET_POST' },
  ],
];

function bind(fixture: IdentityFixture, vendor: OAuthVendor, id = 'jira'): void {
  fixture.target(
    OutboundIdentity.userConsent({
      vendor,
      clientId: 'client',
      clientSecret: { secret: fixture.secret, jsonKey: 'secret' },
      scopes: ['read'],
      returnUrl: 'https://connect.example.com',
    }),
    {},
    id,
  );
}

test.each(VENDORS)('%s', (_, make, vendor, block, extra) => {
  const fixture = new IdentityFixture();
  bind(fixture, make());
  const { CredentialProviderVendor, Oauth2ProviderConfigInput } = resource(fixture.template(), OAUTH).Properties;
  expect(CredentialProviderVendor).toBe(vendor);
  expect(Oauth2ProviderConfigInput).toEqual({
    [block]: {
      ClientId: 'client',
      ClientSecretSource: 'EXTERNAL',
      ClientSecretConfig: { SecretId: { Ref: expect.stringMatching(/^Key/) }, JsonKey: 'secret' },
      ...extra,
    },
  });
});

test('no vendor has a finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    VENDORS.forEach(([name, make]) => bind(fixture, make(), name));
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});

test.each<[string, string, () => unknown]>([
  ['UnknownOAuthVendor', `(got 'GitlabOauth2'); allowed: DropboxOauth2`, () => OAuthVendor.of('GitlabOauth2')],
  ['UnknownOAuthVendor', 'use OAuthVendor.github()', () => OAuthVendor.of('GithubOauth2')],
  ['OAuthVendorServerMismatch', 'OktaOauth2 has a server for each customer', () => OAuthVendor.of('OktaOauth2')],
  [
    'OAuthVendorServerMismatch',
    'NotionOauth2 has one server for everybody',
    () => OAuthVendor.of('NotionOauth2', TENANT),
  ],
  [
    'InvalidOAuthEndpoint',
    'issuer of the authorization server must use https',
    () => OAuthVendor.okta({ ...TENANT, issuer: 'http://acme.okta.com' }),
  ],
  ['InvalidOAuthEndpoint', 'issuer of the authorization server is not a URL', () => OAuthVendor.atlassianMcp('abc')],
  ['OAuthServerAmbiguous', 'neither', () => OAuthVendor.custom({})],
  ['OAuthServerAmbiguous', 'both', () => OAuthVendor.custom({ discoveryUrl: DISCOVERY, authorizationServer: TENANT })],
  ['InvalidGitHubHost', `(got 'http://acme.ghe.com')`, () => OAuthVendor.githubEnterprise('http://acme.ghe.com')],
  ['InvalidGitHubHost', `(got 'acme.ghe.com/x')`, () => OAuthVendor.githubEnterprise('acme.ghe.com/x')],
  ['InvalidGitHubHost', `(got '10.0.0.1')`, () => OAuthVendor.githubEnterprise('10.0.0.1')],
  ['InvalidTenantId', `(got 'common')`, () => OAuthVendor.microsoft('common')],
])('%s: %s', (code, part, make) => {
  const error = thrownBy(make);
  expect(error.code).toBe(code);
  expect(error.text).toContain(part);
});

test('what is known only at deployment is taken as it is', () => {
  const later = Lazy.string({ produce: () => 'x' });
  expect(() => OAuthVendor.githubEnterprise(later)).not.toThrow();
  expect(() => OAuthVendor.microsoft(later)).not.toThrow();
  expect(() => OAuthVendor.atlassianMcp(later)).not.toThrow();
});
