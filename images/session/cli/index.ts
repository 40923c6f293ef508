import type { CliAdapter, CliName } from '../contract';
import { claudeCode } from './claude-code';
import { codex } from './codex';
import { cursor } from './cursor';
import { custom } from './custom';
import { geminiCli } from './gemini-cli';
import { kiro } from './kiro';
import { openCode } from './opencode';

const ADAPTERS: Readonly<Record<CliName, CliAdapter>> = {
  'claude-code': claudeCode,
  codex,
  'gemini-cli': geminiCli,
  opencode: openCode,
  kiro,
  cursor,
  custom,
};

/** How a coding agent is started and read. */
export function adapterOf(name: CliName): CliAdapter {
  return ADAPTERS[name];
}
