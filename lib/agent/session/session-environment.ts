import { type Duration, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type CliSession, priceProblem } from '../cli/cli-session';
import { type BoundModel, familyModelsOf, smallModelOf } from '../model/bedrock-model-id';
import { factsOf, routeTitle } from '../../contract/agents';
import type { ModelRoute, ModelRouteConfig } from '../model/model-route';
import {
  DEFAULT_JOB_MINUTES,
  DEFAULT_WORKSPACE,
  SETTINGS_VARIABLE,
  type SessionSettings,
  WORKSPACE_VARIABLE,
} from '../../contract/session';
import { invalid, warn } from '../../private/errors';
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
interface WorkspaceProps {
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
  if (session !== undefined) {
    checkNotShared(scope, workspace ?? DEFAULT_WORKSPACE, props.filesystems ?? []);
  }
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

/** Sessions that work in one place take each other's jobs for interrupted, and check out over each other. */
function checkNotShared(scope: Construct, workspace: string, filesystems: Filesystem[]): void {
  const shared = filesystems.find(
    ({ _isPrivate, mountPath }) => !_isPrivate && (workspace === mountPath || workspace.startsWith(`${mountPath}/`)),
  );
  if (shared !== undefined) {
    throw invalid(scope, 'SharedWorkspace', {
      what: 'the workspace of the agent lies on a file system that all of its sessions share',
      got: workspace,
      allowed: 'storage of each session',
      fix: `mount Filesystem.sessionStorage('${DEFAULT_WORKSPACE}'), and the shared file system elsewhere`,
    });
  }
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

/** Refuses what an agent cannot do on its route: it would be found out by the first job. */
function checkSession(scope: Construct, session: CliSession, route: ModelRouteConfig): void {
  checkRoute(scope, session, route);
  checkModelName(scope, session, route);
  checkModel(scope, session, route.models);
  checkMakers(scope, session, route.models);
  checkFoundationModels(scope, session, route.models);
  checkPrices(scope, session, route);
}

/** An agent of this library without a model would start, and every job of it would fail. */
export function checkModelGiven(scope: Construct, session: CliSession | undefined, model?: ModelRoute): void {
  if (session === undefined || session.name === 'custom' || model !== undefined) {
    return;
  }
  const { title, routes } = factsOf(session.name);
  throw invalid(scope, 'ModelRouteMissing', {
    what: `${title} has no way to its model, so every job would fail`,
    got: 'no model',
    allowed: `${routes.map(routeTitle).join(', ')}; ModelRoute.none() if the image brings its own way`,
    fix: `pass \`model\`, such as ${routeTitle(routes[0])}`,
  });
}

/** A microVM ends with its lifetime, whatever a job still does. */
export function checkLifetime(scope: Construct, session: CliSession | undefined, maxLifetime?: Duration): void {
  const minutes = session?.limits?.minutes;
  if (minutes === undefined || maxLifetime === undefined || maxLifetime.isUnresolved() || Token.isUnresolved(minutes)) {
    return;
  }
  const lifetime = maxLifetime.toMinutes({ integral: false });
  if (minutes > lifetime) {
    throw invalid(scope, 'JobBeyondLifetime', {
      what: 'limits.duration of the agent exceeds maxLifetime: the microVM would end before the job may',
      got: `${minutes} minutes`,
      allowed: `at most the maxLifetime of ${lifetime} minutes`,
      fix: 'shorten limits.duration, or lengthen maxLifetime',
    });
  }
}

function checkRoute(scope: Construct, { name }: CliSession, { settings }: ModelRouteConfig): void {
  const { title, routes, otherRoutes } = factsOf(name);
  if (settings !== undefined && !routes.includes(settings.via)) {
    throw invalid(scope, 'ModelRouteNotSupported', {
      what: `${title} cannot reach its model this way`,
      got: routeTitle(settings.via),
      allowed: routes.map(routeTitle).join(', '),
      fix: otherRoutes,
    });
  }
}

/** the role of the agent may invoke the models of its route, and no other */
function checkModel(scope: Construct, session: CliSession, models: BoundModel[]): void {
  const known = models.map(({ id }) => id);
  for (const prop of ['model', 'smallModel'] as const) {
    const wanted = session[prop];
    if (wanted !== undefined && known.length > 0 && !Token.isUnresolved(wanted) && !known.includes(wanted)) {
      throw invalid(scope, 'ModelNotInRoute', {
        what: `${prop} of the agent is none of the models that its route lets it invoke`,
        got: wanted,
        allowed: known.map((id) => (Token.isUnresolved(id) ? 'the ARN of a profile' : id)).join(', '),
        fix: 'add it to ModelRoute.bedrock([...]), or leave it away: the first model of the route is the main one',
      });
    }
  }
}

/** what the agent calls in their place is no model of the route, and its role may not */
function checkFoundationModels(scope: Construct, { name }: CliSession, models: BoundModel[]): void {
  const { title, bedrock } = factsOf(name);
  const { region } = Stack.of(scope);
  const [place] = region.startsWith('us-gov-') ? [] : region.split('-');
  const rewritten = Object.entries(bedrock?.rewrites ?? {})
    .filter(([world]) => Token.isUnresolved(region) || world === place)
    .flatMap(([, parts]) => parts);
  const found = models.find(({ id, modelId }) => id === modelId && rewritten.some((part) => id.includes(part)));
  if (found !== undefined) {
    throw invalid(scope, 'FoundationModelNotCalled', {
      what: `${title} calls this foundation model by the inference profile of the agent's geography, which its role may not`,
      got: found.id,
      allowed: 'an inference profile of this model',
      fix: `use BedrockModel.inferenceProfile('<geography>.${found.id}', [...regions])`,
    });
  }
}

/** elsewhere than on Bedrock, where the route names models */
function checkModelName(scope: Construct, { name, model }: CliSession, { settings }: ModelRouteConfig): void {
  const { title, modelForms = {} } = factsOf(name);
  const wanted = settings && modelForms[settings.via];
  if (settings === undefined || wanted === undefined || Token.isUnresolved(model)) {
    return;
  }
  if (model === undefined || !wanted.form.test(model)) {
    throw invalid(scope, model === undefined ? 'ModelNotSet' : 'InvalidModelName', {
      what: `${title} has to be told which model to use with ${routeTitle(settings.via)}`,
      got: model ?? 'no model',
      allowed: wanted.allowed,
      fix: 'name `model` of the agent',
    });
  }
}

/** the API of an agent is that of its maker's models */
function checkMakers(scope: Construct, { name }: CliSession, models: BoundModel[]): void {
  const { title, bedrock } = factsOf(name);
  const isWrong = ({ modelId }: BoundModel): boolean =>
    !Token.isUnresolved(modelId) && modelId.startsWith('anthropic.') !== (bedrock?.claude === 'only');
  const wrong = bedrock?.claude === undefined ? undefined : models.find(isWrong);
  if (wrong !== undefined) {
    throw invalid(scope, 'ModelNotSupported', {
      what: `${title} cannot speak with this model on Amazon Bedrock`,
      got: wrong.modelId,
      allowed:
        bedrock?.claude === 'only' ? 'models of Anthropic' : 'models of others than Anthropic, such as openai.gpt-5.5',
      fix: 'choose another model, or another coding agent',
    });
  }
}

/** a bound in dollars holds only where somebody reckons */
function checkPrices(scope: Construct, session: CliSession, { settings, models }: ModelRouteConfig): void {
  const main = session.model ?? models[0]?.id;
  // known only at deployment is the ARN of a profile
  const model = Token.isUnresolved(main) && models.length > 0 ? 'arn:' : main;
  const problem = priceProblem(session, { via: settings?.via, model });
  if (problem !== undefined) {
    throw invalid(scope, 'PricesMissing', problem);
  }
}
