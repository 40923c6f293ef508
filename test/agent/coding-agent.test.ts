import { Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  AgentNetwork,
  BedrockModel,
  CodingAgent,
  Filesystem,
  InboundAuth,
  JwtClaim,
  ModelRoute,
  S3FilesFileSystem,
} from '../../lib';
import { Fixture, messages, resource, STRICT } from '../fixture';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const ISSUER = 'https://login.example.com/v2.0/.well-known/openid-configuration';

test('the defaults are those that the docs promise', () => {
  const fixture = new Fixture();
  fixture.agent();
  const { Properties } = resource(fixture.template(), RUNTIME);
  expect(Properties).toMatchObject({
    NetworkConfiguration: {
      NetworkMode: 'VPC',
      NetworkModeConfig: { Subnets: [expect.anything(), expect.anything()] },
    },
    LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 28800 },
    PlatformVersion: 'V1',
    ProtocolConfiguration: 'HTTP',
  });
  for (const absent of [
    'EnvironmentVariables',
    'Description',
    'AuthorizerConfiguration',
    'Tags',
    'FilesystemConfigurations',
  ]) {
    expect(Properties[absent] ?? []).toEqual([]);
  }
});

test('the generated name is stable, legal and part of the trust of the role', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  expect(agent.runtimeName).toMatch(/^[a-zA-Z][a-zA-Z0-9_]{0,47}$/);
  expect(agent.runtimeName).toBe(new Fixture().agent().runtimeName);
  const [trust] = resource(fixture.template(), 'AWS::IAM::Role', 'Claude').Properties.AssumeRolePolicyDocument
    .Statement;
  expect(trust.Principal).toEqual({ Service: 'bedrock-agentcore.amazonaws.com' });
  expect(trust.Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
  expect(JSON.stringify(trust.Condition.ArnLike)).toContain(`:runtime/${agent.runtimeName}-*`);
});

test('a construct id that starts with a digit still gives a legal name', () => {
  const fixture = new Fixture();
  const nested = new Stack(fixture.app, 'X');
  const agent = fixture.agent({}, '1st', nested);
  expect(agent.runtimeName).toMatch(/^[a-zA-Z]/);
});

test('what is given reaches the runtime', () => {
  const fixture = new Fixture();
  const agent = fixture.agent({
    runtimeName: 'claude',
    description: 'writes code',
    environment: { LANG: 'C.UTF-8' },
    idleTimeout: Duration.minutes(30),
    maxLifetime: Duration.hours(4),
    platformVersion: agentcore.PlatformVersion.V2,
    tags: { team: 'platform' },
  });
  expect(agent.runtimeName).toBe('claude');
  const template = fixture.template();
  template.hasResourceProperties(RUNTIME, {
    AgentRuntimeName: 'claude',
    Description: 'writes code',
    EnvironmentVariables: { LANG: 'C.UTF-8' },
    LifecycleConfiguration: { IdleRuntimeSessionTimeout: 1800, MaxLifetime: 14400 },
    PlatformVersion: 'V2',
    Tags: { team: 'platform' },
  });
  template.hasResourceProperties('AWS::IAM::Role', { Tags: [{ Key: 'team', Value: 'platform' }] });
});

test('an idle timeout that is left away never exceeds a short lifetime', () => {
  const fixture = new Fixture();
  fixture.agent({ maxLifetime: Duration.minutes(5) });
  fixture.template().hasResourceProperties(RUNTIME, {
    LifecycleConfiguration: { IdleRuntimeSessionTimeout: 300, MaxLifetime: 300 },
  });
});

test('a token guards the agent when asked to', () => {
  const fixture = new Fixture();
  fixture.agent({
    inboundAuth: InboundAuth.jwt({
      discoveryUrl: ISSUER,
      allowedClients: ['cli'],
      allowedAudiences: ['agents'],
      allowedScopes: ['code'],
      claims: [JwtClaim.stringEquals('department', 'platform'), JwtClaim.listContainsAny('groups', ['dev', 'ops'])],
    }),
  });
  const { AuthorizerConfiguration } = resource(fixture.template(), RUNTIME).Properties;
  expect(AuthorizerConfiguration.CustomJWTAuthorizer).toMatchObject({
    DiscoveryUrl: ISSUER,
    AllowedClients: ['cli'],
    AllowedAudience: ['agents'],
    AllowedScopes: ['code'],
    CustomClaims: [
      { InboundTokenClaimName: 'department', InboundTokenClaimValueType: 'STRING' },
      { InboundTokenClaimName: 'groups', InboundTokenClaimValueType: 'STRING_ARRAY' },
    ],
  });
});

