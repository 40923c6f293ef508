import * as kms from 'aws-cdk-lib/aws-kms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IdentityContext } from '../../lib/identity/bound-identity';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { JwtSigningAlgorithm } from '../../lib/identity/oauth/private-key-jwt';
import { OAuthClientAuthentication } from '../../lib/identity/oauth/server';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import type { OnBehalfOfProps } from '../../lib/identity/outbound/on-behalf-of-props';
import { ActorToken, OnBehalfOfGrant } from '../../lib/identity/outbound/on-behalf-of-props';
import { PrivateEndpoint } from '../../lib/network/private-endpoint';
import { ListingMode } from '../../lib/mixins/listing-mode';
import { STRICT, messages, resource, thrownBy } from '../fixture';
import { DISCOVERY, IdentityFixture, OAUTH, TARGET } from './outbound-fixture';

const SERVER = {
  issuer: 'https://sts.example.com',
  authorizationEndpoint: 'https://sts.example.com/authorize',
  tokenEndpoint: 'https://sts.example.com/token?tenant=a',
};

function propsFor(fixture: IdentityFixture, props: Partial<OnBehalfOfProps> = {}): OnBehalfOfProps {
  return {
    discoveryUrl: DISCOVERY,
    clientId: 'jira-exchange',
    clientSecret: { secret: fixture.secret, jsonKey: 'secret' },
    scopes: ['read:jira-work'],
    ...props,
  };
}

const exchange = (fixture: IdentityFixture, props: Partial<OnBehalfOfProps> = {}) =>
  OutboundIdentity.onBehalfOf(propsFor(fixture, props));

const withKey = (fixture: IdentityFixture, keySpec = kms.KeySpec.RSA_2048, algorithm?: JwtSigningAlgorithm) =>
  exchange(fixture, {
    clientSecret: undefined,
    privateKeyJwt: {
      key: new kms.Key(fixture.stack, 'Client', { keySpec, keyUsage: kms.KeyUsage.SIGN_VERIFY }),
      algorithm,
    },
  });

const microsoft = (fixture: IdentityFixture, tenantId = 'acme.onmicrosoft.com', listing?: ListingMode) =>
  OutboundIdentity.microsoft({
    tenantId,
    clientId: 'app',
    clientSecret: { secret: fixture.secret, jsonKey: 'secret' },
    scopes: ['api://jira-mcp/.default'],
    listing,
  });

function inputOf(fixture: IdentityFixture): any {
  return resource(fixture.template(), OAUTH).Properties.Oauth2ProviderConfigInput;
}

test('a custom provider with token exchange, the secret by reference, and the grant type on the target', () => {
  const fixture = new IdentityFixture();
  const bound = fixture.target(exchange(fixture));
  const provider = resource(fixture.template(), OAUTH).Properties;
  expect(provider).toEqual({
    Name: expect.stringMatching(/^Agents-jira-[0-9A-F]{8}-[0-9a-f]{8}$/),
    CredentialProviderVendor: 'CustomOauth2',
    Oauth2ProviderConfigInput: {
      CustomOauth2ProviderConfig: {
        ClientId: 'jira-exchange',
        ClientSecretSource: 'EXTERNAL',
        ClientSecretConfig: { SecretId: { Ref: expect.stringMatching(/^Key/) }, JsonKey: 'secret' },
        ClientAuthenticationMethod: 'CLIENT_SECRET_BASIC',
        OauthDiscovery: { DiscoveryUrl: DISCOVERY },
        OnBehalfOfTokenExchangeConfig: {
          GrantType: 'TOKEN_EXCHANGE',
          TokenExchangeGrantTypeConfig: { ActorTokenContent: 'NONE' },
        },
      },
    },
  });
  expect(resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations).toEqual([
    {
      CredentialProviderType: 'OAUTH',
      CredentialProvider: {
        OauthCredentialProvider: {
          ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/^jiraOAuth/), 'CredentialProviderArn'] },
          Scopes: ['read:jira-work'],
          GrantType: 'TOKEN_EXCHANGE',
        },
      },
    },
  ]);
  expect(bound.fetch?.kind).toBe('oauth2');
  expect(bound.callbackUrl).toBeUndefined();
  expect(fixture.statements(bound).map(({ Action }) => Action)).toEqual(['secretsmanager:GetSecretValue']);
  expect(bound.actor).toBe('the person who calls, as the authorization server maps her');
  expect(messages(fixture)).toEqual([]);
});

