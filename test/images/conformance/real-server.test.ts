import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { conformance } from '../../../images/conformance/run';
import { PROGRAM, environmentIn } from '../program';
import { portOf, until } from '../session';

let folder: string;
let server: ChildProcess;
let output = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'real-server-'));
});

afterEach(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** the server as an image starts it, with an agent of bash's own */
async function start(command: string): Promise<string> {
  output = '';
  server = spawn(process.execPath, [PROGRAM], {
    env: environmentIn(folder, ['bash', '-c', command]),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  [server.stdout, server.stderr].forEach((stream) => stream?.on('data', (part) => (output += String(part))));
  await until(() => output.includes('server.ready') || server.exitCode !== null);
  return `http://127.0.0.1:${portOf(output)}`;
}

test.each([
  ['an agent that works on', 'echo started; sleep 60'],
  ['an agent that talks', 'for i in 1 2 3 4 5; do echo $i; sleep 0.2; done; sleep 60'],
])('our own server conforms, with %s', async (_, command) => {
  const outcomes = await conformance(await start(command), { timeout: 30 });
  expect(outcomes.filter(({ passed }) => !passed)).toEqual([]);
});

test('our own server keeps the contract of AgentCore', async () => {
  const outcomes = await conformance(await start('cat'), { timeout: 30, contractOnly: true });
  expect(outcomes.filter(({ passed }) => !passed)).toEqual([]);
});
