import type { AgentEvent, CliExit, CliOutcome, CliReader, CliRun, Finality, Tokens } from '../contract';
import { isObject } from '../shared/json';
import type { Fields } from '../shared/json';
import {
  amount,
  crash,
  detail,
  endedWell,
  failureOfStatus,
  fieldsOf,
  ifAny,
  known,
  oneLine,
  NO_TOKENS,
  plus,
  RecordReader,
  textOf,
} from './outcome';
import type { Failure } from './outcome';

/** The reasons for which a model stops before it is done. OpenCode ends with 0 all the same. */
const CUT_SHORT: Readonly<Record<string, string | undefined>> = {
  length: 'the answer of the model was cut at its greatest length, so the work is not finished',
  'content-filter': 'a filter of the model stopped its answer, so the work is not finished',
  error: 'the answer of the model ended with an error, so the work is not finished',
};

/** With these it asks the model again. */
const GOES_ON: readonly unknown[] = ['tool-calls', 'unknown'];

/** Reads `opencode run --format json`. It has no final record: the last step has to say that the model stopped. */
export class OpenCodeReader extends RecordReader {
  private failure: Failure | undefined;
  /** why the last step ended; undefined while one runs */
  private stopped: string | undefined;
  /** whether the last step called tools: then the model is asked again, whatever it named as its reason */
  private hasCalled = false;
  /** whether a step ended for good, or with an error, and nothing began since */
  private isIdle = false;
  /** it reckons with our prices where there are some; of a gateway's models it knows no other */
  private readonly isTold: boolean;
  protected override readonly dollarsFrom: 'cli' | 'prices';
  /** null from the first step on that named none */
  private counted: Tokens | null = NO_TOKENS;
  private cost: number | null;
  private hasWarned = false;

  constructor(run: CliRun) {
    super(run);
    this.isTold = run.settings.prices !== undefined && run.model.via !== 'provider';
    this.dollarsFrom = this.isTold ? 'prices' : 'cli';
    this.cost = run.model.via === 'llmGateway' && !this.isTold ? null : 0;
  }

  public override get spent(): CliReader['spent'] {
    return { turns: this.turns, tokens: this.tokens, dollars: this.dollars };
  }

  public get finality(): Finality {
    return this.isIdle ? 'likely' : 'none';
  }

  public finish(exit: CliExit): CliOutcome {
    return this.concluded(exit, this.failureOf(exit));
  }

  protected record(record: Fields): AgentEvent[] {
    this.converse(textOf(record, 'sessionID'));
    const part = fieldsOf(record, 'part');
    switch (record.type) {
      case 'step_start':
        this.stopped = undefined;
        this.isIdle = false;
        this.hasCalled = false;
        return [];
      case 'text':
        return this.say(textOf(part, 'text') ?? '');
      case 'tool_use':
        this.isIdle = false;
        this.hasCalled = true;
        return toolEvents(part);
      case 'step_finish':
        return this.step(part);
      case 'error':
        this.isIdle = true;
        this.failure = failureOf(fieldsOf(record, 'error'));
        return [];
      default:
        return [];
    }
  }

  private step(part: Fields): AgentEvent[] {
    const step = isObject(part.tokens) ? tokensOf(part.tokens) : null;
    const cost = this.costOf(part, step);
    this.stopped = part.reason === 'tool-calls' ? undefined : (textOf(part, 'reason') ?? 'stop');
    this.isIdle = !this.hasCalled && !GOES_ON.includes(part.reason);
    this.turns = (this.turns ?? 0) + 1;
    this.counted = step === null || this.counted === null ? null : plus(this.counted, step);
    this.cost = cost === null || this.cost === null ? null : this.cost + cost;
    this.tokens = ifAny(this.counted);
    this.dollars = this.tokens === null ? null : this.cost;
    const usage: AgentEvent[] =
      this.tokens === null ? [] : [{ type: 'usage', tokens: this.tokens, dollars: this.dollars }];
    return [...usage, ...this.notHeld()];
  }

  /** Whether it knows the price of a model shows with its first answer only. */
  private notHeld(): AgentEvent[] {
    const { limits, settings } = this.run;
    const isReckoned = this.tokens !== null && settings.prices !== undefined;
    if (limits.dollars === undefined || this.dollars !== null || isReckoned || this.hasWarned) {
      return [];
    }
    this.hasWarned = true;
    const message =
      'no price of this model is known, so the limit of dollars holds nothing; name prices in the settings';
    return [{ type: 'notice', code: 'DollarLimitNotHeld', message }];
  }

  /** It reckons with 0 where it knows no price, or where we told it so. */
  private costOf(part: Fields, step: Tokens | null): number | null {
    const cost = known(part, 'cost');
    return cost === 0 && !this.isTold && ifAny(step) !== null ? null : cost;
  }

  private failureOf(exit: CliExit): Failure | undefined {
    if (this.failure !== undefined) {
      return this.failure;
    }
    if (this.stopped !== undefined && endedWell(exit)) {
      const message = CUT_SHORT[this.stopped];
      return message === undefined ? undefined : { errorCode: 'AgentFailed', message };
    }
    if (/Session not found/.test(exit.stderr)) {
      return { errorCode: 'ConversationNotFound', message: 'OpenCode does not know the conversation to continue' };
    }
    return crash(exit);
  }
}

function tokensOf(tokens: Fields): Tokens {
  const cache = fieldsOf(tokens, 'cache');
  return {
    input: amount(tokens, 'input'),
    // paid as output, but counted apart
    output: amount(tokens, 'output') + amount(tokens, 'reasoning'),
    cacheRead: amount(cache, 'read'),
    cacheWrite: amount(cache, 'write'),
  };
}

/** it tells of a tool only when it has ended */
function toolEvents(part: Fields): AgentEvent[] {
  const state = fieldsOf(part, 'state');
  const id = textOf(part, 'callID') ?? '';
  const name = textOf(part, 'tool') ?? '';
  const status = state.status === 'completed' ? 'done' : 'failed';
  return [
    { type: 'tool', id, name, status: 'started', input: detail(state.input) },
    { type: 'tool', id, name, status, output: detail(textOf(state, 'output') ?? textOf(state, 'error') ?? '') },
  ];
}

function failureOf(error: Fields): Failure {
  const data = fieldsOf(error, 'data');
  const message = textOf(data, 'message') ?? textOf(error, 'name') ?? 'the agent failed';
  return typeof data.statusCode === 'number'
    ? failureOfStatus(data.statusCode, message)
    : { errorCode: 'AgentFailed', message: oneLine(message) };
}
