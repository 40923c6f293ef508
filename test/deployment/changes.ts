/* What people change in an app that is deployed: each change has the app before and after it. */
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type {
  AgentNetworkProps,
  CodingAgentProps,
  GitHubAppBrokerProps,
  McpGatewayProps,
  S3FilesFileSystemProps,
} from '../../lib';
import {
  AgentAlarms,
  AgentAuditTrail,
  AgentCli,
  AgentDashboard,
  AgentNetwork,
  BedrockModel,
  CodingAgent,
  ConsentPortal,
  Egress,
  Filesystem,
  GitCredential,
  GitHubAppBroker,
  GitHubAppKey,
  InboundAuth,
  McpGateway,
  ModelRoute,
  OutboundIdentity,
  Rate,
  RateLimit,
  S3FilesFileSystem,
  TokenVaultKey,
  ToolPolicy,
  ToolTarget,
  TransactionSearch,
} from '../../lib';
import type { Template } from './account';

export type Templates = Record<string, Template>;

const ENV = { account: '111122223333', region: 'eu-central-1' };

/** An app as it is built: a network in a stack of its own, and everything else in another one. */
class World {
  public readonly app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  public readonly networkStack = new Stack(this.app, 'Network', { env: ENV });
  public readonly stack: Stack;

  public constructor(stackName = 'Agents') {
    this.stack = new Stack(this.app, stackName, { env: ENV });
  }

  public network(props: AgentNetworkProps = {}): AgentNetwork {
    return new AgentNetwork(this.networkStack, 'Network', { s3PrefixListId: 'pl-6da54004', ...props });
  }

  public agent(props: Partial<CodingAgentProps> = {}, id = 'Agent'): CodingAgent {
    const images = this.stack.node.tryFindChild('Images') as ecr.IRepository | undefined;
    const repository = images ?? ecr.Repository.fromRepositoryName(this.stack, 'Images', 'agents');
    return new CodingAgent(this.stack, id, {
      cli: AgentCli.fromRepository(repository, '1'),
      network: AgentNetwork.publicInternet({ reason: 'the network is not what is tried here' }),
      ...props,
    });
  }

  public gateway(props: Partial<McpGatewayProps> = {}): McpGateway {
    return new McpGateway(this.stack, 'Tools', { inboundAuth: InboundAuth.iam(), ...props });
  }

  public app_(): { clientId: string; installationId: number; key: GitHubAppKey; repositories: string[] } {
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const key =
      (this.stack.node.tryFindChild('Signer') as kms.IKey | undefined) ?? kms.Key.fromKeyArn(this.stack, 'Signer', arn);
    return {
      clientId: 'Iv23liABCDEFGHIJ',
      installationId: 1234567,
      key: GitHubAppKey.kms(key),
      repositories: ['acme/web'],
    };
  }

  public reference(): { secret: secretsmanager.ISecret; jsonKey: string } {
    return { secret: new secretsmanager.Secret(this.stack, 'Secret'), jsonKey: 'token' };
  }

  public templates(): Templates {
    const { stacks } = this.app.synth();
    return Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template as Template]));
  }
}

type Build = (world: World) => unknown;

export interface Change {
  readonly name: string;
  readonly before: () => Templates;
  readonly after: () => Templates;
}

function built(build: Build, stackName?: string): () => Templates {
  return () => {
    const world = new World(stackName);
    build(world);
    return world.templates();
  };
}

const JWT = InboundAuth.jwt({
  discoveryUrl: 'https://login.example.com/.well-known/openid-configuration',
  allowedClients: ['coding-agents'],
});
const OPUS = ModelRoute.bedrock([BedrockModel.globalInferenceProfile('global.anthropic.claude-opus-5-5')]);
const NONE = OutboundIdentity.none({ reason: 'documentation that everybody may read' });
const STORAGE = [Filesystem.sessionStorage('/mnt/workspace')];

const EGRESS: Record<string, () => Egress> = {
  'AWS only': () => Egress.awsOnly(),
  'an allow list': () => Egress.allowList(['github.com']),
  'another allow list': () => Egress.allowList(['example.com', '.npmjs.org']),
  'the internet': () => Egress.internet(),
};

