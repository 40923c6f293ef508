import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DeploymentRights } from '../../lib/identity/deployment-rights';
import { OutboundIdentity } from '../../lib/identity/outbound-identity';
import { resource, thrownBy } from '../fixture';
import { API_KEY, EU, IdentityFixture } from './outbound-fixture';

const PREFIX = 'arn:<aws>:bedrock-agentcore:eu-central-1:111122223333';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:bots/github-AbC123';
const DIRECTORY = `${PREFIX}:workload-identity-directory/default`;
const IDENTITY = `${DIRECTORY}/workload-identity/tools-??????????`;

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

test('no secrets, no right to read any', () => {
  const made = rights((stack) => DeploymentRights.forTargets(stack, { gatewayName: 'tools', stackName: 'Agents' }));
  expect(JSON.stringify(made)).not.toContain('secretsmanager');
});

test('policies on tool calls', () => {
  expect(rights((stack) => DeploymentRights.forPolicies(stack, 'tools'))).toEqual([
    {
      Effect: 'Allow',
      Action: ['bedrock-agentcore:InvokeGateway', 'bedrock-agentcore:ManageResourceScopedPolicy'],
      Resource: `${PREFIX}:gateway/tools-??????????`,
    },
  ]);
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
  const secrets = [secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'x')];
  const make = () => DeploymentRights.forTargets(stack, { gatewayName: 'tools', stackName: 'Agents', secrets });
  expect(thrownBy(make).code).toBe('SecretArnIncomplete');
});
