import { Annotations, App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as efs from 'aws-cdk-lib/aws-efs';
import { AgentCli, AgentNetwork, CodingAgent, Egress, Filesystem } from 'cdk-coding-agents';

const app = new App();
const stack = new Stack(app, 'AgentInOurVpc', { env: { account: '111122223333', region: 'eu-central-1' } });

// what the network team owns: attributes instead of a look-up, so that synthesis needs no account
const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  vpcCidrBlock: '10.20.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const network = AgentNetwork.fromVpc(stack, 'Network', {
  vpc,
  availabilityZoneIds: ['euc1-az2', 'euc1-az3'],
  // the VPC has endpoints for AWS; where it has NAT gateways instead, Egress.internet() lets agents use them
  egress: Egress.awsOnly(),
});

// what another team owns: an EFS access point, imported with the group of its mount targets
const cache = efs.AccessPoint.fromAccessPointAttributes(stack, 'Cache', {
  accessPointId: 'fsap-0123456789abcdef0',
  fileSystem: efs.FileSystem.fromFileSystemAttributes(stack, 'CacheFileSystem', {
    fileSystemId: 'fs-0123456789abcdef0',
    securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'CacheGroup', 'sg-0123456789abcdef0'),
  }),
});

const agent = new CodingAgent(stack, 'Agent', {
  cli: AgentCli.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Image', 'coding-agents/codex'), '0.58.0'),
  network,
  filesystems: [
    Filesystem.sessionStorage('/mnt/workspace'),
    Filesystem.fromEfsAccessPoint(cache, '/mnt/cache', { readOnly: true }),
  ],
});
agent.addOutputs();
// of an imported file system only its owner can tell
Annotations.of(agent).acknowledgeWarning(
  'cdk-coding-agents:efsPolicyUnchecked',
  'the file-system policy of the cache allows ClientMount to named roles only',
);
