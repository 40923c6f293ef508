/* The file that Gemini CLI keeps of a conversation. It grows while it runs and names the tokens of each answer. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import type { CliMeter, CliRun, Tokens } from '../contract';
import type { Fields } from '../shared/json';
import { isObject, parsed } from '../shared/json';
import { NO_TOKENS, amount, ifAny, plus, textOf } from './outcome';
import { dollarsOf } from './prices';

/** Follows the file of the conversation. */
export class GeminiCliMeter implements CliMeter {
  private readonly tokens = new ChatTokens(new Date());

  constructor(private readonly run: CliRun) {}

  public find(): Promise<string | null> {
    const { home, continues } = this.run;
    return Promise.resolve(chatOf(home, continues?.conversation ?? sessionId(this.run)) ?? null);
  }

  public line(line: string): ReturnType<CliMeter['line']> {
    const tokens = this.tokens.add(line);
    const { prices } = this.run.settings;
    return tokens === null ? null : { tokens, dollars: prices === undefined ? null : dollarsOf(tokens, prices) };
  }
}

/** The name of the file ends with the first part of the id. */
export function chatOf(home: string, conversation: string): string | undefined {
  const folder = path.join(home, '.gemini', 'tmp');
  const end = `-${conversation.slice(0, 8)}.jsonl`;
  if (!existsSync(folder)) {
    return undefined;
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name, 'chats'))
    .filter((chats) => existsSync(chats))
    .flatMap((chats) => readdirSync(chats).map((file) => path.join(chats, file)))
    .find((file) => path.basename(file).startsWith('session-') && file.endsWith(end));
}

/** The id of a new conversation, known before it starts: a UUID made of the id of the job. */
export function sessionId({ job }: CliRun): string {
  const hex = createHash('sha256').update(job).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Adds up the answers since a time. An answer is written again when its tools have ended. */
export class ChatTokens {
  private readonly answers = new Map<string, Tokens>();

  constructor(private readonly since: Date) {}

  /** the sum so far, if the line is an answer */
  public add(line: string): Tokens | null {
    const record = line.includes('"tokens"') ? parsed(line) : undefined;
    const tokens = isObject(record) ? record.tokens : undefined;
    if (!isObject(record) || record.type !== 'gemini' || !isObject(tokens)) {
      return null;
    }
    if (new Date(textOf(record, 'timestamp') ?? 0) < this.since) {
      return null;
    }
    this.answers.set(textOf(record, 'id') ?? '', tokensOf(tokens));
    return this.sum;
  }

  /** null before the first answer */
  public get sum(): Tokens | null {
    return ifAny([...this.answers.values()].reduce(plus, NO_TOKENS));
  }
}

/** what came from the cache is counted as input too; thoughts are paid as output */
function tokensOf(tokens: Fields): Tokens {
  const cacheRead = amount(tokens, 'cached');
  return {
    input: Math.max(0, amount(tokens, 'input') + amount(tokens, 'tool') - cacheRead),
    output: amount(tokens, 'output') + amount(tokens, 'thoughts'),
    cacheRead,
    cacheWrite: 0,
  };
}
