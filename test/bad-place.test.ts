/*
 * Where the things are that an agent is given. One row for each public prop and parameter that takes a resource of AWS: what
 * refuses another region and another account, or why the service allows it. A test reads the sources, so that a new prop
 * without a row fails.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Lazy, Stack } from 'aws-cdk-lib';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ts from 'typescript';
import type { CodingAgentProps, McpGatewayProps, McpServerTargetProps } from '../lib';
import {
  AgentAlarms,
  AgentAuditTrail,
  AgentCli,
  AgentDashboard,
  AgentNetwork,
  BedrockModel,
  CodingAgent,
  ConsentPortal,
  DeploymentRights,
  Egress,
  Filesystem,
  GitCredential,
  GitHubAppKey,
  InboundAuth,
  McpGateway,
  ModelRoute,
  OutboundIdentity,
  PrivateEndpoint,
  S3FilesAccessPoint,
  S3FilesFileSystem,
  SchemaSource,
  TokenVaultKey,
  ToolBroker,
  ToolPolicy,
  ToolTarget,
  mixins,
} from '../lib';
import { GEOGRAPHIES, REGIONAL_SERVICES, type RegionalService } from '../lib/contract/regions';
import { testBadInput, type Refused } from './bad-input';
import { networkOf } from './fixture';
import { JWT } from './gateway/gateway-fixture';

interface Place {
  readonly region: string;
  readonly account: string;
}

const HERE: Place = { region: 'eu-central-1', account: '111122223333' };
const PARTS = {
  region: { ...HERE, region: 'us-east-1' },
  account: { ...HERE, account: '999999999999' },
};
const PUBLIC = AgentNetwork.publicInternet({ reason: 'a test of where things are, without a VPC' });
const ID = '0123456789abcdef0';
const SUFFIX = 'abcdefghij';

/** Makes what the rows need, in one app: the stack under test, and stacks for what is elsewhere. */
class World {
  public readonly app = new App();
  public readonly stack: Stack;
  private count = 0;

  /** @param env undefined for a stack whose place is known only at deployment */
  public constructor(env: Place | undefined = HERE) {
    this.stack = new Stack(this.app, 'Agents', { env });
  }

  public next(name: string): string {
    return `${name}${++this.count}`;
  }

  public stackAt(env: Place, context: Record<string, unknown> = {}): Stack {
    const stack = new Stack(this.app, this.next('Stack'), { env });
    Object.entries(context).forEach(([key, value]) => stack.node.setContext(key, value));
    return stack;
  }

  public vpcAt(at: Place): ec2.Vpc {
    return new ec2.Vpc(this.stackAt(at), 'Vpc', { maxAzs: 2, natGateways: 1 });
  }

  /** a VPC that is where the stack under test is */
  public vpc(): ec2.Vpc {
    return new ec2.Vpc(this.stack, this.next('Vpc'), { maxAzs: 2, natGateways: 1 });
  }

  public groupAt(at: Place): ec2.SecurityGroup {
    return this.group(this.vpcAt(at));
  }

  public group(vpc: ec2.IVpc): ec2.SecurityGroup {
    return new ec2.SecurityGroup(Stack.of(vpc), this.next('Group'), { vpc, allowAllOutbound: false });
  }

  public networkAt(at: Place) {
    const vpc = this.vpcAt(at);
    return networkOf(vpc, [this.group(vpc)]);
  }

  public network() {
    const vpc = this.vpc();
    return networkOf(vpc, [this.group(vpc)]);
  }

  public keyAt(at: Place): kms.IKey {
    const arn = arnAt(at, 'kms', 'key/11111111-2222-3333-4444-555555555555');
    return kms.Key.fromKeyArn(this.stack, this.next('Key'), arn);
  }

  public bucketAt(at: Place): s3.IBucket {
    return s3.Bucket.fromBucketAttributes(this.stack, this.next('Bucket'), { bucketName: 'acme-files', ...at });
  }

  public secretAt(at: Place): secretsmanager.ISecret {
    return secretsmanager.Secret.fromSecretAttributes(this.stack, this.next('Secret'), {
      secretCompleteArn: arnAt(at, 'secretsmanager', 'secret:bots/github-AbCdEf'),
      encryptionKey: this.keyAt(at),
    });
  }

  public functionAt(at: Place): lambda.IFunction {
    const arn = arnAt(at, 'lambda', 'function:tools');
    return lambda.Function.fromFunctionArn(this.stack, this.next('Function'), arn);
  }

  public topicAt(at: Place): sns.ITopic {
    return sns.Topic.fromTopicArn(this.stack, this.next('Topic'), arnAt(at, 'sns', 'alarms'));
  }

  public gatewayAt(at: Place, inboundAuth = InboundAuth.iam()) {
    const gatewayArn = arnAt(at, 'bedrock-agentcore', `gateway/tools-${SUFFIX}`);
    return McpGateway.fromMcpGatewayAttributes(this.stack, this.next('Imported'), { gatewayArn, inboundAuth });
  }

  public agentAt(at: Place) {
    const runtimeArn = arnAt(at, 'bedrock-agentcore', `runtime/claude-${SUFFIX}`);
    return CodingAgent.fromCodingAgentAttributes(this.stack, this.next('Imported'), { runtimeArn });
  }

  public efsAt(at: Place, inVpc?: ec2.IVpc): efs.IAccessPoint {
    return efs.AccessPoint.fromAccessPointAttributes(this.stack, this.next('Ap'), {
      accessPointArn: arnAt(at, 'elasticfilesystem', `access-point/fsap-${ID}`),
      fileSystem: efs.FileSystem.fromFileSystemAttributes(this.stack, this.next('Fs'), {
        fileSystemId: `fs-${ID}`,
        securityGroup: this.group(inVpc ?? this.vpc()),
      }),
    });
  }

