import { CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ApiKeyScheme } from '../../lib/identity/api-key-scheme';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { messages, resource, STRICT, thrownBy } from '../fixture';
import { API_KEY, EU, IdentityFixture, TARGET } from './outbound-fixture';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:bots/github-AbC123';
const bot = ({ secret }: { secret: secretsmanager.ISecret }, scheme?: ApiKeyScheme) =>
  OutboundIdentity.bot({ secret, jsonKey: 'token', scheme });

function credentialOf(fixture: IdentityFixture): any {
  return resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations;
}

test('refers to the secret and holds no value of it', () => {
  const fixture = new IdentityFixture();
  const bound = fixture.target(bot(fixture));
  const template = fixture.template();
  const provider = resource(template, API_KEY);
  const SecretId = { Ref: expect.stringMatching(/^Key/) };
  expect(provider.Properties).toEqual({
    Name: expect.stringMatching(/^Agents-jira-[0-9A-F]{8}-[0-9a-f]{8}$/),
    ApiKeySecretSource: 'EXTERNAL',
    ApiKeySecretConfig: { SecretId, JsonKey: 'token' },
  });
  expect(JSON.stringify(template.toJSON())).not.toContain('resolve:secretsmanager');
  expect(fixture.resolve(bound.fetch)).toEqual({
    kind: 'apiKey',
    providerArn: { 'Fn::GetAtt': [expect.stringMatching(/^jiraApiKey/), 'CredentialProviderArn'] },
  });
  expect(fixture.statements(bound)).toEqual([
    { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: SecretId },
  ]);
  expect(bound).toMatchObject({
    actor: 'the account that the API key belongs to, the same for every caller',
    dependencies: [],
  });
  expect(bound.oauthGrant).toBeUndefined();
  expect(bound.listing).toBeUndefined();
  expect(bound.callbackUrl).toBeUndefined();
});

test('the L2 neither grants nor warns: what is needed is listed exactly', () => {
  const fixture = new IdentityFixture();
  fixture.target(bot(fixture));
  fixture.template().resourceCountIs('AWS::IAM::Policy', 0);
  expect(messages(fixture)).toEqual([]);
});

test.each<[string, ApiKeyScheme | undefined, object]>([
  [
    'Bearer by default, without a space',
    undefined,
    { CredentialParameterName: 'Authorization', CredentialPrefix: 'Bearer' },
  ],
  ['bearer', ApiKeyScheme.bearer(), { CredentialParameterName: 'Authorization', CredentialPrefix: 'Bearer' }],
  ['basic', ApiKeyScheme.basic(), { CredentialParameterName: 'Authorization', CredentialPrefix: 'Basic' }],
  ['header', ApiKeyScheme.header('x-api-key'), { CredentialParameterName: 'x-api-key' }],
  [
    'header with prefix',
    ApiKeyScheme.header('x-auth', 'Token'),
    { CredentialParameterName: 'x-auth', CredentialPrefix: 'Token' },
  ],
])('%s', (_, scheme, expected) => {
  const fixture = new IdentityFixture();
  fixture.target(bot(fixture, scheme));
  const [{ CredentialProviderType, CredentialProvider }] = credentialOf(fixture);
  expect(CredentialProviderType).toBe('API_KEY');
  expect(CredentialProvider.ApiKeyCredentialProvider).toEqual({
    ProviderArn: expect.anything(),
    CredentialLocation: 'HEADER',
    ...expected,
  });
});

test('a query parameter', () => {
  const fixture = new IdentityFixture();
  fixture.target(bot(fixture, ApiKeyScheme.queryParameter('key')));
  expect(credentialOf(fixture)[0].CredentialProvider.ApiKeyCredentialProvider).toEqual({
    ProviderArn: expect.anything(),
    CredentialLocation: 'QUERY_PARAMETER',
    CredentialParameterName: 'key',
  });
});

test.each<[string, () => unknown]>([
  ['', () => ApiKeyScheme.header('')],
  ['x key', () => ApiKeyScheme.header('x key')],
  ['x:', () => ApiKeyScheme.header('x:')],
  ['a{65}', () => ApiKeyScheme.queryParameter('a'.repeat(65))],
  ['Bearer ', () => ApiKeyScheme.header('Authorization', 'Bearer ')],
])(`the scheme '%s' is refused`, (_, make) => {
  const error = thrownBy(make);
  expect(error.code).toBe('InvalidApiKeyScheme');
  expect(error.text).toContain('the gateway adds the space and the colon');
});