/** an agent in a network, so that the network has exports that are in use */
const inNetwork =
  (props: AgentNetworkProps): Build =>
  (w) =>
    w.agent({ network: w.network(props) });
const agent =
  (props: Partial<CodingAgentProps> | ((w: World) => Partial<CodingAgentProps>) = {}): Build =>
  (w) =>
    w.agent(typeof props === 'function' ? props(w) : props);
const gateway =
  (
    props: Partial<McpGatewayProps> | ((w: World) => Partial<McpGatewayProps>) = {},
    more: (g: McpGateway, w: World) => unknown = () => undefined,
  ): Build =>
  (w) => {
    const tools = w.gateway(typeof props === 'function' ? props(w) : props);
    tools.addTarget('docs', ToolTarget.mcpServer({ endpoint: 'https://mcp.example.com', identity: NONE }));
    more(tools, w);
  };
const broker =
  (props: Partial<GitHubAppBrokerProps> = {}): Build =>
  (w) =>
    new GitHubAppBroker(w.stack, 'Broker', { ...w.app_(), ...props });
const skills =
  (props: Partial<S3FilesFileSystemProps> = {}): Build =>
  (w) => {
    const files = new S3FilesFileSystem(w.stack, 'Skills', { network: w.network(), ...props });
    files.addAccessPoint('Read', { path: '/skills' });
  };

const SCHEDULE = scheduler.ScheduleExpression.rate(Duration.days(1));

