/* The same agents written with the L2s of the CDK, and L1 only where there is no L2 or no prop. */
import { Aws, Duration, Fn, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Surroundings } from './shared';
import {
  CACHE,
  ENVIRONMENT,
  MODEL,
  PROFILE,
  REGIONS,
  REPOSITORY,
  SETTINGS,
  synthesize,
  TAG,
  WORKSPACE,
} from './shared';
import { arn, GUARDRAIL, type SharedPolicy, TELEMETRY } from './shared-policies';
import { maskedCredentials } from './shared-mask';

interface Shared {
  readonly repository: ecr.IRepository;
  readonly policies: iam.ManagedPolicy[];
  /** destination ARNs by log type, in the order in which they are delivered */
  readonly destinations: Record<string, string>;
  /** each delivery waits for the one before it */
  lastDelivery?: logs.CfnDelivery;
}

const SOURCES: Record<string, string> = { APPLICATION_LOGS: 'logs', USAGE_LOGS: 'usage', TRACES: 'traces' };
const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

export function addAgents(surroundings: Surroundings, count: number): void {
  const { stack, group, fileSystem } = surroundings;
  group.connections.allowTo(fileSystem, ec2.Port.tcp(2049), 'NFS mount of an agent');
  const shared = {
    repository: ecr.Repository.fromRepositoryName(stack, 'Repository', REPOSITORY),
    policies: [sharedPolicy(stack, 'Telemetry', TELEMETRY), sharedPolicy(stack, 'Guardrail', GUARDRAIL)],
    destinations: {
      APPLICATION_LOGS: logDestination(stack, 'APPLICATION_LOGS'),
      USAGE_LOGS: logDestination(stack, 'USAGE_LOGS'),
      TRACES: new logs.CfnDeliveryDestination(stack, 'Traces', {
        name: 'agents-traces',
        deliveryDestinationType: 'XRAY',
      }).attrArn,
    },
  };
  for (let i = 1; i <= count; i++) {
    addAgent(new Construct(stack, `Agent${i}`), `agent_${i}`, surroundings, shared);
  }
}

function addAgent(scope: Construct, name: string, surroundings: Surroundings, shared: Shared): void {
  const policy = new iam.ManagedPolicy(scope, 'Policy', {
    description: `What coding agent ${name} may do`,
    statements: [...logStatements(name), ...modelStatements(shared), ...mountStatements(surroundings)],
  });
  const role = new iam.Role(scope, 'Role', {
    description: `Runs coding agent ${name}`,
    assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: { 'aws:SourceArn': arn('bedrock-agentcore', `runtime/${name}-*`) },
      },
    }),
  });
  const policies = [policy, ...shared.policies];
  policies.forEach((each) => each.attachToRole(role));
  const runtime = addRuntime(scope, name, surroundings, shared, role);
  runtime.node.defaultChild!.node.addDependency(...policies, role, surroundings.fileSystem.mountTargetsAvailable);
  addDeliveries(scope, name, runtime, shared);
  addLogGroup(scope, 'RuntimeLogs', `/aws/bedrock-agentcore/runtimes/${runtime.agentRuntimeId}-DEFAULT`);
}

function addRuntime(
  scope: Construct,
  runtimeName: string,
  { vpc, subnets, group, accessPoint }: Surroundings,
  { repository }: Shared,
  role: iam.Role,
): agentcore.Runtime {
  const runtime = new agentcore.Runtime(scope, 'Runtime', {
    runtimeName,
    agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(repository.repositoryUriForTag(TAG)),
    // else the L2 adds a policy of its own, with rights to what belongs to other agents
    executionRole: role.withoutPolicyUpdates(),
    networkConfiguration: agentcore.RuntimeNetworkConfiguration.usingVpc(scope, {
      vpc,
      vpcSubnets: { subnets },
      securityGroups: [group],
    }),
    environmentVariables: { ...ENVIRONMENT, ...SETTINGS },
    lifecycleConfiguration: {
      idleRuntimeSessionTimeout: Duration.minutes(15),
      maxLifetime: Duration.hours(8),
    },
    platformVersion: agentcore.PlatformVersion.V1,
    protocolConfiguration: agentcore.ProtocolType.HTTP,
  });
  (runtime.node.defaultChild as agentcore.CfnRuntime).filesystemConfigurations = [
    { sessionStorage: { mountPath: WORKSPACE } },
    { efsAccessPoint: { accessPointArn: accessPoint.accessPointArn, mountPath: CACHE } },
  ];
  return runtime;
}

