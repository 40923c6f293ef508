import { Stack } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as s3files from 'aws-cdk-lib/aws-s3files';
import type { IConstruct } from 'constructs';
import type { Mount, MountKind, SharedMount } from '../storage/mount';
import { MOST_MOUNTS, MOST_OF_KIND } from '../storage/mount';
import { zoneOf } from '../network/availability-zones';
import { checkSubnets, checkVpcPlace } from '../network/security-groups';
import { checkRegion } from '../private/environments';
import { invalid, warn } from '../private/errors';
import { checkPlace } from '../private/references';

type Configuration = agentcore.CfnRuntime.FilesystemConfigurationProperty;

/** Refuses what no runtime can mount together: too many, too many of a kind, one path twice. */
export function checkClashes(runtime: agentcore.CfnRuntime, present: Configuration[], added: Mount[]): void {
  const entries = [
    ...present.map((configuration) => entryOf(runtime, configuration)),
    ...added.map(({ kind, mountPath }) => ({ kind, path: mountPath })),
  ];
  if (entries.length > MOST_MOUNTS) {
    throw invalid(runtime, 'TooManyFilesystems', {
      what: 'too many file systems for one agent',
      got: entries.length,
      allowed: `at most ${MOST_MOUNTS}`,
      fix: 'put several directories behind one access point',
    });
  }
  for (const kind of Object.keys(MOST_OF_KIND) as MountKind[]) {
    const paths = entries.filter((entry) => entry.kind === kind).map((entry) => entry.path);
    if (paths.length > MOST_OF_KIND[kind]) {
      throw invalid(runtime, 'TooManyFilesystemsOfKind', {
        what: `too many ${kind} mounts for one agent`,
        got: paths.join(', '),
        allowed: `at most ${MOST_OF_KIND[kind]}`,
        fix:
          kind === 'session storage' ? 'use directories inside the one you have' : 'mount a parent directory instead',
      });
    }
  }
  checkUnique(runtime, entries);
}

function checkUnique(runtime: agentcore.CfnRuntime, entries: { kind: MountKind; path: string }[]): void {
  const seen = new Map<string, MountKind>();
  for (const { kind, path } of entries) {
    const other = seen.get(path);
    if (other !== undefined) {
      throw invalid(runtime, 'MountPathTaken', {
        what: `a ${kind} mount and a ${other} mount share one path`,
        got: path,
        allowed: 'one mount a path',
        fix: 'give one of them another name below /mnt',
      });
    }
    seen.set(path, kind);
  }
}

type Resolved = Partial<Record<'sessionStorage' | 's3FilesAccessPoint' | 'efsAccessPoint', { mountPath?: unknown }>>;

function entryOf(runtime: agentcore.CfnRuntime, configuration: Configuration): { kind: MountKind; path: string } {
  const { sessionStorage, s3FilesAccessPoint, efsAccessPoint } = Stack.of(runtime).resolve(configuration) as Resolved;
  const kind: MountKind = sessionStorage ? 'session storage' : s3FilesAccessPoint ? 'S3 Files' : 'EFS';
  const path: unknown = (sessionStorage ?? s3FilesAccessPoint ?? efsAccessPoint)?.mountPath;
  return { kind, path: typeof path === 'string' ? path.replace(/\/$/, '') : JSON.stringify(path) };
}

/** Refuses a shared file system that this runtime could never reach. */
export function checkReachable(
  runtime: agentcore.CfnRuntime,
  mount: Mount,
  shared: SharedMount,
  place: { vpc?: ec2.IVpc; subnets?: ec2.ISubnet[] },
): void {
  if (place.vpc === undefined && isPublic(runtime)) {
    throw invalid(runtime, 'FilesystemNeedsVpc', {
      what: `${mount.kind} cannot be mounted at '${mount.mountPath}' by an agent without a VPC`,
      got: 'a public network',
      allowed: 'session storage, or an agent in a VPC',
      fix: 'use a network made by new AgentNetwork(...) or AgentNetwork.fromVpc(...)',
    });
  }
  if (mount.kind === 'S3 Files') {
    checkRegion(runtime, 's3FilesMount');
  }
  checkHome(runtime, mount, shared);
  if (place.vpc !== undefined) {
    checkVpcPlace(runtime, place.vpc, 'the runtime');
    checkSubnets(runtime, place.vpc, place.subnets ?? []);
    checkVpc(runtime, mount, shared, place.vpc);
    checkZones(runtime, mount, shared, place.vpc, place.subnets ?? []);
  }
}