describe('the role', () => {
  test('gets nothing from the L2: no identity and no log of another agent', () => {
    const fixture = new Fixture();
    fixture.agent();
    const text = JSON.stringify(fixture.template().toJSON());
    expect(text).not.toContain('GetWorkloadAccessToken"');
    expect(text).not.toContain('workload-identity');
    expect(text).not.toContain('runtimes/*');
    fixture.template().resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('pulls from its own repository only', () => {
    const fixture = new Fixture();
    fixture.agent();
    const statements = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude').Properties.PolicyDocument
      .Statement;
    const pull = statements.find((s: any) => JSON.stringify(s.Action).includes('ecr:'));
    expect(pull.Action).toEqual(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']);
    expect(JSON.stringify(pull.Resource)).toMatch(/:repository\/coding-agents\/claude"/);
  });

  test('may let spans into its own log groups', () => {
    const fixture = new Fixture();
    const agent = fixture.agent();
    const { Statement } = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude').Properties.PolicyDocument;
    expect(Statement[0].Action).toEqual(['logs:CreateLogGroup', 'logs:DescribeLogStreams', 'logs:PutResourcePolicy']);
    expect(JSON.stringify(Statement[0].Resource)).toContain(`/runtimes/${agent.runtimeName}-*`);
  });

  test('shares its telemetry and its Deny list with the other agents of the stack', () => {
    const fixture = new Fixture();
    fixture.agent();
    fixture.agent({}, 'Codex');
    const template = fixture.template();
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 4);
    const telemetry = resource(template, 'AWS::IAM::ManagedPolicy', 'CodingAgentsTelemetry').Properties.PolicyDocument;
    expect(telemetry.Statement.flatMap((s: any) => s.Action).sort()).toEqual([
      'bedrock:ListInferenceProfiles',
      'cloudwatch:PutMetricData',
      'ecr:GetAuthorizationToken',
      'logs:DescribeLogGroups',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutSpans',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(telemetry.Statement[1].Condition).toEqual({ StringEquals: { 'cloudwatch:namespace': 'bedrock-agentcore' } });
  });

  test('keeps what a user grants, and the runtime waits for it', () => {
    const fixture = new Fixture();
    const agent = fixture.agent();
    const bucket = new s3.Bucket(fixture.stack, 'Bucket');
    expect(bucket.grantRead(agent).success).toBe(true);
    expect(agent.grantPrincipal).toBe(agent.role);
    const template = fixture.template();
    const [[policyId, policy]] = Object.entries(template.findResources('AWS::IAM::Policy'));
    expect(JSON.stringify(policy)).toContain('s3:GetObject*');
    const runtime = resource(template, RUNTIME);
    expect(runtime.DependsOn).toContain(policyId);
    expect(runtime.DependsOn.filter((id: string) => id.startsWith('ClaudeRole')).length).toBe(2);
  });

  test('is in place, with its policies, before the runtime', () => {
    const fixture = new Fixture();
    fixture.agent();
    const template = fixture.template();
    const [role] = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) => /^ClaudeRole/.test(id));
    const policies = Object.entries<any>(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(policies).toHaveLength(3);
    const runtime = resource(template, RUNTIME);
    for (const [id, { Properties }] of policies) {
      // in the policy and not in the role: only so does `cdk diff --fail-on broadening` see a change of it
      expect(Properties.Roles).toEqual([{ Ref: role }]);
      expect(runtime.DependsOn).toContain(id);
    }
    expect(template.toJSON().Resources[role].Properties.ManagedPolicyArns).toBeUndefined();
    expect(runtime.Properties.RoleArn['Fn::GetAtt'][0]).toBe(role);
  });
});

describe('the network', () => {
  test('the agent opens what it is told to, with the group of the network', () => {
    const fixture = new Fixture();
    const agent = fixture.agent();
    const db = new ec2.SecurityGroup(fixture.stack, 'Db', { vpc: fixture.vpc });
    agent.connections.allowTo(db, ec2.Port.tcp(5432));
    fixture.template().hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5432,
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Group'), 'GroupId'] },
    });
  });

  test('groups of its own replace those of the network', () => {
    const fixture = new Fixture();
    const own = new ec2.SecurityGroup(fixture.stack, 'Own', { vpc: fixture.vpc });
    fixture.agent({ securityGroups: [own] });
    const { NetworkModeConfig } = resource(fixture.template(), RUNTIME).Properties.NetworkConfiguration;
    expect(NetworkModeConfig.SecurityGroups).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Own/), 'GroupId'] }]);
  });
});

test('a public network is possible, with its reason in the template', () => {
  const fixture = new Fixture();
  const reason = 'a demo that holds no data of ours';
  const agent = fixture.agent({ network: AgentNetwork.publicInternet({ reason }) });
  const runtime = resource(fixture.template(), RUNTIME);
  expect(runtime.Properties.NetworkConfiguration).toEqual({ NetworkMode: 'PUBLIC' });
  expect(runtime.Metadata).toMatchObject({ 'cdk-coding-agents:publicNetwork': reason });
  expect(() => agent.connections).toThrow(/without configuring a VPC/);
});

