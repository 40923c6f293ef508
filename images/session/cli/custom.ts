import { readFileSync } from 'node:fs';
import { factsOf } from '../../../lib/contract/agents';
import type {
  AgentEvent,
  CliAdapter,
  CliCommand,
  CliExit,
  CliOutcome,
  CliReader,
  CliRun,
  Finality,
  Tokens,
} from '../contract';
import type { Fields } from '../shared/json';
import { isObject, kindOf, parsed } from '../shared/json';
import { SessionError } from '../shared/problem';
import { withoutColours } from './kiro';
import { LastText } from './last-text';
import { KEY_VARIABLE, promptArgument } from './model';
import type { Failure } from './outcome';
import { RecordReader, amount, crash, detail, endedWell, fieldsOf, known, oneLine, outcomeOf, textOf } from './outcome';

/** Where the image describes its agent, and the variable that names another place. */
const DESCRIPTOR = '/etc/agent/cli.json';
const DESCRIPTOR_VARIABLE = 'AGENT_CLI_DESCRIPTOR';
const CONVERSATION = '{conversation}';

const NOTHING_SPENT = { turns: null, tokens: null, dollars: null } as const;

const STATUSES: readonly unknown[] = ['started', 'done', 'failed'];

interface Descriptor {
  readonly command: readonly string[];
  readonly prompt: 'stdin' | 'argument';
  readonly output: 'text' | 'events';
  readonly resume?: readonly string[];
}

/** An agent of the image's own; docs/custom-agent.md has the contract. */
export const custom: CliAdapter = {
  name: 'custom',
  limits: factsOf('custom').limits,
  command,
  reader,
};

function command(run: CliRun): CliCommand {
  const descriptor = readDescriptor();
  const { continues, prompt } = run;
  const isArgument = descriptor.prompt === 'argument';
  return {
    file: descriptor.command[0],
    args: [
      ...descriptor.command.slice(1),
      ...(continues === undefined ? [] : resumption(descriptor, continues.conversation)),
      ...(isArgument ? [promptArgument('custom', prompt)] : []),
    ],
    environment: variables(run),
    files: [],
    ...(isArgument ? {} : { input: prompt }),
  };
}

function reader(run: CliRun): CliReader {
  return readDescriptor().output === 'events' ? new EventsReader(run) : new TextReader(run);
}

function resumption({ resume }: Descriptor, conversation: string): string[] {
  if (resume === undefined) {
    throw new SessionError('ConversationNotSupported', {
      what: 'this agent cannot go on with a conversation',
      allowed: `agents whose ${DESCRIPTOR} has "resume"`,
      fix: 'leave "continues" away',
    });
  }
  return resume.map((word) => word.replaceAll(CONVERSATION, conversation));
}

function variables({ model, settings, mcp, telemetryUrl, limits, scratch }: CliRun): Record<string, string> {
  const key = model.via === 'provider' || model.via === 'llmGateway' ? model.key : undefined;
  const all: Record<string, string | undefined> = {
    AGENT_MODEL_ROUTE: model.via,
    AGENT_MODEL: settings.model,
    AGENT_SMALL_MODEL: settings.smallModel,
    AGENT_EFFORT: settings.effort,
    AGENT_MODEL_URL: model.via === 'llmGateway' ? model.url : undefined,
    [KEY_VARIABLE]: key?.reveal(),
    AGENT_MCP_NAME: mcp?.name,
    AGENT_MCP_URL: mcp?.url,
    AGENT_TELEMETRY_URL: telemetryUrl,
    AGENT_MINUTES: limits.minutes === undefined ? undefined : String(limits.minutes),
    AGENT_SCRATCH: scratch,
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function readDescriptor(): Descriptor {
  const file = process.env[DESCRIPTOR_VARIABLE] ?? DESCRIPTOR;
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    throw wrong(`${file} cannot be read`, 'no such file', 'a file in the image that describes the agent');
  }
  const descriptor = parsed(content);
  if (!isObject(descriptor)) {
    throw wrong(`${file} is no JSON object`, kindOf(descriptor), '{"command":[...],"prompt":...,"output":...}');
  }
  return checked(file, descriptor);
}

function checked(file: string, descriptor: Fields): Descriptor {
  const { command: words, prompt = 'stdin', output = 'text', resume } = descriptor;
  if (!isWords(words) || words.length === 0) {
    throw wrong(`command in ${file} is no command`, kindOf(words), 'a list of words, the program first');
  }
  if (prompt !== 'stdin' && prompt !== 'argument') {
    throw wrong(`prompt in ${file} has another value`, String(prompt), 'stdin, argument');
  }
  if (output !== 'text' && output !== 'events') {
    throw wrong(`output in ${file} has another value`, String(output), 'text, events');
  }
  if (resume !== undefined && !isWords(resume)) {
    throw wrong(`resume in ${file} is no list of words`, kindOf(resume), `words, one of them with ${CONVERSATION}`);
  }
  return { command: words, prompt, output, ...(resume === undefined ? {} : { resume }) };
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== '');
}

function wrong(what: string, got: string, allowed: string): SessionError {
  return new SessionError('InvalidCliDescriptor', { what, got, allowed, fix: 'see docs/custom-agent.md' });
}

/** Output in plain text: the exit code alone says whether it succeeded. */
class TextReader implements CliReader {
  public readonly conversation: string | null;
  public readonly spent = NOTHING_SPENT;
  public readonly finality = 'none';
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
class EventsReader extends RecordReader {
  private result: Fields | undefined;

  public get finality(): Finality {
    return this.result === undefined ? 'none' : 'certain';
  }

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
  const isGood = result.status === 'succeeded' && endedWell(exit);
  return isGood
    ? undefined
    : { errorCode: 'AgentFailed', message: oneLine(textOf(result, 'message') ?? 'the agent failed') };
}
