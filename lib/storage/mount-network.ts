import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { NFS_PORT } from './mount';

/**
 * Opens TCP 2049 from the client to the mount targets, in both groups. False when neither rule could be made.
 *
 * CDK puts both rules into the stack of the side that is asked. It must be the runtime's stack, wherever the network
 * and the file system live: the other way round, a long-lived stack would depend on the one that uses it.
 */
export function openNfs(runtime: IConstruct, client: ec2.Connections, mountTargets: ec2.Connections): boolean {
  const port = ec2.Port.tcp(NFS_PORT);
  const here = Stack.of(runtime);
  const clientIsHere = client.securityGroups.some((group) => Stack.of(group) === here);
  const targetIsHere = mountTargets.securityGroups.some((group) => Stack.of(group) === here);
  if (clientIsHere && !targetIsHere) {
    client.allowTo(mountTargets, port, 'NFS mount of an agent');
  } else {
    mountTargets.allowFrom(client, port, 'NFS mount of an agent');
  }
  const groups = [...client.securityGroups, ...mountTargets.securityGroups];
  const rules = groups.flatMap((group) => group.node.children);
  return groups.every((group) => group instanceof ec2.SecurityGroup || rules.some((rule) => isRuleOf(rule, group)));
}

/** an imported group that is not mutable swallows rules without a word; every other one has a trace of them */
function isRuleOf(rule: IConstruct, group: ec2.ISecurityGroup): boolean {
  const isRule = rule instanceof ec2.CfnSecurityGroupIngress || rule instanceof ec2.CfnSecurityGroupEgress;
  return isRule && rule.groupId === group.securityGroupId;
}
