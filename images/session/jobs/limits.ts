import type { CliAdapter, CliName, JobRequest, LimitSettings } from '../contract';
import { tellsDollars } from '../../../lib/contract/agents';
import { DEFAULT_JOB_MINUTES, type SessionSettings } from '../../../lib/contract/session';
import { SessionError } from '../shared/problem';

/** AgentCore ends a session after eight hours */
export const MOST_MINUTES = 480;

export type Bounds = LimitSettings & { readonly minutes: number };

/** The bounds of a job: the smaller of what the agent allows and what the request asks for. */
export function boundsOf(settings: SessionSettings, { limits = {} }: Pick<JobRequest, 'limits'>): Bounds {
  const allowed = settings.limits ?? {};
  const turns = smaller(allowed.turns, limits.turns);
  const dollars = smaller(allowed.dollars, limits.dollars);
  const asked = smaller(allowed.minutes, limits.minutes) ?? DEFAULT_JOB_MINUTES;
  return {
    minutes: Math.min(asked, MOST_MINUTES),
    ...(turns === undefined ? {} : { turns }),
    ...(dollars === undefined ? {} : { dollars }),
  };
}

/** Throws if a bound would be one in name only. */
export function checkBounds(
  bounds: Bounds,
  settings: SessionSettings,
  adapter: CliAdapter,
  whichHold: (bound: 'turns' | 'dollars') => readonly CliName[],
): void {
  for (const bound of ['turns', 'dollars'] as const) {
    if (bounds[bound] !== undefined && !adapter.limits.includes(bound)) {
      throw new SessionError('LimitNotSupported', {
        what: `${adapter.name} cannot hold a limit of ${bound}`,
        got: bounds[bound],
        allowed: `${bound} with ${whichHold(bound).join(', ') || 'no agent'}`,
        fix: `leave limits.${bound} away, in the request and in the agent's settings, and use limits.minutes`,
      });
    }
  }
  const { route: { via } = {}, model } = settings;
  // prices are never guessed
  if (bounds.dollars !== undefined && !tellsDollars(adapter.name, { via, model }) && settings.prices === undefined) {
    const where = tellsDollars(adapter.name) ? ` with the route ${via}` : '';
    throw new SessionError('LimitNotSupported', {
      what: `a limit of dollars cannot be held, since ${adapter.name} names none${where} and the agent's settings no prices`,
      got: bounds.dollars,
      allowed: 'dollars where prices are known',
      fix: "name the prices in the agent's settings, or use limits.minutes",
    });
  }
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : other === undefined ? one : Math.min(one, other);
}
