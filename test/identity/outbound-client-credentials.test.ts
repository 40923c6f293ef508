import * as kms from 'aws-cdk-lib/aws-kms';
import type { IdentityContext } from '../../lib/identity/bound-identity';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { OAuthClientAuthentication } from '../../lib/identity/oauth/server';
import type { ClientCredentialsProps } from '../../lib/identity/outbound/client-credentials';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { messages, resource, STRICT, thrownBy } from '../fixture';
import { DISCOVERY, IdentityFixture, OAUTH, TARGET } from './outbound-fixture';

const SERVER = {
  issuer: 'https://sts.example.com',
  authorizationEndpoint: 'https://sts.example.com/authorize',
  tokenEndpoint: 'https://sts.example.com/token',
};

const machine = (fixture: IdentityFixture, props: Partial<ClientCredentialsProps> = {}) =>
  OutboundIdentity.clientCredentials({
    discoveryUrl: DISCOVERY,
    clientId: 'tools',
    clientSecret: { secret: fixture.secret, jsonKey: 'secret' },
    ...props,
  });

const signing = ({ stack }: IdentityFixture): Partial<ClientCredentialsProps> => ({
  clientSecret: undefined,
  privateKeyJwt: {
    key: new kms.Key(stack, 'Client', { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY }),
  },
});

const configOf = (fixture: IdentityFixture): any =>
  resource(fixture.template(), OAUTH).Properties.Oauth2ProviderConfigInput.CustomOauth2ProviderConfig;
const credentialOf = (fixture: IdentityFixture): any =>
  resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations[0].CredentialProvider
    .OauthCredentialProvider;

test('a custom provider, the secret by reference, and the grant type on the target', () => {
  const fixture = new IdentityFixture();
  const bound = fixture.target(machine(fixture));
  expect(resource(fixture.template(), OAUTH).Properties).toMatchObject({
    Name: expect.stringMatching(/^Agents-jira-[0-9A-F]{8}-[0-9a-f]{8}$/),
    CredentialProviderVendor: 'CustomOauth2',
  });
  expect(configOf(fixture)).toEqual({
    ClientId: 'tools',
    ClientSecretSource: 'EXTERNAL',
    ClientSecretConfig: { SecretId: { Ref: expect.stringMatching(/^Key/) }, JsonKey: 'secret' },
    ClientAuthenticationMethod: 'CLIENT_SECRET_BASIC',
    OauthDiscovery: { DiscoveryUrl: DISCOVERY },
  });
  expect(credentialOf(fixture)).toEqual({
    ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/^jiraOAuth/), 'CredentialProviderArn'] },
    Scopes: [],
    GrantType: 'CLIENT_CREDENTIALS',
  });
  expect(fixture.statements(bound)).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: expect.stringMatching(/^Key/) } },
  ]);
  expect(bound).toMatchObject({ actor: 'the client, the same for every caller', dependencies: [] });
  expect(bound.fetch?.kind).toBe('oauth2');
  expect(bound.callbackUrl).toBeUndefined();
  expect(messages(fixture)).toEqual([]);
});

test('everything that can be said', () => {
  const fixture = new IdentityFixture();
  fixture.target(
    machine(fixture, {
      discoveryUrl: undefined,
      authorizationServer: SERVER,
      clientAuthentication: OAuthClientAuthentication.POST,
      scopes: ['orders:read', 'orders:write'],
      audience: 'https://orders.example.com',
      customParameters: { resource: 'urn:orders' },
    }),
  );
  expect(configOf(fixture)).toMatchObject({
    ClientAuthenticationMethod: 'CLIENT_SECRET_POST',
    OauthDiscovery: { AuthorizationServerMetadata: { Issuer: SERVER.issuer, TokenEndpoint: SERVER.tokenEndpoint } },
  });
  expect(credentialOf(fixture)).toMatchObject({
    Scopes: ['orders:read', 'orders:write'],
    CustomParameters: { audience: 'https://orders.example.com', resource: 'urn:orders' },
  });
});

test('a client that signs has no secret', () => {
  const fixture = new IdentityFixture();
  const bound = fixture.target(machine(fixture, signing(fixture)));
  expect(configOf(fixture)).toMatchObject({
    ClientId: 'tools',
    ClientAuthenticationMethod: 'PRIVATE_KEY_JWT',
    PrivateKeyJwtConfig: { SigningAlgorithm: 'RS256' },
  });
  expect(configOf(fixture).ClientSecretSource).toBeUndefined();
  expect(fixture.statements(bound).map(({ Action }) => Action)).toEqual(['kms:DescribeKey', 'kms:Sign']);
});

