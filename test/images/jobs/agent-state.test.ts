import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AgentState } from '../../../images/session/jobs/agent-state';
import { Places } from '../../../images/session/shared/workspace';

const ROLLOUT = '.codex/sessions/2026/12/01/rollout-c1.jsonl';

/** A workspace, and the microVMs that use it one after the other: each has a disk of its own. */
class World {
  public readonly places = new Places(mkdtempSync(path.join(tmpdir(), 'state-')));

  public microVm(cli: 'codex' | 'gemini-cli' | 'opencode' | 'custom' = 'codex'): AgentState {
    return new AgentState(cli, this.places, { AGENT_HOME: mkdtempSync(path.join(tmpdir(), 'home-')) });
  }

  public saved(file = ROLLOUT): string | undefined {
    const at = path.join(this.places.home, file);
    return existsSync(at) ? readFileSync(at, 'utf8') : undefined;
  }
}

function write({ home }: AgentState, file: string, text: string): string {
  const at = path.join(home, file);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

const read = ({ home }: AgentState, file = ROLLOUT): string => readFileSync(path.join(home, file), 'utf8');

test('a conversation goes on in another microVM', async () => {
  const world = new World();
  const one = world.microVm();
  write(one, ROLLOUT, 'one\n');
  await one.save();
  const two = world.microVm();
  await two.restore();
  expect(read(two)).toBe('one\n');
  appendFileSync(path.join(two.home, ROLLOUT), 'two\n');
  await two.save();
  expect(world.saved()).toBe('one\ntwo\n');
});

test('one that was made when all of HOME was in the workspace goes on too', async () => {
  const world = new World();
  const at = path.join(world.places.home, ROLLOUT);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, 'before\n');
  const next = world.microVm();
  await next.restore();
  expect(read(next)).toBe('before\n');
});

test('what was written while it was being saved is saved the next time', async () => {
  const world = new World();
  const vm = world.microVm();
  const at = write(vm, ROLLOUT, 'x'.repeat(3_000_000));
  const saving = vm.save();
  appendFileSync(at, 'end');
  await saving;
  appendFileSync(at, ' of it');
  await vm.save();
  expect(world.saved()).toBe(readFileSync(at, 'utf8'));
});

test('a kill after a turn loses no more than what came after the last save', async () => {
  const world = new World();
  const vm = world.microVm();
  const at = write(vm, ROLLOUT, 'turn 1\n');
  vm.touched();
  await wait(200);
  expect(world.saved()).toBe('turn 1\n');
  appendFileSync(at, 'turn 2\n');
  // nobody calls anything any more: the microVM is gone
  vm.end();
  const next = world.microVm();
  await next.restore();
  expect(read(next)).toBe('turn 1\n');
});

test('a burst of output is saved once, and again after some seconds', async () => {
  const world = new World();
  const vm = world.microVm();
  const at = write(vm, ROLLOUT, '');
  const sizes = new Set<number>();
  for (let line = 0; line < 40; line++) {
    appendFileSync(at, 'line\n');
    vm.touched();
    await wait(5);
    sizes.add((world.saved() ?? '').length);
  }
  expect(sizes.size).toBeLessThanOrEqual(3);
  await wait(5500);
  expect(world.saved()).toBe('line\n'.repeat(40));
  vm.end();
}, 15_000);

test('a file that is rewritten, or becomes shorter, is replaced as a whole', async () => {
  const world = new World();
  const vm = world.microVm('gemini-cli');
  const file = '.gemini/tmp/app/chats/session-1.json';
  write(vm, file, '{"messages":[1,2,3]}');
  await vm.save();
  write(vm, file, '{"messages":[]}');
  await vm.save();
  expect(world.saved(file)).toBe('{"messages":[]}');
  expect(existsSync(path.join(world.places.home, `${file}.new`))).toBe(false);
});

test('caches stay on the disk, and so does what links lead to', async () => {
  const world = new World();
  const vm = world.microVm();
  write(vm, '.npm/_cacache/x', 'x');
  write(vm, '.codex/log/codex.log', 'x');
  write(vm, ROLLOUT, 'x');
  symlinkSync('/etc/passwd', path.join(vm.home, '.codex/sessions/link.jsonl'));
  await vm.save();
  expect(
    ['.npm', '.codex/log', '.codex/sessions/link.jsonl'].map((one) => existsSync(path.join(world.places.home, one))),
  ).toEqual([false, false, false]);
});