/** name, the app before, the app after */
const PAIRS: [string, Build, Build][] = [
  ...Object.entries(EGRESS).flatMap(([from, before]) =>
    Object.entries(EGRESS)
      .filter(([to]) => to !== from)
      .map(([to, after]): [string, Build, Build] => [
        `egress: ${from} to ${to}`,
        inNetwork({ egress: before() }),
        inNetwork({ egress: after() }),
      ]),
  ),
  ['network: a third zone', inNetwork({}), inNetwork({ maxAzs: 3 })],
  [
    'network: an endpoint',
    inNetwork({}),
    (w) => inNetworkWith(w, (n) => n.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.SQS)),
  ],
  [
    'network: a bucket',
    inNetwork({}),
    (w) => inNetworkWith(w, (n) => n.allowBucket(s3.Bucket.fromBucketName(w.stack, 'B', 'acme-data'))),
  ],
  [
    'network: a key for its logs',
    inNetwork({}),
    (w) => inNetwork({ encryptionKey: new kms.Key(w.networkStack, 'Key') })(w),
  ],
  ['network: image accounts', inNetwork({}), inNetwork({ imageAccounts: ['222233334444'] })],
  ['network: other addresses', inNetwork({}), inNetwork({ ipAddresses: ec2.IpAddresses.cidr('10.7.0.0/16') })],
  ['network: logs that go with it', inNetwork({}), inNetwork({ removalPolicy: RemovalPolicy.DESTROY })],
  ['network: the address plan of before', inNetwork({ legacyAddressPlan: true }), inNetwork({})],

  ['agent: it is new', () => undefined, agent()],
  [
    'agent: another image',
    agent(),
    (w) => agent({ cli: AgentCli.fromRepository(ecr.Repository.fromRepositoryName(w.stack, 'Other', 'x'), '2') })(w),
  ],
  ['agent: a model', agent(), agent({ model: OPUS })],
  ['agent: session storage', agent(), agent({ filesystems: STORAGE })],
  ['agent: callers with a token', agent(), agent({ inboundAuth: JWT })],
  ['agent: a name', agent(), agent({ runtimeName: 'claude' })],
  ['agent: another name', agent({ runtimeName: 'claude' }), agent({ runtimeName: 'codex' })],
  ['agent: a description', agent(), agent({ description: 'of the web team' })],
  ['agent: an endpoint', agent(), (w) => w.agent().addEndpoint('live', { version: '1' })],
  [
    'agent: an endpoint that moves',
    (w) => w.agent().addEndpoint('live', { version: '1' }),
    (w) => w.agent().addEndpoint('live', { version: '2' }),
  ],
  ['agent: shorter sessions', agent(), agent({ idleTimeout: Duration.minutes(5), maxLifetime: Duration.hours(1) })],
  ['agent: platform V2', agent(), agent({ platformVersion: agentcore.PlatformVersion.V2 })],
  ['agent: no runtime logs', agent(), agent({ observability: { runtimeLogs: false } })],
  ['agent: no usage logs', agent(), agent({ observability: { usageLogs: false } })],
  ['agent: no application logs', agent(), agent({ observability: { applicationLogs: false } })],
  ['agent: no traces', agent(), agent({ observability: { traces: false } })],
  [
    'agent: nothing recorded',
    agent(),
    agent({ observability: { applicationLogs: false, usageLogs: false, runtimeLogs: false, traces: false } }),
  ],
  [
    'agent: a key for its logs',
    agent(),
    (w) => agent({ observability: { encryptionKey: new kms.Key(w.stack, 'Key') } })(w),
  ],
  ['agent: logs that go with it', agent(), agent({ observability: { removalPolicy: RemovalPolicy.DESTROY } })],
  ['agent: a policy for X-Ray', agent(), agent({ observability: { traceResourcePolicy: true } })],
  [
    'agent: telemetry',
    agent({ cli: AgentCli.claudeCode({ image: image() }), model: OPUS, filesystems: STORAGE }),
    agent({ cli: AgentCli.claudeCode({ image: image(), telemetry: true }), model: OPUS, filesystems: STORAGE }),
  ],
  [
    'agent: a key for its model',
    agent({ cli: AgentCli.claudeCode({ image: image() }), model: OPUS, filesystems: STORAGE }),
    (w) =>
      agent({
        cli: AgentCli.claudeCode({ image: image() }),
        model: ModelRoute.provider(w.reference()),
        filesystems: STORAGE,
      })(w),
  ],
  ['agent: a second one', agent(), (w) => [w.agent(), w.agent({}, 'Second')]],
  ['agent: into a network', (w) => [w.network(), w.agent()], inNetwork({})],
  ['agent: a cache', (w) => inNetworkWith(w, () => undefined), (w) => withCache(w)],
  ['agent: tags', agent(), agent({ tags: { team: 'web' } })],

  ['gateway: it is new', () => undefined, gateway()],
  ['gateway: policies', gateway(), gateway({ policies: [ToolPolicy.permitAll()] })],
  [
    'gateway: another policy',
    gateway({ policies: [ToolPolicy.permitAll()] }),
    gateway({ policies: [ToolPolicy.permitAll(), ToolPolicy.deny(['docs___search'])] }),
  ],
  [
    'gateway: policies on trial',
    gateway({ policies: [ToolPolicy.permitAll()] }),
    gateway({ policies: [ToolPolicy.permitAll()], policyMode: agentcore.PolicyEngineMode.LOG_ONLY }),
  ],
  ['gateway: limits', gateway(), gateway({ rateLimits: [RateLimit.perPrincipal(Rate.requestsPerMinute(60))] })],
  [
    'gateway: other limits',
    gateway({ rateLimits: [RateLimit.perPrincipal(Rate.requestsPerMinute(60))] }),
    gateway({ rateLimits: [RateLimit.perPrincipal(Rate.requestsPerMinute(90))] }),
  ],
  ['gateway: callers with a token', gateway(), gateway({ inboundAuth: JWT })],
  [
    'gateway: a second target',
    gateway(),
    gateway({}, (g) =>
      g.addTarget('more', ToolTarget.mcpServer({ endpoint: 'https://more.example.com', identity: NONE })),
    ),
  ],
  [
    'gateway: a bot',
    gateway(),
    gateway({}, (g, w) => g.addTarget('gh', ToolTarget.github({ identity: OutboundIdentity.bot(w.reference()) }))),
  ],
  ['gateway: tools that are fetched again', gateway(), gateway({ refreshTools: SCHEDULE })],
  ['gateway: a key', gateway(), gateway((w) => ({ encryptionKey: new kms.Key(w.stack, 'Key') }))],
  ['gateway: a name', gateway(), gateway({ gatewayName: 'team-tools' })],
  ['gateway: nothing recorded', gateway(), gateway({ observability: { applicationLogs: false, traces: false } })],
  ['gateway: instructions', gateway(), gateway({ instructions: 'Read first' })],

  ['broker: it is new', () => undefined, broker()],
  ['broker: other repositories', broker(), broker({ repositories: ['acme/api'] })],
  ['broker: in a network', broker(), (w) => broker({ network: w.network({ egress: Egress.internet() }) })(w)],
  ['git: it is new', () => undefined, (w) => new GitCredential(w.stack, 'Git', w.app_())],
  [
    'consent: a portal',
    gateway({ inboundAuth: JWT }),
    gateway(
      { inboundAuth: JWT },
      (g, w) => new ConsentPortal(w.stack, 'Portal', { gateway: g, clientId: 'p', clientSecret: w.reference() }),
    ),
  ],
  ['vault: a key', () => undefined, (w) => new TokenVaultKey(w.stack, 'Vault', { key: new kms.Key(w.stack, 'Key') })],
  ['audit: a trail', agent(), (w) => new AgentAuditTrail(w.stack, 'Audit', { of: [w.agent()] })],
  [
    'audit: a table for it',
    (w) => new AgentAuditTrail(w.stack, 'Audit', { of: [w.agent()] }),
    (w) => new AgentAuditTrail(w.stack, 'Audit', { of: [w.agent()], athenaTable: true }),
  ],
  ['search: turned on', () => undefined, (w) => new TransactionSearch(w.stack, 'Search')],
  [
    'search: turned on, and off with its construct',
    () => undefined,
    (w) => new TransactionSearch(w.stack, 'Search', { removalPolicy: RemovalPolicy.DESTROY }),
  ],
  [
    'search: more of it',
    (w) => new TransactionSearch(w.stack, 'Search'),
    (w) => new TransactionSearch(w.stack, 'Search', { indexingPercentage: 5 }),
  ],
  [
    'alarms: they are new',
    agent(),
    (w) => new AgentAlarms(w.stack, 'Alarms', { watch: [w.agent()], topic: new sns.Topic(w.stack, 'Topic') }),
  ],
  ['dashboard: it is new', agent(), (w) => new AgentDashboard(w.stack, 'Dashboard', { segments: [w.agent()] })],
  ['skills: they are new', (w) => w.network(), skills()],
  ['skills: older versions kept shorter', skills(), skills({ noncurrentVersionExpiration: Duration.days(7) })],
];

