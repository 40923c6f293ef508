import { Lazy } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IToolBroker } from '../../lib/identity/contracts';
import type { IdentityContext, TargetKind } from '../../lib/identity/bound-identity';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { OAuthVendor } from '../../lib/identity/oauth/vendor';
import type { IdentityName } from '../../lib/identity/outbound/matrix';
import { IDENTITIES, rowOf } from '../../lib/identity/outbound/matrix';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { STRICT, messages, resource, thrownBy } from '../fixture';
import { DISCOVERY, IdentityFixture, TARGET } from './outbound-fixture';

const REASON = 'public documentation, nothing to protect';

const tool = (name: string): agentcore.ToolDefinition => ({
  name,
  description: name,
  inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT },
});

function brokerIn({ stack }: IdentityFixture, props: Partial<IToolBroker> = {}): IToolBroker {
  const arn = 'arn:aws:lambda:eu-central-1:111122223333:function:broker';
  const brokerFunction = lambda.Function.fromFunctionArn(stack, 'Broker', arn);
  return { brokerFunction, tools: [tool('get'), tool('set')], writeTools: ['set'], ...props };
}

const client = ({ secret }: IdentityFixture) => ({
  clientId: 'client',
  clientSecret: { secret, jsonKey: 'secret' },
  scopes: ['read'],
});

const SAMPLES: Record<string, (fixture: IdentityFixture) => OutboundIdentity> = {
  bot: ({ secret }) => OutboundIdentity.bot({ secret, jsonKey: 'token' }),
  clientCredentials: (fixture) => OutboundIdentity.clientCredentials({ discoveryUrl: DISCOVERY, ...client(fixture) }),
  onBehalfOf: (fixture) => OutboundIdentity.onBehalfOf({ discoveryUrl: DISCOVERY, ...client(fixture) }),
  microsoft: (fixture) => OutboundIdentity.microsoft({ tenantId: 'acme.com', ...client(fixture) }),
  userConsent: (fixture) =>
    OutboundIdentity.userConsent({
      vendor: OAuthVendor.github(),
      returnUrl: 'https://connect.example.com',
      ...client(fixture),
    }),
  broker: (fixture) => OutboundIdentity.broker(brokerIn(fixture)),
  gatewayRole: () => OutboundIdentity.gatewayRole({ service: 'execute-api' }),
  none: () => OutboundIdentity.none({ reason: REASON }),
};

describe('which identity works where', () => {
  // microsoft shares the row of onBehalfOf
  const rowFor = (name: string) => rowOf((name === 'microsoft' ? 'onBehalfOf' : name) as IdentityName);
  const CASES = Object.keys(SAMPLES).flatMap((name) =>
    ['jwt', 'iam'].flatMap((auth) =>
      Object.entries(rowFor(name).at).map(([kind, cell]) => {
        const accepted = typeof cell === 'string' && (auth === 'jwt' || !rowFor(name).needsUserToken);
        return [name, auth, kind as TargetKind, accepted] as const;
      }),
    ),
  );

  test('each factory has a sample here and a row in the matrix', () => {
    const factories = Object.getOwnPropertyNames(OutboundIdentity).filter(
      (name) => typeof OutboundIdentity[name as keyof typeof OutboundIdentity] === 'function',
    );
    expect(Object.keys(SAMPLES).sort()).toEqual(factories.filter((name) => name !== 'prototype').sort());
    expect([...Object.keys(IDENTITIES), 'microsoft'].sort()).toEqual(Object.keys(SAMPLES).sort());
  });

  test.each(CASES)('%s, %s gateway, %s: %s', (name, auth, kind, accepted) => {
    const fixture = new IdentityFixture();
    const context = { kind, ...(auth === 'iam' && { inboundAuth: InboundAuth.iam() }) };
    const bind = () => fixture.bind(SAMPLES[name](fixture), context);
    if (accepted) {
      expect(bind().actor).toMatch(/^(the|nobody)/);
      return;
    }
    const { code, text } = thrownBy(bind);
    expect(code).toMatch(/^Identity(NotForTarget|NeedsUserToken)$/);
    expect(text).toMatch(/; allowed: .+; .*(use|guard) .*(OutboundIdentity|InboundAuth)\./);
    expect(text).toContain(`(got 'jira')`);
  });

  test('a refusal names what accepts the identity', () => {
    const fixture = new IdentityFixture();
    const { text } = thrownBy(() => fixture.bind(SAMPLES.none(fixture), { kind: 'agentRuntime' }));
    expect(text).toContain(
      `OutboundIdentity.none does not work for an MCP server on AgentCore Runtime (got 'jira'); allowed: an MCP server, an OpenAPI target; a runtime answers no anonymous request: use OutboundIdentity.gatewayRole(), clientCredentials(...) or onBehalfOf(...)`,
    );
  });
});