test('one more agent costs at most ten resources and eight and a half kilobytes', () => {
  const sizes = [1, 2].map((count) => {
    const fixture = new Fixture();
    const accessPoint = fixture.efsAccessPoint();
    for (let i = 0; i < count; i++) {
      fixture.agent(
        {
          filesystems: [
            Filesystem.sessionStorage('/mnt/workspace'),
            Filesystem.fromEfsAccessPoint(accessPoint, '/mnt/cache'),
          ],
        },
        `Agent${i}`,
      );
    }
    const template = fixture.template().toJSON();
    return { resources: Object.keys(template.Resources).length, bytes: JSON.stringify(template).length };
  });
  expect(sizes[1].resources - sizes[0].resources).toBeLessThanOrEqual(10);
  // of which two and a half say what is masked in the log of its commands; CloudFormation has no way to share that
  expect(sizes[1].bytes - sizes[0].bytes).toBeLessThanOrEqual(8500);
});

test('outputs appear only when asked for, and are lines to copy', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  expect(fixture.template().toJSON().Outputs).toBeUndefined();
  const other = new Fixture();
  other.agent().addOutputs();
  const outputs = Object.values<any>(other.template().toJSON().Outputs).map(({ Value }) => JSON.stringify(Value));
  expect(outputs).toHaveLength(3);
  const said = Object.values<any>(other.template().toJSON().Outputs).map(({ Description }) => String(Description));
  // the command has another name in older versions of the CLI
  expect(said[1]).toContain('AgentCore CLI 1.x; with 0.x: agentcore exec --it');
  expect(said[2]).toContain('AgentCore CLI 1.x; with 0.x: agentcore exec --runtime');
  expect(outputs[1]).toContain('agentcore runtime shell --id ');
  expect(outputs[2]).toMatch(/agentcore runtime exec --id .*--command .*uname -a/);
  const third = new Fixture();
  third.agent({ filesystems: [Filesystem.sessionStorage('/mnt/work')] }).addOutputs();
  expect(JSON.stringify(third.template().toJSON().Outputs)).toContain('ls /mnt/work');
  expect(agent).toBeInstanceOf(CodingAgent);
});

test('two stacks of one app may hold the same agent, each with shared policies of its own', () => {
  const fixture = new Fixture();
  fixture.agent({ runtimeName: 'claude' });
  const other = new Stack(fixture.app, 'Other');
  fixture.agent({ runtimeName: 'claude' }, 'Claude', other);
  expect(other.node.tryFindChild('CodingAgentsTelemetry')).toBeDefined();
});

test('an agent with everything on has no finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new Fixture({ context: STRICT });
    const agent = fixture.agent({
      filesystems: [
        Filesystem.sessionStorage('/mnt/workspace'),
        Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/cache', { readOnly: true }),
      ],
      inboundAuth: InboundAuth.jwt({ discoveryUrl: ISSUER, allowedClients: ['cli'] }),
      observability: { traceResourcePolicy: true },
      tags: { team: 'platform' },
    });
    agent.addEndpoint('live', { version: '1' });
    agent.addOutputs();
    expect(() => fixture.template()).not.toThrow();
    expect(messages(fixture)).toEqual([]);
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});

test('the agent is a grantee for resource policies of others too', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  const role = new iam.Role(fixture.stack, 'Target', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  role.grantAssumeRole(agent.grantPrincipal);
  fixture.template().resourceCountIs('AWS::IAM::Policy', 1);
});

test('the policy has room for two models in six regions and all five mounts, each of a file system of its own', () => {
  const fixture = new Fixture();
  const regions = ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'];
  const readOnly = { readOnly: true };
  const skills = ['A', 'B'].map((id) => new S3FilesFileSystem(fixture.stack, id, { network: fixture.network }));
  fixture.agent({
    model: ModelRoute.bedrock(
      ['opus', 'haiku'].map((name) => BedrockModel.inferenceProfile(`eu.anthropic.claude-${name}-4-6-v1`, regions)),
    ),
    filesystems: [
      Filesystem.sessionStorage('/mnt/workspace'),
      ...skills.map((files, i) =>
        Filesystem.fromS3FilesAccessPoint(files.addAccessPoint('R', { path: '/a' }), `/mnt/s${i}`, readOnly),
      ),
      ...['C', 'D'].map((id) => Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(id), `/mnt/e${id}`, readOnly)),
    ],
  });
  expect(() => fixture.template()).not.toThrow();
});
