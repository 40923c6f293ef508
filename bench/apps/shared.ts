import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Aws, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';

export const REPOSITORY = 'coding-agents/claude';
export const TAG = '1.4.2';
export const MODEL = 'anthropic.claude-opus-5-5';
export const PROFILE = `eu.${MODEL}`;
export const REGIONS = ['eu-central-1', 'eu-north-1', 'eu-west-1'];
export const ENVIRONMENT = { LANG: 'C.UTF-8' };
/** what the library tells the session of its models */
export const SETTINGS = {
  AGENT_SETTINGS: JSON.stringify({ model: PROFILE, route: { via: 'bedrock' } }),
  AWS_REGION: Aws.REGION,
};
export const WORKSPACE = '/mnt/workspace';
export const CACHE = '/mnt/cache';

/** What stands outside the agents, the same in every app: an imported network, a security group, a file system. */
export interface Surroundings {
  readonly stack: Stack;
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  /** of the agents */
  readonly group: ec2.SecurityGroup;
  readonly fileSystem: efs.FileSystem;
  readonly accessPoint: efs.AccessPoint;
}

/** of these the template is measured as the CDK writes it */
const MANY = 40;

/** One way to write agents: adds so many of them to the stack. */
export type AddAgents = (surroundings: Surroundings, count: number) => void;

/** The app that one way of writing makes; it synthesizes to `outdir`. */
export function appOf(addAgents: AddAgents, count: number, outdir?: string): App {
  // the CLI turns path metadata on, so it is in every template that is deployed
  const app = new App({ outdir, context: { ...freshFlags(), 'aws:cdk:enable-path-metadata': true } });
  // indented, so many agents come near the megabyte that CloudFormation takes, and the CDK warns
  const suppressTemplateIndentation = count > MANY;
  addAgents(surroundingsIn(new Stack(app, 'Agents', { suppressTemplateIndentation })), count);
  return app;
}

/** What an app does when it is started: synthesizes the number of agents that was asked for into the folder. */
export function synthesize(addAgents: AddAgents): void {
  const [count, outdir] = process.argv.slice(2);
  appOf(addAgents, Number(count), outdir).synth();
}

/** the feature flags of a new app, which decide how much the CDK does */
function freshFlags(): Record<string, unknown> {
  const file = path.join(process.cwd(), 'cdk.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { context: Record<string, unknown> }).context;
}

function surroundingsIn(stack: Stack): Surroundings {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
  const group = new ec2.SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false });
  const fileSystem = new efs.FileSystem(stack, 'Cache', { vpc });
  const accessPoint = fileSystem.addAccessPoint('Npm', {
    path: '/npm',
    posixUser: { uid: '1000', gid: '1000' },
    createAcl: { ownerUid: '1000', ownerGid: '1000', permissions: '750' },
  });
  return { stack, vpc, subnets: vpc.privateSubnets, group, fileSystem, accessPoint };
}
