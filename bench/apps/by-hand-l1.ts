/* The same agents written with L1 resources only: the least that the CDK can do for these templates. */
import { Aws, Fn, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
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
  readonly policies: iam.CfnManagedPolicy[];
  /** destination ARNs by log type, in the order in which they are delivered */
  readonly destinations: Record<string, string>;
  /** each delivery waits for the one before it */
  lastDelivery?: logs.CfnDelivery;
}

const SOURCES: Record<string, string> = { APPLICATION_LOGS: 'logs', USAGE_LOGS: 'usage', TRACES: 'traces' };
const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
const document = (statements: object[]) => ({ Version: '2012-10-17', Statement: statements });

export function addAgents(surroundings: Surroundings, count: number): void {
  const { stack, group, fileSystem } = surroundings;
  group.connections.allowTo(fileSystem, ec2.Port.tcp(2049), 'NFS mount of an agent');
  const shared = {
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
  const policy = new iam.CfnManagedPolicy(scope, 'Policy', {
    description: `What coding agent ${name} may do`,
    path: '/',
    policyDocument: document([...logStatements(name), ...modelStatements(), ...mountStatements(surroundings)]),
  });
  const role = new iam.CfnRole(scope, 'Role', {
    description: `Runs coding agent ${name}`,
    assumeRolePolicyDocument: document([
      {
        Effect: 'Allow',
        Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': arn('bedrock-agentcore', `runtime/${name}-*`) },
        },
      },
    ]),
  });
  const policies = [policy, ...shared.policies];
  policies.forEach((each) => (each.roles = [...(each.roles ?? []), role.ref]));
  const runtime = addRuntime(scope, name, surroundings, role);
  runtime.node.addDependency(...policies, role, surroundings.fileSystem.mountTargetsAvailable);
  addDeliveries(scope, name, runtime, shared);
  addLogGroup(scope, 'RuntimeLogs', `/aws/bedrock-agentcore/runtimes/${runtime.attrAgentRuntimeId}-DEFAULT`);
}

function addRuntime(
  scope: Construct,
  name: string,
  { subnets, group, accessPoint }: Surroundings,
  role: iam.CfnRole,
): agentcore.CfnRuntime {
  const registry = `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  return new agentcore.CfnRuntime(scope, 'Runtime', {
    agentRuntimeName: name,
    agentRuntimeArtifact: { containerConfiguration: { containerUri: `${registry}/${REPOSITORY}:${TAG}` } },
    roleArn: role.attrArn,
    networkConfiguration: {
      networkMode: 'VPC',
      networkModeConfig: {
        subnets: subnets.map((subnet) => subnet.subnetId),
        securityGroups: [group.securityGroupId],
      },
    },
    environmentVariables: { ...ENVIRONMENT, ...SETTINGS },
    filesystemConfigurations: [
      { sessionStorage: { mountPath: WORKSPACE } },
      { efsAccessPoint: { accessPointArn: accessPoint.accessPointArn, mountPath: CACHE } },
    ],
    lifecycleConfiguration: { idleRuntimeSessionTimeout: 900, maxLifetime: 28_800 },
    platformVersion: 'V1',
    protocolConfiguration: 'HTTP',
  });
}

function addDeliveries(scope: Construct, name: string, runtime: agentcore.CfnRuntime, shared: Shared): void {
  for (const [logType, deliveryDestinationArn] of Object.entries(shared.destinations)) {
    const source = new logs.CfnDeliverySource(scope, `${logType}-Source`, {
      name: `${name}-${SOURCES[logType]}`,
      logType,
      resourceArn: runtime.attrAgentRuntimeArn,
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

function logStatements(name: string): object[] {
  const groups = arn('logs', `log-group:/aws/bedrock-agentcore/runtimes/${name}-*`);
  return [
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:DescribeLogStreams', 'logs:PutResourcePolicy'],
      Resource: groups,
    },
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: `${groups}:log-stream:*` },
  ];
}

function modelStatements(): object[] {
  const profile = arn('bedrock', `inference-profile/${PROFILE}`);
  return [
    {
      Effect: 'Allow',
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: arn('ecr', `repository/${REPOSITORY}`),
    },
    { Effect: 'Allow', Action: ['bedrock:GetInferenceProfile', ...INVOKE], Resource: profile },
    {
      Effect: 'Allow',
      Action: INVOKE,
      Resource: REGIONS.map((region) => `arn:${Aws.PARTITION}:bedrock:${region}::foundation-model/${MODEL}`),
      Condition: { ArnEquals: { 'bedrock:InferenceProfileArn': [profile] } },
    },
  ];
}

function mountStatements({ fileSystem, accessPoint }: Surroundings): object[] {
  return [
    {
      Effect: 'Allow',
      Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      Resource: fileSystem.fileSystemArn,
      Condition: { ArnEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } },
    },
    {
      Effect: 'Allow',
      Action: ['elasticfilesystem:DescribeAccessPoints', 'elasticfilesystem:DescribeMountTargets'],
      Resource: [fileSystem.fileSystemArn, accessPoint.accessPointArn],
    },
    { Effect: 'Deny', Action: 'elasticfilesystem:ClientRootAccess', Resource: fileSystem.fileSystemArn },
    {
      Effect: 'Deny',
      Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      Resource: fileSystem.fileSystemArn,
      Condition: { ArnNotEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } },
    },
  ];
}

function sharedPolicy(stack: Stack, id: string, { description, statements }: SharedPolicy): iam.CfnManagedPolicy {
  return new iam.CfnManagedPolicy(stack, id, { description, path: '/', policyDocument: document(statements) });
}

function logDestination(stack: Stack, logType: string): string {
  const instance = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  const groupName = `/aws/vendedlogs/bedrock-agentcore/runtime/${instance}/${logType}`;
  return new logs.CfnDeliveryDestination(stack, logType, {
    name: `agents-${logType}`,
    deliveryDestinationType: 'CWL',
    destinationResourceArn: addLogGroup(stack, `${logType}-Group`, groupName).attrArn,
  }).attrArn;
}

function addLogGroup(scope: Construct, id: string, logGroupName: string): logs.CfnLogGroup {
  const dataProtectionPolicy = id.startsWith('USAGE') ? undefined : maskedCredentials();
  const group = new logs.CfnLogGroup(scope, id, { logGroupName, retentionInDays: 365, dataProtectionPolicy });
  group.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  return group;
}

if (require.main === module) {
  synthesize(addAgents);
}
