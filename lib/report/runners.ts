import { NOTES } from '../private/notes';
import type { Resource } from '../template/resource';
import { AGENTCORE } from '../template/resource';
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