test('64 characters are a header name', () => {
  expect(() => ApiKeyScheme.header('a'.repeat(64))).not.toThrow();
});

describe('names of providers', () => {
  const nameIn = (fixture: IdentityFixture) => resource(fixture.template(), API_KEY).Properties.Name;

  test('differ by stack, path, and paths that read the same when joined', () => {
    const fixture = new IdentityFixture();
    fixture.bind(bot(fixture), {}, 'a-b');
    fixture.bind(bot(fixture), {}, 'a_b');
    const names = Object.values<any>(fixture.template().findResources(API_KEY)).map(
      ({ Properties }) => Properties.Name,
    );
    const other = new IdentityFixture({ stackProps: { stackName: 'Other' } });
    other.bind(bot(other), {}, 'a-b');
    expect(new Set([...names, nameIn(other)]).size).toBe(3);
    expect(nameIn(other)).toMatch(/^Other-/);
  });

  test('are stable, hold no underscore and at most 128 characters', () => {
    const make = () => {
      const fixture = new IdentityFixture();
      fixture.bind(bot(fixture), {}, `git_hub${'x'.repeat(200)}`);
      return nameIn(fixture);
    };
    expect(make()).toBe(make());
    expect(make()).toMatch(/^[a-zA-Z0-9-]{60,128}$/);
  });
});