function isPublic(runtime: agentcore.CfnRuntime): boolean {
  const network: unknown = Stack.of(runtime).resolve(runtime.networkConfiguration);
  return (network as { networkMode?: unknown } | undefined)?.networkMode === 'PUBLIC';
}

function checkHome(
  runtime: IConstruct,
  mount: Mount,
  { accessPoint, accessPointArn, fileSystem, fileSystemArn }: SharedMount,
): void {
  const rule = {
    code: 'FilesystemElsewhere',
    than: 'the agent',
    same: ['region', 'account'],
    fix: 'AgentCore mounts only file systems of its own account and region: make one there',
  } as const;
  const what = `the access point mounted at '${mount.mountPath}' is`;
  checkPlace(runtime, { resource: accessPoint, arn: accessPointArn }, { ...rule, what });
  const behind = `the file system behind '${mount.mountPath}' is`;
  checkPlace(runtime, { resource: fileSystem, arn: fileSystemArn }, { ...rule, what: behind });
}

function checkVpc(runtime: IConstruct, mount: Mount, shared: SharedMount, vpc: ec2.IVpc): void {
  const groups = shared.connections.securityGroups.map((group) => group.node.defaultChild);
  const ofGroups = groups.map((group) => (group instanceof ec2.CfnSecurityGroup ? group.vpcId : undefined));
  for (const vpcId of [shared.vpc?.vpcId, ...ofGroups]) {
    checkPlace(
      runtime,
      { vpcId },
      {
        code: 'FilesystemInOtherVpc',
        what: `the file system mounted at '${mount.mountPath}' is`,
        than: 'the agent',
        same: ['VPC'],
        vpcId: vpc.vpcId,
        got: shared.fileSystem.node.path,
        allowed: `a file system in ${vpc.node.path}`,
        fix: 'create it with `vpc: network.vpc`, or run the agent in its VPC',
      },
    );
  }
}

function checkZones(runtime: IConstruct, mount: Mount, shared: SharedMount, vpc: ec2.IVpc, ours: ec2.ISubnet[]): void {
  const subnets = [...ours, ...vpc.isolatedSubnets, ...vpc.privateSubnets, ...vpc.publicSubnets];
  const zones = new Map(subnets.map((subnet) => [subnet.subnetId, zoneOf(subnet)]));
  const theirs = mountTargetSubnets(shared.fileSystem).map((id) => zones.get(id));
  if (theirs.length === 0 || theirs.includes(undefined)) {
    return;
  }
  const wanted = [...new Set(ours.map((subnet) => zones.get(subnet.subnetId)))];
  const uncovered = wanted.filter((zone) => !theirs.includes(zone));
  const problem = {
    got: theirs.join(', '),
    allowed: wanted.join(', '),
    fix: 'create its mount targets in the subnets of the agents (`vpcSubnets: { subnets: network.subnets }`)',
  };
  if (uncovered.length === wanted.length) {
    throw invalid(runtime, 'NoMountTargetInZone', {
      what: `the file system mounted at '${mount.mountPath}' has no mount target in a zone of the agent, each invocation would fail with HTTP 424`,
      ...problem,
    });
  }
  if (uncovered.length > 0) {
    warn(runtime, 'zoneWithoutMountTarget', {
      what: `the file system mounted at '${mount.mountPath}' has no mount target in ${uncovered.join(', ')}, where sessions of the agent run too`,
      ...problem,
    });
  }
}

function mountTargetSubnets(fileSystem: IConstruct): string[] {
  return fileSystem.node
    .findAll()
    .filter((c) => c instanceof efs.CfnMountTarget || c instanceof s3files.CfnMountTarget)
    .map((target) => target.subnetId);
}
