import { textOfNeed } from '../contract/reach';
import { reachOf } from '../template/reach';
import { AGENTCORE, type Resource, capacityProviderOf } from '../template/resource';
import { Value } from '../template/value';
import { authorizerOf } from './authorizer';
import { type Entry, type Section, entry, sorted, sortedBy } from './reader/facts';
import type { Reader } from './reader/reader';
import { NOTES } from '../private/notes';

const MOUNTS = ['SessionStorage', 'EfsAccessPoint', 'S3FilesAccessPoint', 'CapacityProviderVolume'];

/** What runs agents: what it runs, who may call it, what it has; and what else runs, with its role. */
export function agentsSection(reader: Reader): Section {
  const runtimes = reader.resourcesOf(`${AGENTCORE}Runtime`).map((runtime) => runtimeEntry(runtime, reader));
  const harnesses = reader.resourcesOf(`${AGENTCORE}Harness`).map((harness) => harnessEntry(harness, reader));
  return {
    id: 'agents',
    title: 'Agents and functions',
    none: 'The stack has no agent and no function.',
    headings: true,
    entries: sortedBy(
      [...runtimes, ...harnesses, ...providerEntries(reader), ...runnerEntries(reader)],
      ({ name = '' }) => name,
    ),
  };
}

function runtimeEntry(runtime: Resource, reader: Reader): Entry {
  const artifact = runtime.get('AgentRuntimeArtifact');
  const lifecycle = runtime.get('LifecycleConfiguration');
  const provider = capacityProviderOf(runtime);
  const ports = runtime.get('AllowedPorts');
  const endpoints = reader
    .resourcesOf(`${AGENTCORE}RuntimeEndpoint`)
    .filter((endpoint) => endpoint.get('AgentRuntimeId').resource === runtime);
  return entry({
    name: reader.nameOf(runtime),
    kind: 'runtime',
    runtimeName: reader.text(runtime.get('AgentRuntimeName')),
    image: reader.text(artifact.get('ContainerConfiguration', 'ContainerUri')),
    code: reader.lines(artifact.get('CodeConfiguration')),
    platform: reader.text(runtime.get('PlatformVersion')),
    capacityProvider: provider && (reader.about(provider) ?? 'unknown'),
    // whoever may call InvokeAgentRuntimeProxy reaches what listens there, past the agent
    openPorts: sorted(
      ports.unknown ? [reader.text(ports) ?? ''] : ports.items.flatMap((port) => reader.lines(port).join(' ')),
    ),
    protocol: reader.text(runtime.get('ProtocolConfiguration')),
    role: reader.about(runtime.get('RoleArn')),
    reasons: reasonsOf(runtime),
    ...caller(runtime, reader),
    requestHeaders: sorted(reader.texts(runtime.get('RequestHeaderConfiguration', 'RequestHeaderAllowlist'))),
    needs: sorted(reachOf(runtime).needs.map(textOfNeed)),
    outOfReach: [
      ...sorted(reachOf(runtime).unreached.map(textOfNeed)),
      ...sorted(reachOf(runtime).shutBuckets.map((bucket) => reader.nameOf(bucket))),
    ],
    mounts: sorted(runtime.get('FilesystemConfigurations').items.flatMap((mount) => mountText(mount, reader))),
    idleSeconds: reader.text(lifecycle.get('IdleRuntimeSessionTimeout')),
    longestSeconds: reader.text(lifecycle.get('MaxLifetime')),
    endpoints: sorted(endpoints.flatMap((endpoint) => reader.text(endpoint.get('Name')) ?? [])),
    // the values may be anybody's; the names say what the agent is told
    environment: sorted(runtime.get('EnvironmentVariables').members.map(([name]) => name)),
  });
}

/** What instances are, and as whom they and the service act. */
function providerEntries(reader: Reader): Entry[] {
  return reader.resourcesOf(`${AGENTCORE}CapacityProvider`).map((provider) =>
    entry({
      name: reader.nameOf(provider),
      kind: 'capacity provider',
      role: reader.about(provider.get('PermissionsConfiguration', 'CapacityProviderOperatorRoleArn')),
      settings: reader.lines(provider.get('ComputeConfiguration', 'Ec2Configuration')),
    }),
  );
}

/** What no section has a word for: it can hold a way in or a right all the same. */
export function undescribed(reader: Reader, sections: readonly Section[]): Entry[] {
  const told = new Set(sections.flatMap(({ entries }) => entries.map(({ name }) => name)));
  return reader
    .resourcesOf(`${AGENTCORE}*`)
    .filter((resource) => !told.has(reader.nameOf(resource)))
    .map((resource) =>
      entry({ name: reader.nameOf(resource), kind: 'not described by this report', type: resource.type }),
    );
}

function caller(resource: Resource, reader: Reader): Entry {
  const configuration = resource.get('AuthorizerConfiguration');
  return configuration.empty
    ? { authorizer: 'AWS_IAM' }
    : { authorizer: 'CUSTOM_JWT', ...authorizerOf(resource, reader) };
}