  public s3FilesAt(at: Place) {
    return S3FilesFileSystem.fromS3FilesFileSystemAttributes(this.stack, this.next('Fs'), {
      fileSystemArn: arnAt(at, 's3files', `file-system/fs-${ID}`),
    });
  }

  public s3FilesAccessPointAt(at: Place) {
    return S3FilesAccessPoint.fromS3FilesAccessPointAttributes(this.stack, this.next('Ap'), {
      accessPointArn: arnAt(at, 's3files', `file-system/fs-${ID}/access-point/fsap-${ID}`),
      fileSystem: this.s3FilesAt(at),
    });
  }

  public credentialAt(at: Place): GitCredential {
    const stack = this.stackAt(at);
    const key = GitHubAppKey.kms(kms.Key.fromKeyArn(stack, 'Key', arnAt(at, 'kms', 'key/11111111-2222-3333')));
    return new GitCredential(stack, 'Clone', { ...APP, key });
  }

  public credential(props: object): GitCredential {
    const key = GitHubAppKey.kms(this.keyAt(HERE));
    return new GitCredential(this.stack, this.next('Clone'), { ...APP, key, ...props });
  }

  public agent(props: Partial<CodingAgentProps>): CodingAgent {
    const repository = ecr.Repository.fromRepositoryName(this.stack, this.next('Repository'), 'agents/claude');
    return new CodingAgent(this.stack, this.next('Agent'), {
      cli: AgentCli.fromRepository(repository, '1.4.2'),
      network: PUBLIC,
      ...props,
    });
  }

  public gateway(props: Partial<McpGatewayProps> = {}): McpGateway {
    return new McpGateway(this.stack, this.next('Tools'), { inboundAuth: InboundAuth.iam(), ...props });
  }

  public server(props: Partial<McpServerTargetProps>) {
    const identity = OutboundIdentity.bot({ secret: this.secretAt(HERE), jsonKey: 'token' });
    const endpoint = 'https://mcp.example.com/mcp';
    return this.gateway().addTarget('own', ToolTarget.mcpServer({ endpoint, identity, ...props }));
  }

  public files(props: object): S3FilesFileSystem {
    return new S3FilesFileSystem(this.stack, this.next('Files'), { network: this.network(), ...props });
  }
}

const APP = { clientId: 'Iv23liAbCdEfGhIjKlMn', installationId: 12345678, repositories: ['acme/web'] };

