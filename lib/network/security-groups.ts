import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';
import { invalid, warn } from '../private/errors';
import { type Given, type PlaceRule, checkPlace } from '../private/references';
import type { IAgentNetwork } from './contracts';

/** The limit of a runtime for subnets and for security groups alike. */
const MOST = 16;

/** Refuses groups that a runtime does not take, and warns of those that let everything out. */
export function checkSecurityGroups(scope: Construct, vpc: ec2.IVpc, groups: ec2.ISecurityGroup[]): void {
  checkCount(scope, 'securityGroups', groups.length);
  for (const group of groups) {
    checkGroup(scope, vpc, group);
    if (group.allowAllOutbound) {
      warn(scope, 'openSecurityGroup', {
        what: 'a security group lets agents connect to any address and port',
        got: group.node.path,
        fix: 'create it with allowAllOutbound: false and open what agents need; say so too when you import a narrow one',
      });
    }
  }
}

/** Refuses a security group of another VPC, account or region. */
export function checkGroup(scope: IConstruct, vpc: ec2.IVpc, group: ec2.ISecurityGroup): void {
  const resource = group.node.defaultChild;
  const vpcId = ec2.CfnSecurityGroup.isCfnSecurityGroup(resource) ? resource.vpcId : undefined;
  checkInVpc(scope, { resource: group, vpcId }, vpc, {
    code: 'ForeignSecurityGroup',
    what: 'a security group is',
    got: group.node.path,
    allowed: `groups of ${vpc.node.path}`,
    fix: 'create it with `vpc: network.vpc`',
  });
}

/** Refuses subnets of another VPC, account or region. */
export function checkSubnets(scope: IConstruct, vpc: ec2.IVpc, subnets: ec2.ISubnet[]): void {
  for (const subnet of subnets) {
    const resource = subnet.node.defaultChild;
    const vpcId = ec2.CfnSubnet.isCfnSubnet(resource) ? resource.vpcId : undefined;
    checkInVpc(scope, { resource: subnet, vpcId }, vpc, {
      code: 'ForeignSubnet',
      what: 'a subnet is',
      got: subnet.node.path,
      allowed: `subnets of ${vpc.node.path}`,
      fix: 'select subnets of that VPC',
    });
  }
}

function checkInVpc(
  scope: IConstruct,
  given: Given,
  vpc: ec2.IVpc,
  words: Pick<PlaceRule, 'code' | 'what' | 'got' | 'allowed' | 'fix'>,
): void {
  checkPlace(scope, given, {
    ...words,
    than: 'the network',
    same: ['region', 'account', 'VPC'],
    vpcId: vpc.vpcId,
  });
}

/** Refuses a network whose VPC or subnets are elsewhere; a public network is nowhere. */
export function checkNetwork(scope: IConstruct, network: IAgentNetwork, user: string): void {
  if (!network.isPublic) {
    checkVpcPlace(scope, network.vpc, user, { code: 'ForeignNetwork', what: 'the network is' });
    checkSubnets(scope, network.vpc, network.subnets);
  }
}

/** Refuses a VPC of another account or region; `user` is what would join it. */
export function checkVpcPlace(
  scope: IConstruct,
  vpc: ec2.IVpc,
  user: string,
  words: Pick<PlaceRule, 'code' | 'what'> = { code: 'ForeignVpc', what: 'the VPC is' },
): void {
  checkPlace(
    scope,
    { resource: vpc },
    {
      ...words,
      than: user,
      same: ['region', 'account'],
      fix: 'use a VPC of this account and region: network interfaces join no other',
    },
  );
}

/** Refuses a number of subnets or security groups that a runtime does not take. */
export function checkCount(scope: Construct, prop: 'subnets' | 'securityGroups', count: number): void {
  if (count === 0 || count > MOST) {
    throw invalid(scope, prop === 'subnets' ? 'SubnetCount' : 'SecurityGroupCount', {
      what: count === 0 ? `${prop} is empty` : `there are too many ${prop}`,
      got: count,
      allowed: `1 to ${MOST}`,
      fix: count === 0 ? `omit ${prop} for the default` : 'leave some out',
    });
  }
}

export const NFS_PORT = 2049;
