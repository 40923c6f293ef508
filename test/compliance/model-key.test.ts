import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AgentCli, CodingAgent, ModelRoute } from '../../lib';
import { networkOf } from '../fixture';
import { Deployment } from './deployment';
import { ask, type Question } from './iam-simulator';
import { ACCOUNT, REGION } from './place';

// An agent whose model asks for a key may fetch this one key and read this one secret, whatever is granted to it later.

const app = new App();
const stack = new Stack(app, 'Agents', { env: { account: ACCOUNT, region: REGION } });
const vpc = new ec2.Vpc(stack, 'Vpc');
const network = networkOf(vpc, [new ec2.SecurityGroup(stack, 'Group', { vpc })]);
const encryptionKey = new kms.Key(stack, 'Cmk');
const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey });
const other = new secretsmanager.Secret(stack, 'Other', { encryptionKey });
const cli = AgentCli.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Repository', 'agents'), '1');
const gemini = new CodingAgent(stack, 'Gemini', {
  network,
  cli,
  model: ModelRoute.provider({ secret, jsonKey: 'key' }),
});
const plain = new CodingAgent(stack, 'Plain', { network, cli });
// somebody means well
for (const agent of [gemini, plain]) {
  iam.Grant.addToPrincipal({
    grantee: agent,
    actions: ['secretsmanager:*', 'kms:*', 'bedrock-agentcore:*'],
    resourceArns: ['*'],
  });
}

const deployment = new Deployment(app);
const [withKey, without] = [gemini, plain].map((agent) => deployment.role(agent.role));
const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const secretArn = deployment.literal(secret, secret.secretArn);
const otherArn = deployment.literal(other, other.secretArn);
const keyArn = deployment.literal(encryptionKey, encryptionKey.keyArn);
const [provider] = deployment.resources('AWS::BedrockAgentCore::ApiKeyCredentialProvider');
const decrypt = (of: string): Question => ({
  action: 'kms:Decrypt',
  resource: keyArn,
  resourcePolicy: deployment.properties(encryptionKey).KeyPolicy,
  context: {
    'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': of,
  },
});
const identity = (name: string): string =>
  arn('bedrock-agentcore', `workload-identity-directory/default/workload-identity/${name}`);
const own = `token-vault/default/apikeycredentialprovider/${provider.properties.Name}`;

const VERDICTS: [string, Question, boolean][] = [
  ['fetches its key', { action: 'bedrock-agentcore:GetResourceApiKey', resource: arn('bedrock-agentcore', own) }, true],
  [
    'as itself',
    { action: 'bedrock-agentcore:GetResourceApiKey', resource: identity(`${gemini.runtimeName}-AbCdEf1234`) },
    true,
  ],
  [
    'not as another agent',
    { action: 'bedrock-agentcore:GetResourceApiKey', resource: identity(`${plain.runtimeName}-AbCdEf1234`) },
    false,
  ],
  [
    'no other key',
    { action: 'bedrock-agentcore:GetResourceApiKey', resource: arn('bedrock-agentcore', `${own}2`) },
    false,
  ],
  ['reads its secret', { action: 'secretsmanager:GetSecretValue', resource: secretArn }, true],
  ['decrypts it', decrypt(secretArn), true],
  ['reads no other secret', { action: 'secretsmanager:GetSecretValue', resource: otherArn }, false],
  ['decrypts no other', decrypt(otherArn), false],
  ...[
    'PutSecretValue',
    'DeleteSecret',
    'UpdateSecret',
    'RotateSecret',
    'RestoreSecret',
    'PutResourcePolicy',
    'TagResource',
  ].map((action): [string, Question, boolean] => [
    `leaves its secret as it is: ${action}`,
    { action: `secretsmanager:${action}`, resource: secretArn },
    false,
  ]),
  [
    'fetches no token',
    {
      action: 'bedrock-agentcore:GetResourceOauth2Token',
      resource: arn('bedrock-agentcore', own.replace('apikey', 'oauth2')),
    },
    false,
  ],
  ['signs nothing', { action: 'kms:Sign', resource: keyArn }, false],
];

test.each(VERDICTS)('%s', async (_name, question, isAllowed) => {
  expect(await ask(withKey, question)).toBe(isAllowed ? 'Allowed' : 'ExplicitlyDenied');
  expect(await ask(without, question)).toBe('ExplicitlyDenied');
});
