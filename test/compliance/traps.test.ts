import { join } from 'node:path';
import { Aspects, CfnResource, Lazy, PropertyInjectors, Stack, Stage } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct, IConstruct } from 'constructs';
import type { CodingAgent } from '../../lib';
import { AgentCli, BedrockModel, Filesystem, mixins } from '../../lib';
import { Fixture, messages, resource, thrownBy } from '../fixture';
import { FullApp } from './apps';
import { Deployment } from './deployment';

// What goes wrong with the L2s when one does not know it. The title of each test says what the library does about it.

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const IMAGE = join(__dirname, 'assets', 'image');
const CODE = {
  path: join(__dirname, 'assets', 'code'),
  runtime: agentcore.AgentCoreRuntime.NODE_22,
  entryPoint: ['main.js'],
};

describe('order', () => {
  const full = new FullApp();
  const { Resources } = full.app.synth().getStackByName('Agents').template;
  const claude = Object.values<any>(Resources).find(
    ({ Type, Properties }) => Type === RUNTIME && Properties.AgentRuntimeName === 'claude',
  );
  const first: string[] = claude.DependsOn;
  const typesOf = (ids: string[]): string[] => [...new Set(ids.map((id) => Resources[id].Type))].sort();

  test('the runtime waits for its role, for every mount target and for the seed', () => {
    expect(typesOf(first)).toEqual(
      expect.arrayContaining([
        'AWS::EFS::MountTarget',
        'AWS::IAM::Role',
        'AWS::S3Files::MountTarget',
        'Custom::CDKBucketDeployment',
      ]),
    );
    expect(first.filter((id) => Resources[id].Type === 'AWS::EFS::MountTarget')).toHaveLength(2);
    expect(first.filter((id) => Resources[id].Type === 'AWS::S3Files::MountTarget')).toHaveLength(2);
  });

  test('what is granted later comes before it, and the deliveries after each other', () => {
    const fixture = new Fixture();
    const agent = fixture.agent();
    new s3.Bucket(fixture.stack, 'Bucket').grantRead(agent);
    const template = fixture.template();
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
    expect(resource(template, RUNTIME).DependsOn).toContain(policy);
    const deliveries = Object.entries<any>(template.findResources('AWS::Logs::Delivery'));
    const waitsFor = deliveries.map(([, { DependsOn }]) =>
      [DependsOn].flat().filter((id) => deliveries.some(([other]) => other === id)),
    );
    expect(waitsFor.map((ids) => ids.length)).toEqual([0, 1, 1]);
  });
});

describe('artifacts', () => {
  test.each<[string, () => AgentCli, string]>([
    ['image', () => AgentCli.fromDirectory(IMAGE), 'ecr:BatchGetImage'],
    ['code', () => AgentCli.fromCode(CODE), 's3:GetObject'],
  ])('one AgentCli of an %s serves two agents, and each gets the right to fetch it', (_, make, action) => {
    const fixture = new Fixture();
    const cli = make();
    const roles = [fixture.agent({ cli }, 'One'), fixture.agent({ cli }, 'Two')].map(({ role }) => role);
    const deployed = new Deployment(fixture.app);
    for (const role of roles) {
      const actions = deployed
        .role(role)
        .policies.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));
      expect(actions).toContain(action);
    }
  });

  test('an artifact of the L2 that would get its right only once is refused the second time', () => {
    const fixture = new Fixture();
    const cli = AgentCli.fromArtifact(agentcore.AgentRuntimeArtifact.fromEcrRepository(fixture.repository, '1'));
    fixture.agent({ cli }, 'One');
    expect(thrownBy(() => fixture.agent({ cli }, 'Two')).code).toBe('ArtifactTaken');
  });

  test.each<[string, AgentCli, (construct: IConstruct) => boolean]>([
    ['image', AgentCli.fromDirectory(IMAGE), (construct) => construct instanceof assets.DockerImageAsset],
    ['code', AgentCli.fromCode(CODE), (construct) => construct instanceof s3assets.Asset],
  ])('the asset of an %s is in the tree before synthesis, where Aspects and Mixins find it', (_, cli, isAsset) => {
    const fixture = new Fixture();
    fixture.agent({ cli });
    expect(fixture.stack.node.findAll().filter(isAsset)).toHaveLength(1);
    const seen: IConstruct[] = [];
    Aspects.of(fixture.app).add({ visit: (node) => void seen.push(node) });
    fixture.app.synth();
    expect(seen.filter(isAsset)).toHaveLength(1);
  });
});