test('everything that can be said', () => {
  const fixture = new IdentityFixture();
  fixture.target(
    exchange(fixture, {
      discoveryUrl: undefined,
      authorizationServer: SERVER,
      clientAuthentication: OAuthClientAuthentication.POST,
      audience: 'https://jira.example.com',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      actorToken: ActorToken.M2M,
      actorTokenScopes: ['actor'],
    }),
  );
  expect(inputOf(fixture).CustomOauth2ProviderConfig).toMatchObject({
    ClientAuthenticationMethod: 'CLIENT_SECRET_POST',
    OauthDiscovery: {
      AuthorizationServerMetadata: {
        Issuer: SERVER.issuer,
        AuthorizationEndpoint: SERVER.authorizationEndpoint,
        TokenEndpoint: SERVER.tokenEndpoint,
      },
    },
    OnBehalfOfTokenExchangeConfig: {
      TokenExchangeGrantTypeConfig: { ActorTokenContent: 'M2M', ActorTokenScopes: ['actor'] },
    },
  });
  const [target] = resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations;
  expect(target.CredentialProvider.OauthCredentialProvider.CustomParameters).toEqual({
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: 'https://jira.example.com',
  });
});

test('RFC 7523: another grant at the provider, the same on the target', () => {
  const fixture = new IdentityFixture();
  fixture.target(exchange(fixture, { grant: OnBehalfOfGrant.JWT_BEARER }));
  expect(inputOf(fixture).CustomOauth2ProviderConfig.OnBehalfOfTokenExchangeConfig).toEqual({
    GrantType: 'JWT_AUTHORIZATION_GRANT',
  });
  expect(JSON.stringify(resource(fixture.template(), TARGET))).toContain('"GrantType":"TOKEN_EXCHANGE"');
});

test.each<[JwtSigningAlgorithm | undefined, kms.KeySpec, string, string]>([
  [undefined, kms.KeySpec.RSA_2048, 'RS256', 'RSASSA_PKCS1_V1_5_SHA_256'],
  [JwtSigningAlgorithm.PS256, kms.KeySpec.RSA_3072, 'PS256', 'RSASSA_PSS_SHA_256'],
  [JwtSigningAlgorithm.ES256, kms.KeySpec.ECC_NIST_P256, 'ES256', 'ECDSA_SHA_256'],
])('a client that signs with %s has no secret', (algorithm, keySpec, inToken, inKms) => {
  const fixture = new IdentityFixture();
  const bound = fixture.target(withKey(fixture, keySpec, algorithm));
  const Arn = { 'Fn::GetAtt': [expect.stringMatching(/^Client/), 'Arn'] };
  const config = inputOf(fixture).CustomOauth2ProviderConfig;
  expect(config).toMatchObject({
    ClientAuthenticationMethod: 'PRIVATE_KEY_JWT',
    PrivateKeyJwtConfig: { SigningAlgorithm: inToken, PrivateKeySource: { KmsKeySource: { KmsKeyArn: Arn } } },
  });
  expect(config.ClientSecretSource).toBeUndefined();
  expect(fixture.statements(bound)).toEqual([
    { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: Arn },
    {
      Effect: 'Allow',
      Action: 'kms:Sign',
      Resource: Arn,
      Condition: { StringEquals: { 'kms:SigningAlgorithm': inKms } },
    },
  ]);
});

test.each<[string, kms.KeySpec | undefined, JwtSigningAlgorithm, string]>([
  ['symmetric', undefined, JwtSigningAlgorithm.RS256, 'SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT'],
  ['RSA for ES256', kms.KeySpec.RSA_2048, JwtSigningAlgorithm.ES256, 'RSA_2048 for SIGN_VERIFY'],
  ['P-384 for ES256', kms.KeySpec.ECC_NIST_P384, JwtSigningAlgorithm.ES256, 'ECC_NIST_P384 for SIGN_VERIFY'],
  ['P-256 for RS256', kms.KeySpec.ECC_NIST_P256, JwtSigningAlgorithm.RS256, 'ECC_NIST_P256 for SIGN_VERIFY'],
])('a key that does not fit is refused: %s', (_, keySpec, algorithm, got) => {
  const fixture = new IdentityFixture();
  const keyUsage = keySpec && kms.KeyUsage.SIGN_VERIFY;
  const key = new kms.Key(fixture.stack, 'Client', { keySpec, keyUsage });
  const identity = exchange(fixture, { clientSecret: undefined, privateKeyJwt: { key, algorithm } });
  const error = thrownBy(() => fixture.bind(identity));
  expect(error.code).toBe('ClientKeyUnfit');
  expect(error.text).toContain(`cannot sign with ${algorithm} (got '${got}'); allowed: keyUsage SIGN_VERIFY`);
});