function image(): AgentCli {
  return AgentCli.fromArtifact(
    agentcore.AgentRuntimeArtifact.fromImageUri('111122223333.dkr.ecr.eu-central-1.amazonaws.com/a:1'),
  );
}

function inNetworkWith(world: World, change: (network: AgentNetwork) => unknown): AgentNetwork {
  const network = world.network();
  change(network);
  world.agent({ network });
  return network;
}

function withCache(world: World): void {
  const network = world.network();
  const cache = new efs.FileSystem(world.stack, 'Cache', {
    vpc: network.vpc,
    vpcSubnets: { subnets: network.subnets },
    allowAnonymousAccess: false,
  });
  const point = cache.addAccessPoint('Npm', {
    path: '/npm',
    posixUser: { uid: '1000', gid: '1000' },
    createAcl: { ownerUid: '1000', ownerGid: '1000', permissions: '750' },
  });
  world.agent({ network, filesystems: [Filesystem.fromEfsAccessPoint(point, '/mnt/cache')] });
}

export const CHANGES: Change[] = [
  ...PAIRS.map(([name, before, after]) => ({ name, before: built(before), after: built(after) })),
  { name: 'stack: another name', before: built(agent()), after: built(agent(), 'Renamed') },
];

/** A network alone, as the examples and the sample have it. */
export function networkOf(id: string, props: AgentNetworkProps): Template {
  const stack = new Stack(new App(), id);
  new AgentNetwork(stack, 'Network', props);
  return (stack.node.root as App).synth().getStackByName(id).template as Template;
}
