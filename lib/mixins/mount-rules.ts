import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Lazy, Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { NFS_PORT } from '../network/security-groups';
import type { SharedMount } from '../storage/mount';

const RULE = 'NFS mount of an agent';

/**
 * Opens TCP 2049 from the client to the mount targets, in both groups. False when a rule could not be made.
 *
 * The rules belong into the stack of the runtime, wherever network and file system live: it depends on both already,
 * and elsewhere a long-lived stack would come to depend on one that uses it. CDK puts rules into the stack of the side
 * that is asked, so that side is chosen; where neither is at home here, the rules are made one by one.
 */
export function openNfs(runtime: IConstruct, client: ec2.Connections, mountTargets: ec2.Connections): boolean {
  const here = Stack.of(runtime);
  const isHere = ({ securityGroups }: ec2.Connections) => securityGroups.some((group) => Stack.of(group) === here);
  const isApart = client.securityGroups.some((one) =>
    mountTargets.securityGroups.some((other) => Stack.of(one) !== Stack.of(other)),
  );
  if (isApart && !isHere(client) && !isHere(mountTargets)) {
    return openFromOutside(here, client, mountTargets);
  }
  if (isHere(client) && !isHere(mountTargets)) {
    client.allowTo(mountTargets, ec2.Port.tcp(NFS_PORT), RULE);
  } else {
    mountTargets.allowFrom(client, ec2.Port.tcp(NFS_PORT), RULE);
  }
  const groups = [...client.securityGroups, ...mountTargets.securityGroups];
  const rules = groups.flatMap((group) => group.node.children);
  return groups.every((group) => group instanceof ec2.SecurityGroup || rules.some((rule) => isRuleOf(rule, group)));
}

function openFromOutside(here: Stack, client: ec2.Connections, mountTargets: ec2.Connections): boolean {
  for (const from of client.securityGroups) {
    for (const to of mountTargets.securityGroups) {
      const id = `Nfs-${from.node.addr.slice(-8)}-${to.node.addr.slice(-8)}`;
      if (here.node.tryFindChild(id) === undefined) {
        ruleBetween(new Construct(here, id), from, to);
      }
    }
  }
  return true;
}

function ruleBetween(scope: Construct, from: ec2.ISecurityGroup, to: ec2.ISecurityGroup): void {
  const rule = { ipProtocol: 'tcp', fromPort: NFS_PORT, toPort: NFS_PORT, description: RULE };
  const [source, destination] = [from.securityGroupId, to.securityGroupId];
  new ec2.CfnSecurityGroupEgress(scope, 'Out', { ...rule, groupId: source, destinationSecurityGroupId: destination });
  new ec2.CfnSecurityGroupIngress(scope, 'In', { ...rule, groupId: destination, sourceSecurityGroupId: source });
}

/** an imported group that is not mutable swallows rules without a word; every other one has a trace of them */
function isRuleOf(rule: IConstruct, group: ec2.ISecurityGroup): boolean {
  const isRule = rule instanceof ec2.CfnSecurityGroupIngress || rule instanceof ec2.CfnSecurityGroupEgress;
  return isRule && rule.groupId === group.securityGroupId;
}

/** What one runtime mounts of one file system; complete only when the app is. */
interface Guarded {
  readonly mounted: string[];
  readonly readOnly: string[];
}

const guarded = new WeakMap<IConstruct, Map<IConstruct, Guarded>>();

/**
 * What the role of a runtime is denied on a file system: everything past the access points that it mounts, writing
 * through the read-only ones, and being root.
 *
 * Leaving these rights away is not enough. A file-system policy may allow them to everyone, as the one does that the
 * L2 of EFS writes against anonymous clients, and so may a broad grant to the role.
 */
export function denials(runtime: IConstruct, mount: SharedMount): iam.PolicyStatement[] {
  const ofRuntime = guarded.get(runtime) ?? new Map<IConstruct, Guarded>();
  guarded.set(runtime, ofRuntime);
  const known = ofRuntime.get(mount.fileSystem);
  const guard = known ?? { mounted: [], readOnly: [] };
  ofRuntime.set(mount.fileSystem, guard);
  const firstReadOnly = mount.readOnly && guard.readOnly.length === 0;
  guard.mounted.push(mount.accessPointArn);
  if (mount.readOnly) {
    guard.readOnly.push(mount.accessPointArn);
  }
  return [
    ...(known === undefined ? pastTheAccessPoints(mount, guard) : []),
    ...(firstReadOnly ? [writing(mount, guard)] : []),
  ];
}

function pastTheAccessPoints(mount: SharedMount, { mounted }: Guarded): iam.PolicyStatement[] {
  return [
    deny(mount, ['ClientRootAccess']),
    // a condition that is negated holds for a client without any access point too
    deny(mount, ['ClientMount', 'ClientWrite'], 'ArnNotEquals', mounted),
  ];
}

function writing(mount: SharedMount, { readOnly }: Guarded): iam.PolicyStatement {
  return deny(mount, ['ClientWrite'], 'ArnEquals', readOnly);
}

function deny(
  mount: SharedMount,
  actions: string[],
  operator?: string,
  accessPoints: string[] = [],
): iam.PolicyStatement {
  const key = `${mount.service}:AccessPointArn`;
  return new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: actions.map((action) => `${mount.service}:${action}`),
    resources: [mount.fileSystemArn],
    // late, since another mixin may mount more
    conditions:
      operator === undefined ? undefined : { [operator]: { [key]: Lazy.any({ produce: () => only(accessPoints) }) } },
  });
}

function only(values: string[]): string | string[] {
  return values.length === 1 ? values[0] : values;
}