describe('gatewayRole', () => {
  const credential = (fixture: IdentityFixture, context: Partial<IdentityContext>, options = {}) =>
    fixture.resolve(fixture.bind(OutboundIdentity.gatewayRole(options), context).credential?._render());
  const signed = (service: string, region?: string) => ({
    credentialProviderType: 'GATEWAY_IAM_ROLE',
    credentialProvider: { iamCredentialProvider: { service, ...(region && { region }) } },
  });

  test.each<[TargetKind, object, object]>([
    ['lambda', {}, { credentialProviderType: 'GATEWAY_IAM_ROLE' }],
    ['lambda', { service: 'lambda' }, { credentialProviderType: 'GATEWAY_IAM_ROLE' }],
    ['agentRuntime', {}, signed('bedrock-agentcore')],
    ['mcpServer', { service: 'lambda' }, signed('lambda')],
    ['openApi', { service: 'execute-api', region: 'us-east-1' }, signed('execute-api', 'us-east-1')],
  ])('%s %j', (kind, options, expected) => {
    expect(credential(new IdentityFixture(), { kind }, options)).toEqual(expected);
  });

  test('asks for nothing else', () => {
    const fixture = new IdentityFixture();
    const bound = fixture.bind(OutboundIdentity.gatewayRole({ service: 'execute-api' }));
    expect(bound).toMatchObject({
      statements: [],
      dependencies: [],
      actor: 'the role of the gateway, the same for every caller',
    });
    expect(bound.fetch).toBeUndefined();
  });

  test.each<TargetKind>(['mcpServer', 'openApi'])('needs a service for %s', (kind) => {
    const error = thrownBy(() => credential(new IdentityFixture(), { kind }));
    expect(error.code).toBe('SigningServiceMissing');
    expect(error.text).toContain(`OutboundIdentity.gatewayRole({ service: 'execute-api' })`);
  });

  test('is refused by a runtime that takes tokens', () => {
    const error = thrownBy(() => credential(new IdentityFixture(), { kind: 'agentRuntime', runtimeUsesJwt: true }));
    expect(error.code).toBe('IdentityNotForRuntimeAuth');
    expect(error.text).toContain('signs requests, and this runtime takes tokens only');
    expect(error.text).toContain('use OutboundIdentity.onBehalfOf(...) or clientCredentials(...)');
  });

  test.each<[string, object]>([
    ['InvalidSigningName', { service: 'lambda.amazonaws.com' }],
    ['InvalidSigningName', { service: '' }],
    ['InvalidSigningName', { service: 'execute-api', region: 'EU (Frankfurt)' }],
    ['SigningRegionWithoutService', { region: 'us-east-1' }],
  ])('%s: %j', (code, options) => {
    expect(thrownBy(() => OutboundIdentity.gatewayRole(options)).code).toBe(code);
  });
});

describe('broker', () => {
  test('hands on the function and its tools; its target grants the right to invoke it', () => {
    const fixture = new IdentityFixture();
    const broker = brokerIn(fixture);
    const bound = fixture.bind(OutboundIdentity.broker(broker));
    expect(bound).toEqual({
      statements: [],
      broker: { function: broker.brokerFunction, tools: broker.tools, writeTools: ['set'] },
      actor: 'the account of the broker, with a token for just this call',
      dependencies: [],
    });
  });

  test.each<[string, Partial<IToolBroker>]>([
    [`the broker has no tools (got 'jira'); allowed: at least one tool`, { tools: [], writeTools: [] }],
    [
      `writeTools of the broker names tools that it does not have (got 'put'); allowed: get, set`,
      { writeTools: ['put', 'set'] },
    ],
  ])('%s', (part, props) => {
    const fixture = new IdentityFixture();
    const error = thrownBy(() => fixture.bind(OutboundIdentity.broker(brokerIn(fixture, props))));
    expect(error.code).toBe('BrokerToolsIncomplete');
    expect(error.text).toContain(part);
  });
});

describe('none', () => {
  test('sends nothing', () => {
    const fixture = new IdentityFixture();
    const bound = fixture.target(SAMPLES.none(fixture));
    expect(bound).toMatchObject({ statements: [], actor: 'nobody: no credential is sent', dependencies: [] });
    expect(bound.optOut).toEqual({ rule: 'AC_TARGET_CREDENTIAL_CONFIGURED', reason: expect.any(String) });
    expect(resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations ?? []).toEqual([]);
  });

  test.each(['', 'public', ' '.repeat(30), 'x'.repeat(19)])(`the reason '%s' is refused`, (reason) => {
    const error = thrownBy(() => OutboundIdentity.none({ reason }));
    expect(error.code).toBe('NoIdentityReasonTooShort');
    expect(error.text).toContain('allowed: at least 20 characters');
  });

  test.each(['x'.repeat(20), Lazy.string({ produce: () => '' })])(`the reason '%s' is taken`, (reason) => {
    expect(() => OutboundIdentity.none({ reason })).not.toThrow();
  });
});

test('broad scopes bring a warning at the target', () => {
  const fixture = new IdentityFixture();
  const props = { ...client(fixture), scopes: ['repo'] };
  fixture.bind(OutboundIdentity.onBehalfOf({ discoveryUrl: DISCOVERY, ...props }), {}, 'one');
  fixture.bind(OutboundIdentity.microsoft({ tenantId: 'acme.com', ...props }), {}, 'two');
  const returnUrl = 'https://connect.example.com';
  fixture.bind(OutboundIdentity.userConsent({ vendor: OAuthVendor.github(), returnUrl, ...props }), {}, 'three');
  fixture.bind(OutboundIdentity.clientCredentials({ discoveryUrl: DISCOVERY, ...props }), {}, 'four');
  expect(messages(fixture).filter((text) => text.includes('broadOAuthScope'))).toHaveLength(4);
});

test('no identity leaves a value of a secret in the template', () => {
  const fixture = new IdentityFixture();
  Object.entries(SAMPLES).forEach(([name, make]) => fixture.bind(make(fixture), {}, name));
  const text = JSON.stringify(fixture.template().toJSON());
  expect(text).not.toMatch(/resolve:secretsmanager|"ApiKey":|"ClientSecret":/);
  expect(text).not.toContain('bedrock-agentcore-identity!');
});

test('none and gatewayRole have no finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    fixture.target(SAMPLES.none(fixture), {}, 'one');
    fixture.target(SAMPLES.gatewayRole(fixture), {}, 'two');
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