function arnAt({ region, account }: Place, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

function profileArn(at: Place): string {
  return arnAt(at, 'bedrock', 'application-inference-profile/a1b2c3');
}

interface Taker {
  /** gives something that is at `at` to something in the stack of the world */
  readonly take: (world: World, at: Place) => unknown;
  /** the code that refuses another region, or why none does */
  readonly region: Refusal;
  /** the same for another account */
  readonly account: Refusal;
}

type Refusal = { readonly code: string } | { readonly allowed: string };

const BY_POLICY = { allowed: 'its policy may let principals and services of other accounts in' };
const refused = (code: string): Pick<Taker, 'region' | 'account'> => ({ region: { code }, account: { code } });
const inRegion = (code: string, account: Refusal = BY_POLICY): Pick<Taker, 'region' | 'account'> => ({
  region: { code },
  account,
});

/** Each public prop and parameter that takes a resource, as `Interface.prop` or `Class.method(parameter)`. */
const TAKERS: Record<string, Taker> = {
  // networks
  'FromVpcProps.vpc': {
    take: (w, at) => AgentNetwork.fromVpc(w.stack, 'Net', { vpc: w.vpcAt(at) }),
    ...refused('ForeignVpc'),
  },
  'FromVpcProps.subnets': {
    take: (w, at) => {
      const vpc = same(at) ? w.vpc() : undefined;
      const subnets = (vpc ?? w.vpcAt(at)).privateSubnets;
      return AgentNetwork.fromVpc(w.stack, 'Net', { vpc: vpc ?? w.vpc(), subnets: { subnets } });
    },
    ...refused('ForeignSubnet'),
  },
  'FromVpcProps.securityGroups': {
    take: (w, at) => {
      const vpc = w.vpc();
      const securityGroups = [same(at) ? w.group(vpc) : w.groupAt(at)];
      return AgentNetwork.fromVpc(w.stack, 'Net', { vpc, securityGroups });
    },
    ...refused('ForeignSecurityGroup'),
  },
  'AgentNetworkProps.encryptionKey': {
    take: (w, at) => new AgentNetwork(w.stack, 'Net', { encryptionKey: w.keyAt(at) }),
    ...inRegion('ForeignKey'),
  },
  'AgentNetwork.allowBucket(bucket)': {
    take: (w, at) => new AgentNetwork(w.stack, 'Net', { egress: Egress.awsOnly() }).allowBucket(w.bucketAt(at)),
    ...inRegion('ForeignBucket'),
  },
  'VpcEndpointOptions.vpc': {
    take: (w, at) => {
      const vpc = w.vpcAt(at);
      return w.server({ privateEndpoint: PrivateEndpoint.inVpc({ vpc, securityGroups: [w.group(vpc)] }) });
    },
    ...refused('PrivateEndpointElsewhere'),
  },
  'VpcEndpointOptions.subnets': {
    take: (w, at) => {
      const vpc = w.vpc();
      const subnets = (same(at) ? vpc : w.vpcAt(at)).privateSubnets;
      return w.server({ privateEndpoint: PrivateEndpoint.inVpc({ vpc, subnets, securityGroups: [w.group(vpc)] }) });
    },
    ...refused('ForeignSubnet'),
  },
  'VpcEndpointOptions.securityGroups': {
    take: (w, at) => {
      const vpc = w.vpc();
      const securityGroups = [same(at) ? w.group(vpc) : w.groupAt(at)];
      return w.server({ privateEndpoint: PrivateEndpoint.inVpc({ vpc, securityGroups }) });
    },
    ...refused('ForeignSecurityGroup'),
  },
  'PrivateEndpoint.lattice(resourceConfiguration)': {
    take: (w, at) => {
      const arn = arnAt(at, 'vpc-lattice', `resourceconfiguration/rcfg-${ID}`);
      return w.server({ privateEndpoint: PrivateEndpoint.lattice(arn) });
    },
    ...inRegion('PrivateEndpointElsewhere', { allowed: 'AWS RAM shares resource configurations between accounts' }),
  },

  // logs
  'ObservabilityOptions.encryptionKey': {
    take: (w, at) => w.agent({ observability: { encryptionKey: w.keyAt(at) } }),
    ...inRegion('ForeignKey'),
  },

  // storage
  'S3FilesFileSystemProps.network': {
    take: (w, at) => w.files({ network: w.networkAt(at) }),
    ...refused('ForeignNetwork'),
  },
  'S3FilesFileSystemProps.bucket': {
    take: (w, at) => w.files({ bucket: w.bucketAt(at) }),
    ...refused('BucketElsewhere'),
  },
  'S3FilesFileSystemProps.encryptionKey': {
    take: (w, at) => w.files({ encryptionKey: w.keyAt(at) }),
    ...inRegion('ForeignKey'),
  },
  'S3FilesFileSystemProps.serverAccessLogsBucket': {
    take: (w, at) => w.files({ serverAccessLogsBucket: w.bucketAt(at) }),
    ...refused('AccessLogsElsewhere'),
  },
  'S3FilesAccessPointProps.fileSystem': {
    take: (w, at) => new S3FilesAccessPoint(w.stack, 'Ap', { fileSystem: w.s3FilesAt(at), path: '/a' }),
    ...refused('FileSystemElsewhere'),
  },
  'Filesystem.fromS3FilesAccessPoint(accessPoint)': {
    take: (w, at) => {
      const mount = Filesystem.fromS3FilesAccessPoint(w.s3FilesAccessPointAt(at), '/mnt/skills');
      return w.agent({ network: w.network(), filesystems: [mount] });
    },
    ...refused('FilesystemElsewhere'),
  },
  'Filesystem.fromEfsAccessPoint(accessPoint)': {
    take: (w, at) => {
      const network = w.network();
      const mount = Filesystem.fromEfsAccessPoint(w.efsAt(at, network.vpc), '/mnt/cache');
      return w.agent({ network, filesystems: [mount] });
    },
    ...refused('FilesystemElsewhere'),
  },
  'RuntimeFilesystemsOptions.vpc': {
    take: (w, at) => mountOn(w, { vpc: w.vpcAt(at) }),
    ...refused('ForeignVpc'),
  },
  'RuntimeFilesystemsOptions.subnets': {
    take: (w, at) => {
      const vpc = w.vpc();
      return mountOn(w, { vpc, subnets: (same(at) ? vpc : w.vpcAt(at)).privateSubnets });
    },
    ...refused('ForeignSubnet'),
  },
  'SchemaSource.fromBucket(bucket)': {
    take: (w, at) => w.server({ toolSchema: SchemaSource.fromBucket(w.bucketAt(at), 'tools.json') }),
    ...refused('SchemaBucketElsewhere'),
  },

  // identity
  'SecretReference.secret': {
    take: (w, at) => w.server({ identity: OutboundIdentity.bot({ secret: w.secretAt(at), jsonKey: 'token' }) }),
    ...inRegion('ForeignSecret'),
  },
  'PrivateKeyJwt.key': {
    take: (w, at) =>
      w.server({
        identity: OutboundIdentity.clientCredentials({
          discoveryUrl: 'https://login.example.com/.well-known/openid-configuration',
          clientId: 'tools',
          privateKeyJwt: { key: w.keyAt(at) },
          scopes: ['read'],
        }),
      }),
    ...inRegion('ForeignKey'),
  },
  'TokenVaultKeyProps.key': {
    take: (w, at) => new TokenVaultKey(w.stack, 'Vault', { key: w.keyAt(at) }),
    ...refused('ForeignKey'),
  },
  'DeploymentRightsProps.secrets': {
    take: (w, at) => DeploymentRights.forTargets(w.stack, { ...DEPLOYED, secrets: [w.secretAt(at)] }),
    ...inRegion('ForeignSecret'),
  },
  'DeploymentRightsProps.keys': {
    take: (w, at) => DeploymentRights.forTargets(w.stack, { ...DEPLOYED, keys: [w.keyAt(at)] }),
    ...inRegion('ForeignKey'),
  },
  'DeploymentRights.forEncryptionKey(key)': {
    take: (w, at) => DeploymentRights.forEncryptionKey(w.stack, 'tools', w.keyAt(at)),
    ...inRegion('ForeignKey'),
  },
  'DeploymentRights.forWebAcl(webAclArn)': {
    take: (w, at) => DeploymentRights.forWebAcl(w.stack, 'tools', webAcl(at)),
    ...refused('ForeignWebAcl'),
  },
  'ConsentPortalProps.gateway': {
    take: (w, at) =>
      new ConsentPortal(w.stack, 'Portal', {
        gateway: w.gatewayAt(at, JWT),
        clientId: 'portal',
        clientSecret: { secret: w.secretAt(HERE), jsonKey: 'secret' },
      }),
    ...refused('GatewayElsewhere'),
  },

  // git
  'GitHubAppOptions.network': {
    take: (w, at) => w.credential({ network: w.networkAt(at) }),
    ...refused('ForeignNetwork'),
  },
  'GitHubAppOptions.encryptionKey': {
    take: (w, at) => w.credential({ encryptionKey: w.keyAt(at) }),
    ...inRegion('ForeignKey'),
  },
  'GitHubAppKey.kms(key)': {
    take: (w, at) => w.credential({ key: GitHubAppKey.kms(w.keyAt(at)) }),
    ...inRegion('ForeignKey'),
  },
  'GitHubAppKey.secret(secret)': {
    take: (w, at) => w.credential({ key: GitHubAppKey.secret(w.secretAt(at)) }),
    ...inRegion('ForeignSecret'),
  },
  'GitCredential.grantInvoke(grantee)': {
    take: (w, at) => {
      const arn = `arn:aws:iam::${at.account}:role/agent`;
      return w.credential({}).grantInvoke(iam.Role.fromRoleArn(w.stack, 'Role', arn));
    },
    region: { allowed: 'a role has no region' },
    account: { code: 'ForeignInvoker' },
  },
  'ToolBroker.fromFunction(fn)': {
    take: (w, at) => {
      const identity = OutboundIdentity.broker(ToolBroker.fromFunction(w.functionAt(at), [FUNCTION_TOOL]));
      return w.gateway().addTarget('gh', ToolTarget.github({ identity }));
    },
    ...inRegion('FunctionElsewhere'),
  },

  // gateways
  'McpGatewayProps.encryptionKey': {
    take: (w, at) => w.gateway({ encryptionKey: w.keyAt(at) }),
    ...inRegion('ForeignKey'),
  },
  'McpGatewayProps.webAclArn': {
    take: (w, at) => w.gateway({ webAclArn: webAcl(at) }),
    ...refused('ForeignWebAcl'),
  },
  'GatewayInterceptor.function': {
    take: (w, at) => w.gateway({ requestInterceptor: { function: w.functionAt(at) } }),
    ...inRegion('FunctionElsewhere'),
  },
  'LambdaTargetProps.function': {
    take: (w, at) => {
      const target = ToolTarget.lambdaFunction({ function: w.functionAt(at), tools: [FUNCTION_TOOL] });
      return w.gateway().addTarget('fn', target);
    },
    ...inRegion('FunctionElsewhere'),
  },
  'AgentRuntimeTargetProps.runtime': {
    take: (w, at) => w.gateway().addTarget('rt', ToolTarget.agentRuntime({ runtime: runtimeAt(w, at) })),
    region: { allowed: 'a gateway calls a runtime by its URL, which names the region' },
    account: { allowed: 'the policy of a runtime may let the gateway in' },
  },

  // agents
  'CodingAgentProps.network': {
    take: (w, at) => w.agent({ network: w.networkAt(at) }),
    ...refused('ForeignNetwork'),
  },
  'CodingAgentProps.securityGroups': {
    take: (w, at) => {
      const network = w.network();
      return w.agent({ network, securityGroups: [same(at) ? w.group(network.vpc) : w.groupAt(at)] });
    },
    ...refused('ForeignSecurityGroup'),
  },
  'CodingAgentProps.gateway': {
    take: (w, at) => w.agent({ gateway: w.gatewayAt(at) }),
    ...inRegion('GatewayElsewhere'),
  },
  'CodingAgentProps.gitCredential': {
    take: (w, at) => w.agent({ gitCredential: w.credentialAt(at) }),
    ...refused('GitCredentialElsewhere'),
  },
  'AgentCli.fromRepository(repository)': {
    take: (w, at) => {
      const repository = ecr.Repository.fromRepositoryArn(w.stack, 'R', arnAt(at, 'ecr', 'repository/claude'));
      return w.agent({ cli: AgentCli.fromRepository(repository, '1.4.2') });
    },
    ...inRegion('ImageInOtherRegion'),
  },
  'BedrockModel.applicationInferenceProfile(profileArn)': {
    take: (w, at) =>
      w.agent({ model: ModelRoute.bedrock([BedrockModel.applicationInferenceProfile(profileArn(at), OPUS)]) }),
    ...refused('InferenceProfileElsewhere'),
  },

  // audit and monitoring
  'AgentAuditTrailProps.of': {
    take: (w, at) => new AgentAuditTrail(w.stack, 'Audit', { of: [w.agentAt(at)] }),
    ...refused('AuditedElsewhere'),
  },
  'AgentAuditTrailProps.bucket': {
    take: (w, at) => new AgentAuditTrail(w.stack, 'Audit', { bucket: w.bucketAt(at) }),
    ...inRegion('AuditBucketElsewhere'),
  },
  'AgentAuditTrailProps.encryptionKey': {
    take: (w, at) => new AgentAuditTrail(w.stack, 'Audit', { encryptionKey: w.keyAt(at) }),
    ...inRegion('ForeignKey'),
  },
  'AgentAuditTrailProps.serverAccessLogsBucket': {
    take: (w, at) => new AgentAuditTrail(w.stack, 'Audit', { serverAccessLogsBucket: w.bucketAt(at) }),
    ...refused('AccessLogsElsewhere'),
  },
  'AgentAlarmsProps.watch': {
    take: (w, at) => new AgentAlarms(w.stack, 'Alarms', { watch: [w.agentAt(at)], topic: w.topicAt(HERE) }),
    ...inRegion('WatchedElsewhere', { allowed: 'CloudWatch shares metrics between accounts' }),
  },
  'AgentAlarmsProps.topic': {
    take: (w, at) => new AgentAlarms(w.stack, 'Alarms', { watch: [w.agentAt(HERE)], topic: w.topicAt(at) }),
    ...inRegion('AlarmTopicElsewhere'),
  },
  'AgentAlarmsProps.highSeverityTopic': {
    take: (w, at) => {
      const [topic, highSeverityTopic] = [w.topicAt(HERE), w.topicAt(at)];
      return new AgentAlarms(w.stack, 'Alarms', { watch: [w.agentAt(HERE)], topic, highSeverityTopic });
    },
    ...inRegion('AlarmTopicElsewhere'),
  },
  'AgentDashboardProps.segments': {
    take: (w, at) => new AgentDashboard(w.stack, 'Dashboard', { segments: [w.agentAt(at)] }),
    region: { allowed: 'a dashboard shows metrics of any region' },
    account: { allowed: 'a dashboard shows metrics that other accounts share' },
  },
};

/** Inputs that take a resource but no place: each with the reason. */
const EXCUSED: Record<string, string> = {
  'AgentRuntimeTargetProps.endpoint': 'an endpoint of `runtime`, called by the same URL',
  'AlarmRule.subject': 'only tells rules apart',
  'CustomerManagedKey.visit(node)': 'called by the CDK; the key is compared with each construct',
  'CodingAgentAttributes.runtimeArn': 'says where the agent is; what takes the agent checks it',
  'McpGatewayAttributes.gatewayArn': 'says where the gateway is; what takes the gateway checks it',
  'OutboundIdentity.broker(broker)': 'its function is checked at the gateway: ToolBroker.fromFunction',
  'RateLimit.perPrincipal(principalArn)': 'a role or user has no region, and may be of any account',
  'S3FilesAccessPointAttributes.accessPointArn': 'says where it is; the mount checks it',
  'S3FilesAccessPointAttributes.fileSystem': 'must be the one that the ARN names; the mount checks where it is',
  'S3FilesFileSystemAttributes.fileSystemArn': 'says where it is; the mount and access points check it',
  'S3FilesFileSystemAttributes.securityGroup': 'compared with `vpc`, and with the VPC of the agent at the mount',
  'S3FilesFileSystemAttributes.vpc': 'compared with the VPC of the agent at the mount',
  'UserConsentProps.portal': 'a portal of another gateway is refused',
};

const OPUS = { modelId: 'anthropic.claude-opus-5-5' };
const DEPLOYED = { gatewayName: 'tools', stackName: 'Tools' };
const FUNCTION_TOOL: agentcore.ToolDefinition = {
  name: 'post',
  description: 'Posts a message',
  inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT },
};

