import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { AgentEndpoint, CodingAgentProps, IAgentNetwork } from '../../lib';
import {
  AgentCli,
  AgentNetwork,
  BedrockModel,
  CodingAgent,
  Egress,
  Filesystem,
  InboundAuth,
  ModelRoute,
  S3FilesAccessPoint,
  S3FilesFileSystem,
} from '../../lib';
import type { Construct } from 'constructs';
import { GatewayApp } from './gateway-app';
import { KeyedApp } from './keyed-app';
import { ObservedApp } from './observed-app';
import type { AppOptions } from './place';
import { ACCOUNT, newApp, REGION } from './place';

export { ACCOUNT, REGION };

const ASSETS = join(__dirname, 'assets');
const PREFIX_LIST = 'pl-6da54004';
const ISSUER = 'https://login.example.com/v2.0/.well-known/openid-configuration';
export const OPUS = 'anthropic.claude-opus-4-6-v1';
export const OPUS_REGIONS = ['eu-central-1', 'eu-west-1'];

/** Callers of an agent, one for each grant, as roles with a managed policy of their own. */
export class Caller {
  public readonly role: iam.Role;
  public readonly grantee: iam.ManagedPolicy;

  public constructor(scope: Construct, id: string) {
    this.role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.AccountPrincipal(Stack.of(scope).account) });
    this.grantee = new iam.ManagedPolicy(scope, `${id}Policy`, { roles: [this.role] });
  }
}

/** Two agents with everything the library has: mounts of each kind, models, logs, traces, an endpoint, callers. */
export class FullApp {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly network: AgentNetwork;
  public readonly repository: ecr.IRepository;
  public readonly cache: efs.FileSystem;
  public readonly npm: efs.AccessPoint;
  public readonly pip: efs.AccessPoint;
  public readonly skills: S3FilesFileSystem;
  public readonly skillsAccess: S3FilesAccessPoint;
  public readonly archive: s3.Bucket;
  public readonly docs: S3FilesFileSystem;
  public readonly docsAccess: S3FilesAccessPoint;
  public readonly profile: bedrock.CfnApplicationInferenceProfile;
  /** reads and writes the EFS mount, only reads the S3 Files one */
  public readonly claude: CodingAgent;
  /** only reads the EFS mount, reads and writes the S3 Files one */
  public readonly codex: CodingAgent;
  public readonly live: AgentEndpoint;
  public readonly callers: Record<'invoke' | 'forUser' | 'exec' | 'shell' | 'stop' | 'live', Caller>;

  public constructor(options: AppOptions = {}) {
    this.app = newApp(options);
    this.network = new AgentNetwork(new Stack(this.app, 'Network', options), 'Network');
    this.stack = new Stack(this.app, 'Agents', options);
    this.repository = ecr.Repository.fromRepositoryName(this.stack, 'Images', 'coding-agents/claude');
    this.cache = cacheFor(this.stack, this.network.vpc);
    this.npm = this.cache.addAccessPoint('Npm', accessPoint('/npm'));
    this.pip = this.cache.addAccessPoint('Pip', accessPoint('/pip'));
    this.skills = new S3FilesFileSystem(this.stack, 'Skills', { network: this.network, seed: join(ASSETS, 'skills') });
    this.skillsAccess = this.skills.addAccessPoint('Read', { path: '/skills' });
    this.archive = new s3.Bucket(this.stack, 'Archive', {
      versioned: true,
      enforceSSL: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    });
    this.docs = new S3FilesFileSystem(this.stack, 'Docs', {
      network: this.network,
      bucket: this.archive,
      prefix: 'docs/',
    });
    this.docsAccess = this.docs.addAccessPoint('Write', { path: '/all' });
    this.profile = applicationProfile(this.stack);
    this.claude = this.agent('Claude', claudeModel(), [
      Filesystem.sessionStorage('/mnt/workspace'),
      Filesystem.fromEfsAccessPoint(this.npm, '/mnt/npm'),
      Filesystem.fromS3FilesAccessPoint(this.skillsAccess, '/mnt/skills', { readOnly: true }),
    ]);
    this.codex = this.agent('Codex', this.codexModel(), [
      Filesystem.sessionStorage('/mnt/workspace'),
      Filesystem.fromEfsAccessPoint(this.pip, '/mnt/pip', { readOnly: true }),
      Filesystem.fromS3FilesAccessPoint(this.docsAccess, '/mnt/docs'),
    ]);
    this.live = this.claude.addEndpoint('live', { version: '1', description: 'what people use' });
    this.claude.addOutputs();
    this.callers = this.addCallers();
  }

  private agent(id: string, model: ModelRoute, filesystems: Filesystem[]): CodingAgent {
    return new CodingAgent(this.stack, id, {
      cli: AgentCli.fromRepository(this.repository, '1.4.2'),
      network: this.network,
      model,
      filesystems,
      runtimeName: id.toLowerCase(),
      environment: { LANG: 'C.UTF-8' },
      observability: { traceResourcePolicy: true },
      tags: { team: 'platform' },
    });
  }

  private codexModel(): ModelRoute {
    const { attrInferenceProfileArn } = this.profile;
    return ModelRoute.bedrock([
      BedrockModel.applicationInferenceProfile(attrInferenceProfileArn, { modelId: 'openai.gpt-oss-120b-1:0' }),
    ]);
  }

  private addCallers(): FullApp['callers'] {
    const caller = (id: string): Caller => new Caller(this.stack, id);
    const callers = {
      invoke: caller('Invoke'),
      forUser: caller('ForUser'),
      exec: caller('Exec'),
      shell: caller('Shell'),
      stop: caller('Stop'),
      live: caller('Live'),
    };
    this.claude.grantInvoke(callers.invoke.grantee);
    this.claude.grantInvokeForUser(callers.forUser.grantee);
    this.claude.grantExec(callers.exec.grantee);
    this.claude.grantShell(callers.shell.grantee);
    this.claude.grantStop(callers.stop.grantee);
    this.live.grantInvoke(callers.live.grantee);
    return callers;
  }
}