function addDeliveries(scope: Construct, name: string, runtime: agentcore.Runtime, shared: Shared): void {
  for (const [logType, deliveryDestinationArn] of Object.entries(shared.destinations)) {
    const source = new logs.CfnDeliverySource(scope, `${logType}-Source`, {
      name: `${name}-${SOURCES[logType]}`,
      logType,
      resourceArn: runtime.agentRuntimeArn,
    });
    const delivery = new logs.CfnDelivery(scope, `${logType}-Delivery`, {
      deliverySourceName: source.name,
      deliveryDestinationArn,
    });
    delivery.addResourceDependency(source);
    if (shared.lastDelivery !== undefined) {
      delivery.addResourceDependency(shared.lastDelivery);
    }
    shared.lastDelivery = delivery;
  }
}

function logStatements(name: string): iam.PolicyStatement[] {
  const groups = arn('logs', `log-group:/aws/bedrock-agentcore/runtimes/${name}-*`);
  return [
    new iam.PolicyStatement({
      actions: ['logs:CreateLogGroup', 'logs:DescribeLogStreams', 'logs:PutResourcePolicy'],
      resources: [groups],
    }),
    new iam.PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${groups}:log-stream:*`],
    }),
  ];
}

function modelStatements({ repository }: Shared): iam.PolicyStatement[] {
  const profile = arn('bedrock', `inference-profile/${PROFILE}`);
  return [
    new iam.PolicyStatement({
      actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [repository.repositoryArn],
    }),
    new iam.PolicyStatement({ actions: [...INVOKE, 'bedrock:GetInferenceProfile'], resources: [profile] }),
    new iam.PolicyStatement({
      actions: INVOKE,
      resources: REGIONS.map((region) => `arn:${Aws.PARTITION}:bedrock:${region}::foundation-model/${MODEL}`),
      conditions: { ArnEquals: { 'bedrock:InferenceProfileArn': [profile] } },
    }),
  ];
}

function mountStatements({ fileSystem, accessPoint }: Surroundings): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      resources: [fileSystem.fileSystemArn],
      conditions: { ArnEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } },
    }),
    new iam.PolicyStatement({
      actions: ['elasticfilesystem:DescribeAccessPoints', 'elasticfilesystem:DescribeMountTargets'],
      resources: [fileSystem.fileSystemArn, accessPoint.accessPointArn],
    }),
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['elasticfilesystem:ClientRootAccess'],
      resources: [fileSystem.fileSystemArn],
    }),
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      resources: [fileSystem.fileSystemArn],
      conditions: { ArnNotEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } },
    }),
  ];
}

function sharedPolicy(stack: Stack, id: string, { description, statements }: SharedPolicy): iam.ManagedPolicy {
  return new iam.ManagedPolicy(stack, id, {
    description,
    document: iam.PolicyDocument.fromJson({ Version: '2012-10-17', Statement: statements }),
  });
}

function logDestination(stack: Stack, logType: string): string {
  const instance = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  const groupName = `/aws/vendedlogs/bedrock-agentcore/runtime/${instance}/${logType}`;
  return new logs.CfnDeliveryDestination(stack, logType, {
    name: `agents-${logType}`,
    deliveryDestinationType: 'CWL',
    destinationResourceArn: addLogGroup(stack, `${logType}-Group`, groupName).logGroupArn,
  }).attrArn;
}

function addLogGroup(scope: Construct, id: string, logGroupName: string): logs.LogGroup {
  const group = new logs.LogGroup(scope, id, {
    logGroupName,
    retention: logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  // the L2 of the policy has statements and names of its own
  const dataProtectionPolicy = id.startsWith('USAGE') ? undefined : maskedCredentials();
  (group.node.defaultChild as logs.CfnLogGroup).dataProtectionPolicy = dataProtectionPolicy;
  return group;
}

if (require.main === module) {
  synthesize(addAgents);
}