test.each<[Partial<IdentityContext>]>([
  [{ hasToolSchema: false }],
  [{ hasToolSchema: false, inboundAuth: InboundAuth.iam() }],
  [{ kind: 'openApi', inboundAuth: InboundAuth.iam() }],
  [{ kind: 'agentRuntime', runtimeUsesJwt: true }],
  [{ kind: 'agentRuntime', inboundAuth: InboundAuth.iam() }],
])('%j is accepted, and the server can be asked for its tools at deployment', (context) => {
  const fixture = new IdentityFixture();
  expect(fixture.bind(machine(fixture), context).listing).toBeUndefined();
});

test.each<[string, Partial<IdentityContext>, string]>([
  ['IdentityNotForTarget', { kind: 'lambda' }, 'use OutboundIdentity.gatewayRole(), and let the function get its own'],
  ['IdentityNotForRuntimeAuth', { kind: 'agentRuntime', runtimeUsesJwt: false }, 'use OutboundIdentity.gatewayRole()'],
])('%s', (code, context, way) => {
  const fixture = new IdentityFixture();
  const error = thrownBy(() => fixture.bind(machine(fixture), context));
  expect(error.code).toBe(code);
  expect(error.text).toContain('OutboundIdentity.clientCredentials');
  expect(error.text).toContain(way);
});

describe('what does not go together is refused', () => {
  test.each<[string, string, (fixture: IdentityFixture) => Partial<ClientCredentialsProps>]>([
    ['OAuthServerAmbiguous', 'neither discoveryUrl and authorizationServer', () => ({ discoveryUrl: undefined })],
    ['OAuthServerAmbiguous', 'both discoveryUrl and authorizationServer', () => ({ authorizationServer: SERVER })],
    ['ClientCredentialAmbiguous', 'neither clientSecret and privateKeyJwt', () => ({ clientSecret: undefined })],
    [
      'ClientCredentialAmbiguous',
      'both clientSecret',
      ({ stack }) => ({ privateKeyJwt: { key: new kms.Key(stack, 'K') } }),
    ],
    [
      'ClientAuthenticationUnused',
      `it says how a client secret is sent (got 'CLIENT_SECRET_POST'); allowed: clientAuthentication with clientSecret`,
      (fixture) => ({ ...signing(fixture), clientAuthentication: OAuthClientAuthentication.POST }),
    ],
    ['InvalidClientId', 'not the id of an OAuth client', () => ({ clientId: '' })],
    ['OAuthScopeCount', 'scopes is empty', () => ({ scopes: [] })],
    ['InvalidOAuthScope', `(got 'a b')`, () => ({ scopes: ['a b'] })],
    ['InvalidOAuthParameters', 'empty name or value', () => ({ audience: '' })],
    [
      'InvalidOAuthParameters',
      'too many entries (got 11)',
      () => ({
        audience: 'a',
        customParameters: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, 'x'])),
      }),
    ],
    [
      'OAuthParameterTwice',
      `(got 'scope'); allowed: other parameters than grant_type, client_id, client_secret, client_assertion, scope; remove it`,
      () => ({ customParameters: { scope: 'a' } }),
    ],
    [
      'OAuthParameterTwice',
      `(got 'audience')`,
      () => ({ audience: 'https://a.example.com', customParameters: { audience: 'https://b.example.com' } }),
    ],
  ])('%s: %s', (code, part, props) => {
    const fixture = new IdentityFixture();
    const error = thrownBy(() => machine(fixture, props(fixture)));
    expect(error.code).toBe(code);
    expect(error.text).toContain(part);
  });

  test('an audience may be given as a parameter', () => {
    const fixture = new IdentityFixture();
    fixture.target(machine(fixture, { customParameters: { audience: 'https://a.example.com' } }));
    expect(credentialOf(fixture).CustomParameters).toEqual({ audience: 'https://a.example.com' });
  });
});

test.each(['with a secret', 'with a key'])('a target %s has no finding of the strict validator', (how) => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    fixture.target(machine(fixture, how === 'with a key' ? signing(fixture) : { audience: 'a', scopes: ['b'] }));
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
