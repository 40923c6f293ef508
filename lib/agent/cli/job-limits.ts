import { Duration, Token } from 'aws-cdk-lib';
import type { LimitSettings } from '../../contract/session';
import { invalidValue } from '../../private/errors';

const MOST_TURNS = 1000;
const MOST_DOLLARS = 1000;
/** a microVM lives no longer */
const LONGEST = Duration.hours(8);

/** Bounds of every job of an agent. A job may ask for less, never for more. */
export interface JobLimits {
  /**
   * How long a job may run, 1 minute to 8 hours, at most `maxLifetime` of the agent. The agent and all that it started
   * are ended then.
   *
   * @default Duration.hours(1) - or `maxLifetime`, if that is shorter
   */
  readonly duration?: Duration;

  /**
   * How often the model may answer in one job, 1 to 1,000. Errors: Codex, Kiro, Cursor and agents of your own, which do
   * not count aloud.
   *
   * @default - no bound
   */
  readonly turns?: number;

  /**
   * What a job may spend on models, in US dollars, 0.01 to 1,000: by the agent's own figure, or by `prices`.
   *
   * It is compared after each answer of the model, so a job may end slightly above it. Errors: Codex and Gemini CLI
   * without `prices`; Kiro, Cursor and agents of your own.
   *
   * @default - no bound
   */
  readonly dollars?: number;
}

/** As the session server takes them. Which of them an agent can hold is checked where the agent is known. */
export function limitSettingsOf(limits: JobLimits = {}): LimitSettings | undefined {
  const { duration, turns, dollars } = limits;
  checkRange('turns', turns, Number.isInteger(turns) && isWithin(turns, 1, MOST_TURNS), `a whole number, 1 to 1,000`);
  checkRange('dollars', dollars, isWithin(dollars, 0.01, MOST_DOLLARS), `0.01 to 1,000`);
  const minutes = duration?.toMinutes({ integral: false });
  checkRange(
    'duration',
    minutes === undefined ? undefined : `${minutes} minutes`,
    isWithin(minutes, 1, LONGEST.toMinutes()),
    '1 minute to 8 hours',
  );
  const all = { turns, minutes, dollars };
  return Object.values(all).every((bound) => bound === undefined) ? undefined : all;
}

function isWithin(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}

function checkRange(name: string, got: number | string | undefined, isRight: boolean, allowed: string): void {
  if (got !== undefined && !isRight && !Token.isUnresolved(got)) {
    throw invalidValue('InvalidJobLimit', {
      what: `limits.${name} of an agent is out of range`,
      got,
      allowed,
      fix: 'choose a value in this range, or leave it away',
    });
  }
}