test('an imported key is taken as it is, an alias is not', () => {
  const fixture = new IdentityFixture();
  const arn = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
  const sign = (key: kms.IKey) => exchange(fixture, { clientSecret: undefined, privateKeyJwt: { key } });
  expect(() => fixture.bind(sign(kms.Key.fromKeyArn(fixture.stack, 'Imported', arn)))).not.toThrow();
  const alias = kms.Alias.fromAliasName(fixture.stack, 'Alias', 'alias/client');
  expect(thrownBy(() => fixture.bind(sign(alias), {}, 'two')).code).toBe('KeyIsAlias');
});

test('a server inside a VPC', () => {
  const fixture = new IdentityFixture();
  const vpc = new ec2.Vpc(fixture.stack, 'Vpc');
  const securityGroups = [new ec2.SecurityGroup(fixture.stack, 'Group', { vpc })];
  const privateEndpoint = PrivateEndpoint.inVpc({ vpc, securityGroups });
  const inside = 'https://idp.corp/.well-known/openid-configuration';
  fixture.bind(exchange(fixture, { discoveryUrl: inside, privateEndpoint }));
  expect(inputOf(fixture).CustomOauth2ProviderConfig.PrivateEndpoint.ManagedVpcResource).toMatchObject({
    VpcIdentifier: { Ref: expect.stringMatching(/^Vpc/) },
    EndpointIpAddressType: 'IPV4',
  });
  expect(thrownBy(() => exchange(fixture, { discoveryUrl: inside })).code).toBe('InvalidDiscoveryUrl');
});

describe('listing', () => {
  test.each<[string, Partial<IdentityContext>, ListingMode | undefined, 'DYNAMIC' | undefined]>([
    ['at each request by default', { hasToolSchema: false }, undefined, 'DYNAMIC'],
    ['at each request', { hasToolSchema: false }, ListingMode.DYNAMIC, 'DYNAMIC'],
    ['at deployment where the server can', { hasToolSchema: false }, ListingMode.DEFAULT, undefined],
    ['never with a fixed list', { hasToolSchema: true }, undefined, undefined],
    ['never for OpenAPI', { hasToolSchema: false, kind: 'openApi' }, undefined, undefined],
    ['at each request of a runtime', { hasToolSchema: false, kind: 'agentRuntime' }, undefined, 'DYNAMIC'],
  ])('%s', (_, context, listing, expected) => {
    const fixture = new IdentityFixture();
    expect(fixture.bind(exchange(fixture, { listing }), context).listing).toBe(expected);
  });
});

describe('what does not go together is refused', () => {
  test.each<[string, string, (fixture: IdentityFixture) => Partial<OnBehalfOfProps>]>([
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
      'it says how a client secret is sent',
      ({ stack }) => ({
        clientSecret: undefined,
        clientAuthentication: OAuthClientAuthentication.POST,
        privateKeyJwt: { key: new kms.Key(stack, 'K') },
      }),
    ],
    [
      'OnBehalfOfOptionUnused',
      'RFC 7523 has no actor',
      () => ({ grant: OnBehalfOfGrant.JWT_BEARER, actorToken: ActorToken.M2M }),
    ],
    [
      'OnBehalfOfOptionUnused',
      'as an assertion',
      () => ({ grant: OnBehalfOfGrant.JWT_BEARER, subjectTokenType: 'urn:x:y' }),
    ],
    ['OnBehalfOfOptionUnused', 'actorTokenScopes and actorToken NONE', () => ({ actorTokenScopes: ['x'] })],
    ['OAuthScopeCount', 'scopes is empty', () => ({ actorToken: ActorToken.M2M, actorTokenScopes: [] })],
    ['InvalidSubjectTokenType', `(got 'jwt')`, () => ({ subjectTokenType: 'jwt' })],
    [
      'InvalidOAuthEndpoint',
      'tokenEndpoint of the authorization server must use https',
      () => ({ discoveryUrl: undefined, authorizationServer: { ...SERVER, tokenEndpoint: 'http://sts.example.com' } }),
    ],
    [
      'InvalidOAuthEndpoint',
      'issuer of the authorization server must not have a query',
      () => ({ discoveryUrl: undefined, authorizationServer: { ...SERVER, issuer: 'https://a.example.com?x' } }),
    ],
    [
      'InvalidOAuthEndpoint',
      'must name a public host',
      () => ({
        discoveryUrl: undefined,
        authorizationServer: { ...SERVER, authorizationEndpoint: 'https://169.254.169.254/a' },
      }),
    ],
    ['InvalidDiscoveryUrl', 'must use https', () => ({ discoveryUrl: DISCOVERY.replace('https', 'http') })],
    ['InvalidClientId', 'not the id of an OAuth client', () => ({ clientId: ' ' })],
    ['InvalidClientId', 'never a secret or token', () => ({ clientId: `ghp_${'a'.repeat(36)}` })],
    ['InvalidClientId', '1 to 256', () => ({ clientId: 'a'.repeat(257) })],
  ])('%s: %s', (code, part, props) => {
    const fixture = new IdentityFixture();
    const error = thrownBy(() => exchange(fixture, props(fixture)));
    expect(error.code).toBe(code);
    expect(error.text).toContain(part);
    expect(error.text).not.toContain('ghp_');
  });

  test('a password in an endpoint is not printed', () => {
    const authorizationServer = { ...SERVER, issuer: 'https://me:hunter2@sts.example.com' };
    const make = () => exchange(new IdentityFixture(), { discoveryUrl: undefined, authorizationServer });
    expect(thrownBy(make).text).not.toContain('hunter2');
  });
});

