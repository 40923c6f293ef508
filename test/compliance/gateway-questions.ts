import type { DeployedRole, PolicyDocument } from './deployment';
import { Deployment } from './deployment';
import { EXISTING, GatewayApp } from './gateway-app';
import type { Question } from './iam-simulator';
import { ask } from './iam-simulator';
import { ACCOUNT, REGION } from './place';

// The gateway app as it is in the account, and what there is to ask about: what it made, what it uses, and what lies
// beside that and must stay out of reach.

export const app = new GatewayApp();
export const deployed = new Deployment(app.app);

export const here = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
export const agentCore = (resource: string): string => here('bedrock-agentcore', resource);

export function roleAt(path: string, place = deployed): DeployedRole {
  return place.roles().find((role) => role.path === `Team/${path}/Resource`)!;
}

/** every role of the stack, by the construct that has it */
export const ROLES: Record<string, DeployedRole> = {
  'gateway tools': roleAt('Tools/Access/Role'),
  'gateway tool': roleAt('Robots/Access/Role'),
  'consent portal': roleAt('Portal/Access/Role'),
  broker: roleAt('GitHubApp/Role'),
  'broker in a VPC': roleAt('OwnGitHubApp/Role'),
  'git credential of writer': roleAt('CloneForWriter/Role'),
  'git credential of runner': roleAt('CloneForRunner/Role'),
  'refresh of gh-read': roleAt('Tools/gh-read/Refresh/Role'),
  'refresh of docs': roleAt('Tools/docs/Refresh/Role'),
  'refresh of search': roleAt('Tools/search/Refresh/Role'),
  'key of the vault': roleAt('Vault/Role'),
  writer: roleAt('Writer/Role'),
  runner: roleAt('Runner/Role'),
};

const literal = (value: string): string => deployed.literal(app.stack, value);
const functionOf = (alias: string): string => alias.split(':').slice(0, -1).join(':');

/** the ARN of the credential provider that the construct at the path made */
function provider(kind: 'ApiKey' | 'OAuth2', path: string): string {
  const type = `AWS::BedrockAgentCore::${kind}CredentialProvider`;
  const { properties } = deployed.resources(type).find((resource) => resource.path.startsWith(`Team/${path}/`))!;
  return agentCore(`token-vault/default/${kind.toLowerCase()}credentialprovider/${properties.Name}`);
}

/** the log group that the construct at the path made */
function logGroup(path: string): string {
  const { stack, id } = deployed
    .resources('AWS::Logs::LogGroup')
    .find((resource) => resource.path === `Team/${path}/Logs/Resource`)!;
  return here('logs', `log-group:${stack}-${id}:log-stream:x`);
}

const engine = literal(app.tools.gateway.policyEngineConfiguration!.policyEngine.policyEngineArn);
const asset = ROLES['gateway tools'].policies
  .flatMap(({ Statement }) => Statement)
  .flatMap(({ Action, Resource }) => ([Action].flat().includes('s3:GetObject') ? [Resource].flat() : []))
  .find((arn) => arn?.includes('-assets-'))!;
const aliases = {
  broker: literal(app.broker.brokerFunction.functionArn),
  'own broker': literal(app.ownBroker.brokerFunction.functionArn),
  'clone for writer': literal(app.cloneForWriter.functionArn),
  'clone for runner': literal(app.cloneForRunner.functionArn),
};
const directory = agentCore('workload-identity-directory/default');
const identity = (gatewayId: string): string => `${directory}/workload-identity/${gatewayId}`;
const vault = agentCore('token-vault/default');
const identities = {
  directory,
  'identity tools': identity(literal(app.tools.gatewayId)),
  'identity tool': identity(literal(app.robots.gatewayId)),
  'identity of a twin': identity('tools-zzzzzzzzzz'),
  'identity of a longer name': identity('tools-two-zzzzzzzzzz'),
};

const gateway = {
  tools: literal(app.tools.gatewayArn),
  tool: literal(app.robots.gatewayArn),
  'a twin': agentCore('gateway/tools-zzzzzzzzzz'),
  'a longer name': agentCore('gateway/tools-two-zzzzzzzzzz'),
};
const clients = {
  vault,
  jira: provider('OAuth2', 'Tools/jira'),
  wiki: provider('OAuth2', 'Tools/wiki'),
  crm: provider('OAuth2', 'Tools/crm'),
  slack: provider('OAuth2', 'Tools/slack'),
  portal: provider('OAuth2', 'Portal'),
  'of another app': agentCore('token-vault/default/oauth2credentialprovider/Team-jira'),
};

