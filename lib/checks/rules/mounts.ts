import type { Check } from './check';
import { AGENTCORE, capacityProviderOf } from '../../template/resource';
import { DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';

const PAGE = `${DEVELOPER_GUIDE}runtime-filesystem-configurations.html`;
const MOUNTING = [`${AGENTCORE}Runtime`, `${AGENTCORE}Harness`];
const EFS = 'AWS::EFS::FileSystem';
const EFS_ACCESS_POINT = 'AWS::EFS::AccessPoint';
const guard = true;

/** how many mounts of a kind one runtime may have */
const MOST: Record<string, number> = { SessionStorage: 1, EfsAccessPoint: 2, S3FilesAccessPoint: 2 };

/** What runtimes mount. */
export const MOUNT_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_MOUNTS_ACCEPTED',
      title: 'the mounts of a runtime must be ones that the service takes',
      text: 'A runtime has one session storage, two EFS and two S3 Files access points at most, each at a path of its own.',
      fix: 'Take mounts away, or change their MountPath.',
      source: PAGE,
      resourceTypes: MOUNTING,
    },
    (resource) => {
      const mounts = mountsOf(resource);
      const tooMany = Object.entries(MOST).flatMap(([kind, most]) =>
        mounts.filter((mount) => mount.kind === kind).slice(most),
      );
      const paths = mounts.map(({ mount }) => mount.get('MountPath').literal?.replace(/\/$/, ''));
      const twice = mounts.filter((_, i) => paths[i] !== undefined && paths.indexOf(paths[i]) < i);
      return [...new Set([...tooMany, ...twice].map(({ mount }) => mount.path))];
    },
  ),
  errorCheck(
    {
      id: 'AC_MOUNT_NETWORK',
      title: 'a runtime that mounts EFS or S3 Files must run in a VPC',
      text: 'These file systems are reached through mount targets in the VPC; without it every session fails with 424.',
      fix: 'Set NetworkMode to VPC, with subnets that have a mount target of the file system.',
      source: PAGE,
      resourceTypes: MOUNTING,
    },
    (resource) => {
      const mode = environmentOf(resource).get('NetworkConfiguration', 'NetworkMode');
      const shared = mountsOf(resource).some(({ kind }) => kind === 'EfsAccessPoint' || kind === 'S3FilesAccessPoint');
      return at(mode.path, shared && mode.is('PUBLIC') && capacityProviderOf(resource) === undefined);
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_MOUNT_TARGETS_FIRST',
      title: 'a runtime must be deployed after the mount targets of its file systems',
      text: 'Nothing in a mount refers to a mount target, so CloudFormation may make the runtime first, and it cannot mount.',
      fix: 'Add the mount targets to DependsOn of the runtime.',
      source: PAGE,
      resourceTypes: MOUNTING,
    },
    (resource) => {
      const mounts = mountsOf(resource).filter(({ fileSystem }) => fileSystem !== undefined);
      const before = mounts.length > 0 ? resource.before : new Set();
      return mounts
        .filter(({ fileSystem }) =>
          mountTargetsOf(fileSystem).some((target) => isNear(target, resource) && !before.has(target)),
        )
        .map(({ mount }) => mount.path);
    },
  ),
  errorCheck(
    {
      id: 'AC_MOUNT_ENCRYPTED',
      title: 'a file system that agents mount must be encrypted',
      text: 'It holds what sessions leave behind: code, caches, and what was pasted into them.',
      fix: 'Set Encrypted to true. That makes a new file system.',
      source: 'https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html',
      resourceTypes: [EFS],
    },
    (fileSystem) => {
      const encrypted = fileSystem.get('Encrypted');
      return at(encrypted.path, (encrypted.absent || encrypted.is('false')) && isMounted(fileSystem));
    },
  ),
  warningCheck(
    {
      id: 'AC_MOUNT_IAM_ENFORCED',
      title: 'a file system that agents mount must ask for IAM',
      text: 'Without a file system policy whatever reaches a mount target mounts everything, whatever the role of an agent says.',
      fix: 'Set FileSystemPolicy to one that allows the roles of agents to mount through their access points.',
      source: 'https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html',
      resourceTypes: [EFS],
    },
    (fileSystem) => {
      const policy = fileSystem.get('FileSystemPolicy');
      return at(policy.path, policy.absent && isMounted(fileSystem));
    },
  ),
  warningCheck(
    {
      id: 'AC_MOUNT_ACCESS_POINT_LIMITED',
      title: 'an access point of agents must lead to one directory, as one user',
      text: 'Permissions are not enforced inside of a session, so the access point is the only border between agents.',
      fix: 'Set PosixUser, and RootDirectory with a Path below the root.',
      source: 'https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html',
      resourceTypes: [EFS_ACCESS_POINT],
    },
    (accessPoint) => {
      const [user, path] = [accessPoint.get('PosixUser'), accessPoint.get('RootDirectory', 'Path')];
      const found = [...at(user.path, user.absent), ...at(path.path, path.absent || path.is('/'))];
      return isMounted(accessPoint) ? found : [];
    },
  ),
];

interface Mount {
  readonly kind: string;
  readonly mount: Value;
  readonly accessPoint?: Resource;
  readonly fileSystem?: Resource;
}

function environmentOf(resource: Resource): Value {
  return resource.type.endsWith('::Harness')
    ? resource.get('Environment', 'AgentCoreRuntimeEnvironment')
    : resource.get();
}

function mountsOf(resource: Resource): Mount[] {
  return environmentOf(resource)
    .get('FilesystemConfigurations')
    .items.flatMap(({ members }) => members)
    .filter(([, mount]) => !mount.unknown && !mount.absent)
    .map(([kind, mount]) => {
      const accessPoint = mount.get('AccessPointArn').resource;
      return { kind, mount, accessPoint, fileSystem: accessPoint?.get('FileSystemId').resource };
    });
}

function mountTargetsOf(fileSystem: Resource | undefined): Resource[] {
  const targets = fileSystem?.template.assembly.resourcesOf('AWS::EFS::MountTarget', 'AWS::S3Files::MountTarget') ?? [];
  return targets.filter((target) => target.get('FileSystemId').resource === fileSystem);
}

/** stacks are deployed one after the other, so order matters within a template only */
function isNear(one: Resource, other: Resource): boolean {
  return one.template === other.template;
}

function isMounted(resource: Resource): boolean {
  return resource.template.assembly
    .resourcesOf(...MOUNTING)
    .flatMap(mountsOf)
    .some(({ accessPoint, fileSystem }) => accessPoint === resource || fileSystem === resource);
}
