import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IdentityContext } from '../../lib/identity/bound-identity';
import { ConsentPortal } from '../../lib/identity/consent/consent-portal';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { OAuthVendor } from '../../lib/identity/oauth/vendor';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import type { UserConsentProps } from '../../lib/identity/outbound/user-consent';
import { messages, resource, STRICT, thrownBy } from '../fixture';
import { IdentityFixture, MCP_SERVER, OAUTH, PlainGateway, TARGET } from './outbound-fixture';

const RETURN = 'https://connect.example.com/done';

const consent = (fixture: IdentityFixture, props: Partial<UserConsentProps> = {}) =>
  OutboundIdentity.userConsent({
    vendor: OAuthVendor.github(),
    clientId: 'Iv23liAAAA',
    clientSecret: { secret: fixture.secret, jsonKey: 'secret' },
    scopes: ['read:user'],
    ...(props.portal === undefined && { returnUrl: RETURN }),
    ...props,
  });

const portalIn = (fixture: IdentityFixture, gateway = fixture.gateway, id = 'Portal') =>
  new ConsentPortal(fixture.stack, id, {
    gateway,
    clientId: 'portal',
    clientSecret: { secret: fixture.secret, jsonKey: 'portal' },
  });

const oauthOf = (fixture: IdentityFixture): any =>
  resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations[0].CredentialProvider
    .OauthCredentialProvider;

test('a page of your own finishes the consent; the callback URL comes out', () => {
  const fixture = new IdentityFixture();
  const bound = fixture.target(consent(fixture, { customParameters: { prompt: 'select_account' } }));
  expect(oauthOf(fixture)).toEqual({
    ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/^jiraOAuth/), 'CredentialProviderArn'] },
    Scopes: ['read:user'],
    CustomParameters: { prompt: 'select_account' },
    GrantType: 'AUTHORIZATION_CODE',
    DefaultReturnUrl: RETURN,
  });
  expect(fixture.resolve(bound.callbackUrl)).toEqual({
    'Fn::GetAtt': [expect.stringMatching(/^jiraOAuth/), 'CallbackUrl'],
  });
  expect(fixture.statements(bound)).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: expect.stringMatching(/^Key/) } },
  ]);
  expect(bound.fetch?.kind).toBe('oauth2');
  expect(bound.listing).toBeUndefined();
  expect(bound.actor).toBe('the person who calls, with the account that she connected');
  expect(messages(fixture)).toEqual([]);
});

test('a portal finishes the consent, and may use the provider of the target', () => {
  const fixture = new IdentityFixture();
  const portal = portalIn(fixture);
  fixture.target(consent(fixture, { portal }), { gatewayId: fixture.gateway.gatewayId });
  const url = fixture.resolve(portal.returnUrl);
  expect(oauthOf(fixture).DefaultReturnUrl).toEqual(url);
  expect(JSON.stringify(url)).toContain('/connect/callback');
  const { Name } = resource(fixture.template(), OAUTH, 'jira').Properties;
  const policy = JSON.stringify(resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'PortalAccessPolicy'));
  expect(policy).toContain(`oauth2credentialprovider/${Name}`);
});

test('another vendor makes another provider, so that CloudFormation can make it before it deletes the old one', () => {
  const nameWith = (vendor: OAuthVendor) => {
    const fixture = new IdentityFixture();
    fixture.bind(consent(fixture, { vendor }));
    return resource(fixture.template(), OAUTH).Properties.Name;
  };
  expect(nameWith(OAuthVendor.github())).toBe(nameWith(OAuthVendor.github()));
  expect(nameWith(OAuthVendor.github())).not.toBe(nameWith(OAuthVendor.google()));
});