function same({ region, account }: Place): boolean {
  return region === HERE.region && account === HERE.account;
}

function webAcl(at: Place): string {
  return arnAt(at, 'wafv2', 'regional/webacl/guard/1234');
}

function runtimeAt(world: World, at: Place): agentcore.IBedrockAgentRuntime {
  return agentcore.Runtime.fromAgentRuntimeAttributes(world.stack, world.next('Runtime'), {
    agentRuntimeArn: arnAt(at, 'bedrock-agentcore', `runtime/tools-${SUFFIX}`),
    agentRuntimeId: `tools-${SUFFIX}`,
    agentRuntimeName: 'tools',
    agentRuntimeVersion: '1',
    roleArn: `arn:aws:iam::${at.account}:role/tools`,
  });
}

function mountOn(world: World, options: { vpc: ec2.IVpc; subnets?: ec2.ISubnet[] }): void {
  const runtime = new agentcore.CfnRuntime(world.stack, 'Runtime', {
    agentRuntimeName: 'agent',
    roleArn: 'arn:aws:iam::111122223333:role/agent',
    networkConfiguration: { networkMode: 'VPC' },
    agentRuntimeArtifact: { containerConfiguration: { containerUri: 'x' } },
  });
  const mount = Filesystem.fromEfsAccessPoint(world.efsAt(HERE, options.vpc), '/mnt/cache');
  new mixins.RuntimeFilesystems([mount], options).applyTo(runtime);
}

