import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import { Construct } from 'constructs';
import { invalid } from '../../private/errors';
import type { IAgentNetwork } from '../../network/network';

/** Refuses a network in which nothing can be mounted. */
export function checkMountable(scope: Construct, network: IAgentNetwork): void {
  if (network.isPublic) {
    throw invalid(scope, 'S3FilesNeedsVpc', {
      what: 'a file system is mounted through a VPC, and this network is public',
      got: 'AgentNetwork.publicInternet(...)',
      allowed: 'a network with a VPC',
      fix: 'use new AgentNetwork(...) or AgentNetwork.fromVpc(...), or give the agents session storage only',
    });
  }
  if (network.subnets.length === 0) {
    throw invalid(scope, 'NoSubnets', {
      what: 'the network has no subnet to put a mount target in',
      allowed: 'at least one private subnet',
      fix: 'choose subnets in AgentNetwork',
    });
  }
}

/** One mount target a zone, in the first subnet of each: the service refuses a second one. */
export function mountTargets(
  scope: Construct,
  fileSystem: s3files.CfnFileSystem,
  place: { subnets: ec2.ISubnet[]; securityGroup: ec2.ISecurityGroup },
): s3files.CfnMountTarget[] {
  const parent = new Construct(scope, 'MountTargets');
  return firstOfEachZone(scope, place.subnets).map(
    (subnet) =>
      // named after the subnet, so that another order of the subnets does not replace a target by one in its own zone
      new s3files.CfnMountTarget(parent, subnet.node.path.replace(/\//g, '-'), {
        fileSystemId: fileSystem.attrFileSystemId,
        subnetId: subnet.subnetId,
        securityGroups: [place.securityGroup.securityGroupId],
      }),
  );
}

function firstOfEachZone(scope: Construct, subnets: ec2.ISubnet[]): ec2.ISubnet[] {
  const byZone = new Map<string, ec2.ISubnet>();
  for (const subnet of subnets) {
    // resolved, because each use of Fn.select(0, Fn.getAzs()) is a token of its own
    const zone = JSON.stringify(Stack.of(scope).resolve(subnet.availabilityZone));
    byZone.set(zone, byZone.get(zone) ?? subnet);
  }
  return [...byZone.values()];
}
