import { NOTES } from '../private/notes';
import type { Resource } from '../template/resource';
import { AGENTCORE, KNOWN_TYPES } from '../template/resource';
import { Value } from '../template/value';
import type { Entry } from './reader/facts';
import { entry, sorted } from './reader/facts';
import type { Reader } from './reader/reader';

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

/** Properties of a capacity provider that say what else reaches its instances. */
const EC2 = ['ComputeConfiguration', 'Ec2Configuration'];
const LAUNCH = [...EC2, 'LaunchTemplateSource', 'LaunchParameters'];

/** The capacity providers of a stack: with which roles their instances work, and how they are launched. */
export function capacityProviderEntries(reader: Reader): Entry[] {
  return reader.resourcesOf(`${AGENTCORE}CapacityProvider`).map((provider) =>
    entry({
      name: reader.nameOf(provider),
      kind: 'capacity provider',
      operatorRole: reader.about(provider.get('PermissionsConfiguration', 'CapacityProviderOperatorRoleArn')),
      launch: reader.lines(provider.get(...LAUNCH)),
      rootVolume: reader.lines(provider.get(...EC2, 'RootVolume')),
      volumes: provider.get(...EC2, 'Volumes').items.map((volume) => reader.lines(volume).join(', ')),
      lifecycle: reader.lines(provider.get(...EC2, 'LifecycleConfiguration')),
    }),
  );
}

/** Known types that have no facts in other sections. */
const OTHERS: Record<string, string> = {
  [`${AGENTCORE}BrowserProfile`]: 'browser profile',
  [`${AGENTCORE}GatewayRateLimit`]: 'rate limit of a gateway',
  [`${AGENTCORE}HarnessEndpoint`]: 'endpoint of a harness',
  [`${AGENTCORE}PaymentConnector`]: 'payment connector',
  [`${AGENTCORE}PaymentCredentialProvider`]: 'payment credential provider',
};

/**
 * Resources of AgentCore that no other section is about, by name, so that none is left out. One of a type that this
 * report was not written for may let anything in or out.
 */
export function otherEntries(reader: Reader): Entry[] {
  return [...reader.template.resources.values()].flatMap((resource) => {
    const kind = kindOfOther(resource, reader);
    // values may be secrets; the names say what to review
    const properties = (): string[] => sorted(resource.get().members.map(([name]) => name));
    return kind === undefined
      ? []
      : [entry({ name: reader.nameOf(resource), kind, type: resource.type, properties: properties() })];
  });
}

function kindOfOther(resource: Resource, reader: Reader): string | undefined {
  const { type } = resource;
  if (!type.startsWith(AGENTCORE)) {
    return undefined;
  }
  if (!KNOWN_TYPES.includes(type)) {
    return 'unknown to this version of the report: nothing else in it is about this resource';
  }
  // one of a runtime of this stack is listed there
  const isElsewhere =
    type === `${AGENTCORE}RuntimeEndpoint` && resource.get('AgentRuntimeId').resource?.template !== reader.template;
  return isElsewhere ? 'endpoint of a runtime that the stack does not make' : OTHERS[type];
}

/** The browsers, code interpreters, memories and functions of a stack, each with the role that it acts with. */
export function runnerEntries(reader: Reader): Entry[] {
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