/** An agent in a stack of another region of the world's app. */
function agentIn(world: World, region: string, props: Partial<CodingAgentProps> = {}, context = {}): CodingAgent {
  const stack = world.stackAt({ ...HERE, region }, context);
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'agents/claude');
  const cli = AgentCli.fromRepository(repository, '1.4.2');
  return new CodingAgent(stack, 'Agent', { cli, network: PUBLIC, ...props });
}

/** a stack in a region whose zones are named in the context only */
const mexico = (world: World, zones: string[]) =>
  world.stackAt(
    { ...HERE, region: 'mx-central-1' },
    { 'cdk-coding-agents:availabilityZoneIds': { 'mx-central-1': zones } },
  );
const withModel = (region: string, model: BedrockModel) => (world: World) =>
  agentIn(world, region, { model: ModelRoute.bedrock([model]) });
const codexIn = (region: string) => (world: World) =>
  agentIn(world, region, {
    cli: AgentCli.codex(),
    model: ModelRoute.bedrock([BedrockModel.foundation('openai.gpt-5.6-terra')]),
  });
const profile = (geography: string, ...regions: string[]) =>
  BedrockModel.inferenceProfile(`${geography}.anthropic.claude-opus-5-5`, regions);
const US = profile('us', 'us-east-1', 'us-west-2');
const GLOBAL = BedrockModel.globalInferenceProfile('global.anthropic.claude-opus-5-5');
const copiedFrom = (id: string, regions?: string[]) =>
  BedrockModel.applicationInferenceProfile(profileArn(HERE), { ...OPUS, copiedFrom: id, regions });
const OTHER_GEOGRAPHY = 'InferenceProfileElsewhere';

