/* The file that Codex keeps of a conversation. It grows while it runs and names the tokens, which its output does not. */
import { existsSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import type { Tokens } from '../contract';
import { plainEndNow } from '../shared/files';
import { isObject, parsed } from '../shared/json';
import type { Fields } from '../shared/json';
import { amount, fieldsOf, NO_TOKENS } from './outcome';

const FILE = /^rollout-.*\.jsonl$/;
/** Of the end of a file, until tokens are named: it can have gigabytes, and names them after each answer. */
const ENDS = [1, 8, 64].map((megabytes) => megabytes * 1024 * 1024);

/** All files of conversations in a home; there are few, and only their names are read. */
export function rollouts(home: string): string[] {
  const folder = path.join(home, '.codex', 'sessions');
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => FILE.test(path.basename(file)))
    .map((file) => path.join(folder, file));
}

/** The file of a conversation, whose id is the end of its name. */
export function rolloutOf(home: string, conversation: string): string | undefined {
  return rollouts(home).find((file) => path.basename(file, '.jsonl').endsWith(conversation));
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

export function tokensOfLine(line: string): Tokens | null {
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
