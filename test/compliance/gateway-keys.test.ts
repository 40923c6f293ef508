import { EXISTING } from './gateway-app';
import { app, deployed, LEFT_TO_IAM, question, ROLES, SIGNING, THINGS } from './gateway-questions';
import type { Question } from './iam-simulator';
import { ask } from './iam-simulator';
import { ACCOUNT, REGION } from './place';

// What the roles around a gateway may do with keys: to decrypt, to sign, and each for one purpose.

describe('secrets under a key are decrypted', () => {
  const botKey = deployed.literal(app.stack, app.botKey.keyArn);
  const { bot, jira, 'GitHub Enterprise': own } = THINGS.secrets as Record<string, string>;
  const through = (service: string, secret: string): Record<string, string> => ({
    'kms:ViaService': `${service}.${REGION}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': secret,
  });
  const decrypt = (key: string, context: Record<string, string>): Question => question('kms:Decrypt', key, context);

  test.each([
    ['gateway tools', botKey, bot],
    ['refresh of gh-read', botKey, bot],
    ['broker in a VPC', EXISTING.ownGitHubKey, own],
    ['git credential of runner', EXISTING.ownGitHubKey, own],
  ])('by %s, through Secrets Manager and for this secret only', async (name, key, secret) => {
    const may = (context: Record<string, string>, other = key): Promise<string> =>
      ask(ROLES[name], decrypt(other, context));
    expect(await may(through('secretsmanager', secret))).toBe('Allowed');
    expect(await may(through('secretsmanager', jira))).toMatch(/Denied$/);
    expect(await may(through('s3', secret))).toMatch(/Denied$/);
    expect(await may({})).toMatch(/Denied$/);
    expect(await may(through('secretsmanager', secret), EXISTING.appKey)).toMatch(/Denied$/);
  });

  test('by no other role', async () => {
    const able: string[] = [];
    for (const [name, role] of Object.entries(ROLES)) {
      const verdicts = await Promise.all([
        ask(role, decrypt(botKey, through('secretsmanager', bot))),
        ask(role, decrypt(EXISTING.ownGitHubKey, through('secretsmanager', own))),
      ]);
      able.push(...verdicts.flatMap((verdict) => (verdict === 'Allowed' ? [name] : [])));
    }
    expect(able).toEqual(['gateway tools', 'broker in a VPC', 'git credential of runner', 'refresh of gh-read']);
  });
});

describe('signatures', () => {
  test.each([
    ['broker', { 'kms:SigningAlgorithm': 'RSASSA_PSS_SHA_256' }],
    ['broker', { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_512' }],
    ['broker', { 'kms:MessageType': 'RAW' }],
    ['git credential of writer', { 'kms:SigningAlgorithm': 'RSASSA_PSS_SHA_256' }],
    ['git credential of writer', { 'kms:MessageType': 'RAW' }],
    ['gateway tools', { 'kms:SigningAlgorithm': 'RSASSA_PSS_SHA_256' }],
  ])('of %s are of one kind: not %j', async (name, change) => {
    const key = name === 'gateway tools' ? EXISTING.clientKey : EXISTING.appKey;
    const sign = (context: Record<string, string>): Promise<string> =>
      ask(ROLES[name], question('kms:Sign', key, context));
    expect(await sign(SIGNING)).toBe('Allowed');
    expect(await sign({ ...SIGNING, ...change })).toMatch(/Denied$/);
  });

  test.each(['kms:Decrypt', 'kms:Encrypt', 'kms:CreateGrant', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'])(
    'are all that the key of the App is used for: not %s',
    async (action) => {
      const { broker, 'git credential of writer': clone } = ROLES;
      expect(await ask(broker, question(action, EXISTING.appKey))).toMatch(/Denied$/);
      expect(await ask(clone, question(action, EXISTING.appKey))).toMatch(/Denied$/);
    },
  );
});

describe('the key of a gateway', () => {
  const key = deployed.literal(app.stack, app.key.keyArn);
  const GATEWAY = 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn';
  const ENGINE = 'kms:EncryptionContext:aws:bedrock-agentcore-policy:policy-engine-arn';
  const { tools, tool, 'a longer name': longer } = THINGS.gateways;
  const { engine, 'another engine': otherEngine } = THINGS.engines;
  const via = { 'kms:ViaService': `bedrock-agentcore.${REGION}.amazonaws.com` };
  const subset = { 'kms:GrantConstraintType': 'EncryptionContextSubset' };

  test.each<[string, string, Record<string, string>]>([
    ['look at it', 'kms:DescribeKey', via],
    ['decrypt what it stored', 'kms:Decrypt', { [GATEWAY]: tools }],
    ['encrypt what it stores', 'kms:GenerateDataKey', { [GATEWAY]: tools }],
    ['let AgentCore do so', 'kms:CreateGrant', { [GATEWAY]: tools, ...subset }],
    ['decrypt its policies', 'kms:Decrypt', { [ENGINE]: engine, ...via }],
  ])('lets it %s, and no other gateway', async (_, action, context) => {
    const asked = { ...question(action, key, context), resourcePolicy: deployed.properties(app.key).KeyPolicy };
    expect(await ask(ROLES['gateway tools'], asked)).toBe('Allowed');
    expect(await ask(ROLES['gateway tool'], asked)).toMatch(/Denied$/);
  });

  test.each<[string, string, Record<string, string>]>([
    ['look at it past AgentCore', 'kms:DescribeKey', {}],
    ['decrypt anything', 'kms:Decrypt', {}],
    ['decrypt for another gateway', 'kms:Decrypt', { [GATEWAY]: tool }],
    ['decrypt for a gateway with a longer name', 'kms:Decrypt', { [GATEWAY]: longer }],
    ['decrypt the policies of another', 'kms:Decrypt', { [ENGINE]: otherEngine, ...via }],
    ['decrypt its policies past AgentCore', 'kms:Decrypt', { [ENGINE]: engine }],
    ['grant the use of it for anything', 'kms:CreateGrant', { [GATEWAY]: tools }],
    ['change its policy', 'kms:PutKeyPolicy', {}],
  ])('does not let it %s', async (_, action, context) => {
    expect(await ask(ROLES['gateway tools'], question(action, key, context))).toMatch(/Denied$/);
  });
});

describe('the key of the token vault', () => {
  const key = app.app.node.findChild('Team').node.findChild('VaultKey') as typeof app.key;
  const arn = deployed.literal(app.stack, key.keyArn);
  const resourcePolicy = deployed.properties(key).KeyPolicy;
  const used = {
    'kms:CallerAccount': ACCOUNT,
    'kms:ViaService': `bedrock-agentcore-identity.${REGION}.amazonaws.com`,
    'kms:EncryptionContext:aws-crypto-ec:aws:bedrock-agentcore-identity:token-vault-arn': THINGS.vaults.vault,
  };
  const changes: [string, Record<string, string>][] = [
    ['past AgentCore Identity', { 'kms:ViaService': `s3.${REGION}.amazonaws.com` }],
    ['for another vault', { [Object.keys(used)[2]]: THINGS.vaults.vault.replace(ACCOUNT, '999900001111') }],
  ];

  test.each(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKeyWithoutPlaintext'])(
    'serves %s to the function that sets it, as AgentCore Identity calls for it',
    async (action) => {
      const { 'kms:CallerAccount': _, ...context } = used;
      const may = (change: Record<string, string>): Promise<string> =>
        ask(ROLES['key of the vault'], question(action, arn, { ...context, ...change }));
      expect(await may({})).toBe('Allowed');
      for (const [, change] of changes) {
        expect(await may(change)).toMatch(/Denied$/);
      }
    },
  );

  test('serves who fetches a credential through AgentCore Identity', async () => {
    expect(await ask(ROLES['gateway tools'], { ...question('kms:Decrypt', arn, used), resourcePolicy })).toBe(
      'Allowed',
    );
  });

  test.each([...changes, ['for another account', { 'kms:CallerAccount': '999900001111' }]])(
    'serves nobody %s',
    async (_, change) => {
      const asked = { ...question('kms:Decrypt', arn, { ...used, ...change }), resourcePolicy };
      expect(await ask(ROLES['gateway tools'], asked)).toMatch(/Denied$/);
    },
  );
});

test('a key that leaves rights to IAM gives none by itself', async () => {
  const asked = { ...question('kms:Sign', EXISTING.appKey, SIGNING), resourcePolicy: LEFT_TO_IAM };
  expect(await ask(ROLES.writer, asked)).toMatch(/Denied$/);
});