/** Regions in which AWS does not offer what is made, and profiles of other geographies. */
const REGIONS: Record<string, Refused<World>> = {
  'an agent in Zurich': {
    input: 'a region without AgentCore',
    action: (w) => agentIn(w, 'eu-central-2'),
    code: 'UnsupportedRegion',
    says: [
      'Amazon Bedrock AgentCore is not offered',
      `got 'eu-central-2'`,
      '-c cdk-coding-agents:agentCoreRegions=eu-central-2',
    ],
  },
  'an agent in GovCloud East': {
    input: 'a region of GovCloud without AgentCore',
    action: (w) => agentIn(w, 'us-gov-east-1'),
    code: 'UnsupportedRegion',
    says: [`got 'us-gov-east-1'`, 'us-gov-west-1'],
  },
  'a region that does not exist': {
    input: 'a typing error in the region',
    action: (w) => agentIn(w, 'eu-centrl-1'),
    code: 'UnsupportedRegion',
    says: [`got 'eu-centrl-1'`],
  },
  'a gateway in Zurich': {
    input: 'a gateway in a region without AgentCore',
    action: (w) =>
      new McpGateway(w.stackAt({ ...HERE, region: 'eu-central-2' }), 'T', { inboundAuth: InboundAuth.iam() }),
    code: 'UnsupportedRegion',
    says: ['Amazon Bedrock AgentCore is not offered', 'docs.aws.amazon.com'],
  },
  'the token vault in Zurich': {
    input: 'a Token Vault in a region without AgentCore',
    action: (w) => {
      const stack = w.stackAt({ ...HERE, region: 'eu-central-2' });
      return new TokenVaultKey(stack, 'Vault', { key: new kms.Key(stack, 'Key') });
    },
    code: 'UnsupportedRegion',
    says: ['Amazon Bedrock AgentCore is not offered'],
  },
  'a network in Zurich': {
    input: 'a network in a region whose zones are not known',
    action: (w) => new AgentNetwork(w.stackAt({ ...HERE, region: 'eu-central-2' }), 'Net'),
    code: 'UnsupportedRegion',
    says: [`got 'eu-central-2'`, 'cdk-coding-agents:availabilityZoneIds'],
  },
  'policies in Beijing': {
    input: 'policies in China',
    action: (w) =>
      new McpGateway(w.stackAt({ ...HERE, region: 'cn-north-1' }), 'T', {
        inboundAuth: InboundAuth.iam(),
        policies: [ToolPolicy.permitAll()],
      }),
    code: 'UnsupportedRegion',
    says: ['Policy in AgentCore is not offered', `got 'cn-north-1'`, 'except cn-north-1 and cn-northwest-1'],
  },
  'S3 Files in Beijing': {
    input: 'a mount of S3 Files in China',
    action: (w) => {
      const stack = w.stackAt({ ...HERE, region: 'cn-north-1' });
      const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
      const network = networkOf(vpc, [w.group(vpc)]);
      const files = new S3FilesFileSystem(stack, 'Files', { network });
      const mount = Filesystem.fromS3FilesAccessPoint(files.addAccessPoint('A', { path: '/a' }), '/mnt/skills');
      const repository = ecr.Repository.fromRepositoryName(stack, 'R', 'agents/claude');
      const cli = AgentCli.fromRepository(repository, '1');
      return new CodingAgent(stack, 'Agent', { cli, network, filesystems: [mount] });
    },
    code: 'UnsupportedRegion',
    says: ['mounting Amazon S3 Files in AgentCore Runtime is not offered', `got 'cn-north-1'`],
  },
  'Amazon Bedrock in Beijing': {
    input: 'a model of Bedrock in China',
    action: withModel('cn-north-1', GLOBAL),
    code: 'UnsupportedRegion',
    says: ['Amazon Bedrock is not offered', `got 'cn-north-1'`],
  },
  'Codex in Paris': {
    input: 'Codex on Bedrock in a region without bedrock-mantle',
    action: codexIn('eu-west-3'),
    code: 'UnsupportedRegion',
    says: ['bedrock-mantle', `got 'eu-west-3'`, 'eu-west-1', 'cdk-coding-agents:bedrockMantleRegions=eu-west-3'],
  },
  'Codex in California': {
    input: 'the same in another region',
    action: codexIn('us-west-1'),
    code: 'UnsupportedRegion',
    says: ['bedrock-mantle', `got 'us-west-1'`],
  },
  'a profile of the United States in Frankfurt': {
    input: 'a us. profile in eu-central-1',
    action: withModel('eu-central-1', US),
    code: OTHER_GEOGRAPHY,
    says: [
      'serves the United States',
      `got 'us.anthropic.claude-opus-5-5'`,
      'allowed: eu.anthropic.claude-opus-5-5 or global.',
    ],
  },
  'a profile of Europe in Virginia': {
    input: 'an eu. profile in us-east-1',
    action: withModel('us-east-1', profile('eu', 'eu-central-1')),
    code: OTHER_GEOGRAPHY,
    says: ['serves Europe', 'global.anthropic.claude-opus-5-5 or us.anthropic.claude-opus-5-5'],
  },
  'a profile of Asia in Frankfurt': {
    input: 'an apac. profile in eu-central-1',
    action: withModel('eu-central-1', profile('apac', 'ap-south-1')),
    code: OTHER_GEOGRAPHY,
    says: ['serves Asia and the Pacific'],
  },
  'a profile of Japan in Sydney': {
    input: 'a jp. profile in ap-southeast-2',
    action: withModel('ap-southeast-2', profile('jp', 'ap-northeast-1')),
    code: OTHER_GEOGRAPHY,
    says: ['serves Japan', 'au.anthropic.claude-opus-5-5'],
  },
  'a profile of GovCloud in Virginia': {
    input: 'a us-gov. profile in us-east-1',
    action: withModel('us-east-1', profile('us-gov', 'us-gov-west-1')),
    code: OTHER_GEOGRAPHY,
    says: ['serves AWS GovCloud'],
  },
  'a profile of the United States in GovCloud': {
    input: 'a us. profile in us-gov-west-1',
    action: withModel('us-gov-west-1', US),
    code: OTHER_GEOGRAPHY,
    says: ['allowed: us-gov.anthropic.claude-opus-5-5'],
  },
  'a global profile in GovCloud': {
    input: 'a global. profile in us-gov-west-1',
    action: withModel('us-gov-west-1', GLOBAL),
    code: OTHER_GEOGRAPHY,
    says: ['serves the commercial regions', 'allowed: us-gov.'],
  },
  'a profile of Europe that routes to Virginia': {
    input: 'a region outside of the geography among those of a profile',
    action: withModel('eu-central-1', profile('eu', 'eu-central-1', 'us-east-1')),
    code: 'InvalidProfileRegions',
    says: [
      'serves Europe, and routes nowhere else',
      `got 'us-east-1'`,
      'cdk-coding-agents:inferenceProfileRegions=us-east-1',
    ],
  },
  'an application profile that was copied from one of the United States': {
    input: 'copiedFrom: us. in eu-central-1',
    action: withModel('eu-central-1', copiedFrom('us.anthropic.claude-opus-5-5')),
    code: OTHER_GEOGRAPHY,
    says: ['serves the United States'],
  },
  'an application profile of another stack': {
    input: 'the attribute of a CfnApplicationInferenceProfile in us-east-1',
    action: (w) => {
      const made = new bedrock.CfnApplicationInferenceProfile(w.stackAt(PARTS.region), 'Profile', {
        inferenceProfileName: 'team',
      });
      const model = BedrockModel.applicationInferenceProfile(made.attrInferenceProfileArn, OPUS);
      return agentIn(w, 'eu-central-1', { model: ModelRoute.bedrock([model]) });
    },
    code: OTHER_GEOGRAPHY,
    says: ['the application inference profile is in another region than the agent', `got 'us-east-1'`],
  },
  'text in the context that names no region': {
    input: 'a context that names no region',
    action: (w) => agentIn(w, 'eu-central-2', {}, { 'cdk-coding-agents:agentCoreRegions': 'Zurich' }),
    code: 'InvalidRegionsInContext',
    says: [`got 'Zurich'`, 'the names of regions'],
  },
  'a number in the context': {
    input: 'a context that is a number',
    action: (w) =>
      agentIn(
        w,
        'eu-central-1',
        { model: ModelRoute.bedrock([US]) },
        { 'cdk-coding-agents:inferenceProfileRegions': [1] },
      ),
    code: 'InvalidRegionsInContext',
    says: [`got '1'`],
  },
  'names of zones in the context': {
    input: 'zone names instead of ids in the context',
    action: (w) => new AgentNetwork(mexico(w, ['mx-central-1a']), 'Net'),
    code: 'InvalidZonesInContext',
    says: ['mx-central-1a', 'zone ids, not names'],
  },
};

