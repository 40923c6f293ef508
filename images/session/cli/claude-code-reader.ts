import type { AgentEvent, CliExit, CliOutcome, Finality, Tokens, Totals } from '../contract';
import type { Fields } from '../shared/json';
import { isObject } from '../shared/json';
import type { Failure } from './outcome';
import {
  NO_TOKENS,
  RecordReader,
  amount,
  crash,
  detail,
  failureOfStatus,
  fieldsOf,
  ifAny,
  known,
  listOf,
  minus,
  oneLine,
  plus,
  textOf,
} from './outcome';

/** what Claude Code itself says in the model's place: errors, answers of local commands */
const SYNTHETIC = '<synthetic>';

const SUBTYPES: Readonly<Record<string, Failure['errorCode']>> = {
  error_max_turns: 'TurnLimit',
  error_max_budget_usd: 'DollarLimit',
};

/** of a task, in its updates and its last notification */
const ENDED: readonly unknown[] = ['completed', 'failed', 'killed', 'stopped'];

/** Reads `--output-format stream-json`. Only a `result` record ends a run. */
export class ClaudeCodeReader extends RecordReader {
  private result: Fields | undefined;
  private totals: Totals | null = null;
  /** of a run that continues a conversation: what its results name so far */
  private sinceBegin: { readonly tokens: Tokens; readonly dollars: number | null } = { tokens: NO_TOKENS, dollars: 0 };
  /** whether the newest record of the conversation is a result */
  private isAtEnd = false;
  /** tasks that go on in the background after a result, and lead to another one */
  private readonly tasks = new Set<string>();
  private readonly answers = new Set<string>();
  private readonly tools = new Map<string, string>();

  public get finality(): Finality {
    return this.isAtEnd && this.tasks.size === 0 ? 'certain' : 'none';
  }

  public finish(exit: CliExit): CliOutcome {
    const failure = this.result === undefined ? crash(exit) : failureOf(this.result);
    return this.concluded(exit, failure, { totals: this.totals });
  }

  protected record(record: Fields): AgentEvent[] {
    this.converse(textOf(record, 'session_id'));
    switch (record.type) {
      case 'system':
        this.follow(record);
        return systemEvents(record);
      case 'assistant':
        this.isAtEnd = false;
        return this.answer(record);
      case 'user':
        this.isAtEnd = false;
        return this.toolResults(record);
      case 'result':
        return this.end(record);
      default:
        return [];
    }
  }

  /** What runs in the background. Claude Code ends such tasks by itself, ten minutes after the last turn by default. */
  private follow(record: Fields): void {
    const id = textOf(record, 'task_id') ?? '';
    const status = record.subtype === 'task_updated' ? fieldsOf(record, 'patch').status : record.status;
    switch (record.subtype) {
      case 'init':
        // the end of a task starts a turn
        this.isAtEnd = false;
        break;
      case 'background_tasks_changed':
        // all that run
        this.tasks.clear();
        listOf(record, 'tasks')
          .filter(isWork)
          .forEach((task) => this.tasks.add(textOf(task, 'task_id') ?? ''));
        break;
      case 'task_started':
        if (isWork(record)) {
          this.tasks.add(id);
        }
        break;
      case 'task_notification':
      case 'task_updated':
        if (ENDED.includes(status)) {
          this.tasks.delete(id);
        }
    }
  }

  private answer(record: Fields): AgentEvent[] {
    const message = fieldsOf(record, 'message');
    if (message.model === SYNTHETIC) {
      return [];
    }
    // an answer comes in several records; those of a subagent are not turns of ours
    const isOwn = typeof record.parent_tool_use_id !== 'string';
    if (isOwn) {
      this.answers.add(textOf(message, 'id') ?? '');
      this.turns = this.answers.size;
    }
    return listOf(message, 'content').flatMap((part): AgentEvent[] => {
      if (part.type === 'text') {
        return isOwn ? this.say(textOf(part, 'text') ?? '') : [];
      }
      if (part.type !== 'tool_use') {
        return [];
      }
      const id = textOf(part, 'id') ?? '';
      const name = textOf(part, 'name') ?? '';
      this.tools.set(id, name);
      return [{ type: 'tool', id, name, status: 'started', input: detail(part.input) }];
    });
  }

  private toolResults(record: Fields): AgentEvent[] {
    return listOf(fieldsOf(record, 'message'), 'content')
      .filter(({ type }) => type === 'tool_result')
      .map((part): AgentEvent => {
        const id = textOf(part, 'tool_use_id') ?? '';
        const parts = listOf(part, 'content').map((one) => textOf(one, 'text') ?? '');
        const output = detail(typeof part.content === 'string' ? part.content : parts.join('\n'));
        const status = part.is_error === true ? 'failed' : 'done';
        return { type: 'tool', id, name: this.tools.get(id) ?? '', status, output };
      });
  }