/** An app with one agent, in a network of its own. */
function oneAgent(
  options: AppOptions,
  makeNetwork: (networkStack: () => Stack) => IAgentNetwork,
  makeProps: (stack: Stack, network: IAgentNetwork) => Partial<CodingAgentProps> = () => ({}),
): { app: App } {
  const app = newApp(options);
  const stack = new Stack(app, 'Agents', options);
  const network = makeNetwork(() => new Stack(app, 'Network', options));
  const repository = ecr.Repository.fromRepositoryName(stack, 'Images', 'coding-agents/claude');
  new CodingAgent(stack, 'Claude', {
    cli: AgentCli.fromRepository(repository, '1.4.2'),
    network,
    filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
    ...makeProps(stack, network),
  });
  return { app };
}

function networkWith(egress: Egress): (networkStack: () => Stack) => AgentNetwork {
  return (networkStack) => new AgentNetwork(networkStack(), 'Network', { egress, s3PrefixListId: PREFIX_LIST });
}

/** Every app that the compliance tests look at. */
export const APPS: Record<string, (options?: AppOptions) => { app: App }> = {
  full: (options) => new FullApp(options),
  gateway: (options) => new GatewayApp(options),
  observed: (options) => new ObservedApp(options),
  keyed: (options) => new KeyedApp(options),
  jwt: (options = {}) =>
    oneAgent(options, networkWith(Egress.awsOnly()), () => ({
      inboundAuth: InboundAuth.jwt({ discoveryUrl: ISSUER, allowedClients: ['cli'], allowedAudiences: ['agents'] }),
    })),
  public: (options = {}) =>
    oneAgent(options, () => AgentNetwork.publicInternet({ reason: 'a demonstration without any private data' })),
  directory: (options = {}) =>
    oneAgent(options, networkWith(Egress.awsOnly()), () => ({ cli: AgentCli.fromDirectory(join(ASSETS, 'image')) })),
  code: (options = {}) =>
    oneAgent(options, networkWith(Egress.awsOnly()), () => ({
      cli: AgentCli.fromCode({
        path: join(ASSETS, 'code'),
        runtime: agentcore.AgentCoreRuntime.PYTHON_3_14,
        entryPoint: ['main.py'],
      }),
      platformVersion: agentcore.PlatformVersion.V2,
    })),
  customerKey: (options = {}) => customerKey(options),
  allowList: (options = {}) => oneAgent(options, networkWith(Egress.allowList(['github.com', '.npmjs.org']))),
  internet: (options = {}) => oneAgent(options, networkWith(Egress.internet({ natGateways: 1 }))),
  fromVpc: (options = {}) => oneAgent(options, importedVpc),
};

/** Logs, bucket and file systems under keys of the app. */
function customerKey(options: AppOptions): { app: App } {
  const network = (networkStack: () => Stack): AgentNetwork => {
    const stack = networkStack();
    const encryptionKey = new kms.Key(stack, 'LogKey', { enableKeyRotation: true });
    return new AgentNetwork(stack, 'Network', { s3PrefixListId: PREFIX_LIST, encryptionKey });
  };
  return oneAgent(options, network, (stack, inside) => {
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    const skills = new S3FilesFileSystem(stack, 'Skills', {
      network: inside,
      encryptionKey,
      seed: join(ASSETS, 'skills'),
    });
    const cache = cacheFor(stack, inside.vpc, encryptionKey);
    return {
      observability: { encryptionKey },
      filesystems: [
        Filesystem.fromS3FilesAccessPoint(skills.addAccessPoint('Read', { path: '/skills' }), '/mnt/skills'),
        Filesystem.fromEfsAccessPoint(cache.addAccessPoint('Npm', accessPoint('/npm')), '/mnt/npm'),
      ],
    };
  });
}

function importedVpc(networkStack: () => Stack): IAgentNetwork {
  const stack = networkStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidrBlock: '10.1.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
  return AgentNetwork.fromVpc(stack, 'Network', { vpc, egress: Egress.awsOnly(), s3PrefixListId: PREFIX_LIST });
}

function cacheFor(stack: Stack, vpc: ec2.IVpc, kmsKey?: kms.IKey): efs.FileSystem {
  return new efs.FileSystem(stack, 'Cache', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    // the group that the CDK would make lets the file system connect to any address
    securityGroup: new ec2.SecurityGroup(stack, 'CacheGroup', { vpc, allowAllOutbound: false }),
    encrypted: true,
    kmsKey,
    allowAnonymousAccess: false,
  });
}

function accessPoint(path: string): efs.AccessPointOptions {
  const { uid, gid } = S3FilesAccessPoint.AGENT_USER;
  return { path, posixUser: { uid, gid }, createAcl: { ownerUid: uid, ownerGid: gid, permissions: '750' } };
}

function claudeModel(): ModelRoute {
  return ModelRoute.bedrock([BedrockModel.inferenceProfile(`eu.${OPUS}`, OPUS_REGIONS)]);
}

function applicationProfile(stack: Stack): bedrock.CfnApplicationInferenceProfile {
  const model = stack.formatArn({
    service: 'bedrock',
    account: '',
    resource: 'foundation-model',
    resourceName: 'openai.gpt-oss-120b-1:0',
  });
  return new bedrock.CfnApplicationInferenceProfile(stack, 'Profile', {
    inferenceProfileName: 'codex',
    modelSource: { copyFrom: model },
  });
}
