import { memoized } from '../../template/memoized';
import type { Assembly } from '../../template/assembly';
import { roleNamed } from '../../template/holders';
import { allows, statementsFor } from '../../template/policies';
import type { Resource } from '../../template/resource';
import { AGENTCORE, capacityProviderOf } from '../../template/resource';
import type { Value } from '../../template/value';
import type { Check } from './check';
import { DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';

const PAGE = `${DEVELOPER_GUIDE}runtime-instances.html`;
const RUNTIME = [`${AGENTCORE}Runtime`];
const PROVIDER = [`${AGENTCORE}CapacityProvider`];
const guard = true;

/** the policy of AWS with which an instance writes its system logs, and no more */
const OF_INSTANCES = /:iam::aws:policy\/(service-role\/)?BedrockAgentCoreRuntimeInstancesInstanceRolePolicy$/;

/** Runtimes on EC2 instances, and the capacity providers that describe these. */
export const INSTANCE_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_INSTANCE_SETTINGS_ACCEPTED',
      title: 'a runtime on a capacity provider must have no setting of microVMs',
      text: 'The network is the one of the capacity provider, and instances have neither EFS and S3 Files mounts nor open ports: the service refuses the runtime.',
      fix: "Remove the property. The L2 of the CDK writes NetworkConfiguration by itself: (runtime.node.defaultChild as CfnRuntime).addPropertyDeletionOverride('NetworkConfiguration').",
      source: PAGE,
      resourceTypes: RUNTIME,
    },
    (runtime) => (isOnInstances(runtime) ? ofMicroVms(runtime).map(({ path }) => path) : []),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_CAPACITY_PROVIDER_NOT_SHARED',
      title: 'each runtime must have a capacity provider to itself',
      text: 'Two runtimes that are called with one session id share the instance, its volumes and in effect their credentials.',
      fix: 'Make a capacity provider for each runtime. For agents that trust each other acknowledge AgentCoreChecks::AC_CAPACITY_PROVIDER_NOT_SHARED at each runtime, with who makes the session ids.',
      source: PAGE,
      resourceTypes: RUNTIME,
    },
    (runtime) => {
      const provider = capacityProviderOf(runtime);
      const name = provider && nameOf(provider);
      return provider === undefined || name === undefined
        ? []
        : at(provider.path, (sharingIn(runtime.template.assembly).get(name) ?? 0) > 1);
    },
  ),
  warningCheck(
    {
      id: 'AC_INSTANCE_VOLUMES_ENCRYPTED',
      title: 'the volumes of instances must be encrypted',
      text: 'Workspaces, images and what agents write to /tmp are on them. Unless it is written, the default of the account decides.',
      fix: 'Set Encrypted to true in RootVolume, in EbsConfiguration of each of Volumes, and in Ebs of each of EphemeralVolumes.',
      source: PAGE,
      resourceTypes: PROVIDER,
    },
    (provider) =>
      volumesOf(provider).flatMap((encrypted) => at(encrypted.path, encrypted.absent || encrypted.is('false'))),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_INSTANCE_WITHOUT_SSH_KEY',
      title: 'instances of agents must take no SSH key',
      text: 'Whoever has the key gets a shell in the sessions of all users, past the authorizer of the runtime and its logs.',
      fix: 'Remove SshKeyName; use InvokeAgentRuntimeCommandShell, which is granted and logged.',
      source: PAGE,
      resourceTypes: PROVIDER,
    },
    (provider) => {
      const key = launchOf(provider).get('SshKeyName');
      return at(key.path, !key.absent && (!key.unknown || key.resource?.type === 'AWS::EC2::KeyPair'));
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_INSTANCE_ROLE_MINIMAL',
      title: 'the role of an instance profile must have the policy of AWS for it only',
      text: 'Programs of a session can read the credentials of the instance from its metadata service, beside those of the agent.',
      fix: 'Leave BedrockAgentCoreRuntimeInstancesInstanceRolePolicy on the role and give everything else to the role of the runtime.',
      source: PAGE,
      resourceTypes: PROVIDER,
    },
    (provider) => {
      const profile = launchOf(provider).get('InstanceProfileArn');
      return at(profile.path, rolesIn(profile).some(mayDoMore));
    },
  ),
  warningCheck(
    {
      id: 'AC_INSTANCE_NOT_PRIVILEGED',
      title: 'the containers of agents must not be privileged',
      text: 'A privileged container is root on the instance: it reads the volumes and credentials of every agent there.',
      fix: 'Remove PrivilegeMode PRIVILEGED. For builds that need Docker acknowledge AgentCoreChecks::AC_INSTANCE_NOT_PRIVILEGED with that reason, and share the capacity provider with no other runtime.',
      source: PAGE,
      resourceTypes: [...PROVIDER, ...RUNTIME],
    },
    (resource) =>
      resource.mentions('PrivilegeMode')
        ? resource
            .get()
            .texts()
            .filter((value) => value.path.endsWith('.PrivilegeMode') && value.is('PRIVILEGED'))
            .map(({ path }) => path)
        : [],
  ),
];

function isOnInstances(runtime: Resource): boolean {
  const provider = capacityProviderOf(runtime);
  return provider !== undefined && !runtime.get('CapacityProviderConfiguration').unknown;
}

function ofMicroVms(runtime: Resource): Value[] {
  const mounts = runtime
    .get('FilesystemConfigurations')
    .items.flatMap((mount) => [mount.get('EfsAccessPoint'), mount.get('S3FilesAccessPoint')])
    .filter(({ empty }) => !empty);
  const settings = [runtime.get('NetworkConfiguration'), runtime.get('AllowedPorts')];
  return [...settings.filter(({ absent }) => !absent), ...mounts].filter(({ unknown }) => !unknown);
}

/** The parameters with which instances are launched. */
export function launchOf(provider: Resource): Value {
  return provider.get('ComputeConfiguration', 'Ec2Configuration', 'LaunchTemplateSource', 'LaunchParameters');
}

/** whether each volume is encrypted */
function volumesOf(provider: Resource): Value[] {
  const compute = provider.get('ComputeConfiguration', 'Ec2Configuration');
  return [
    compute.get('RootVolume', 'Encrypted'),
    ...compute.get('Volumes').items.map((volume) => volume.get('EbsConfiguration', 'Encrypted')),
    ...launchOf(provider)
      .get('EphemeralVolumes')
      .items.filter((volume) => !volume.get('Ebs').absent)
      .map((volume) => volume.get('Ebs', 'Encrypted')),
  ];
}

/** The roles of an instance profile that the app makes. */
export function rolesIn(profile: Value): Resource[] {
  const { resource } = profile;
  return resource?.type !== 'AWS::IAM::InstanceProfile'
    ? []
    : resource.get('Roles').items.flatMap((role) => roleNamed(role, resource) ?? []);
}

function mayDoMore(role: Resource): boolean {
  const others = role.get('ManagedPolicyArns').items.filter(({ text = '' }) => /:iam::aws:policy\//.test(text));
  return statementsFor(role).some(allows) || others.some(({ text = '' }) => !OF_INSTANCES.test(text));
}

const sharingIn = memoized((assembly: Assembly) => {
  const sharing = new Map<Resource | string, number>();
  for (const runtime of assembly.resourcesOf(...RUNTIME)) {
    const provider = capacityProviderOf(runtime);
    const name = provider && nameOf(provider);
    if (name !== undefined) {
      sharing.set(name, (sharing.get(name) ?? 0) + 1);
    }
  }
  return sharing;
});

function nameOf(provider: Value): Resource | string | undefined {
  return provider.resource ?? provider.literal;
}
