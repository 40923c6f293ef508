import { McpClient } from '../../../lib/gateway/clients/mcp-client.ts';
import { packageOf } from './agents.ts';
import type { Run, Sandbox } from './sandbox.ts';
import { CODEX_SILENCE } from './silence.ts';

/** What a program says of the server `tools`. */
export type State = 'absent' | 'connected' | 'needs sign-in' | 'fails';

/** How a real program is asked about its servers, and how a person signs in with it. */
export interface Program {
  readonly client: McpClient;
  /** the npm package it comes in */
  readonly package: string;
  /** asks the program to connect to its servers, and reads what it reports */
  state(sandbox: Sandbox, env?: Record<string, string>): Promise<State>;
  signIn(sandbox: Sandbox, signal?: AbortSignal): Promise<Run>;
  /** a word of the file whose misspelling makes the server vanish */
  readonly essential: string;
}

const claudeCode: Program = {
  client: McpClient.CLAUDE_CODE,
  package: packageOf('claude-code'),
  essential: 'mcpServers',
  async state(sandbox, env) {
    // stands for the question whether servers of the project are to be used
    sandbox.write('home/.claude/settings.json', JSON.stringify({ enableAllProjectMcpServers: true }));
    const { output } = await sandbox.shell('claude mcp list', { env });
    return stateOf(lineOf(output, /^tools: /), /✔ Connected/, /! Needs authentication/);
  },
  signIn: (sandbox, signal) => sandbox.terminal('claude mcp login tools', { signal }),
};

const codex: Program = {
  client: McpClient.CODEX,
  package: packageOf('codex'),
  essential: 'mcp_servers',
  async state(sandbox, env) {
    const listed = await sandbox.shell(`codex ${CODEX_SILENCE.join(' ')} mcp list --json`, { env });
    const server = (JSON.parse(jsonIn(listed.output)) as { name: string; auth_status: string }[]).find(
      ({ name }) => name === 'tools',
    );
    if (server === undefined) {
      return 'absent';
    }
    if (server.auth_status === 'not_logged_in') {
      return 'needs sign-in';
    }
    // `codex mcp` never connects: a run does, before its first call of a model, of which there is none
    const { output } = await sandbox.shell(EXEC, { env });
    return output.includes('"turn.started"') && !output.includes('worker quit') ? 'connected' : 'fails';
  },
  signIn: (sandbox, signal) => sandbox.terminal(`codex ${CODEX_SILENCE.join(' ')} mcp login tools`, { signal }),
};

const NO_MODEL = 'model_providers.none';
const EXEC = [
  ...['codex', 'exec', '--json', '--skip-git-repo-check', ...CODEX_SILENCE],
  ...['-c', 'model_provider=none', '-c', `${NO_MODEL}.name=none`, '-c', `${NO_MODEL}.wire_api=responses`],
  ...['-c', `${NO_MODEL}.base_url=http://127.0.0.1:9`, '-c', `${NO_MODEL}.request_max_retries=0`],
  ...['-c', `${NO_MODEL}.stream_max_retries=0`, '-c', 'features.unbounded_connection_retries=false'],
  ...['-c', 'mcp_servers.tools.required=true', '-m', 'none', 'hello', '</dev/null'],
].join(' ');

const geminiCli: Program = {
  client: McpClient.GEMINI_CLI,
  package: packageOf('gemini-cli'),
  essential: 'mcpServers',
  async state(sandbox, env) {
    const { output } = await sandbox.shell('gemini mcp list', { env });
    const needsSignIn = output.includes(`MCP server 'tools' requires authentication`);
    return needsSignIn ? 'needs sign-in' : stateOf(lineOf(output, /^. tools: /), /Connected/, /never/);
  },
  signIn: (sandbox, signal) =>
    sandbox.terminal('stty cols 300 rows 50; gemini -i "/mcp auth tools"', {
      answer: { when: /Enter to select/, say: '\r' },
      signal,
      until: /Successfully authenticated|Failed to authenticate/,
    }),
};

const openCode: Program = {
  client: McpClient.OPEN_CODE,
  package: packageOf('opencode'),
  essential: '"url"',
  async state(sandbox, env) {
    const { output } = await sandbox.shell('opencode mcp list', { env });
    return stateOf(lineOf(output, /[✓✗⚠] tools /), /✓ tools .*connected/, /⚠ tools .*needs authentication/);
  },
  signIn: (sandbox, signal) => sandbox.shell('opencode mcp auth tools', { signal }),
};

/** All programs that come from the npm registry. */
export const PROGRAMS: Program[] = [claudeCode, codex, geminiCli, openCode];

function stateOf(line: string | undefined, connected: RegExp, needsSignIn: RegExp): State {
  if (line === undefined) {
    return 'absent';
  }
  if (connected.test(line) && !/Disconnected/.test(line)) {
    return 'connected';
  }
  return needsSignIn.test(line) ? 'needs sign-in' : 'fails';
}

function lineOf(output: string, pattern: RegExp): string | undefined {
  return output.split('\n').find((line) => pattern.test(line));
}

function jsonIn(output: string): string {
  return output.slice(output.indexOf('['), output.lastIndexOf(']') + 1);
}
