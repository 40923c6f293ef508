import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CliSession } from '../cli/cli-session';
import { type BoundModel, familyModelsOf, smallModelOf } from '../model/bedrock-model-id';
import { factsOf } from '../../contract/agents';
import { checkSession } from './session-checks';
import type { ModelRouteConfig } from '../model/model-route';
import { SETTINGS_VARIABLE, type SessionSettings } from '../../contract/session';

/** What the session server is told of models and bounds, as one variable; nothing if there is nothing to say. */
export function sessionEnvironment(
  scope: Construct,
  session: CliSession | undefined,
  route: ModelRouteConfig,
): Record<string, string> {
  if (session !== undefined) {
    checkSession(scope, session, route);
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
