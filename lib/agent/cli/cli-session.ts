import { type CliName, type WayToModel, factsOf, routeTitle, tellsDollars } from '../../contract/agents';
import type { LimitSettings, PriceSettings } from '../../contract/session';
import { checkedPrice } from '../../monitoring/prices';
import { type Problem, invalidValue } from '../../private/errors';
import type { AgentSessionOptions, ReasoningEffort } from './agent-cli-options';
import { limitSettingsOf } from './job-limits';

/** What was said of an agent, before its models are known. */
export interface CliSession {
  readonly name: CliName;
  readonly model?: string;
  readonly smallModel?: string;
  readonly effort?: string;
  readonly limits?: LimitSettings;
  readonly prices?: PriceSettings;
  readonly telemetry?: boolean;
}

type WithEffort = AgentSessionOptions & { readonly smallModel?: string; readonly effort?: ReasoningEffort };

/** What was said of an agent, checked as far as it can be without its models. */
export function sessionOf(name: CliName, options: WithEffort): CliSession {
  const limits = limitSettingsOf(options.limits);
  Object.entries(options.prices ?? {}).forEach(([what, price]) => checkedPrice(what, price as number));
  checkLimits(name, limits);
  const session: CliSession = {
    name,
    model: options.model,
    smallModel: options.smallModel,
    effort: options.effort?.name,
    limits,
    prices: options.prices,
    telemetry: options.telemetry,
  };
  const problem = priceProblem(session);
  if (problem !== undefined) {
    throw invalidValue('PricesMissing', problem);
  }
  return session;
}

/** Why a bound in dollars could not be held on this way to the model, as far as the way is known. */
export function priceProblem({ name, limits, prices }: CliSession, way: WayToModel = {}): Problem | undefined {
  if (limits?.dollars === undefined || prices !== undefined || tellsDollars(name, way)) {
    return undefined;
  }
  const where = way.via === undefined ? '' : ` with ${routeTitle(way.via)}`;
  return {
    what: `${factsOf(name).title} does not say what a job costs${where}, so a bound in dollars could not be held`,
    got: 'limits.dollars without prices',
    allowed: 'both, or neither',
    fix: 'name the prices of the model in `prices`, or bound the time of its jobs',
  };
}

function checkLimits(name: CliName, limits: LimitSettings = {}): void {
  const { title, limits: known } = factsOf(name);
  const unknown = Object.entries(limits).find(
    ([bound, value]) => value !== undefined && !known.some((limit) => limit === bound),
  );
  if (unknown !== undefined) {
    throw invalidValue('LimitNotSupported', {
      what: `${title} does not tell enough of what it does for this bound of its jobs to be held`,
      got: `limits.${unknown[0]}`,
      allowed: known.map((limit) => `limits.${limit === 'minutes' ? 'duration' : limit}`).join(', '),
      fix: 'leave it away, and bound the spending at the provider',
    });
  }
}