describe('the secret', () => {
  test('with a key of its own: decrypting it through Secrets Manager only', () => {
    const fixture = new IdentityFixture(EU_PROPS);
    const encryptionKey = new kms.Key(fixture.stack, 'Cmk');
    const secret = new secretsmanager.Secret(fixture.stack, 'Own', { encryptionKey });
    const [, decrypt] = fixture.statements(fixture.bind(bot({ secret })));
    expect(decrypt).toEqual({
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Cmk/), 'Arn'] },
      Condition: {
        StringEquals: {
          'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com',
          'kms:EncryptionContext:SecretARN': { Ref: expect.stringMatching(/^Own/) },
        },
      },
    });
  });

  const EU_PROPS = { stackProps: EU };
  const imported = (arn: string) => (stack: Stack) =>
    secretsmanager.Secret.fromSecretCompleteArn(stack, 'Imported', arn);

  test('imported by its complete ARN', () => {
    const fixture = new IdentityFixture(EU_PROPS);
    const bound = fixture.bind(bot({ secret: imported(ARN)(fixture.stack) }));
    expect(fixture.statements(bound)[0].Resource).toBe(ARN);
  });

  test('by an ARN that is known only at deployment', () => {
    const fixture = new IdentityFixture(EU_PROPS);
    const parameter = new CfnParameter(fixture.stack, 'SecretArn');
    const bound = fixture.bind(bot({ secret: imported(parameter.valueAsString)(fixture.stack) }));
    expect(fixture.statements(bound)[0].Resource).toEqual({ Ref: 'SecretArn' });
  });

  test.each<[string, (stack: Stack) => secretsmanager.ISecret, unknown]>([
    [
      'by its name',
      (stack) => secretsmanager.Secret.fromSecretNameV2(stack, 'Imported', 'bots/github'),
      'arn:<AWS::Partition>:secretsmanager:eu-central-1:111122223333:secret:bots/github',
    ],
    [
      'by an ARN without its end',
      (stack) => secretsmanager.Secret.fromSecretPartialArn(stack, 'Imported', ARN.slice(0, -7)),
      ARN.slice(0, -7),
    ],
  ])('%s: a policy names it with an end of six characters', (_, make, arn) => {
    const fixture = new IdentityFixture(EU_PROPS);
    const flat = (value: unknown): string =>
      typeof value === 'string'
        ? value
        : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
            .map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`))
            .join('');
    const [read] = fixture.statements(fixture.bind(bot({ secret: make(fixture.stack) })));
    expect(flat(read.Resource)).toBe(`${String(arn)}-??????`);
  });

  test('of another account, with its key', () => {
    const fixture = new IdentityFixture(EU_PROPS);
    const key = 'arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000000';
    const secret = secretsmanager.Secret.fromSecretAttributes(fixture.stack, 'Imported', {
      secretCompleteArn: ARN.replace('111122223333', '444455556666'),
      encryptionKey: kms.Key.fromKeyArn(fixture.stack, 'Cmk', key),
    });
    expect(fixture.statements(fixture.bind(bot({ secret })))[1].Resource).toBe(key);
  });

  test.each<[string, string, string, (stack: Stack) => secretsmanager.ISecret]>([
    [
      'by a name that is known only at deployment',
      'SecretArnIncomplete',
      'or by its name in this account',
      (s) => secretsmanager.Secret.fromSecretNameV2(s, 'S', Lazy.string({ produce: () => 'bots/github' })),
    ],
    [
      'by a name of another account',
      'SecretArnIncomplete',
      `(got 'bots/github')`,
      (s) => {
        const far = new Stack(s.node.root, 'Far', { env: { account: '444455556666', region: 'eu-central-1' } });
        return secretsmanager.Secret.fromSecretNameV2(far, 'S', 'bots/github');
      },
    ],
    [
      'by a name of another region',
      'ForeignSecret',
      `(got 'us-east-1')`,
      (s) => {
        const far = new Stack(s.node.root, 'Far', { env: { account: '111122223333', region: 'us-east-1' } });
        return secretsmanager.Secret.fromSecretNameV2(far, 'S', 'bots/github');
      },
    ],
    [
      'by a partial ARN of another region',
      'ForeignSecret',
      `(got 'us-east-1')`,
      (s) => secretsmanager.Secret.fromSecretPartialArn(s, 'S', ARN.slice(0, -7).replace('eu-central-1', 'us-east-1')),
    ],
    [
      'by an ARN without suffix',
      'SecretArnIncomplete',
      'a dash and six characters',
      (s) => secretsmanager.Secret.fromSecretAttributes(s, 'S', { secretArn: ARN.slice(0, -7) } as object),
    ],
    [
      'of another region',
      'ForeignSecret',
      `(got 'us-east-1'); allowed: eu-central-1; replicate`,
      imported(ARN.replace('eu-central-1', 'us-east-1')),
    ],
    [
      'of another account without key',
      'ForeignSecretNeedsKey',
      'the key that AWS manages cannot',
      imported(ARN.replace('111122223333', '444455556666')),
    ],
    [
      'made in another account',
      'SecretArnIncomplete',
      'a secret of this app and account',
      (s) =>
        new secretsmanager.Secret(
          new Stack(s.node.root, 'Far', { env: { account: '444455556666', region: 'eu-central-1' } }),
          'S',
        ),
    ],
    [
      'encrypted with an alias',
      'KeyIsAlias',
      'use kms.Key.fromKeyArn',
      (s) =>
        secretsmanager.Secret.fromSecretAttributes(s, 'S', {
          secretCompleteArn: ARN,
          encryptionKey: kms.Alias.fromAliasName(s, 'K', 'alias/x'),
        }),
    ],
  ])('%s is refused', (_, code, part, make) => {
    const fixture = new IdentityFixture(EU_PROPS);
    const error = thrownBy(() => fixture.bind(bot({ secret: make(fixture.stack) })));
    expect(error.code).toBe(code);
    expect(error.text).toContain(part);
  });

  test.each(['', 'x'.repeat(129), `ghp_${'a'.repeat(36)}`])('the JSON key %s is refused and not printed', (jsonKey) => {
    const fixture = new IdentityFixture();
    const error = thrownBy(() => fixture.bind(OutboundIdentity.bot({ secret: fixture.secret, jsonKey })));
    expect(error.code).toBe('InvalidJsonKey');
    expect(error.text).not.toContain('ghp_');
    expect(error.text).toContain(`give jsonKey 'token'`);
  });

  test.each(['x', 'x'.repeat(128), Lazy.string({ produce: () => '' })])('the JSON key %s is taken', (jsonKey) => {
    const fixture = new IdentityFixture();
    expect(() => fixture.bind(OutboundIdentity.bot({ secret: fixture.secret, jsonKey }))).not.toThrow();
  });
});

test('two targets get a provider each out of one value', () => {
  const fixture = new IdentityFixture();
  const identity = bot(fixture);
  fixture.bind(identity, {}, 'one');
  fixture.bind(identity, {}, 'two');
  fixture.template().resourceCountIs(API_KEY, 2);
});

test.each<[string, ApiKeyScheme]>([
  ['bearer', ApiKeyScheme.bearer()],
  ['header', ApiKeyScheme.header('x-api-key')],
  ['query', ApiKeyScheme.queryParameter('key')],
])('%s has no finding of the strict validator', (_, scheme) => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    fixture.target(bot(fixture, scheme));
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