describe('where it cannot work', () => {
  test.each<[string, Partial<IdentityContext>, string]>([
    ['IdentityNeedsUserToken', { inboundAuth: InboundAuth.iam() }, 'guard the gateway with InboundAuth.jwt(...)'],
    ['IdentityNotForTarget', { kind: 'lambda' }, 'use OutboundIdentity.gatewayRole(), or put an MCP server before it'],
    [
      'IdentityNotForRuntimeAuth',
      { kind: 'agentRuntime', runtimeUsesJwt: false },
      'use OutboundIdentity.gatewayRole()',
    ],
  ])('%s', (code, context, way) => {
    for (const make of [exchange, microsoft]) {
      const fixture = new IdentityFixture();
      const error = thrownBy(() => fixture.bind(make(fixture), context));
      expect(error.code).toBe(code);
      expect(error.text).toContain('OutboundIdentity.onBehalfOf');
      expect(error.text).toContain(way);
    }
  });

  test.each<[Partial<IdentityContext>]>([
    [{ kind: 'openApi' }],
    [{ kind: 'agentRuntime', runtimeUsesJwt: true }],
    [{ kind: 'agentRuntime' }],
  ])('%j is accepted', (context) => {
    const fixture = new IdentityFixture();
    expect(() => fixture.bind(exchange(fixture), context)).not.toThrow();
  });
});

describe('Microsoft', () => {
  test('its own vendor, which exchanges by itself', () => {
    const fixture = new IdentityFixture();
    const bound = fixture.target(microsoft(fixture), { hasToolSchema: false });
    const provider = resource(fixture.template(), OAUTH).Properties;
    expect(provider.CredentialProviderVendor).toBe('MicrosoftOauth2');
    expect(provider.Oauth2ProviderConfigInput).toEqual({
      MicrosoftOauth2ProviderConfig: {
        ClientId: 'app',
        ClientSecretSource: 'EXTERNAL',
        ClientSecretConfig: { SecretId: expect.anything(), JsonKey: 'secret' },
        TenantId: 'acme.onmicrosoft.com',
      },
    });
    expect(bound).toMatchObject({ oauthGrant: { grantType: 'TOKEN_EXCHANGE' }, listing: 'DYNAMIC' });
    expect(
      fixture.bind(microsoft(fixture, undefined, ListingMode.DEFAULT), { hasToolSchema: false }, 'b').listing,
    ).toBe(undefined);
  });

  test.each(['common', 'organizations', 'consumers', '', 'https://x.com', '1234'])(
    'the tenant %s is refused',
    (tenant) => {
      const error = thrownBy(() => microsoft(new IdentityFixture(), tenant));
      expect(error.code).toBe('InvalidTenantId');
      expect(error.text).toContain('would admit other companies');
    },
  );

  test('the id of a directory is a tenant', () => {
    expect(() => microsoft(new IdentityFixture(), '00000000-0000-0000-0000-00000000abcd')).not.toThrow();
  });
});

test('no form has a finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    const server = { discoveryUrl: undefined, authorizationServer: SERVER };
    fixture.target(exchange(fixture, { actorToken: ActorToken.AWS_IAM_ID_TOKEN_JWT, audience: 'a' }), {}, 'one');
    fixture.target(exchange(fixture, { ...server, grant: OnBehalfOfGrant.JWT_BEARER }), {}, 'two');
    fixture.target(withKey(fixture), {}, 'three');
    fixture.target(microsoft(fixture, 'acme.com'), {}, 'four');
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
