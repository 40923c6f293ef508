import * as iam from 'aws-cdk-lib/aws-iam';
import { Deployment } from './deployment';
import { EXISTING, GatewayApp } from './gateway-app';
import type { Kind } from './gateway-questions';
import { agentCore, allowedOn, deployed, here, question, ROLES, SIGNING, THINGS } from './gateway-questions';
import type { Question } from './iam-simulator';
import { ask } from './iam-simulator';
import { REGION } from './place';
import { listOf } from './policies';

// What each role around a gateway may do, and everything else that it may not.

/** What every role is asked on every thing of a kind. */
const ASKED: [action: string, kind: Kind, context?: Record<string, string>][] = [
  ['secretsmanager:GetSecretValue', 'secrets'],
  ['bedrock-agentcore:GetResourceApiKey', 'apiKeys'],
  ['bedrock-agentcore:GetResourceOauth2Token', 'tokens'],
  ['bedrock-agentcore:CompleteResourceTokenAuth', 'tokens'],
  ['bedrock-agentcore:GetOauth2CredentialProvider', 'clients'],
  ['bedrock-agentcore:GetWorkloadAccessToken', 'identities'],
  ['bedrock-agentcore:GetWorkloadAccessTokenForJWT', 'identities'],
  ['bedrock-agentcore:GetWorkloadAccessTokenForUserId', 'identities'],
  ['bedrock-agentcore:GetTokenVault', 'vaults'],
  ['bedrock-agentcore:SetTokenVaultCMK', 'vaults'],
  ['bedrock-agentcore:InvokeGateway', 'gateways'],
  ['bedrock-agentcore:GetGateway', 'gateways'],
  ['bedrock-agentcore:GetGatewayTarget', 'gateways'],
  ['bedrock-agentcore:ListGatewayTargets', 'gateways'],
  ['bedrock-agentcore:SynchronizeGatewayTargets', 'gateways'],
  ['bedrock-agentcore:GetPolicyEngine', 'engines'],
  ['bedrock-agentcore:AuthorizeAction', 'decisions'],
  ['bedrock-agentcore:PartiallyAuthorizeActions', 'decisions'],
  ['bedrock-agentcore:InvokeAgentRuntime', 'runtimes'],
  ['lambda:InvokeFunction', 'functions'],
  ['kms:Sign', 'keys', SIGNING],
  ['kms:DescribeKey', 'keys'],
  ['s3:GetObject', 'objects'],
  ['logs:CreateLogStream', 'logs'],
  ['logs:PutLogEvents', 'logs'],
];
/** rights under conditions or without a resource: tested below, in gateway-keys.test.ts and in iam-reference.test.ts */
const ASKED_BELOW = [
  'bedrock-agentcore:CheckAuthorizePermissions',
  'bedrock-agentcore:ListOauth2CredentialProviders',
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
];

const WHO = ['directory', 'identity tools'];
const logs = (path: string): Record<string, string[]> => ({
  'logs:CreateLogStream': [path],
  'logs:PutLogEvents': [path],
});
const refresh = { 'bedrock-agentcore:SynchronizeGatewayTargets': ['tools'] };