test.each<[string, Partial<IdentityContext>, string]>([
  ['IdentityNeedsUserToken', { inboundAuth: InboundAuth.iam() }, 'callers of this gateway bring no token'],
  ['IdentityNotForTarget', { kind: 'lambda' }, 'use OutboundIdentity.gatewayRole()'],
  ['IdentityNotForRuntimeAuth', { kind: 'agentRuntime', runtimeUsesJwt: false }, 'use OutboundIdentity.gatewayRole()'],
  ['ConsentNeedsToolSchema', { hasToolSchema: false }, 'waits for a person to consent'],
  ['ConsentNeedsToolSchema', { hasToolSchema: false, kind: 'agentRuntime' }, 'give it as toolSchema'],
])('%s', (code, context, part) => {
  const fixture = new IdentityFixture();
  const error = thrownBy(() => fixture.bind(consent(fixture), context));
  expect(error.code).toBe(code);
  expect(error.text).toContain(part);
});

test.each<[Partial<IdentityContext>]>([
  [{ kind: 'openApi', hasToolSchema: false }],
  [{ kind: 'agentRuntime', runtimeUsesJwt: true }],
])('%j is accepted', (context) => {
  const fixture = new IdentityFixture();
  expect(() => fixture.bind(consent(fixture), context)).not.toThrow();
});

test('a portal of another gateway is refused', () => {
  const fixture = new IdentityFixture();
  const portal = portalIn(fixture, new PlainGateway(fixture.stack, 'Other'));
  const identity = consent(fixture, { portal });
  const error = thrownBy(() => fixture.bind(identity, { gatewayId: fixture.gateway.gatewayId }));
  expect(error.code).toBe('PortalOfOtherGateway');
  expect(error.text).toContain(`(got 'Agents/Portal')`);
});

test('a portal of another stack is refused, where it is not known whose gateway it serves', () => {
  const fixture = new IdentityFixture();
  const portal = portalIn(fixture);
  const other = new Construct(new Stack(fixture.app, 'Other'), 'jira');
  const error = thrownBy(() => consent(fixture, { portal })._bind(other, MCP_SERVER));
  expect(error.code).toBe('PortalInOtherStack');
  expect(error.text).toContain(
    "the consent portal is in another stack: it waits for the gateway, and this target for it (got 'Agents/Portal in stack 'Agents''); allowed: a portal in stack 'Other'; make the portal in the stack of the gateway",
  );
});

test.each<[string, string, Partial<UserConsentProps> | ((fixture: IdentityFixture) => Partial<UserConsentProps>)]>([
  ['ConsentReturnAmbiguous', 'neither portal and returnUrl', { returnUrl: undefined }],
  ['ConsentReturnAmbiguous', 'both portal', (fixture) => ({ portal: portalIn(fixture), returnUrl: RETURN })],
  ['InvalidReturnUrl', 'the return URL must use https', { returnUrl: 'http://connect.example.com' }],
  ['InvalidReturnUrl', 'must name a public host', { returnUrl: 'https://localhost/x' }],
  ['InvalidReturnUrl', 'is too long', { returnUrl: `https://a.example.com/${'x'.repeat(2048)}` }],
  ['InvalidClientId', 'not the id of an OAuth client', { clientId: '' }],
  ['InvalidOAuthParameters', 'empty name or value (got 1)', { customParameters: { '': 'x' } }],
  ['InvalidOAuthParameters', 'empty name or value', { customParameters: { x: '' } }],
  [
    'InvalidOAuthParameters',
    'too many entries (got 11)',
    { customParameters: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`p${i}`, 'x'])) },
  ],
  [
    'SecretInOAuthParameter',
    `'token' looks like a GitHub token`,
    { customParameters: { token: `ghp_${'a'.repeat(36)}` } },
  ],
])('%s: %s', (code, part, props) => {
  const fixture = new IdentityFixture();
  const error = thrownBy(() => consent(fixture, typeof props === 'function' ? props(fixture) : props));
  expect(error.code).toBe(code);
  expect(error.text).toContain(part);
  expect(error.text).not.toContain('ghp_');
});

test('a target with a portal has no finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    fixture.target(consent(fixture, { portal: portalIn(fixture) }), {}, 'one');
    fixture.target(consent(fixture), {}, 'two');
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