/** What there is, by kind and by a short name. */
export const THINGS = {
  secrets: {
    bot: literal(app.botSecret.secretArn),
    ...Object.fromEntries(
      ['portal', 'jira', 'entra', 'slack', 'tickets', 'robot', 'payroll'].map((name) => [
        name,
        GatewayApp.secretArn(name),
      ]),
    ),
    'GitHub Enterprise': EXISTING.ownGitHubSecret,
    'GitHub Enterprise, made again': EXISTING.ownGitHubSecret.replace('AbCdEf', 'GhIjKl'),
    'of AgentCore': here('secretsmanager', 'secret:bedrock-agentcore-identity!default/apikey/github-AbCdEf'),
  },
  /** what IAM looks at when a key or token is fetched: the vault, the provider, the directory, the identity */
  apiKeys: {
    vault,
    ...identities,
    'gh-read': provider('ApiKey', 'Tools/gh-read'),
    tickets: provider('ApiKey', 'Tools/tickets'),
    'gh-read of tool': provider('ApiKey', 'Robots/gh-read'),
    'of another app': agentCore('token-vault/default/apikeycredentialprovider/Team-github'),
  },
  tokens: { ...identities, ...clients },
  clients,
  identities,
  vaults: { vault, 'another vault': agentCore('token-vault/other') },
  gateways: gateway,
  engines: { engine, 'another engine': engine.replace(/-[0-9a-f]{10}$/, '-zzzzzzzzzz') },
  decisions: { engine, ...gateway },
  functions: {
    ...aliases,
    ...Object.fromEntries(Object.entries(aliases).map(([name, arn]) => [`${name}, past its alias`, functionOf(arn)])),
    screen: EXISTING.screen,
    'screen, past its alias': functionOf(EXISTING.screen),
    'screen, at another alias': `${functionOf(EXISTING.screen)}:next`,
    hooks: EXISTING.hooks,
    'hooks, at a version': `${EXISTING.hooks}:7`,
    deploy: EXISTING.deploy,
    other: here('lambda', 'function:other'),
  },
  runtimes: {
    search: EXISTING.runtime,
    'search at DEFAULT': `${EXISTING.runtime}/runtime-endpoint/DEFAULT`,
    'search at live': `${EXISTING.runtime}/runtime-endpoint/live`,
    writer: literal(app.writer.runtimeArn),
    runner: literal(app.runner.runtimeArn),
  },
  keys: {
    'key of the App': EXISTING.appKey,
    'key of the client': EXISTING.clientKey,
    'another key': here('kms', 'key/11111111-2222-3333-4444-555555555559'),
  },
  objects: {
    'tickets.json': asset,
    'another asset': asset.replace(/[0-9a-f]{64}/, '0'.repeat(64)),
    'orders.json': `${EXISTING.schemas}/orders.json`,
    'another schema': `${EXISTING.schemas}/orders.json.bak`,
  },
  logs: Object.fromEntries(
    ['GitHubApp', 'OwnGitHubApp', 'CloneForWriter', 'CloneForRunner', 'Vault'].map((path) => [path, logGroup(path)]),
  ),
};

/** how the key of a GitHub App signs */
export const SIGNING = { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' };

export type Kind = keyof typeof THINGS;

/** a key that leaves to IAM who may use it, as keys do that the CDK makes */
export const LEFT_TO_IAM: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

export function question(action: string, resource: string, context?: Record<string, string>): Question {
  const onKey = action.startsWith('kms:') ? { resourcePolicy: LEFT_TO_IAM } : {};
  return { action, resource, context, ...onKey };
}

/** Of all things of a kind, those on which the role may do it. */
export async function allowedOn(
  role: DeployedRole,
  action: string,
  kind: Kind,
  context?: Record<string, string>,
): Promise<string[]> {
  const verdicts = await Promise.all(
    Object.entries(THINGS[kind]).map(async ([name, arn]) => ({
      name,
      verdict: await ask(role, question(action, arn, context)),
    })),
  );
  return verdicts.flatMap(({ name, verdict }) => (verdict === 'Allowed' ? [name] : []));
}
