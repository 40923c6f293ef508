import { Lazy, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { DeploymentRights } from '../../lib/identity/deployment-rights';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { resource, thrownBy } from '../fixture';
import { API_KEY, EU, IdentityFixture } from './outbound-fixture';

const PREFIX = 'arn:<aws>:bedrock-agentcore:eu-central-1:111122223333';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:bots/github-AbC123';
const DIRECTORY = `${PREFIX}:workload-identity-directory/default`;
const IDENTITY = `${DIRECTORY}/workload-identity/tools-??????????`;

const GATEWAY = `${PREFIX}:gateway/tools-??????????`;
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
const WEB_ACL = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/tools/0a1b';
const NAMES = { gatewayName: 'tools', stackName: 'Agents' };

function rights(make: (stack: Stack) => iam.PolicyStatement[]): any[] {
  const stack = new Stack(undefined, 'Bootstrap', EU);
  return make(stack).map((statement) =>
    JSON.parse(JSON.stringify(statement.toStatementJson()).replaceAll(/\$\{Token\[AWS\.Partition\.\d+\]\}/g, '<aws>')),
  );
}

test('targets: to fetch what their identities refer to', () => {
  const made = rights((stack) =>
    DeploymentRights.forTargets(stack, {
      gatewayName: 'tools',
      stackName: 'Agents',
      secrets: [secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET)],
    }),
  );
  expect(made).toEqual([
    {
      Effect: 'Allow',
      Action: ['bedrock-agentcore:GetWorkloadAccessToken', 'bedrock-agentcore:GetWorkloadAccessTokenForUserId'],
      Resource: [DIRECTORY, IDENTITY],
    },
    {
      Effect: 'Allow',
      Action: 'bedrock-agentcore:GetResourceApiKey',
      Resource: [
        `${PREFIX}:token-vault/default`,
        `${PREFIX}:token-vault/default/apikeycredentialprovider/Agents-*`,
        DIRECTORY,
        IDENTITY,
      ],
    },
    {
      Effect: 'Allow',
      Action: ['bedrock-agentcore:CompleteResourceTokenAuth', 'bedrock-agentcore:GetResourceOauth2Token'],
      Resource: [
        `${PREFIX}:token-vault/default`,
        `${PREFIX}:token-vault/default/oauth2credentialprovider/Agents-*`,
        DIRECTORY,
        IDENTITY,
      ],
    },
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: SECRET },
  ]);
});

test('the pattern of names matches the names that targets get, however deep they are', () => {
  const fixture = new IdentityFixture();
  const identity = OutboundIdentity.bot({ secret: fixture.secret, jsonKey: 'token' });
  fixture.bind(identity, {}, 'x'.repeat(200));
  expect(resource(fixture.template(), API_KEY).Properties.Name).toMatch(/^Agents-/);
});

test('targets with clients that sign: to sign as they do', () => {
  const made = rights((stack) =>
    DeploymentRights.forTargets(stack, {
      gatewayName: 'tools',
      stackName: 'Agents',
      keys: [kms.Key.fromKeyArn(stack, 'Key', KEY)],
    }),
  );
  expect(made.slice(3)).toEqual([
    { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: KEY },
    {
      Effect: 'Allow',
      Action: 'kms:Sign',
      Resource: KEY,
      Condition: {
        StringEquals: {
          'kms:SigningAlgorithm': ['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256', 'ECDSA_SHA_256'],
        },
      },
    },
  ]);
});

test('no secrets, no right to read any', () => {
  const made = rights((stack) => DeploymentRights.forTargets(stack, { gatewayName: 'tools', stackName: 'Agents' }));
  expect(JSON.stringify(made)).not.toMatch(/secretsmanager|kms/);
});

test('policies on tool calls', () => {
  expect(rights((stack) => DeploymentRights.forPolicies(stack, 'tools'))).toEqual([
    {
      Effect: 'Allow',
      Action: ['bedrock-agentcore:InvokeGateway', 'bedrock-agentcore:ManageResourceScopedPolicy'],
      Resource: GATEWAY,
    },
  ]);
});

test('policies for any gateway: the action takes no resource, so it is alone', () => {
  expect(rights(() => DeploymentRights.forWildcardPolicies())).toEqual([
    { Effect: 'Allow', Action: 'bedrock-agentcore:ManageAdminPolicy', Resource: '*' },
  ]);
});

test.each<[string, ToolPolicy, boolean]>([
  ['permitAll', ToolPolicy.permitAll(), true],
  ['permitCallers', ToolPolicy.permitCallers('team', ['a']), true],
  ['permitCallers with targets', ToolPolicy.permitCallers('team', ['a'], { targets: ['jira'] }), false],
  ['permitTargets', ToolPolicy.permitTargets(['jira']), false],
])('%s: is written for any gateway, as its rights say: %s', (_, policy, wildcard) => {
  const statement = policy._statement({ gatewayArn: 'arn', usesJwt: true, targets: [] });
  expect(statement.includes('resource is AgentCore::Gateway')).toBe(wildcard);
});