const places = Object.entries(TAKERS).flatMap(([prop, { take, ...rules }]) =>
  (['region', 'account'] as const).map((part) => ({ prop, take, part, rule: rules[part] })),
);

/** the rows of TAKERS that are refused, by prop and part */
const ELSEWHERE: Record<string, Refused<World>> = Object.fromEntries(
  places.flatMap(({ prop, take, part, rule }) =>
    'code' in rule
      ? [
          [
            `${prop} of another ${part}`,
            {
              input: `${prop} of another ${part}`,
              action: (world: World) => take(world, PARTS[part]),
              code: rule.code,
              says: [`in another ${part} than`],
            },
          ],
        ]
      : [],
  ),
);

testBadInput({ suite: 'places', make: () => new World(), refused: { ...ELSEWHERE, ...REGIONS } });

describe('what is in the right place, or may be elsewhere, is taken', () => {
  test.each(Object.entries(TAKERS))('%s of the same place', (_prop, { take }) => {
    expect(() => take(new World(), HERE)).not.toThrow();
  });

  test.each(places.filter(({ rule }) => 'allowed' in rule).map(({ prop, part, take }) => [prop, part, take] as const))(
    '%s of another %s',
    (_prop, part, take) => {
      expect(() => take(new World(), PARTS[part])).not.toThrow();
    },
  );

  test.each(Object.entries(TAKERS))(
    '%s where the place of the stack is known only at deployment',
    (_prop, { take }) => {
      const error = ((): Error | undefined => {
        try {
          take(new World({} as Place), PARTS.region);
          return undefined;
        } catch (e) {
          return e as Error;
        }
      })();
      // another VPC stays another VPC
      expect(error?.message ?? '').not.toMatch(/in another (region|account)/);
    },
  );

  test.each<[string, string, BedrockModel]>([
    ['a global profile in Frankfurt', 'eu-central-1', GLOBAL],
    ['a profile of the United States in Canada', 'ca-central-1', US],
    ['a profile of a geography that is not known', 'eu-central-1', profile('mars', 'eu-central-1')],
    [
      'a profile with a region known only at deployment',
      'eu-west-1',
      profile('eu', Lazy.string({ produce: () => 'x' })),
    ],
    ['a foundation model', 'eu-central-1', BedrockModel.foundation('amazon.nova-pro-v1:0')],
  ])('%s', (_, region, model) => {
    expect(() => withModel(region, model)(new World())).not.toThrow();
  });

  test.each(REGIONAL_SERVICES.agentCore.regions)('an agent in %s', (region) => {
    expect(() => agentIn(new World(), region)).not.toThrow();
  });

  test('everything in a stack whose region is known only at deployment', () => {
    const world = new World({} as Place);
    expect(() => world.agent({ model: ModelRoute.bedrock([US, GLOBAL]) })).not.toThrow();
  });
});