/** Of all that is asked, what each role may: the names of the things. */
const MAY: Record<string, Record<string, string[]>> = {
  'gateway tools': {
    'secretsmanager:GetSecretValue': ['bot', 'jira', 'entra', 'slack', 'tickets'],
    'bedrock-agentcore:GetResourceApiKey': ['vault', ...WHO, 'gh-read', 'tickets'],
    'bedrock-agentcore:GetResourceOauth2Token': [...WHO, 'vault', 'jira', 'wiki', 'crm', 'slack'],
    'bedrock-agentcore:CompleteResourceTokenAuth': [...WHO, 'vault', 'slack'],
    'bedrock-agentcore:GetWorkloadAccessToken': WHO,
    'bedrock-agentcore:GetWorkloadAccessTokenForJWT': WHO,
    'bedrock-agentcore:GetPolicyEngine': ['engine'],
    // this policy is made before the gateway, when ten characters of its id are not known yet; names are unique
    'bedrock-agentcore:AuthorizeAction': ['engine', 'tools', 'a twin'],
    'bedrock-agentcore:PartiallyAuthorizeActions': ['engine', 'tools', 'a twin'],
    'bedrock-agentcore:InvokeAgentRuntime': ['search', 'search at DEFAULT'],
    'lambda:InvokeFunction': ['broker', 'own broker', 'screen', 'hooks', 'deploy'],
    'kms:Sign': ['key of the client'],
    'kms:DescribeKey': ['key of the client'],
    's3:GetObject': ['tickets.json', 'orders.json'],
  },
  'gateway tool': {
    'secretsmanager:GetSecretValue': ['robot'],
    'bedrock-agentcore:GetResourceApiKey': ['vault', 'directory', 'identity tool', 'gh-read of tool'],
    'bedrock-agentcore:GetWorkloadAccessToken': ['directory', 'identity tool'],
  },
  'consent portal': {
    'secretsmanager:GetSecretValue': ['portal', 'slack'],
    'bedrock-agentcore:GetResourceOauth2Token': [...WHO, 'vault', 'slack', 'portal'],
    'bedrock-agentcore:CompleteResourceTokenAuth': [...WHO, 'vault', 'slack', 'portal'],
    'bedrock-agentcore:GetOauth2CredentialProvider': ['vault', 'slack', 'portal'],
    'bedrock-agentcore:GetWorkloadAccessTokenForJWT': WHO,
    'bedrock-agentcore:GetGateway': ['tools'],
    'bedrock-agentcore:GetGatewayTarget': ['tools'],
    'bedrock-agentcore:ListGatewayTargets': ['tools'],
  },
  broker: { 'kms:Sign': ['key of the App'], ...logs('GitHubApp') },
  'broker in a VPC': { 'secretsmanager:GetSecretValue': ['GitHub Enterprise'], ...logs('OwnGitHubApp') },
  'git credential of writer': { 'kms:Sign': ['key of the App'], ...logs('CloneForWriter') },
  'git credential of runner': { 'secretsmanager:GetSecretValue': ['GitHub Enterprise'], ...logs('CloneForRunner') },
  // whoever synchronizes needs what whoever made the target needed
  'refresh of gh-read': {
    ...refresh,
    'secretsmanager:GetSecretValue': ['bot'],
    'bedrock-agentcore:GetResourceApiKey': ['vault', ...WHO, 'gh-read'],
    'bedrock-agentcore:GetWorkloadAccessToken': WHO,
    'bedrock-agentcore:GetWorkloadAccessTokenForJWT': WHO,
  },
  'refresh of docs': refresh,
  'refresh of search': { ...refresh, 'bedrock-agentcore:InvokeAgentRuntime': ['search', 'search at DEFAULT'] },
  'key of the vault': {
    'bedrock-agentcore:GetTokenVault': ['vault'],
    'bedrock-agentcore:SetTokenVaultCMK': ['vault'],
    ...logs('Vault'),
  },
  // its gateway takes the token of the person who calls, and no signature
  writer: { 'lambda:InvokeFunction': ['clone for writer'] },
  runner: { 'lambda:InvokeFunction': ['clone for runner'], 'bedrock-agentcore:InvokeGateway': ['tool'] },
};

describe('of everything that there is', () => {
  test.each(Object.keys(ROLES))('%s may use what is its own', async (name) => {
    const rights: Record<string, string[]> = {};
    for (const [action, kind, context] of ASKED) {
      const allowed = await allowedOn(ROLES[name], action, kind, context);
      if (allowed.length > 0) {
        rights[action] = allowed;
      }
    }
    expect(rights).toEqual(MAY[name]);
  });

  test('no role of the stack is left out', () => {
    const paths = deployed.roles().map(({ path }) => path);
    expect(
      Object.values(ROLES)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(paths.filter((path) => path.startsWith('Team/')).sort());
  });

  test('no right of the roles is left out; what all agents may is asked in iam.test.ts', () => {
    const roles = Object.entries(ROLES).filter(([name]) => !['writer', 'runner'].includes(name));
    const statements = roles.flatMap(([, { policies }]) => policies.flatMap(({ Statement }) => Statement));
    const allowed = statements.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? listOf(Action) : []));
    const asked = [...ASKED.map(([action]) => action), ...ASKED_BELOW];
    expect([...new Set(allowed)].filter((action) => !asked.includes(action))).toEqual([]);
    expect(ASKED_BELOW.filter((action) => !allowed.includes(action))).toEqual([]);
  });
});

