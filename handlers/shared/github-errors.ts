/* What GitHub's answers mean. Its texts are looked at here and never passed on. */
import type { Clock } from './clock';
import { BrokerError } from './errors';
import type { Code, Details } from './errors';
import { isObject } from './json';
import type { Answer } from './http';
import type { Fields } from './json';

/** GitHub's advice where it gives no time itself */
const DEFAULT_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 3600;

/** The seconds to wait, undefined where the answer is about something else. */
export function waitOf(answer: Answer, clock: Clock): number | undefined {
  const { status, headers } = answer;
  const retryAfter = headers['retry-after'];
  const exhausted = headers['x-ratelimit-remaining'] === '0';
  if (status !== 429 && status !== 403) {
    return undefined;
  }
  if (status === 403 && retryAfter === undefined && !exhausted && !/rate limit|abuse/i.test(answer.text)) {
    return undefined;
  }
  const reset = Number(headers['x-ratelimit-reset']) - clock.now() / 1000;
  const seconds = retryAfter !== undefined ? secondsOf(retryAfter, clock) : exhausted ? reset : DEFAULT_WAIT_SECONDS;
  const known = Number.isFinite(seconds) ? seconds : DEFAULT_WAIT_SECONDS;
  return Math.min(LONGEST_WAIT_SECONDS, Math.max(1, Math.ceil(known)));
}

/** seconds, or a date */
function secondsOf(header: string, clock: Clock): number {
  return /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - clock.now()) / 1000;
}

const CODES: Record<number, Code> = {
  400: 'Unprocessable',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'Conflict',
  406: 'TooLarge',
  409: 'Conflict',
  410: 'NotFound',
  413: 'TooLarge',
  422: 'Unprocessable',
  451: 'Forbidden',
};

/** The error that an answer other than success stands for. */
export function errorOf(answer: Answer): BrokerError {
  const { status } = answer;
  if (status >= 500) {
    return new BrokerError('GitHubUnavailable');
  }
  const code = CODES[status] ?? 'MalformedResponse';
  const reasons = status === 422 || status === 409 ? reasonsOf(answer.text) : [];
  const details: Details = reasons.length === 0 ? {} : { reasons };
  return new BrokerError(reasons.includes('not_a_fast_forward') ? 'Conflict' : code, details);
}

/** What GitHub says in words, as far as it is known and helps. */
const KNOWN: [pattern: RegExp, reason: string][] = [
  [/already exists/i, 'already_exists'],
  [/does not exist/i, 'does_not_exist'],
  [/no commits between/i, 'no_commits_between_the_branches'],
  [/not a fast.?forward/i, 'not_a_fast_forward'],
  [/repository is empty/i, 'repository_is_empty'],
  [/protected branch|repository rule/i, 'branch_is_protected'],
  [/not a collaborator|could not resolve/i, 'not_a_collaborator'],
  [/must be part of the diff|could not be resolved/i, 'line_is_not_part_of_the_diff'],
];
const ERROR_CODES = ['missing', 'missing_field', 'invalid', 'already_exists', 'unprocessable'];
const MOST_REASONS = 10;

function reasonsOf(text: string): string[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isObject(body)) {
    return [];
  }
  const errors: unknown[] = Array.isArray(body.errors) ? body.errors : [];
  const words = [body.message, ...errors.map((error) => (isObject(error) ? error.message : error))];
  const known = KNOWN.filter(([pattern]) => words.some((word) => typeof word === 'string' && pattern.test(word)));
  const coded = errors.filter(isObject).map(codeOf);
  return [...new Set([...known.map(([, reason]) => reason), ...coded])]
    .filter((reason) => reason !== undefined)
    .slice(0, MOST_REASONS);
}

/** such as `invalid`, which is one of a few */
function codeOf(error: Fields): string | undefined {
  return ERROR_CODES.find((code) => code === error.code);
}