test('an endpoint stays on the version that it was given', () => {
  const fixture = new Fixture();
  fixture.agent().addEndpoint('live', { version: '3' });
  expect(resource(fixture.template(), 'AWS::BedrockAgentCore::RuntimeEndpoint').Properties.AgentRuntimeVersion).toBe(
    '3',
  );
});

describe('the name of an endpoint', () => {
  test.each(['Role', 'Policy', 'Runtime', 'RuntimeLogs', 'Arn'])(
    'may be %s, which is also a part of the agent',
    (name) => {
      const fixture = new Fixture();
      const agent = fixture.agent();
      agent.addEndpoint(name, { version: '1' });
      agent.addOutputs();
      expect(resource(fixture.template(), 'AWS::BedrockAgentCore::RuntimeEndpoint').Properties.Name).toBe(name);
    },
  );

  test('may be used once, and the error says so', () => {
    const agent = new Fixture().agent();
    agent.addEndpoint('live', { version: '1' });
    const { text } = thrownBy(() => agent.addEndpoint('live', { version: '2' }));
    expect(text).toContain(`(got 'live')`);
  });
});

test.each(['toString', 'constructor'])('a variable may be called %s, which every object has', (name) => {
  const fixture = new Fixture();
  fixture.agent({ environment: { [name]: 'x' } });
  expect(resource(fixture.template(), RUNTIME).Properties.EnvironmentVariables).toEqual({ [name]: 'x' });
});

test.each<[string, (value: string) => unknown]>([
  ['a model', (value) => BedrockModel.inferenceProfile(value, ['eu-central-1'])],
  ['the model of a profile without regions', (value) => BedrockModel.inferenceProfile(`eu.${value}`, [])],
  ['a mount path', (value) => Filesystem.sessionStorage(`/mnt/${value}`)],
])('an error about %s that is known only at deployment does not show how the CDK writes it', (_, action) => {
  const { text } = thrownBy(() => action(Lazy.string({ produce: () => 'later' })));
  expect(text).not.toContain('${Token[');
});

test('the metric of sessions has the name that is published', () => {
  const agent = new Fixture().agent();
  expect(agent.metricSessions()).toMatchObject({ namespace: 'AWS/Bedrock-AgentCore', metricName: 'Sessions' });
});

describe('an imported role', () => {
  const runtimeWith = (executionRole: (fixture: Fixture) => iam.IRole): Fixture => {
    const fixture = new Fixture();
    const runtime = new agentcore.Runtime(fixture.stack, 'Own', {
      agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromEcrRepository(fixture.repository, '1'),
      executionRole: executionRole(fixture),
      networkConfiguration: agentcore.RuntimeNetworkConfiguration.usingVpc(fixture.stack, {
        vpc: fixture.vpc,
        securityGroups: [fixture.group],
      }),
    });
    runtime.with(new mixins.RuntimeFilesystems([Filesystem.fromEfsAccessPoint(fixture.efsAccessPoint(), '/mnt/npm')]));
    fixture.app.synth();
    return fixture;
  };
  const arn = 'arn:aws:iam::111122223333:role/agents';

  test('that cannot be changed brings a warning, where the L2 drops the rights without a word', () => {
    const fixture = runtimeWith(({ stack }) => iam.Role.fromRoleArn(stack, 'Imported', arn, { mutable: false }));
    expect(messages(fixture).join()).toContain('cdk-coding-agents:filesystemRightsNotGranted');
  });

  test('that can be changed gets them', () => {
    const fixture = runtimeWith(({ stack }) => iam.Role.fromRoleArn(stack, 'Imported', arn));
    expect(messages(fixture).join()).not.toContain('filesystemRightsNotGranted');
    expect(JSON.stringify(fixture.template().findResources('AWS::IAM::Policy'))).toContain(
      'elasticfilesystem:ClientMount',
    );
  });
});

