/* Whether what lies in the journal is what we write. The agent can write there too, and a disk can break. */
import { CLI_NAMES } from '../../../lib/contract/agents';
import type { JobRecord, JobResult } from '../contract';
import { isObject } from '../shared/json';
import type { Fields } from '../shared/json';

const ENDS: readonly unknown[] = ['succeeded', 'failed', 'cancelled', 'limitReached', 'interrupted'];
const STATUSES: readonly unknown[] = ['running', ...ENDS];

/** A record of this job, in all that the server relies on. */
export function isRecord(value: unknown, id: string): value is JobRecord & { readonly version?: unknown } {
  return (
    isObject(value) &&
    value.id === id &&
    CLI_NAMES.some((name) => name === value.cli) &&
    STATUSES.includes(value.status) &&
    isObject(value.request) &&
    typeof value.request.prompt === 'string' &&
    ['directory', 'owner'].every((name) => typeof value[name] === 'string') &&
    isTime(value.startedAt) &&
    (value.endedAt === null || isTime(value.endedAt)) &&
    (value.result === null || isResult(value.result)) &&
    isTextOrNull(value.conversation) &&
    (value.totals === null || isTotals(value.totals))
  );
}

/** A result, in all that the server relies on. */
export function isResult(value: unknown): value is JobResult {
  return (
    isObject(value) &&
    ENDS.includes(value.status) &&
    ['errorCode', 'message', 'text', 'conversation'].every((name) => isTextOrNull(value[name])) &&
    ['exitCode', 'turns', 'dollars'].every((name) => isNumberOrNull(value[name])) &&
    typeof value.durationMs === 'number'
  );
}

/** a difference is made with them, which must not be one with something that is no number */
function isTotals(value: unknown): boolean {
  return isObject(value) && (value.tokens === null || isTokens(value.tokens)) && isNumberOrNull(value.dollars);
}

function isTokens(value: unknown): boolean {
  const isCount = (tokens: Fields) => (name: string) => typeof tokens[name] === 'number';
  return isObject(value) && ['input', 'output', 'cacheRead', 'cacheWrite'].every(isCount(value));
}

/** A time as we write it. */
export function isTime(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value));
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || typeof value === 'number';
}
