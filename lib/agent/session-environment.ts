import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CliSession } from './agent-cli-config';
import { type BoundModel, familyModelsOf, smallModelOf } from './bedrock-model-id';
import { factsOf, routeTitle } from './cli-facts';
import type { ModelRouteConfig } from './model-route';
import { SETTINGS_VARIABLE, type SessionSettings } from './session-settings';
import { invalid } from '../private/errors';

/** What the session server is told of models and bounds, as one variable; nothing if there is nothing to say. */
export function sessionEnvironment(
  scope: Construct,
  session: CliSession | undefined,
  route: ModelRouteConfig,
): Record<string, string> {
  if (session !== undefined) {
    checkRoute(scope, session, route);
    checkModel(scope, session, route.models);
    checkFoundationModels(scope, session, route.models);
  }
  const settings = defined({ ...modelsOf(session, route.models), ...boundsOf(session), route: route.settings });
  return Object.keys(settings).length === 0 ? {} : { [SETTINGS_VARIABLE]: Stack.of(scope).toJsonString(settings) };
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

function boundsOf(session?: CliSession): Partial<SessionSettings> {
  return {
    effort: session?.effort,
    limits: session?.limits && defined(session.limits),
    prices: session?.prices,
    telemetry: session?.telemetry === true ? true : undefined,
  };
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
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
