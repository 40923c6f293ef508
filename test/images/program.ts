/* The server as an image starts it: its bundle in a process of its own. */
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { FAKE_CLI } from './session';

export const PROGRAM = path.join(__dirname, '..', '..', 'assets', 'images', 'session', 'agent.mjs');

const FAKE = [process.execPath, FAKE_CLI];

/** What it is told, with an agent of ours and all that it writes in one folder: other servers run beside it. */
export function environmentIn(folder: string, command: string[] = FAKE): Record<string, string | undefined> {
  const descriptor = path.join(folder, 'cli.json');
  writeFileSync(descriptor, JSON.stringify({ command, prompt: 'stdin', output: 'text' }));
  return {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    AGENT_CLI: 'custom',
    AGENT_CLI_DESCRIPTOR: descriptor,
    AGENT_WORKSPACE: path.join(folder, 'workspace'),
    AGENT_PORT: '0',
    AGENT_BRIDGE_PORT: '0',
    AGENT_ENVIRONMENT_DIRECTORY: path.join(folder, 'shells'),
  };
}
