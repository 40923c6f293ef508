import { App, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { TokenVaultKey } from '../../lib/identity/token-vault-key';
import type { TokenVaultKeyProps } from '../../lib/identity/token-vault-key';
import { messages, resource, STRICT, thrownBy } from '../fixture';

const env = { account: '111122223333', region: 'eu-west-1' };
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const VAULT = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:token-vault/default';
const VIA = { 'kms:ViaService': 'bedrock-agentcore-identity.eu-west-1.amazonaws.com' };
const IN_VAULT = { 'kms:EncryptionContext:aws-crypto-ec:aws:bedrock-agentcore-identity:token-vault-arn': VAULT };
const USE = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKeyWithoutPlaintext'];
const CUSTOM = 'Custom::TokenVaultKey';

function makeStack(context = {}): Stack {
  return new Stack(new App({ context }), 'Stack', { env });
}

function make(props: Partial<TokenVaultKeyProps> = {}, stack = makeStack()): Template {
  new TokenVaultKey(stack, 'Vault', { ...props, key: props.key ?? new kms.Key(stack, 'Key') });
  return Template.fromStack(stack);
}

test('asks the function for the key, and keeps it in use by default', () => {
  const template = make();
  expect(resource(template, CUSTOM)).toEqual({
    Type: CUSTOM,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^VaultFunction/), 'Arn'] },
      ServiceTimeout: '300',
      TokenVaultId: 'default',
      KeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      ReplaceExistingKey: false,
    },
    DependsOn: [expect.stringMatching(/^VaultPolicy/), expect.stringMatching(/^VaultRole/)],
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  });
});

test.each([
  [RemovalPolicy.DESTROY, 'Delete'],
  [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate'],
])('removalPolicy %s', (removalPolicy, DeletionPolicy) => {
  const template = make({ removalPolicy });
  template.hasResource(CUSTOM, { DeletionPolicy });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ SET_BACK_ON_DELETE: 'true' }) },
  });
});

test('replaceExistingKey', () => {
  const template = make({ replaceExistingKey: true });
  template.hasResourceProperties(CUSTOM, { ReplaceExistingKey: true });
  // the function follows its own settings: an event can say anything
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ REPLACE_EXISTING_KEY: 'true' }) },
  });
});

test('is one function and nothing of a framework', () => {
  const template = make();
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 120,
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^VaultLogs') } },
    Environment: {
      Variables: {
        KEY_ARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
        REPLACE_EXISTING_KEY: 'false',
        SET_BACK_ON_DELETE: 'false',
      },
    },
  });
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  const { Properties, DeletionPolicy } = resource(template, 'AWS::Logs::LogGroup');
  expect([Properties.RetentionInDays, DeletionPolicy]).toEqual([365, 'Delete']);
});

test('the function may do this and no more', () => {
  const stack = makeStack();
  const key = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
  const policy = resource(make({ key }, stack), 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument.Statement;
  expect(policy).toEqual([
    {
      Sid: 'Vault',
      Effect: 'Allow',
      Action: ['bedrock-agentcore:GetTokenVault', 'bedrock-agentcore:SetTokenVaultCMK'],
      Resource: resolved('token-vault/default'),
    },
    {
      Sid: 'Key',
      Effect: 'Allow',
      Action: USE,
      Resource: KEY_ARN,
      Condition: { StringEquals: { ...VIA, [Object.keys(IN_VAULT)[0]]: resolved('token-vault/default') } },
    },
    {
      Sid: 'DescribeKey',
      Effect: 'Allow',
      Action: 'kms:DescribeKey',
      Resource: KEY_ARN,
      Condition: { StringEquals: VIA },
    },
    {
      Sid: 'Log',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^VaultLogs/), 'Arn'] },
    },
  ]);
});

