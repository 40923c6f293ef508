import type { JobQuery, JobRequest } from '../contract';
import { MOST_MINUTES } from '../jobs/limits';
import { checkBranch, repositoryOf } from '../repository/address';
import { isId } from '../shared/ids';
import { isObject, kindOf, parsed } from '../shared/json';
import type { Fields } from '../shared/json';
import { bound, flag, given, invalid, only, shown, text } from './fields';

/** What an invocation asks for. `stream` is whether events are wanted, or an answer at once. */
type Invocation =
  | { readonly kind: 'start'; readonly request: JobRequest; readonly stream: boolean }
  | { readonly kind: 'query'; readonly query: JobQuery };

const LONGEST_PROMPT = 1_000_000;
const LONGEST_TEST = 10_000;

/** Reads the body of an invocation. What is not known is refused: a typing error must not turn a limit off. */
export function invocationOf(body: string): Invocation {
  const fields = parsed(body);
  if (!isObject(fields)) {
    throw invalid(
      'the body is no JSON object',
      fields === undefined ? 'no JSON' : kindOf(fields),
      'an object',
      'send {"prompt": "..."}',
    );
  }
  return fields.op === undefined ? startOf(fields) : { kind: 'query', query: queryOf(fields) };
}

function startOf(fields: Fields): Invocation {
  only(fields, ['prompt', 'repository', 'branch', 'test', 'limits', 'continues', 'author', 'stream'], 'a new job');
  const request: JobRequest = {
    prompt: text(fields, 'prompt', LONGEST_PROMPT),
    ...given(fields, 'repository', () => ({ repository: repository(fields) })),
    ...given(fields, 'branch', () => ({ branch: branch(fields) })),
    ...given(fields, 'test', () => ({ test: text(fields, 'test', LONGEST_TEST) })),
    ...given(fields, 'limits', () => ({ limits: limits(fields.limits) })),
    ...given(fields, 'continues', () => ({ continues: job(fields, 'continues') })),
    ...given(fields, 'author', () => ({ author: author(fields.author) })),
  };
  together(request);
  return { kind: 'start', request, stream: fields.stream === undefined ? true : flag(fields, 'stream') };
}

function queryOf(fields: Fields): JobQuery {
  switch (fields.op) {
    case 'list':
      only(fields, ['op'], 'list');
      return { op: 'list' };
    case 'get':
    case 'cancel':
      only(fields, ['op', 'job'], fields.op);
      return { op: fields.op, job: job(fields, 'job') };
    case 'attach':
      only(fields, ['op', 'job', 'after'], 'attach');
      return {
        op: 'attach',
        job: job(fields, 'job'),
        ...given(fields, 'after', () => ({ after: after(fields.after) })),
      };
    default:
      throw invalid(
        'op is none that there is',
        shown(fields.op),
        'list, get, attach, cancel',
        'leave op away to start a job',
      );
  }
}

function repository(fields: Fields): string {
  const value = text(fields, 'repository', 1000);
  repositoryOf(value);
  return value;
}

function branch(fields: Fields): string {
  const value = text(fields, 'branch', 1000);
  checkBranch(value);
  return value;
}

function job(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || !isId(value)) {
    throw invalid(`${name} is no id of a job`, shown(value), 'an id as {"op":"list"} tells them', `set ${name} to one`);
  }
  return value;
}

function after(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw invalid(
      'after is no id of an event',
      shown(value),
      'a whole number, 0 or more',
      'give the last id that you have seen',
    );
  }
  return value as number;
}

function limits(value: unknown): NonNullable<JobRequest['limits']> {
  if (!isObject(value)) {
    throw invalid(
      'limits is no object',
      kindOf(value),
      'an object with turns, minutes, dollars',
      'send {"limits": {"minutes": 30}}',
    );
  }
  only(value, ['turns', 'minutes', 'dollars'], 'limits');
  bound(value, 'turns', 10_000, 'a whole number from 1 to 10,000', Number.isInteger);
  bound(value, 'minutes', MOST_MINUTES, `more than 0, at most ${MOST_MINUTES}`);
  bound(value, 'dollars', 100_000, 'more than 0, at most 100,000');
  return value;
}

function author(value: unknown): NonNullable<JobRequest['author']> {
  const allowed = '{"name": "...", "email": "..."} without < > and line ends';
  if (!isObject(value)) {
    throw invalid('author is no object', kindOf(value), allowed, 'leave it away for the default');
  }
  only(value, ['name', 'email'], 'author');
  const { name, email } = value;
  if (!isPlain(name) || !isPlain(email) || !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw invalid(
      'author is not what git takes',
      'a name or email of another form',
      allowed,
      'name a person or the agent',
    );
  }
  return { name, email };
}

function isPlain(value: unknown): value is string {
  return typeof value === 'string' && /^[^<>\p{C}\u2028\u2029]{1,200}$/u.test(value) && /[\p{L}\p{N}]/u.test(value);
}

function together({ repository, branch, continues }: JobRequest): void {
  if (continues !== undefined && (repository ?? branch) !== undefined) {
    const fix = 'leave repository and branch away, or leave continues away';
    throw invalid(
      'continues goes on in the directory of that job',
      'repository or branch beside it',
      'continues alone',
      fix,
    );
  }
  if (branch !== undefined && repository === undefined) {
    throw invalid('branch is of no repository', 'branch alone', 'branch with repository', 'name the repository');
  }
}