  private end(record: Fields): AgentEvent[] {
    this.result = record;
    this.isAtEnd = true;
    this.turns = this.answers.size;
    this.totals = totalsOf(record);
    const { tokens, dollars } = this.ownPart(this.totals, record);
    this.tokens = ifAny(tokens);
    // of no answer the price is no figure
    this.dollars = this.tokens === null && dollars === 0 ? null : dollars;
    const answer = textOf(record, 'result');
    if (answer !== null && answer !== '' && record.is_error !== true) {
      this.text = answer;
    }
    const usage: AgentEvent[] =
      this.tokens === null ? [] : [{ type: 'usage', tokens: this.tokens, dollars: this.dollars }];
    return [...usage, ...listOf(record, 'permission_denials').map(denial)];
  }

  /**
   * Of this run. Newer results name what came since the last one: a run has several where work goes on in the background, so
   * they are added up. Older results name totals only.
   */
  private ownPart(totals: Totals, result: Fields): Totals {
    const { continues } = this.run;
    if (continues === undefined) {
      return totals;
    }
    const since = result.model_usage_since_last_result;
    if (!isObject(since)) {
      return difference(totals, continues.totals ?? { tokens: null, dollars: null });
    }
    const tokens = plus(this.sinceBegin.tokens, usageOf(since));
    const cost = costOf(since);
    const dollars = cost === null || this.sinceBegin.dollars === null ? null : this.sinceBegin.dollars + cost;
    this.sinceBegin = { tokens, dollars };
    return this.sinceBegin;
  }
}

/** housekeeping goes on for as long as the program does */
function isWork({ ambient }: Fields): boolean {
  return ambient !== true;
}

function systemEvents(record: Fields): AgentEvent[] {
  if (record.subtype === 'api_retry') {
    const status = typeof record.error_status === 'number' ? `status ${record.error_status}` : 'no connection';
    const which = `attempt ${amount(record, 'attempt')} of ${amount(record, 'max_retries')}`;
    return [{ type: 'notice', code: 'ModelRetry', message: `the model did not answer (${status}): ${which}` }];
  }
  return listOf(record, 'mcp_servers')
    .filter(({ status }) => status === 'failed' || status === 'needs-auth')
    .map((server) => ({
      type: 'notice',
      code: 'ToolServerUnavailable',
      message: `no connection to the tool server ${textOf(server, 'name')} (${textOf(server, 'status')})`,
    }));
}

function denial(record: Fields): AgentEvent {
  return { type: 'notice', code: 'ToolDenied', message: `the tool ${textOf(record, 'tool_name')} was not permitted` };
}

/** Not by `subtype` alone: a model that refuses gives `success` with `is_error`. */
function failureOf(result: Fields): Failure | undefined {
  const subtype = textOf(result, 'subtype') ?? '';
  const errors = Array.isArray(result.errors) ? result.errors.map(String) : [];
  const message = oneLine(textOf(result, 'result') ?? (errors.join('; ') || `the agent ended with ${subtype}`));
  if (Object.hasOwn(SUBTYPES, subtype)) {
    return { errorCode: SUBTYPES[subtype], message };
  }
  if (errors.some((error) => error.startsWith('No conversation found'))) {
    return { errorCode: 'ConversationNotFound', message };
  }
  if (typeof result.api_error_status === 'number') {
    return failureOfStatus(result.api_error_status, message);
  }
  if (result.api_error === 'connection_failed') {
    return { errorCode: 'ModelUnavailable', message };
  }
  if (typeof result.local_command === 'string') {
    const what = `the prompt was taken for the command /${result.local_command}`;
    return { errorCode: 'AgentFailed', message: `${what}; let it begin with another word` };
  }
  const isGood = result.is_error === false && subtype === 'success';
  return isGood ? undefined : { errorCode: 'AgentFailed', message };
}

/** Totals of the conversation: what Claude Code reports of tokens and dollars in its `result`. */
function totalsOf(result: Fields): Totals {
  const { modelUsage } = result;
  return {
    tokens: isObject(modelUsage) ? usageOf(modelUsage) : null,
    dollars: known(result, 'total_cost_usd'),
  };
}

function difference({ tokens, dollars }: Totals, before: Totals): Totals {
  return {
    tokens: tokens === null || before.tokens === null ? null : minus(tokens, before.tokens),
    dollars: dollars === null || before.dollars === null ? null : Math.max(0, dollars - before.dollars),
  };
}

/** Of all models, subagents included; the field `usage` leaves those out. */
function usageOf(models: Fields): Tokens {
  return Object.values(models)
    .filter(isObject)
    .map((model) => ({
      input: amount(model, 'inputTokens'),
      output: amount(model, 'outputTokens'),
      cacheRead: amount(model, 'cacheReadInputTokens'),
      cacheWrite: amount(model, 'cacheCreationInputTokens'),
    }))
    .reduce(plus, NO_TOKENS);
}

/** null where one of them has no cost */
function costOf(models: Fields): number | null {
  const costs = Object.values(models).map((model) => (isObject(model) ? known(model, 'costUSD') : null));
  return costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}
