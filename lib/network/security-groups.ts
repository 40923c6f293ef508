import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { invalid, warn } from '../private/errors';
import { surelyDiffer } from '../private/references';

/** The limit of a runtime for subnets and for security groups alike. */
const MOST = 16;

/** Refuses groups that a runtime does not take, and warns of those that let everything out. */
export function checkSecurityGroups(scope: Construct, vpc: ec2.IVpc, groups: ec2.ISecurityGroup[]): void {
  checkCount(scope, 'securityGroups', groups.length);
  for (const group of groups) {
    const resource = group.node.defaultChild;
    const ownVpc = ec2.CfnSecurityGroup.isCfnSecurityGroup(resource) ? resource.vpcId : undefined;
    if (ownVpc !== undefined && surelyDiffer(ownVpc, vpc.vpcId)) {
      throw invalid(scope, 'ForeignSecurityGroup', {
        what: 'a security group belongs to another VPC',
        got: group.node.path,
        allowed: `groups of ${vpc.node.path}`,
        fix: 'create it with `vpc: network.vpc`',
      });
    }
    if (group.allowAllOutbound) {
      warn(scope, 'openSecurityGroup', {
        what: 'a security group lets agents connect to any address and port',
        got: group.node.path,
        fix: 'create it with allowAllOutbound: false and open what agents need; say so too when you import a narrow one',
      });
    }
  }
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