describe('a region that AWS opened since is named in the context', () => {
  const opened =
    (contextKey: string, value: unknown, region: string, props: Partial<CodingAgentProps> = {}) =>
    () =>
      agentIn(new World(), region, props, { [contextKey]: value });

  test('as a list in cdk.json or as text on the command line', () => {
    const { contextKey } = REGIONAL_SERVICES.agentCore;
    expect(opened(contextKey, ['mx-central-1', 'eu-central-2'], 'eu-central-2')).not.toThrow();
    expect(opened(contextKey, 'mx-central-1, eu-central-2', 'eu-central-2')).not.toThrow();
    expect(opened(contextKey, 'mx-central-1', 'eu-central-2')).toThrow('is not offered in this region');
  });

  test('for the other services and the profiles too', () => {
    const model = ModelRoute.bedrock([BedrockModel.foundation('openai.gpt-5.6-terra')]);
    const { mantle } = REGIONAL_SERVICES;
    expect(opened(mantle.contextKey, 'eu-west-3', 'eu-west-3', { cli: AgentCli.codex(), model })).not.toThrow();
    const key = 'cdk-coding-agents:inferenceProfileRegions';
    expect(opened(key, 'eu-central-1', 'eu-central-1', { model: ModelRoute.bedrock([US]) })).not.toThrow();
  });

  test('with its zones', () => {
    const network = new AgentNetwork(mexico(new World(), ['mxc1-az1', 'mxc1-az3']), 'Net');
    expect(network.subnets).toHaveLength(2);
  });
});

test('metrics of an imported agent are read where the agent is', () => {
  const world = new World();
  expect(world.agentAt(PARTS.region).metricInvocations()).toMatchObject({ region: 'us-east-1', account: HERE.account });
  expect(world.agentAt(PARTS.account).metricInvocations()).toMatchObject({ account: '999999999999' });
});

test('every list of regions has a date and a source, and names each region once', () => {
  for (const { regions = [], dated, source } of Object.values<RegionalService>(REGIONAL_SERVICES)) {
    expect(new Set(regions).size).toBe(regions.length);
    expect(dated).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(source).toContain('https://docs.');
  }
  // a region that no geography but the global one serves is one that was forgotten, unless it has no profiles
  const unserved = REGIONAL_SERVICES.agentCore.regions.filter(
    (region) => !Object.entries(GEOGRAPHIES).some(([name, { regions }]) => name !== 'global' && regions.test(region)),
  );
  expect(unserved).toEqual(['cn-north-1', 'cn-northwest-1']);
});

test('each public prop and parameter that takes a resource has a row, or a reason for none', () => {
  const taken = takers();
  expect(taken.length).toBeGreaterThan(60);
  expect(taken.filter((name) => !(name in TAKERS) && !(name in EXCUSED))).toEqual([]);
  // of all grants, only this one asks where the principal is
  const known = [...Object.keys(TAKERS), ...Object.keys(EXCUSED)].filter((name) => !name.includes('grantInvoke'));
  expect(known.filter((name) => !taken.includes(name))).toEqual([]);
});

const RESOURCE =
  /\b(ec2\.(I(Vpc|Subnet|SecurityGroup)|SubnetSelection)|(kms|s3|secretsmanager|lambda|sns|ecr|efs|logs|sqs|events|bedrock|dynamodb)\.I[A-Z]\w+|agentcore\.I(BedrockAgentRuntime|RuntimeEndpoint)|IS3Files\w+|IMcpGateway|IAgentNetwork|IToolBroker|IAlarmSource|IDashboardSegment|IConstruct|GitCredential|ConsentPortal)\b/;

/** What takes a resource or its ARN, as the sources of the public API say. */
function takers(): string[] {
  const lib = join(__dirname, '..', 'lib');
  const index = ['index.ts', 'mixins/index.ts'].map((file) => readFileSync(join(lib, file), 'utf8')).join('\n');
  // whole files are exported from the index, and from that of the mixins
  const whole = [...index.matchAll(/export (?:type )?\* from '\.\/(.+)'/g)].flatMap(([, file]) => [
    `${file}.ts`,
    `mixins/${file}.ts`,
  ]);
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(join(lib, file), 'utf8'), ts.ScriptTarget.Latest, true);
      const isPublic = (name: string) => whole.includes(file) || new RegExp(`\\b${name}\\b`).test(index);
      return source.statements.flatMap((statement) => {
        if (ts.isInterfaceDeclaration(statement) && isPublic(statement.name.text)) {
          return propsOf(statement);
        }
        return ts.isClassDeclaration(statement) && isPublic(statement.name?.text ?? '') ? parametersOf(statement) : [];
      });
    });
}

function propsOf({ name, members }: ts.InterfaceDeclaration): string[] {
  // behavioural interfaces say what a resource is, and take nothing
  return /^I[A-Z]/.test(name.text)
    ? []
    : members
        .filter((member) => ts.isPropertySignature(member))
        .filter((member) => takesResource(member.name.getText(), member.type))
        .map((member) => `${name.text}.${member.name.getText()}`);
}

/** Mixins take the construct that they change; grants are about principals, and only one of them asks for the account. */
function parametersOf({ name, members }: ts.ClassDeclaration): string[] {
  return members
    .filter((member) => ts.isMethodDeclaration(member))
    .filter(({ modifiers = [] }) => modifiers.some(({ kind }) => kind === ts.SyntaxKind.PublicKeyword))
    .filter((method) => !/^(_|supports$|applyTo$)/.test(method.name.getText()))
    .flatMap((method) =>
      method.parameters
        .filter((parameter) => takesResource(parameter.name.getText(), parameter.type))
        .map((parameter) => `${name?.text}.${method.name.getText()}(${parameter.name.getText()})`),
    );
}

function takesResource(name: string, type: ts.TypeNode | undefined): boolean {
  const text = type?.getText() ?? '';
  return RESOURCE.test(text) || (/(Arns?|^resourceConfiguration)$/.test(name) && text.startsWith('string'));
}
