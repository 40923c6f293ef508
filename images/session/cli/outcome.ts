/* What all adapters share: how an ended run is judged, and how amounts are counted. */
import type {
  AgentEvent,
  CliExit,
  CliOutcome,
  CliReader,
  CliRun,
  ErrorCode,
  Finality,
  StopCause,
  Tokens,
} from '../contract';
import { isObject, parsed } from '../shared/json';
import type { Fields } from '../shared/json';

export interface Failure {
  readonly errorCode: ErrorCode;
  readonly message: string;
}

/** What a CLI told about its run. */
interface Facts extends Omit<CliOutcome, 'status' | 'errorCode' | 'message'> {
  /** undefined if it succeeded */
  readonly failure?: Failure;
}

type Stop = Pick<CliOutcome, 'status' | 'errorCode' | 'message'>;

const STOPPED: Record<StopCause, Stop> = {
  timeLimit: { status: 'limitReached', errorCode: 'TimeLimit', message: 'the job ran longer than its limit' },
  dollarLimit: { status: 'limitReached', errorCode: 'DollarLimit', message: 'the job spent more than its limit' },
  turnLimit: { status: 'limitReached', errorCode: 'TurnLimit', message: 'the job took more turns than its limit' },
  cancelled: { status: 'cancelled', errorCode: 'Cancelled', message: 'the job was cancelled' },
  shutdown: { status: 'interrupted', errorCode: 'Interrupted', message: 'the session ended while the job ran' },
};

const LIMITS: readonly ErrorCode[] = ['TurnLimit', 'TimeLimit', 'DollarLimit'];

/** Whoever stopped the CLI knows why it ended; only a CLI that ended by itself is asked. */
export function outcomeOf(exit: CliExit, { failure, ...facts }: Facts): CliOutcome {
  if (exit.cause !== 'exited' && exit.cause !== 'lingered') {
    return { ...facts, ...STOPPED[exit.cause] };
  }
  if (failure === undefined) {
    return { ...facts, status: 'succeeded', errorCode: null, message: null };
  }
  return { ...facts, status: LIMITS.includes(failure.errorCode) ? 'limitReached' : 'failed', ...failure };
}

/** Whether the way a CLI ended says nothing against its result: one that was ended after it has no exit code of its own. */
export function endedWell({ code, cause }: CliExit): boolean {
  return code === 0 || cause === 'lingered';
}

/** The failure behind the HTTP status of a model's endpoint. */
export function failureOfStatus(status: number, message: string): Failure {
  const isRefusal = status === 401 || status === 403;
  const errorCode: ErrorCode = isRefusal
    ? 'ModelAccessDenied'
    : status === 429
      ? 'ModelThrottled'
      : status >= 500 || status === 408
        ? 'ModelUnavailable'
        : 'ModelRequestInvalid';
  return { errorCode, message: oneLine(message) };
}

/** A text in one line, for a message to people. It is cut where its secrets are taken out: half a secret is none to see. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A CLI that ended without its final record; the end of its standard error says most. */
export function crash(exit: CliExit): Failure {
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  const last = exit.stderr.trim().split('\n').slice(-3).join(' ');
  const why = last === '' ? '' : `: ${last}`;
  return { errorCode: 'AgentCrashed', message: oneLine(`the agent ended ${how} and gave no result${why}`) };
}

export const NO_TOKENS: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export function plus(one: Tokens, other: Tokens): Tokens {
  return counted((name) => one[name] + other[name]);
}

export function minus(one: Tokens, other: Tokens): Tokens {
  return counted((name) => Math.max(0, one[name] - other[name]));
}

/** What was counted; null where nothing was, since each answer takes some. */
export function ifAny(tokens: Tokens | null): Tokens | null {
  return tokens !== null && Object.values(tokens).some((count) => count > 0) ? tokens : null;
}

function counted(count: (name: keyof Tokens) => number): Tokens {
  return {
    input: count('input'),
    output: count('output'),
    cacheRead: count('cacheRead'),
    cacheWrite: count('cacheWrite'),
  };
}

/** A count in a record; 0 where it is omitted, as CLIs do with what they did not use. A negative number is not a count. */
export function amount(record: Fields, name: string): number {
  const value = record[name];
  return isCount(value) ? value : 0;
}

/** A count in a record; null where it is omitted and that does not mean 0. */
export function known(record: Fields, name: string): number | null {
  const value = record[name];
  return isCount(value) ? value : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

export function textOf(record: Fields, name: string): string | null {
  const value = record[name];
  return typeof value === 'string' ? value : null;
}

export function fieldsOf(record: Fields, name: string): Fields {
  const value = record[name];
  return isObject(value) ? value : {};
}

export function listOf(record: Fields, name: string): Fields[] {
  const value = record[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Input and output of tools as they go into events, whole: see `oneLine`. */
export function detail(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Reads records of JSON, one a line. What is no JSON is passed over: CLIs print warnings between. */
export abstract class RecordReader implements CliReader {
  public conversation: string | null;
  protected turns: number | null = null;
  protected tokens: Tokens | null = null;
  protected dollars: number | null = null;
  protected text: string | null = null;
  protected readonly dollarsFrom: 'cli' | 'prices' = 'cli';

  constructor(protected readonly run: CliRun) {
    this.conversation = run.continues?.conversation ?? null;
  }

  /** What a final record names is no longer a reason to stop a run: it has ended. */
  public get spent(): CliReader['spent'] {
    return { turns: this.turns, tokens: null, dollars: null };
  }

  public abstract get finality(): Finality;

  public line(line: string): AgentEvent[] {
    const record = parsed(line);
    return isObject(record) ? this.record(record) : [];
  }

  public abstract finish(exit: CliExit): CliOutcome;

  /** The outcome with what the records said, but for what is known better. */
  protected concluded(exit: CliExit, failure: Failure | undefined, better: Partial<Facts> = {}): CliOutcome {
    return outcomeOf(exit, {
      failure,
      text: this.text,
      turns: this.turns,
      tokens: this.tokens,
      dollars: this.dollars,
      dollarsFrom: this.dollars === null ? null : this.dollarsFrom,
      conversation: this.conversation,
      totals: null,
      ...better,
    });
  }

  protected abstract record(record: Fields): AgentEvent[];

  /** the id that a record names, if it does */
  protected converse(id: string | null): void {
    this.conversation = id ?? this.conversation;
  }

  /** the last words count as the answer */
  protected say(text: string): AgentEvent[] {
    if (text.trim() === '') {
      return [];
    }
    this.text = text;
    return [{ type: 'text', text }];
  }
}
