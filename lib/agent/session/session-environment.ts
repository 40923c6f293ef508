import { type Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CliSession } from '../cli/cli-session';
import { type BoundModel, familyModelsOf, smallModelOf } from '../model/bedrock-model-id';
import { factsOf } from '../../contract/agents';
import { checkSession } from './session-checks';
import type { ModelRouteConfig } from '../model/model-route';
import {
  DEFAULT_JOB_MINUTES,
  DEFAULT_WORKSPACE,
  SETTINGS_VARIABLE,
  type SessionSettings,
  WORKSPACE_VARIABLE,
} from '../../contract/session';
import { warn } from '../../private/errors';
import type { Filesystem } from '../../storage/filesystem';

/** What the session server is told of models and bounds, as one variable; nothing if there is nothing to say. */
export function sessionEnvironment(
  scope: Construct,
  session: CliSession | undefined,
  route: ModelRouteConfig,
  maxLifetime?: Duration,
): Record<string, string> {
  if (session !== undefined) {
    checkSession(scope, session, route);
  }
  const bounds = boundsOf(session, maxLifetime);
  const settings = defined({ ...modelsOf(session, route.models), ...bounds, route: route.settings });
  return Object.keys(settings).length === 0 ? {} : { [SETTINGS_VARIABLE]: Stack.of(scope).toJsonString(settings) };
}

/** Where the sessions of an agent work, as far as the app says it. */
export interface WorkspaceProps {
  readonly filesystems?: Filesystem[];
  readonly environment?: { [name: string]: string };
}

/**
 * The place in which a session works: its own storage, wherever that is mounted. An app that names another place has its
 * reasons.
 */
export function workspaceOf({ filesystems, environment }: WorkspaceProps): string | undefined {
  return environment?.[WORKSPACE_VARIABLE] ?? filesystems?.find((filesystem) => filesystem._isPrivate)?.mountPath;
}

/** What the session server is told of its workspace; a warning where there is none that outlives the microVM. */
export function workspaceEnvironment(
  scope: Construct,
  session: CliSession | undefined,
  props: WorkspaceProps,
): Record<string, string> {
  const workspace = workspaceOf(props);
  if (session === undefined || Object.hasOwn(props.environment ?? {}, WORKSPACE_VARIABLE)) {
    return {};
  }
  if (workspace === undefined) {
    warn(scope, 'workspaceNotPersistent', {
      what: 'the agent has no storage of its own for each session: repositories, jobs and conversations end with the microVM',
      fix: `add Filesystem.sessionStorage('${DEFAULT_WORKSPACE}') to filesystems, or acknowledge this warning for jobs that push what they make`,
    });
    return {};
  }
  return { [WORKSPACE_VARIABLE]: workspace };
}

function modelsOf(session: CliSession | undefined, models: BoundModel[]): Partial<SessionSettings> {
  const main = session?.model ?? models[0]?.id;
  if (session === undefined || models.length === 0) {
    return { model: main, smallModel: session?.smallModel };
  }
  const { prefix = '', pinsFamilies = false } = factsOf(session.name).bedrock ?? {};
  const small = session.smallModel ?? (pinsFamilies ? (smallModelOf(models) ?? main) : undefined);
  const mainFirst = [...models.filter(({ id }) => id === main), ...models.filter(({ id }) => id !== main)];
  return {
    model: `${prefix}${main}`,
    smallModel: small && `${prefix}${small}`,
    familyModels: pinsFamilies ? familyModelsOf(mainFirst) : undefined,
  };
}

function boundsOf(session?: CliSession, maxLifetime?: Duration): Partial<SessionSettings> {
  const limits = session && defined({ ...session.limits, minutes: minutesOf(session, maxLifetime) });
  return {
    effort: session?.effort,
    limits: limits && Object.keys(limits).length > 0 ? limits : undefined,
    prices: session?.prices,
    telemetry: session?.telemetry === true ? true : undefined,
  };
}

/** A microVM that lives shorter than a job may run by default ends the job, and nobody would know why. */
function minutesOf({ limits }: CliSession, maxLifetime?: Duration): number | undefined {
  const lifetime =
    maxLifetime === undefined || maxLifetime.isUnresolved() ? undefined : maxLifetime.toMinutes({ integral: false });
  return limits?.minutes ?? (lifetime !== undefined && lifetime < DEFAULT_JOB_MINUTES ? lifetime : undefined);
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
