/*
 * The coding agents, written down a second time: the tests compare the rows of lib/contract/agents.ts with this list, and
 * never with themselves.
 */
import type { AgentCli } from '../lib';
import type { PackagedCli } from '../lib/contract/agents';

export interface ExpectedAgent {
  readonly title: string;
  /** the factory of `AgentCli` */
  readonly factory: keyof typeof AgentCli;
  /** the name of the program in the image */
  readonly binary: string;
  /** the packages that the image pins; undefined for an archive of the vendor */
  readonly packages?: readonly string[];
  /** the package with which integration/clients runs the real program */
  readonly testedPackage?: string;
  readonly limits: readonly string[];
  /** a model that it can use on Amazon Bedrock */
  readonly bedrockModel?: string;
}

export const AGENTS: Readonly<Record<PackagedCli, ExpectedAgent>> = {
  'claude-code': {
    title: 'Claude Code',
    factory: 'claudeCode',
    binary: 'claude',
    packages: ['@anthropic-ai/claude-code-linux-arm64', '@anthropic-ai/claude-code-linux-x64'],
    testedPackage: '@anthropic-ai/claude-code',
    limits: ['turns', 'minutes', 'dollars'],
    bedrockModel: 'anthropic.claude-3-haiku-20240307-v1:0',
  },
  codex: {
    title: 'Codex',
    factory: 'codex',
    binary: 'codex',
    packages: ['@openai/codex'],
    testedPackage: '@openai/codex',
    limits: ['minutes', 'dollars'],
    bedrockModel: 'openai.gpt-5.5',
  },
  'gemini-cli': {
    title: 'Gemini CLI',
    factory: 'geminiCli',
    binary: 'gemini',
    packages: ['@google/gemini-cli'],
    testedPackage: '@google/gemini-cli',
    limits: ['turns', 'minutes', 'dollars'],
  },
  opencode: {
    title: 'OpenCode',
    factory: 'openCode',
    binary: 'opencode',
    packages: ['opencode-linux-arm64', 'opencode-linux-x64'],
    testedPackage: 'opencode-ai',
    limits: ['turns', 'minutes', 'dollars'],
    bedrockModel: 'openai.gpt-5.5',
  },
  kiro: { title: 'Kiro', factory: 'kiro', binary: 'kiro-cli', limits: ['minutes'] },
  cursor: { title: 'Cursor CLI', factory: 'cursor', binary: 'agent', limits: ['minutes'] },
};

export const AGENT_NAMES = Object.keys(AGENTS) as PackagedCli[];

/** The agents whose images install pinned npm packages. */
export const FROM_NPM = AGENT_NAMES.filter((name) => AGENTS[name].packages !== undefined);
