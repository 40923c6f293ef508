/* Platform version V2: all sessions start from one snapshot, so nothing secret or unique may be in it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PROGRAM, environmentIn } from '../program';
import { DONE, portOf, prompt, until } from '../session';

/** writes down, by name, each call of what makes randomness, connections or processes */
const WATCHER = `
const { appendFileSync } = require('node:fs');
const seen = (what) => appendFileSync(process.env.SEEN, what + '\\n');
const watch = (name, functions) => {
  const module = require(name);
  for (const one of functions) {
    const original = module[one];
    module[one] = function (...args) {
      const isPlain = (name.includes('fs') && String(args[0]) !== '/dev/urandom') || args[0] === '0.0.0.0';
      if (!isPlain) seen(name + '.' + one);
      return Reflect.apply(original, this, args);
    };
  }
};
watch('node:fs', ['openSync', 'open', 'readFileSync', 'readFile', 'createReadStream']);
watch('node:fs/promises', ['open', 'readFile']);
watch('node:crypto', ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'randomFill', 'generateKeyPairSync', 'createHash']);
watch('node:tls', ['connect', 'createSecureContext', 'createServer']);
watch('node:https', ['request', 'get']);
watch('node:http', ['request', 'get']);
watch('node:net', ['connect', 'createConnection']);
watch('node:dns', ['lookup']);
watch('node:child_process', ['spawn', 'fork', 'execFile', 'exec', 'spawnSync', 'execFileSync']);
require('node:module').syncBuiltinESMExports();
const random = Math.random;
Math.random = () => (seen('Math.random'), random());
if (process.env.REJECT) setTimeout(() => Promise.reject(new Error('canary')), 300);
`;

let folder: string;
let child: ChildProcess;
let output = '';

async function start(more: NodeJS.ProcessEnv = {}): Promise<void> {
  folder = mkdtempSync(path.join(tmpdir(), 'boot-'));
  writeFileSync(path.join(folder, 'watcher.cjs'), WATCHER);
  output = '';
  child = spawn(process.execPath, ['-r', path.join(folder, 'watcher.cjs'), PROGRAM], {
    env: { ...environmentIn(folder), SEEN: path.join(folder, 'seen'), ...more },
  });
  child.stdout?.on('data', (part) => (output += String(part)));
  child.stderr?.on('data', (part) => (output += String(part)));
  await until(() => output.includes('server.ready'));
}

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const seen = () => (existsSync(path.join(folder, 'seen')) ? readFileSync(path.join(folder, 'seen'), 'utf8') : '');
const url = () => `http://127.0.0.1:${portOf(output)}`;
const invoke = (body: object) => fetch(`${url()}/invocations`, { method: 'POST', body: JSON.stringify(body) });

test('the start makes nothing random, no connection and no process; the first job does', async () => {
  await start();
  for (let count = 0; count < 3; count++) {
    expect((await fetch(`${url()}/ping`)).status).toBe(200);
  }
  expect(seen()).toBe('');
  expect(existsSync(path.join(folder, 'workspace'))).toBe(false);
  await (await invoke({ prompt: prompt(DONE) })).text();
  expect(seen()).toContain('node:fs.openSync');
  expect(seen()).toContain('node:child_process.spawn');
});

test('SIGUSR1 opens no debugger', async () => {
  await start();
  child.kill('SIGUSR1');
  await until(() => output.includes('debugger.refused'));
  expect(output).not.toContain('Debugger listening');
  expect((await fetch(`${url()}/ping`)).status).toBe(200);
});

test('a promise that nobody waited for ends nothing, and its text is not logged', async () => {
  await start({ REJECT: '1' });
  await until(() => output.includes('promise.lost'));
  expect((await fetch(`${url()}/ping`)).status).toBe(200);
  expect(output).not.toContain('canary');
});
