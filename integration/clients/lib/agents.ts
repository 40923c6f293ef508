import { type CliName, factsOf } from '../../../lib/contract/agents.ts';
import type { Step } from './model-wire.ts';
import { TOOL } from './guarded-gateway.ts';

/** A real coding agent: what its model has to say so that it works. */
export interface Agent {
  readonly name: CliName;
  /** for an LLM gateway; a name of the vendor where the agent looks at it */
  readonly model: string;
  /** what is added to the address of the model */
  readonly path: string;
  write(file: string, content: string): Step;
  shell(command: string): Step;
  readonly tool: Step;
  /** what starts a subagent, and what ends it */
  readonly subagent: { start(prompt: string): Step; readonly end: Step };
}

export const AGENTS: Record<'claude' | 'codex' | 'gemini' | 'openCode', Agent> = {
  claude: {
    name: 'claude-code',
    model: 'claude-sonnet-4-5',
    path: '',
    write: (file, content) => ({ tool: 'Write', input: { file_path: file, content } }),
    shell: (command) => ({ tool: 'Bash', input: { command } }),
    // tools of servers are found by a search, which a model can leave out if it knows the name
    tool: { tool: `mcp__gateway__${TOOL}`, input: {} },
    subagent: {
      start: (prompt) => ({ tool: 'Agent', input: { description: 'look', prompt, run_in_background: false } }),
      end: { text: 'looked' },
    },
  },
  codex: {
    name: 'codex',
    // one without a description, whose tools are all offered at once
    model: 'scripted',
    path: '/v1',
    write: (file, content) => ({ tool: 'exec_command', input: { cmd: `printf %s '${content}' > '${file}'` } }),
    shell: (command) => ({ tool: 'exec_command', input: { cmd: command } }),
    tool: { tool: TOOL, namespace: 'mcp__gateway', input: {} },
    subagent: {
      start: (message) => ({ tool: 'spawn_agent', namespace: 'multi_agent_v1', input: { message } }),
      end: { text: 'looked' },
    },
  },
  gemini: {
    name: 'gemini-cli',
    model: 'gemini-2.5-flash',
    path: '',
    write: (file, content) => ({ tool: 'write_file', input: { file_path: file, content } }),
    shell: (command) => ({ tool: 'run_shell_command', input: { command } }),
    tool: { tool: `mcp_gateway_${TOOL}`, input: {} },
    subagent: {
      start: (prompt) => ({ tool: 'invoke_agent', input: { agent_name: 'generalist', prompt } }),
      end: { tool: 'complete_task', input: { result: 'looked' } },
    },
  },
  openCode: {
    name: 'opencode',
    model: 'scripted',
    path: '/v1',
    write: (file, content) => ({ tool: 'write', input: { filePath: file, content } }),
    shell: (command) => ({ tool: 'bash', input: { command, description: 'run' } }),
    tool: { tool: `gateway_${TOOL}`, input: {} },
    subagent: {
      start: (prompt) => ({ tool: 'task', input: { description: 'look', prompt, subagent_type: 'general' } }),
      end: { text: 'looked' },
    },
  },
};

/** The npm package of an agent's program, as the row of the agent names it. */
export function packageOf(name: CliName): string {
  const { testedPackage } = factsOf(name);
  if (testedPackage === undefined) {
    throw new Error(`${name} has no testedPackage in lib/contract/agents.ts`);
  }
  return testedPackage;
}
