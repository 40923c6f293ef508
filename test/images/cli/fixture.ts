import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { AgentEvent, CliAdapter, CliExit, CliName, CliOutcome, CliRun } from '../../../images/session/contract';
import { hidden } from '../../../images/session/contract/hidden';

const ASSETS = path.join(__dirname, '..', 'assets');

/** What a real run printed and how it ended. Long lists and paths were taken out, nothing else was changed. */
export interface Recording {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly stdout: string[];
}

export function recording(cli: CliName, name: string): Recording {
  return JSON.parse(readFileSync(path.join(ASSETS, cli, `${name}.json`), 'utf8')) as Recording;
}

export const KEY = 'canary-model-key-0123456789';
export const PRICES = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

/** A run at an LLM gateway, with a key, tools and prices. */
export function runOf(changes: Partial<CliRun> = {}): CliRun {
  return {
    job: '20261122T210000000-00000000000000000000000000000001',
    prompt: '- add a file',
    directory: '/place/work',
    home: '/place/home',
    scratch: '/place/scratch',
    model: { via: 'llmGateway', url: 'https://llm.example.com', key: hidden(KEY) },
    settings: { model: 'some-model', prices: PRICES },
    mcp: { name: 'gateway', url: 'http://127.0.0.1:8970/jobs/1/mcp' },
    limits: {},
    ...changes,
  };
}

/** Gives a recording to the adapter, as the runner does. */
export function replayed(
  adapter: CliAdapter,
  { code, signal, stderr, stdout }: Recording,
  run = runOf(),
  cause: CliExit['cause'] = 'exited',
): { events: AgentEvent[]; outcome: CliOutcome } {
  const reader = adapter.reader(run);
  const events = stdout.flatMap((line) => reader.line(line));
  return { events, outcome: reader.finish({ code, signal, stderr, cause }) };
}

export function ofType<T extends AgentEvent['type']>(
  events: AgentEvent[],
  type: T,
): Extract<AgentEvent, { type: T }>[] {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

/** A home with the file that a CLI kept of a conversation. */
export function homeWith(
  cli: CliName,
  lines?: (text: string) => string,
): { home: string; file: string; remove: () => void } {
  const home = mkdtempSync(path.join(tmpdir(), 'home-'));
  const folder = path.join(ASSETS, cli);
  const file = path.join(home, readFileSync(path.join(folder, 'conversation.path'), 'utf8').trim());
  const text = readFileSync(path.join(folder, 'conversation.jsonl'), 'utf8');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, lines === undefined ? text : lines(text));
  return { home, file, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** The key is nowhere but in the environment. */
export function expectKeyOnlyInEnvironment(adapter: CliAdapter, run = runOf()): void {
  const { environment, ...rest } = adapter.command(run);
  expect(JSON.stringify(rest)).not.toContain(KEY);
  expect(Object.values(environment)).toContain(KEY);
}