function mountText(mount: ReturnType<Resource['get']>, reader: Reader): string[] {
  const known = MOUNTS.map((kind) => ({ kind, value: mount.get(kind) })).filter(({ value }) => !value.absent);
  return known.length === 0 || mount.unknown
    ? [reader.text(mount) ?? '']
    : known.map(({ kind, value }) => {
        const source = reader.about(value.get('AccessPointArn')) ?? reader.text(value.get('VolumeName'));
        return [reader.text(value.get('MountPath')), kind, source].filter(Boolean).join(' ');
      });
}

function harnessEntry(harness: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(harness),
    kind: 'harness',
    role: reader.about(harness.get('ExecutionRoleArn')),
    model: reader.lines(harness.get('Model')),
    ...caller(harness, reader),
    allowedTools: sorted(reader.texts(harness.get('AllowedTools'))),
    tools: sorted(harness.get('Tools').items.flatMap((tool) => toolLines(tool, reader))),
    environmentArtifact: reader.lines(harness.get('EnvironmentArtifact')),
    environment: sorted(harness.get('EnvironmentVariables').members.map(([name]) => name)),
  });
}

/** what a tool is and where it leads; the values of headers may be credentials */
function toolLines(tool: Value, reader: Reader): string[] {
  if (tool.parts !== undefined) {
    return reader.texts(tool);
  }
  const name = reader.text(tool.get('Name')) ?? reader.text(tool.get('Type')) ?? 'unknown';
  const headers = tool.get('Config', 'RemoteMcp', 'Headers').members.map(([header]) => header);
  const lines = reader.lines(tool.get('Config')).filter((line) => !line.startsWith('RemoteMcp.Headers'));
  return [name, ...lines.map((line) => `${name} ${line}`), ...headers.map((header) => `${name} header ${header}`)];
}

/** What acts with a role besides agents, and the property that names it. */
const RUNNERS: Record<string, { kind: string; role: string }> = {
  [`${AGENTCORE}BrowserCustom`]: { kind: 'browser', role: 'ExecutionRoleArn' },
  [`${AGENTCORE}CodeInterpreterCustom`]: { kind: 'code interpreter', role: 'ExecutionRoleArn' },
  [`${AGENTCORE}ConsentPortal`]: { kind: 'consent portal', role: 'ExecutionRoleArn' },
  [`${AGENTCORE}Memory`]: { kind: 'memory', role: 'MemoryExecutionRoleArn' },
  [`${AGENTCORE}OnlineEvaluationConfig`]: { kind: 'online evaluation', role: 'EvaluationExecutionRoleArn' },
  [`${AGENTCORE}PaymentManager`]: { kind: 'payment manager', role: 'RoleArn' },
  'AWS::Lambda::Function': { kind: 'function', role: 'Role' },
};

const GITHUB_SETTINGS = `${NOTES}github`;

/** settings with a line of their own, or that give nobody a right */
const TOLD_SETTINGS = ['apiUrl', 'clientId', 'installationId', 'repositories', 'permissions', 'tools', 'largestResult'];

/** The browsers, code interpreters, memories and functions of a stack, each with the role that it acts with. */
function runnerEntries(reader: Reader): Entry[] {
  return reader.resourcesOf(...Object.keys(RUNNERS)).map((runner) => {
    const { kind, role } = RUNNERS[runner.type];
    return entry({
      name: reader.nameOf(runner),
      kind,
      role: reader.about(runner.get(role)) ?? 'none',
      ...gitHubAppOf(runner, reader),
    });
  });
}

/** The settings of brokers are in the asset with their code, which no diff shows; they stand in the metadata too. */
function gitHubAppOf(runner: Resource, reader: Reader): Record<string, Entry> {
  const written = metadataOf(runner)[GITHUB_SETTINGS];
  if (written === undefined) {
    return {};
  }
  const settings = new Value(runner.template, written, 'Metadata');
  const others = settings.members.filter(([key]) => !TOLD_SETTINGS.includes(key));
  return {
    gitHubApp: entry({
      name: reader.text(settings.get('clientId')),
      gitHub: reader.text(settings.get('apiUrl')),
      installation: reader.text(settings.get('installationId')),
      repositories: sorted(reader.texts(settings.get('repositories'))),
      permissions: reader.lines(settings.get('permissions')),
      tools: sorted(reader.texts(settings.get('tools'))),
      settings: others.flatMap(([key, value]) => reader.lines(value, `${key}.`)),
      reasons: reasonsOf(runner),
    }),
  };
}

/** Why a resource may do more than by default, by the choice that lets it. */
export function reasonsOf(resource: Resource): string[] {
  return Object.entries(metadataOf(resource))
    .filter(([key, reason]) => key.startsWith(NOTES) && typeof reason === 'string')
    .map(([key, reason]) => `${key.slice(NOTES.length)}: ${String(reason)}`)
    .sort();
}

/** The metadata of a resource. */
function metadataOf({ written }: Resource): Record<string, unknown> {
  return (written as { Metadata?: Record<string, unknown> }).Metadata ?? {};
}