/** an ARN of this stack, whose partition stays open */
function resolved(resourceName: string): unknown {
  return {
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:bedrock-agentcore:eu-west-1:111122223333:${resourceName}`]],
  };
}

test('the account may use the key through AgentCore Identity, for the vault only', () => {
  const { KeyPolicy } = resource(make(), 'AWS::KMS::Key').Properties;
  const account = { 'kms:CallerAccount': '111122223333' };
  expect(KeyPolicy.Statement.slice(1)).toEqual([
    {
      Sid: 'TokenVault',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: USE,
      Resource: '*',
      Condition: {
        StringEquals: { ...account, ...VIA, [Object.keys(IN_VAULT)[0]]: resolved('token-vault/default') },
      },
    },
    {
      Sid: 'TokenVaultDescribe',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'kms:DescribeKey',
      Resource: '*',
      Condition: { StringEquals: { ...account, ...VIA } },
    },
  ]);
});

test('what an app adds to the role is there before the vault is changed', () => {
  const stack = makeStack();
  const { role } = new TokenVaultKey(stack, 'Vault', { key: new kms.Key(stack, 'Key') });
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['bedrock-agentcore:SetTokenVaultCMK'], resources: [`${VAULT}/x`] }),
  );
  const { DependsOn } = resource(Template.fromStack(stack), CUSTOM);
  expect(DependsOn).toContainEqual(expect.stringMatching(/^VaultRoleDefaultPolicy/));
});

test('an imported key must allow it itself', () => {
  const stack = makeStack();
  make({ key: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) }, stack);
  expect(messages({ stack })).toEqual([
    "the key of the token vault is imported, so its policy cannot be extended here (got 'Stack/Key'); allowed: a key policy that lets principals of the account use it through bedrock-agentcore-identity.eu-west-1.amazonaws.com; copy the statements from https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/kms-key-policy-configuration.html [ack: cdk-coding-agents:importedTokenVaultKey]",
  ]);
});

test('a key that goes away with its stack', () => {
  const stack = makeStack();
  make({ key: new kms.Key(stack, 'Gone', { removalPolicy: RemovalPolicy.DESTROY }) }, stack);
  expect(messages({ stack })).toEqual([
    "the key of the token vault is deleted with its stack, and then no credential of the vault can be read (got 'Stack/Gone'); set removalPolicy of the key to RETAIN [ack: cdk-coding-agents:tokenVaultKeyDeleted]",
  ]);
});

test('a key that stays brings no warning', () => {
  const stack = makeStack();
  make({}, stack);
  expect(messages({ stack })).toEqual([]);
});

describe('refuses', () => {
  test.each<[string, string, string, (stack: Stack) => kms.IKey]>([
    [
      'KeyIsAlias',
      'an alias of the app',
      "the key of the token vault is an alias (got 'Stack/Alias'); allowed: the key itself: rights are given on its ARN, and an alias may be moved to another key; use kms.Key.fromKeyArn(...), or the key construct that the alias points to",
      (stack) => new kms.Alias(stack, 'Alias', { aliasName: 'vault', targetKey: new kms.Key(stack, 'Key') }),
    ],
    [
      'KeyIsAlias',
      'an imported alias',
      "the key of the token vault is an alias (got 'Stack/Alias')",
      (stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/vault'),
    ],
    [
      'ForeignKey',
      'a key of another region',
      "the key of the token vault is in another region than the stack that uses it (got 'us-east-1'); allowed: eu-west-1; use a key of this account and region",
      (stack) => kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace('eu-west-1', 'us-east-1')),
    ],
    [
      'ForeignKey',
      'a key of another account',
      "the key of the token vault is in another account than the stack that uses it (got '999999999999'); allowed: 111122223333; use a key of this account and region",
      (stack) => kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace('111122223333', '999999999999')),
    ],
    [
      'VaultKeyNotSymmetric',
      'a key that signs',
      "the key of the token vault does not encrypt (got 'RSA_2048, SIGN_VERIFY'); allowed: SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT; leave keySpec and keyUsage of the key away",
      (stack) => new kms.Key(stack, 'Key', { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY }),
    ],
    [
      'VaultKeyNotSymmetric',
      'an asymmetric key',
      "the key of the token vault does not encrypt (got 'RSA_2048, ENCRYPT_DECRYPT')",
      (stack) => new kms.Key(stack, 'Key', { keySpec: kms.KeySpec.RSA_2048 }),
    ],
    [
      'VaultKeyDisabled',
      'a disabled key',
      "the key of the token vault is disabled (got 'Stack/Key'); remove `enabled: false` from the key: without it no credential can be read",
      (stack) => new kms.Key(stack, 'Key', { enabled: false }),
    ],
  ])('%s: %s', (code, _, text, key) => {
    const stack = makeStack();
    const error = thrownBy(() => new TokenVaultKey(stack, 'Vault', { key: key(stack) }));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  test('a snapshot', () => {
    const error = thrownBy(() => make({ removalPolicy: RemovalPolicy.SNAPSHOT }));
    expect(error.code).toBe('SnapshotNotSupported');
    expect(error.text).toContain('the key of a token vault has no snapshots');
  });

  test('a second one in the account and region, in whichever stack', () => {
    const app = new App();
    const [first, second, elsewhere] = ['First', 'Second', 'Elsewhere'].map(
      (id) => new Stack(app, id, { env: { ...env, region: id === 'Elsewhere' ? 'us-east-1' : env.region } }),
    );
    const key = (stack: Stack) => new kms.Key(stack, 'Key');
    new TokenVaultKey(first, 'Vault', { key: key(first) });
    new TokenVaultKey(elsewhere, 'Vault', { key: key(elsewhere) });
    const error = thrownBy(() => new TokenVaultKey(second, 'Other', { key: key(second) }));
    expect(error.code).toBe('SecondTokenVaultKey');
    expect(error.text).toContain(
      "the token vault of this account and region has a key already (got 'Second/Other'); allowed: one TokenVaultKey for each account and region, which has one vault; remove this one, 'First/Vault' sets the key",
    );
  });

  test('a second one in a stack for any environment, but not in two of them', () => {
    const app = new App();
    const [first, second] = ['First', 'Second'].map((id) => new Stack(app, id));
    for (const stack of [first, second]) {
      new TokenVaultKey(stack, 'Vault', { key: new kms.Key(stack, 'Key') });
    }
    const key = new kms.Key(first, 'Key2');
    expect(thrownBy(() => new TokenVaultKey(first, 'Other', { key })).code).toBe('SecondTokenVaultKey');
  });
});

test('a key known only at deployment is taken as it is', () => {
  const stack = makeStack();
  const key = kms.Key.fromKeyArn(stack, 'Key', Lazy.string({ produce: () => KEY_ARN }));
  make({ key }, stack).hasResourceProperties(CUSTOM, { KeyArn: KEY_ARN });
});

test.each([
  ['any account', undefined],
  ['a known account', env],
])('CloudFormation has nothing to say in %s', (_, place) => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const stack = new Stack(new App({ context: STRICT }), 'Strict', { env: place });
    const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    new TokenVaultKey(stack, 'Vault', { key, replaceExistingKey: true, removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).resourceCountIs(CUSTOM, 1);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
