import type { AgentEvent, CliExit, CliOutcome, CliReader, CliRun } from '../contract';
import type { Fields } from '../shared/json';
import {
  amount,
  crash,
  detail,
  failureOfStatus,
  fieldsOf,
  oneLine,
  NO_TOKENS,
  plus,
  RecordReader,
  textOf,
} from './outcome';
import type { Failure } from './outcome';

/** Reads `opencode run --format json`. It has no final record: the last step has to say that the model stopped. */
export class OpenCodeReader extends RecordReader {
  private failure: Failure | undefined;
  private hasStopped = false;
  /** OpenCode reckons with 0 where it knows no price */
  private readonly knowsPrice: boolean;

  constructor(run: CliRun) {
    super(run);
    this.knowsPrice = run.model.via !== 'llmGateway' || run.settings.prices !== undefined;
  }

  public override get spent(): CliReader['spent'] {
    return { turns: this.turns, tokens: this.tokens, dollars: this.dollars };
  }

  public finish(exit: CliExit): CliOutcome {
    return this.concluded(exit, this.failureOf(exit));
  }

  protected record(record: Fields): AgentEvent[] {
    this.converse(textOf(record, 'sessionID'));
    const part = fieldsOf(record, 'part');
    switch (record.type) {
      case 'step_start':
        this.hasStopped = false;
        return [];
      case 'text':
        return this.say(textOf(part, 'text') ?? '');
      case 'tool_use':
        return toolEvents(part);
      case 'step_finish':
        return this.step(part);
      case 'error':
        this.failure = failureOf(fieldsOf(record, 'error'));
        return [];
      default:
        return [];
    }
  }

  private step(part: Fields): AgentEvent[] {
    const tokens = fieldsOf(part, 'tokens');
    const cache = fieldsOf(tokens, 'cache');
    const step = {
      input: amount(tokens, 'input'),
      // paid as output, but counted apart
      output: amount(tokens, 'output') + amount(tokens, 'reasoning'),
      cacheRead: amount(cache, 'read'),
      cacheWrite: amount(cache, 'write'),
    };
    this.hasStopped = part.reason !== 'tool-calls';
    this.turns = (this.turns ?? 0) + 1;
    this.tokens = plus(this.tokens ?? NO_TOKENS, step);
    this.dollars = this.knowsPrice ? (this.dollars ?? 0) + amount(part, 'cost') : null;
    return [{ type: 'usage', tokens: this.tokens, dollars: this.dollars }];
  }

  private failureOf(exit: CliExit): Failure | undefined {
    if (this.failure !== undefined) {
      return this.failure;
    }
    if (this.hasStopped && exit.code === 0) {
      return undefined;
    }
    if (/Session not found/.test(exit.stderr)) {
      return { errorCode: 'ConversationNotFound', message: 'OpenCode does not know the conversation to continue' };
    }
    return crash(exit);
  }
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
