/* Ordinary daemons, below a first process like that of the images. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PROGRAM, environmentIn } from '../program';
import { DONE, eventsOf, isAlive, portOf, prompt, until } from '../session';

/** adopts what is left behind, as `tini -s` does, and takes its program with it; in Perl, on which git depends */
const TINI = `
my $prctl = ${process.arch === 'arm64' ? 167 : 157};
syscall($prctl, 36, 1, 0, 0, 0);
$0 = 'tini';
my $child = fork();
if ($child == 0) {
  syscall($prctl, 1, 9, 0, 0, 0);
  exec(@ARGV) or die;
}
while ((my $ended = wait()) != $child) { sleep 1 if $ended < 0; }
`;

let folder: string;
let init: ChildProcess;
let output = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'daemons-'));
  output = '';
});

afterEach(() => {
  init.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<string> {
  const env = environmentIn(folder);
  init = spawn('perl', ['-e', TINI, process.execPath, PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  init.stdout?.on('data', (part) => (output += String(part)));
  await until(() => output.includes('server.ready') || init.exitCode !== null);
  return `http://127.0.0.1:${portOf(output)}`;
}

const daemon = (name: string, how: string): string =>
  `${how} bash -c 'echo $$ >${folder}/${name}.new; mv ${folder}/${name}.new ${folder}/${name}; exec -a ${name} sleep 600' >/dev/null 2>&1 &`;
const pidOf = (name: string): number => Number(readFileSync(path.join(folder, name), 'utf8'));

test('that cannot be asked for their job end with it, and those of a person do not', async () => {
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
});