test('search by meaning', () => {
  expect(rights((stack) => DeploymentRights.forSemanticSearch(stack, 'tools'))).toEqual([
    { Effect: 'Allow', Action: 'bedrock-agentcore:SynchronizeGatewayTargets', Resource: GATEWAY },
  ]);
});

test('a web ACL', () => {
  expect(rights((stack) => DeploymentRights.forWebAcl(stack, 'tools', WEB_ACL))).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'bedrock-agentcore:GatewayAssociateWebACL',
        'bedrock-agentcore:GatewayDisassociateWebACL',
        'bedrock-agentcore:GatewayGetWebACLForResource',
      ],
      Resource: GATEWAY,
    },
    {
      Effect: 'Allow',
      Action: ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL', 'wafv2:GetWebACLForResource'],
      Resource: [WEB_ACL, GATEWAY],
    },
    { Effect: 'Allow', Action: 'wafv2:GetWebACL', Resource: WEB_ACL },
  ]);
});

test.each(['', WEB_ACL.replace('regional', 'global'), 'acl'])(`the web ACL '%s' is refused`, (webAclArn) => {
  const error = thrownBy(() => DeploymentRights.forWebAcl(new Stack(), 'tools', webAclArn));
  expect(error.code).toBe('InvalidWebAcl');
  expect(error.text).toContain('allowed: arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>');
});

test('a key for gateway and policy engine, each for its own data only', () => {
  const viaService = { 'kms:ViaService': 'bedrock-agentcore.eu-central-1.amazonaws.com' };
  const engines = {
    'kms:EncryptionContext:aws:bedrock-agentcore-policy:policy-engine-arn': `${PREFIX}:policy-engine/*`,
  };
  const grant = { ...viaService, 'kms:GrantConstraintType': 'EncryptionContextSubset' };
  const made = rights((stack) =>
    DeploymentRights.forEncryptionKey(stack, 'tools', kms.Key.fromKeyArn(stack, 'Key', KEY)),
  );
  expect(made).toEqual([
    { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: KEY, Condition: { StringEquals: viaService } },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: KEY,
      Condition: { StringEquals: viaService, ArnLike: engines },
    },
    {
      Effect: 'Allow',
      Action: 'kms:CreateGrant',
      Resource: KEY,
      Condition: {
        StringEquals: grant,
        ArnLike: engines,
        'ForAllValues:StringEquals': {
          'kms:GrantOperations': [
            'Encrypt',
            'Decrypt',
            'GenerateDataKey',
            'GenerateDataKeyWithoutPlaintext',
            'ReEncryptFrom',
            'ReEncryptTo',
          ],
        },
      },
    },
    {
      Effect: 'Allow',
      Action: 'kms:CreateGrant',
      Resource: KEY,
      Condition: {
        StringEquals: grant,
        ArnLike: { 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn': GATEWAY },
        'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt', 'GenerateDataKey'] },
      },
    },
  ]);
});

test.each<[string, (stack: Stack, key: kms.IKey) => unknown]>([
  ['an entry of keys', (stack, key) => DeploymentRights.forTargets(stack, { ...NAMES, keys: [key] })],
  ['the key of the gateway', (stack, key) => DeploymentRights.forEncryptionKey(stack, 'tools', key)],
])('%s must be a key of the region', (prop, make) => {
  const stack = new Stack(undefined, 'Bootstrap', EU);
  const alias = kms.Alias.fromAliasName(stack, 'Alias', 'alias/x');
  expect(thrownBy(() => make(stack, alias)).code).toBe('KeyIsAlias');
  const far = kms.Key.fromKeyArn(stack, 'Far', KEY.replace('eu-central-1', 'us-east-1'));
  const error = thrownBy(() => make(stack, far));
  expect(error.code).toBe('ForeignKey');
  expect(error.text).toContain(`${prop} is in another region`);
});

test('private endpoints', () => {
  const service = 'identity-network.bedrock-agentcore.amazonaws.com';
  expect(rights((stack) => DeploymentRights.forPrivateEndpoints(stack))).toEqual([
    {
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: `arn:<aws>:iam::111122223333:role/aws-service-role/${service}/*`,
      Condition: { StringEquals: { 'iam:AWSServiceName': service } },
    },
  ]);
});

test.each(['Tools', 'tools_a', '', 'tools-*'])(`the gateway name '%s' is refused`, (gatewayName) => {
  const error = thrownBy(() => DeploymentRights.forPolicies(new Stack(), gatewayName));
  expect(error.code).toBe('InvalidDeployedGateway');
  expect(error.text).toContain('without the id that AgentCore appends');
});

test('a secret without its complete ARN is refused', () => {
  const stack = new Stack();
  const secrets = [secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', Lazy.string({ produce: () => 'x' }))];
  const make = () => DeploymentRights.forTargets(stack, { gatewayName: 'tools', stackName: 'Agents', secrets });
  expect(thrownBy(make).code).toBe('SecretArnIncomplete');
});
