import type { AgentEvent, CliExit, CliOutcome, CliRun, Finality, Tokens } from '../contract';
import type { Fields } from '../shared/json';
import { rolloutOf, tokensBefore, tokensOfRollout, tokensOfUsage } from './codex-meter';
import type { Failure } from './outcome';
import { RecordReader, crash, detail, failureOfStatus, fieldsOf, ifAny, minus, oneLine, textOf } from './outcome';
import { dollarsOf } from './prices';

/** what Codex says of a model it has no description of; every model of a gateway is one */
const UNKNOWN_MODEL = /^Model metadata for /;

/** Reads `codex exec --json`. Only `turn.completed` is success. */
export class CodexReader extends RecordReader {
  protected override readonly dollarsFrom = 'prices';
  private failure: Failure | undefined;
  private isComplete = false;
  private isTurnOver = false;
  private total: Tokens | null = null;
  private readonly before: Tokens | null;

  constructor(run: CliRun) {
    super(run);
    this.before = tokensBefore(run);
  }

  public get finality(): Finality {
    return this.isTurnOver ? 'certain' : 'none';
  }

  public finish(exit: CliExit): CliOutcome {
    // a run that was stopped prints no usage, but its file has it
    if (this.total === null && this.conversation !== null) {
      this.count(tokensOfRollout(rolloutOf(this.run.home, this.conversation)));
    }
    return this.concluded(exit, this.isComplete ? undefined : (this.failure ?? earlyFailure(exit)), {
      turns: null,
      totals: this.total === null ? null : { tokens: this.total, dollars: null },
    });
  }

  protected record(record: Fields): AgentEvent[] {
    switch (record.type) {
      case 'thread.started':
        this.converse(textOf(record, 'thread_id'));
        return [];
      case 'turn.started':
        this.isTurnOver = false;
        return [];
      case 'item.started':
        return this.item(fieldsOf(record, 'item'), true);
      case 'item.completed':
        return this.item(fieldsOf(record, 'item'), false);
      case 'error':
        return [{ type: 'notice', code: 'ModelRetry', message: oneLine(textOf(record, 'message') ?? '') }];
      case 'turn.failed':
        this.isTurnOver = true;
        this.failure = failureOfText(textOf(fieldsOf(record, 'error'), 'message') ?? 'the turn failed');
        return [];
      case 'turn.completed':
        return this.completed(fieldsOf(record, 'usage'));
      default:
        return [];
    }
  }

  private completed(usage: Fields): AgentEvent[] {
    this.isComplete = true;
    this.isTurnOver = true;
    this.count(typeof usage.input_tokens === 'number' ? tokensOfUsage(usage) : null);
    return this.tokens === null ? [] : [{ type: 'usage', tokens: this.tokens, dollars: this.dollars }];
  }

  /** totals are those of the conversation; without those before, the part of this run is unknown */
  private count(total: Tokens | null): void {
    const { prices } = this.run.settings;
    this.total = total;
    this.tokens = total === null || this.before === null ? null : ifAny(minus(total, this.before));
    this.dollars = this.tokens === null || prices === undefined ? null : dollarsOf(this.tokens, prices);
  }

  private item(item: Fields, isStart: boolean): AgentEvent[] {
    if (item.type === 'agent_message') {
      return isStart ? [] : this.say(textOf(item, 'text') ?? '');
    }
    if (item.type === 'error') {
      const message = textOf(item, 'message') ?? '';
      return UNKNOWN_MODEL.test(message) ? [] : [{ type: 'notice', code: 'AgentNotice', message: oneLine(message) }];
    }
    const tool = toolOf(item);
    if (tool === undefined) {
      return [];
    }
    const id = textOf(item, 'id') ?? '';
    if (isStart) {
      return [{ type: 'tool', id, name: tool.name, status: 'started', input: detail(tool.input) }];
    }
    const status = item.status === 'failed' || item.status === 'declined' ? 'failed' : 'done';
    return [{ type: 'tool', id, name: tool.name, status, output: detail(tool.output) }];
  }
}

function toolOf(item: Fields): { name: string; input: unknown; output: unknown } | undefined {
  switch (item.type) {
    case 'command_execution':
      return { name: 'shell', input: item.command, output: item.aggregated_output };
    case 'file_change':
      return { name: 'apply_patch', input: item.changes, output: item.changes };
    case 'mcp_tool_call':
      return {
        name: `${textOf(item, 'server')}/${textOf(item, 'tool')}`,
        input: item.arguments,
        output: item.error ?? item.result,
      };
    case 'web_search':
      return { name: 'web_search', input: item.query, output: '' };
    default:
      return undefined;
  }
}

/** Codex names the status of an answer in words only. */
function failureOfText(message: string): Failure {
  // the words of Codex itself: a number beside another word is of whatever the model or a tool spoke of
  const status = /(?:unexpected|last|HTTP) status:?\s+([45]\d{2})\b/i.exec(message)?.[1];
  if (status !== undefined) {
    return failureOfStatus(Number(status), message);
  }
  if (/quota|(rate|usage) limit|too many requests/i.test(message)) {
    return { errorCode: 'ModelThrottled', message: oneLine(message) };
  }
  // the body of the answer, as it came: so it says 400
  if (message.trimStart().startsWith('{')) {
    return failureOfStatus(400, message);
  }
  if (/high demand|at capacity|overloaded|error sending request|connection|disconnected|timed? ?out/i.test(message)) {
    return { errorCode: 'ModelUnavailable', message: oneLine(message) };
  }
  return { errorCode: 'AgentFailed', message: oneLine(message) };
}

/** before the first turn it speaks on standard error only */
function earlyFailure(exit: CliExit): Failure {
  const { stderr } = exit;
  if (/no rollout found for thread id|thread\/resume failed/.test(stderr)) {
    return { errorCode: 'ConversationNotFound', message: 'Codex does not know the conversation to continue' };
  }
  if (/required MCP servers? failed/i.test(stderr)) {
    return { errorCode: 'GatewayUnavailable', message: 'Codex could not reach the tools of the gateway' };
  }
  return crash(exit);
}