test('the consent portal lists providers, and opens none by that', async () => {
  const any = agentCore('token-vault/default/oauth2credentialprovider/anything');
  const may = (action: string): Promise<string> => ask(ROLES['consent portal'], question(action, any));
  expect(await may('bedrock-agentcore:ListOauth2CredentialProviders')).toBe('Allowed');
  expect(await may('bedrock-agentcore:GetOauth2CredentialProvider')).toMatch(/Denied$/);
  expect(await may('bedrock-agentcore:UpdateOauth2CredentialProvider')).toMatch(/Denied$/);
});

test.each(['broker in a VPC', 'git credential of runner'])(
  'Lambda manages the network interfaces of %s, and its code does not',
  async (name) => {
    const calls = ASKED_BELOW.filter((action) => action.startsWith('ec2:'));
    const code = { 'lambda:SourceFunctionArn': here('lambda', 'function:x') };
    for (const action of calls) {
      const resource = action.includes('Describe') ? '*' : here('ec2', 'network-interface/eni-0123456789abcdef0');
      expect(await ask(ROLES[name], question(action, resource))).toBe('Allowed');
      expect(await ask(ROLES[name], question(action, resource, code))).toBe('ExplicitlyDenied');
      expect(await ask(ROLES.broker, question(action, resource))).toMatch(/Denied$/);
    }
  },
);

describe('an agent to which the app grants everything still may not', () => {
  const generous = new GatewayApp();
  const everything = new iam.PolicyStatement({ actions: ['*'], resources: ['*'] });
  generous.runner.grantPrincipal.addToPrincipalPolicy(everything);
  const mighty = new Deployment(generous.app).role(generous.runner.role);
  const functions = THINGS.functions as Record<string, string>;
  const viaSecrets = { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` };

  test('(the grant arrived)', async () => {
    expect(await ask(mighty, question('lambda:InvokeFunction', THINGS.functions.broker))).toBe('Allowed');
  });

  test.each<[string, Question]>([
    ['read the secret of a bot', question('secretsmanager:GetSecretValue', THINGS.secrets.bot)],
    ['read the key of a GitHub App', question('secretsmanager:GetSecretValue', EXISTING.ownGitHubSecret)],
    ['decrypt it', question('kms:Decrypt', EXISTING.ownGitHubKey, viaSecrets)],
    ['sign as the GitHub App', question('kms:Sign', EXISTING.appKey, SIGNING)],
    ['sign as a client', question('kms:Sign', EXISTING.clientKey, SIGNING)],
    ['fetch the key of a bot', question('bedrock-agentcore:GetResourceApiKey', THINGS.apiKeys['gh-read of tool'])],
    ['fetch a token', question('bedrock-agentcore:GetResourceOauth2Token', THINGS.tokens.jira)],
    ['finish a consent', question('bedrock-agentcore:CompleteResourceTokenAuth', THINGS.tokens.slack)],
    [
      'act for a user whom it names',
      question('bedrock-agentcore:GetWorkloadAccessTokenForUserId', THINGS.identities['identity tool']),
    ],
    ['change its gateway', question('bedrock-agentcore:UpdateGateway', THINGS.gateways.tool)],
    ['add a target', question('bedrock-agentcore:CreateGatewayTarget', THINGS.gateways.tool)],
    ['fetch tools again', question('bedrock-agentcore:SynchronizeGatewayTargets', THINGS.gateways.tool)],
    ['lift a rate limit', question('bedrock-agentcore:BatchPutGatewayRateLimits', THINGS.gateways.tool)],
    ['delete the policies', question('bedrock-agentcore:DeletePolicyEngine', THINGS.engines.engine)],
    ['set the key of the vault', question('bedrock-agentcore:SetTokenVaultCMK', THINGS.vaults.vault)],
    ['change the code of the broker', question('lambda:UpdateFunctionCode', functions['broker, past its alias'])],
  ])('%s', async (_, asked) => {
    expect(await ask(mighty, asked)).toBe('ExplicitlyDenied');
  });
});
