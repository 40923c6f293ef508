import type { AgentEvent, CliExit, CliOutcome, Finality, Tokens } from '../contract';
import { LARGEST_CONVERSATION, plainTextNow } from '../shared/files';
import type { Fields } from '../shared/json';
import { ChatTokens, chatOf } from './gemini-cli-meter';
import type { Failure } from './outcome';
import {
  RecordReader,
  amount,
  crash,
  detail,
  endedWell,
  failureOfStatus,
  fieldsOf,
  ifAny,
  oneLine,
  textOf,
} from './outcome';
import { dollarsOf } from './prices';

const EXIT = { authentication: 41, input: 42, turnLimit: 53 };
/** exit codes hold the HTTP status modulo 256 */
const STATUSES = [400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504];

/** Reads `-o stream-json`. Only a `result` with status `success` is success; a signal gives code 0 and no result. */
export class GeminiCliReader extends RecordReader {
  protected override readonly dollarsFrom = 'prices';
  private readonly started = new Date();
  private result: Fields | undefined;
  private answer = '';
  private readonly tools = new Map<string, string>();

  public get finality(): Finality {
    return this.result === undefined ? 'none' : 'certain';
  }

  public finish(exit: CliExit): CliOutcome {
    if (this.result === undefined) {
      this.count(this.tokensOfFile());
    }
    return this.concluded(exit, this.failureOf(exit), {
      text: this.answer === '' ? null : this.answer,
      turns: null,
    });
  }

  protected record(record: Fields): AgentEvent[] {
    switch (record.type) {
      case 'init':
        this.converse(textOf(record, 'session_id'));
        return [];
      case 'message':
        return this.message(record);
      case 'tool_use':
        return [this.toolStart(record)];
      case 'tool_result':
        return [this.toolEnd(record)];
      case 'error':
        return [{ type: 'notice', code: 'AgentNotice', message: oneLine(textOf(record, 'message') ?? '') }];
      case 'result':
        return this.end(record);
      default:
        return [];
    }
  }

  /** pieces of the last answer are put together again */
  private message(record: Fields): AgentEvent[] {
    const text = textOf(record, 'content') ?? '';
    if (record.role !== 'assistant' || text === '') {
      return [];
    }
    this.answer += text;
    return [{ type: 'text', text }];
  }

  private toolStart(record: Fields): AgentEvent {
    this.answer = '';
    const id = textOf(record, 'tool_id') ?? '';
    const name = textOf(record, 'tool_name') ?? '';
    this.tools.set(id, name);
    return { type: 'tool', id, name, status: 'started', input: detail(record.parameters) };
  }

  private toolEnd(record: Fields): AgentEvent {
    const id = textOf(record, 'tool_id') ?? '';
    const status = record.status === 'success' ? 'done' : 'failed';
    const output = detail(textOf(record, 'output') ?? textOf(fieldsOf(record, 'error'), 'message') ?? '');
    return { type: 'tool', id, name: this.tools.get(id) ?? '', status, output };
  }

  private end(record: Fields): AgentEvent[] {
    this.result = record;
    const stats = fieldsOf(record, 'stats');
    // what is neither input nor answer are thoughts, paid as output
    const output = amount(stats, 'total_tokens') - amount(stats, 'input_tokens');
    const cacheRead = amount(stats, 'cached');
    const input = Math.max(0, amount(stats, 'input_tokens') - cacheRead);
    const all = { input, output: Math.max(output, amount(stats, 'output_tokens')), cacheRead, cacheWrite: 0 };
    this.count(ifAny(all));
    return this.tokens === null ? [] : [{ type: 'usage', tokens: this.tokens, dollars: this.dollars }];
  }

  private count(tokens: Tokens | null): void {
    const { prices } = this.run.settings;
    this.tokens = tokens;
    this.dollars = tokens === null || prices === undefined ? null : dollarsOf(tokens, prices);
  }

  /** a run that was stopped prints no usage, but its file has it */
  private tokensOfFile(): Tokens | null {
    const file = this.conversation === null ? undefined : chatOf(this.run.home, this.conversation);
    if (file === undefined) {
      return null;
    }
    const text = plainTextNow(file, LARGEST_CONVERSATION);
    if (text === undefined) {
      return null;
    }
    const tokens = new ChatTokens(this.started);
    text.split('\n').forEach((line) => tokens.add(line));
    return tokens.sum;
  }

  private failureOf(exit: CliExit): Failure | undefined {
    if (this.result?.status === 'success' && endedWell(exit)) {
      return undefined;
    }
    const told = textOf(fieldsOf(this.result ?? {}, 'error'), 'message');
    const message = oneLine(told ?? lastOf(exit.stderr));
    if (exit.code === EXIT.turnLimit) {
      return { errorCode: 'TurnLimit', message };
    }
    if (exit.code === EXIT.authentication) {
      return { errorCode: 'ModelAccessDenied', message };
    }
    if (exit.code === EXIT.input && /Error resuming session|Invalid session identifier/.test(exit.stderr)) {
      return { errorCode: 'ConversationNotFound', message: 'Gemini CLI does not know the conversation to continue' };
    }
    const status = STATUSES.find((one) => one % 256 === exit.code);
    if (status !== undefined && this.result !== undefined) {
      return failureOfStatus(status, message);
    }
    if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|fetch failed/.test(`${told} ${exit.stderr}`)) {
      return { errorCode: 'ModelUnavailable', message };
    }
    return this.result === undefined ? crash(exit) : { errorCode: 'AgentFailed', message };
  }
}

function lastOf(stderr: string): string {
  return stderr.trim().split('\n').slice(-2).join(' ');
}
