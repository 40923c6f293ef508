/* The file that Codex keeps of a conversation. It grows while it runs and names the tokens, which its output does not. */
import { existsSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import type { CliMeter, CliRun, Tokens } from '../contract';
import { LARGEST_CONVERSATION, plainEndNow, plainTextNow } from '../shared/files';
import type { Fields } from '../shared/json';
import { isObject, parsed } from '../shared/json';
import { NO_TOKENS, amount, fieldsOf, ifAny, minus } from './outcome';
import { dollarsOf } from './prices';

const FILE = /^rollout-.*\.jsonl$/;
/** Of the end of a file, until tokens are named: it can have gigabytes, and names them after each answer. */
const ENDS = [1, 8, 64].map((megabytes) => megabytes * 1024 * 1024);

/** Follows the file of the conversation. */
export class CodexMeter implements CliMeter {
  private readonly known: ReadonlySet<string>;
  private readonly before: Tokens | null;

  constructor(private readonly run: CliRun) {
    this.known = new Set(rollouts(run.home));
    this.before = tokensBefore(run);
  }

  public find(): Promise<string | null> {
    const { home, directory, continues } = this.run;
    const file =
      continues === undefined
        ? rollouts(home).find((one) => !this.known.has(one) && isMainIn(one, directory))
        : rolloutOf(home, continues.conversation);
    return Promise.resolve(file ?? null);
  }

  public line(line: string): ReturnType<CliMeter['line']> {
    const total = tokensOfLine(line);
    // without those before, the part of this run is unknown; of what was before, nothing is
    const tokens = total === null || this.before === null ? null : ifAny(minus(total, this.before));
    const { prices } = this.run.settings;
    return tokens === null ? null : { tokens, dollars: prices === undefined ? null : dollarsOf(tokens, prices) };
  }
}

/** subagents have files too */
function isMainIn(file: string, directory: string): boolean {
  const [first] = (plainTextNow(file, LARGEST_CONVERSATION) ?? '').split('\n', 1);
  return first.includes('"source":"exec"') && first.includes(`"cwd":${JSON.stringify(directory)}`);
}

/** Tokens of a conversation before this run. Its file is the truth: the job before may have been killed. */
export function tokensBefore({ home, continues }: CliRun): Tokens | null {
  if (continues === undefined) {
    return NO_TOKENS;
  }
  const told = tokensOfRollout(rolloutOf(home, continues.conversation));
  return ifAny(told) ?? continues.totals?.tokens ?? told;
}

/** The file of a conversation, whose id is the end of its name. */
export function rolloutOf(home: string, conversation: string): string | undefined {
  return rollouts(home).find((file) => path.basename(file, '.jsonl').endsWith(conversation));
}

/** All files of conversations in a home; there are few, and only their names are read. */
function rollouts(home: string): string[] {
  const folder = path.join(home, '.codex', 'sessions');
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => FILE.test(path.basename(file)))
    .map((file) => path.join(folder, file));
}

/** Tokens of the whole conversation so far, none if it has no answer yet; null if that cannot be known. */
export function tokensOfRollout(file: string | undefined): Tokens | null {
  for (const most of ENDS) {
    const end = file === undefined ? undefined : plainEndNow(file, most);
    if (end === undefined) {
      return null;
    }
    const tokens = lastTokens(end.text);
    if (tokens !== null || end.isWhole) {
      return tokens ?? NO_TOKENS;
    }
  }
  return null;
}

function lastTokens(text: string): Tokens | null {
  for (const line of text.split('\n').reverse()) {
    const tokens = tokensOfLine(line);
    if (tokens !== null) {
      return tokens;
    }
  }
  return null;
}

function tokensOfLine(line: string): Tokens | null {
  // most lines are long and about something else
  const record = line.includes('"token_count"') ? parsed(line) : undefined;
  const payload = isObject(record) ? fieldsOf(record, 'payload') : {};
  const total = fieldsOf(payload, 'info').total_token_usage;
  return payload.type === 'token_count' && isObject(total) ? tokensOfUsage(total) : null;
}

/** Codex counts what came from the cache, and what went to it, as input too. */
export function tokensOfUsage(usage: Fields): Tokens {
  const cacheRead = amount(usage, 'cached_input_tokens');
  const cacheWrite = amount(usage, 'cache_write_input_tokens');
  return {
    input: Math.max(0, amount(usage, 'input_tokens') - cacheRead - cacheWrite),
    output: amount(usage, 'output_tokens'),
    cacheRead,
    cacheWrite,
  };
}