test('tags reach everything of the agent that takes them, as a map or as a list', () => {
  const fixture = new Fixture();
  const agent = fixture.agent({ tags: { team: 'platform' } });
  agent.addEndpoint('live', { version: '1' });
  const template = fixture.template();
  expect(resource(template, RUNTIME).Properties.Tags).toEqual({ team: 'platform' });
  expect(resource(template, 'AWS::BedrockAgentCore::RuntimeEndpoint').Properties.Tags).toEqual({ team: 'platform' });
  expect(resource(template, 'AWS::IAM::Role', 'Claude').Properties.Tags).toEqual([{ Key: 'team', Value: 'platform' }]);
});

describe('names', () => {
  const nameAt = (...path: string[]): string => {
    const fixture = new Fixture();
    const stage = path.slice(0, -1).reduce<Construct>((scope, id) => new Stage(scope, id), fixture.app);
    const stack = new Stack(stage, 'Stack');
    return fixture.agent({}, path.at(-1), stack).runtimeName;
  };

  test.each(['my-agent', '1st', 'agent'.repeat(30), 'größe', 'a.b'])(
    'the id %s makes a name that AgentCore takes',
    (id) => {
      expect(nameAt(id)).toMatch(/^[a-zA-Z][a-zA-Z0-9_]{0,47}$/);
    },
  );

  test('two stages of one app make two names, in one account', () => {
    expect(nameAt('Dev', 'Claude')).not.toBe(nameAt('Prod', 'Claude'));
  });
});

describe('the network configuration of the L2 has a construct with a fixed id', () => {
  test('two agents fit into one scope, next to a security group of the user', () => {
    const fixture = new Fixture();
    fixture.agent({}, 'One');
    fixture.agent({}, 'Two');
    expect(fixture.stack.node.tryFindChild('SecurityGroup')).toBeUndefined();
  });

  test('and no agent has a group of its own, which would block its deletion for hours', () => {
    const agent = new Fixture().agent();
    expect(resourcesOf(agent).filter((type) => type === 'AWS::EC2::SecurityGroup')).toEqual([]);
  });
});

describe('an organisation that sets defaults for every L2 runtime', () => {
  const plain = new Fixture();
  plain.agent({ runtimeName: 'claude' });
  const logGroup = logs.LogGroup.fromLogGroupName(plain.stack, 'Imported', 'company');

  test.each<[string, Partial<agentcore.RuntimeProps>]>([
    ['tracing', { tracingEnabled: true }],
    [
      'logs',
      {
        loggingConfigs: [
          {
            logType: agentcore.LogType.APPLICATION_LOGS,
            destination: agentcore.LoggingDestination.cloudWatchLogs(logGroup),
          },
        ],
      },
    ],
    ['another protocol', { protocolConfiguration: agentcore.ProtocolType.MCP }],
    ['another platform', { platformVersion: agentcore.PlatformVersion.V2 }],
    ['the public network', { networkConfiguration: agentcore.RuntimeNetworkConfiguration.usingPublicNetwork() }],
    [
      'tokens',
      {
        authorizerConfiguration: agentcore.RuntimeAuthorizerConfiguration.usingJWT(
          'https://x.example.com/.well-known/openid-configuration',
          ['x'],
        ),
      },
    ],
  ])('does not change with %s what the library relies on', (_, defaults) => {
    const fixture = new Fixture();
    PropertyInjectors.of(fixture.app).add({
      constructUniqueId: agentcore.Runtime.PROPERTY_INJECTION_ID,
      inject: (props: object) => ({ ...defaults, ...props }),
    });
    fixture.agent({ runtimeName: 'claude' });
    expect(fixture.template().toJSON()).toEqual(plain.template().toJSON());
  });
});

function resourcesOf(agent: CodingAgent): string[] {
  return agent.node
    .findAll()
    .flatMap((construct) => (CfnResource.isCfnResource(construct) ? [construct.cfnResourceType] : []));
}