test('what this microVM knows better is not overwritten by what was saved', async () => {
  const world = new World();
  const vm = world.microVm();
  const at = write(vm, ROLLOUT, 'one\n');
  await vm.save();
  await wait(5);
  appendFileSync(at, 'two\n');
  await vm.restore();
  expect(read(vm)).toBe('one\ntwo\n');
});

test('an agent of which nothing is known has all of its home in the workspace', async () => {
  const world = new World();
  const vm = world.microVm('custom');
  expect(vm.home).toBe(world.places.home);
  write(vm, 'anything', 'x');
  await vm.save();
  await vm.restore();
  expect(world.saved('anything')).toBe('x');
});

test('without a place that is given, the home is on the local disk, one for each workspace', () => {
  const [a, b] = [new World(), new World()].map(({ places }) => new AgentState('codex', places, {}).home);
  expect(a).not.toBe(b);
  expect([a, b].every((home) => path.dirname(home) === tmpdir())).toBe(true);
});

test('a storage that is full ends no job', async () => {
  const world = new World();
  const vm = world.microVm();
  write(vm, ROLLOUT, 'x');
  // a file where a folder has to be
  writeFileSync(world.places.own.replace(/\/$/, ''), '');
  await expect(vm.save()).resolves.toBeUndefined();
});

test('a growing file that is rewritten is replaced, not mixed', async () => {
  const world = new World();
  const vm = world.microVm();
  const at = write(vm, ROLLOUT, 'old line\n');
  await vm.save();
  await wait(5);
  writeFileSync(at, 'new line, and longer\n');
  await vm.save();
  expect(world.saved()).toBe('new line, and longer\n');
});

test('a save that was killed does not replace the longer file of this microVM', async () => {
  const world = new World();
  const vm = world.microVm();
  write(vm, ROLLOUT, 'one\ntwo\n');
  await vm.save();
  await wait(5);
  truncateSync(path.join(world.places.home, ROLLOUT), 6);
  await vm.restore();
  expect(read(vm)).toBe('one\ntwo\n');
});

const DATABASE = '.local/share/opencode/opencode.db';

/** Runs statements of SQLite; without `close` the process ends as one that is killed, and its log stays. */
function sqlite({ home }: AgentState, body: string): string {
  const at = path.join(home, DATABASE);
  mkdirSync(path.dirname(at), { recursive: true });
  const script = `import os,sqlite3\nc=sqlite3.connect(${JSON.stringify(at)},isolation_level=None)\nc.execute('pragma journal_mode=wal')\n${body}`;
  return execFileSync('python3', ['-c', script], { encoding: 'utf8' }).trim();
}

const COUNT =
  "print(c.execute('pragma integrity_check').fetchone()[0],c.execute('select count(*) from t').fetchone()[0])";
const ADD = "c.executemany('insert into t values(?)',[('x'*900,)]*200)\n";

test('a log that SQLite removed does not stay beside the saved database', async () => {
  const world = new World();
  const one = world.microVm('opencode');
  sqlite(one, `c.execute('create table t(x)')\n${ADD}os._exit(0)`);
  await one.save();
  expect(existsSync(path.join(world.places.home, `${DATABASE}-wal`))).toBe(true);
  await wait(5);
  sqlite(one, `${ADD}c.execute('delete from t where rowid<100')\nc.close()`);
  await one.save();
  expect(existsSync(path.join(world.places.home, `${DATABASE}-wal`))).toBe(false);
  const two = world.microVm('opencode');
  await two.restore();
  expect(sqlite(two, COUNT)).toBe('ok 301');
});

test('a database that is written meanwhile is whole in each save', async () => {
  const world = new World();
  const vm = world.microVm('opencode');
  sqlite(vm, "c.execute('create table t(x)')\nc.close()");
  const at = path.join(vm.home, DATABASE);
  const script = `import sqlite3,time\nc=sqlite3.connect(${JSON.stringify(at)},isolation_level=None)\nwhile True:\n  c.execute('begin')\n  c.executemany('insert into t values(?)',[('x'*900,)]*50)\n  c.execute('commit')\n  time.sleep(0.002)`;
  const writer = spawn('python3', ['-c', script]);
  try {
    for (let save = 0; save < 8; save++) {
      await wait(100);
      await vm.save();
      const next = world.microVm('opencode');
      await next.restore();
      expect(sqlite(next, COUNT)).toMatch(/^ok \d+$/);
    }
  } finally {
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    vm.end();
  }
}, 60_000);
