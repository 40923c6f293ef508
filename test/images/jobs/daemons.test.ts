/* Ordinary daemons, below a first process like that of the images. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { DONE, FAKE_CLI, eventsOf, isAlive, portOf, prompt, until } from '../session';

const PROGRAM = path.join(__dirname, '..', '..', '..', 'assets', 'images', 'session', 'agent.mjs');
/** adopts what is left behind, as `tini -s` does, and takes its program with it */
const TINI = `
import ctypes, os, signal, sys
prctl = ctypes.CDLL(None).prctl
prctl(36, 1, 0, 0, 0)
prctl(15, b'tini', 0, 0, 0)
child = os.fork()
if child == 0:
    prctl(1, signal.SIGKILL, 0, 0, 0)
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    try:
        if os.wait()[0] == child:
            break
    except ChildProcessError:
        break
`;
const hasPython = spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL(None).prctl']).status === 0;

let folder: string;
let init: ChildProcess;
let output = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'daemons-'));
  const descriptor = { command: [process.execPath, FAKE_CLI], prompt: 'stdin', output: 'text' };
  writeFileSync(path.join(folder, 'cli.json'), JSON.stringify(descriptor));
  output = '';
});

afterEach(() => {
  init.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    TMPDIR: folder,
    AGENT_CLI: 'custom',
    AGENT_CLI_DESCRIPTOR: path.join(folder, 'cli.json'),
    AGENT_WORKSPACE: path.join(folder, 'workspace'),
    AGENT_PORT: '0',
    AGENT_BRIDGE_PORT: '0',
    AGENT_ENVIRONMENT_DIRECTORY: path.join(folder, 'shells'),
  };
  init = spawn('python3', ['-c', TINI, process.execPath, PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  init.stdout?.on('data', (part) => (output += String(part)));
  await until(() => output.includes('server.ready') || init.exitCode !== null);
  return `http://127.0.0.1:${portOf(output)}`;
}

const daemon = (name: string, how: string): string =>
  `${how} bash -c 'echo $$ >${folder}/${name}.new; mv ${folder}/${name}.new ${folder}/${name}; exec -a ${name} sleep 600' >/dev/null 2>&1 &`;
const pidOf = (name: string): number => Number(readFileSync(path.join(folder, name), 'utf8'));

(hasPython ? test : test.skip)(
  'that cannot be asked for their job end with it, and those of a person do not',
  async () => {
    const url = await start();
    const names = ['bare', 'shell'];
    const script = [daemon('bare', 'env -i setsid'), daemon('shell', 'env -i AGENT_SHELL=1 setsid')].join('\n');
    const steps = names.map((name): [string, unknown] => ['until', path.join(folder, name)]);
    const body = JSON.stringify({ prompt: prompt(['shell', script], ...steps, DONE) });
    const events = eventsOf(await (await fetch(`${url}/invocations`, { method: 'POST', body })).text());
    expect(events.at(-1)?.event).toMatchObject({ type: 'result' });
    expect(existsSync(path.join(folder, 'bare'))).toBe(true);
    await until(() => !isAlive(pidOf('bare')));
    expect(isAlive(pidOf('shell'))).toBe(true);
    process.kill(pidOf('shell'), 'SIGKILL');
  },
);
