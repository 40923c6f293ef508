import type { AgentEvent, CliExit, CliOutcome, CliReader, CliRun, Tokens } from '../contract';
import { isObject } from '../shared/json';
import type { Fields } from '../shared/json';
import { LastText } from './last-text';
import { withoutColours } from './kiro';
import { amount, crash, detail, fieldsOf, known, oneLine, outcomeOf, RecordReader, textOf } from './outcome';
import type { Failure } from './outcome';

const NOTHING_SPENT = { turns: null, tokens: null, dollars: null } as const;

/** Output in plain text: the exit code alone says whether it succeeded. */
export class TextReader implements CliReader {
  public readonly conversation: string | null;
  public readonly spent = NOTHING_SPENT;
  private readonly said = new LastText();

  constructor(run: CliRun) {
    this.conversation = run.continues?.conversation ?? null;
  }

  public line(line: string): AgentEvent[] {
    const text = withoutColours(line);
    this.said.add(text);
    return text.trim() === '' ? [] : [{ type: 'text', text }];
  }

  public finish(exit: CliExit): CliOutcome {
    const { text } = this.said;
    return outcomeOf(exit, {
      failure: exit.code === 0 ? undefined : crash(exit),
      text,
      ...NOTHING_SPENT,
      dollarsFrom: null,
      conversation: this.conversation,
      totals: null,
    });
  }
}

/** Output in events of ours, one a line. Only a `result` ends a run. */
export class EventsReader extends RecordReader {
  private result: Fields | undefined;

  public finish(exit: CliExit): CliOutcome {
    return this.concluded(exit, this.result === undefined ? crash(exit) : failureOf(this.result, exit));
  }

  protected record(record: Fields): AgentEvent[] {
    switch (record.type) {
      case 'text':
        return this.say(textOf(record, 'text') ?? '');
      case 'tool':
        return toolEvents(record);
      case 'usage':
        return this.usage(record);
      case 'notice':
        return [
          {
            type: 'notice',
            code: textOf(record, 'code') ?? 'AgentNotice',
            message: oneLine(textOf(record, 'message') ?? ''),
          },
        ];
      case 'result':
        return this.end(fieldsOf(record, 'result'));
      default:
        return [];
    }
  }

  private usage(record: Fields): AgentEvent[] {
    const { tokens } = record;
    this.tokens = isObject(tokens) ? tokensOf(tokens) : null;
    this.dollars = known(record, 'dollars');
    return this.tokens === null ? [] : [{ type: 'usage', tokens: this.tokens, dollars: this.dollars }];
  }

  private end(result: Fields): AgentEvent[] {
    this.result = result;
    this.text = textOf(result, 'text') ?? this.text;
    this.turns = known(result, 'turns');
    this.converse(textOf(result, 'conversation'));
    return [];
  }
}

function tokensOf(tokens: Fields): Tokens {
  return {
    input: amount(tokens, 'input'),
    output: amount(tokens, 'output'),
    cacheRead: amount(tokens, 'cacheRead'),
    cacheWrite: amount(tokens, 'cacheWrite'),
  };
}

const STATUSES: readonly unknown[] = ['started', 'done', 'failed'];

function toolEvents(record: Fields): AgentEvent[] {
  const { status } = record;
  if (!STATUSES.includes(status)) {
    return [];
  }
  const id = textOf(record, 'id') ?? '';
  const name = textOf(record, 'name') ?? '';
  const input = record.input === undefined ? {} : { input: detail(record.input) };
  const output = record.output === undefined ? {} : { output: detail(record.output) };
  return [{ type: 'tool', id, name, status: status as 'started' | 'done' | 'failed', ...input, ...output }];
}

function failureOf(result: Fields, exit: CliExit): Failure | undefined {
  const isGood = result.status === 'succeeded' && exit.code === 0;
  return isGood
    ? undefined
    : { errorCode: 'AgentFailed', message: oneLine(textOf(result, 'message') ?? 'the agent failed') };
}
