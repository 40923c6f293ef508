import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { AGENT_NAMES } from '../../agents';
import { PROGRAM, environmentIn } from '../program';
import { eventsOf, isAlive, portOf, prompt, textsOf, until } from '../session';
import type { Step } from '../session';

let folder: string;
let running: ChildProcess[] = [];
let output: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'program-'));
  output = '';
});

afterEach(() => {
  running.forEach((child) => child.kill('SIGKILL'));
  running = [];
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function start(more: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = { ...environmentIn(folder), ...more };
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (part) => (output += String(part)));
  running.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<ChildProcess> {
  await until(() => output.includes('server.ready') || child.exitCode !== null);
  return child;
}

async function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? new Promise((resolve) => child.once('exit', resolve));
}

function urlOf(): string {
  return `http://127.0.0.1:${portOf(output)}`;
}

async function invoke(body: object): Promise<Response> {
  return fetch(`${urlOf()}/invocations`, { method: 'POST', body: JSON.stringify(body) });
}

async function begin(...steps: Step[]): Promise<string> {
  const answer = (await (await invoke({ prompt: prompt(...steps), stream: false })).json()) as { job: string };
  return answer.job;
}

test('SIGTERM: the job is interrupted, its watchers learn it, and the exit code is 0', async () => {
  const child = await ready(start());
  const stream = await invoke({ prompt: prompt(['text', 'ready'], ['wait', 60_000]) });
  const seen = stream.text();
  await until(async () => ((await (await invoke({ op: 'list' })).json()) as any).jobs.length === 1);
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  const result = eventsOf(await seen).at(-1)?.event;
  expect(result).toMatchObject({ type: 'result', result: { status: 'interrupted', errorCode: 'Interrupted' } });
});

test('kill -9: the next server reports the job as interrupted, and ends what is left of the agent', async () => {
  const first = await ready(start());
  const job = await begin(['line', '{"pid":true}'], ['child'], ['text', 'ready'], ['wait', 60_000]);
  const events = path.join(folder, 'workspace', '.agent', 'jobs', job, 'events.jsonl');
  await until(() => readFileSync(events, 'utf8').includes('ready'));
  const pid = Number(/child (\d+)/.exec(readFileSync(events, 'utf8'))![1]);
  first.kill('SIGKILL');
  await ended(first);
  expect(isAlive(pid)).toBe(true);
  output = '';
  await ready(start());
  expect(await (await invoke({ op: 'get', job })).json()).toMatchObject({
    status: 'interrupted',
    result: { message: 'the microVM or the server of the job ended while it ran' },
  });
  await until(() => !isAlive(pid));
  expect(eventsOf(await (await invoke({ op: 'attach', job })).text()).at(-1)?.event).toMatchObject({ type: 'result' });
});

test('kill -9, and a job at once: the old agent has ended before the new one begins, with all that it started', async () => {
  const first = await ready(start());
  const hidden = `env -i sleep 600 & echo "bare $!"; exec sleep 600`;
  const job = await begin(
    ['ignoreTerm'],
    ['escape'],
    ['child'],
    ['shell', hidden],
    ['text', 'ready'],
    ['wait', 60_000],
  );
  const folderOf = (id: string) => path.join(folder, 'workspace', '.agent', 'jobs', id);
  const events = path.join(folderOf(job), 'events.jsonl');
  await until(() => ['ready', 'bare'].every((word) => readFileSync(events, 'utf8').includes(word)));
  const pids = [...readFileSync(events, 'utf8').matchAll(/(?:escaped|child|bare) (\d+)/g)].map(([, pid]) =>
    Number(pid),
  );
  first.kill('SIGKILL');
  await ended(first);
  output = '';
  await ready(start());
  expect([pids.length, pids.filter(isAlive).length]).toEqual([3, 3]);
  const next = await begin(['text', 'next']);
  expect(pids.filter(isAlive)).toEqual([]);
  const record = JSON.parse(readFileSync(path.join(folderOf(job), 'job.json'), 'utf8'));
  expect([record.status, record.result.errorCode, next === job]).toEqual(['interrupted', 'Interrupted', false]);
});

test('kill -9, and a record that cannot be read: what is left of that job ends before a new one begins', async () => {
  const first = await ready(start());
  const job = await begin(['child'], ['text', 'ready'], ['wait', 60_000]);
  const events = path.join(folder, 'workspace', '.agent', 'jobs', job, 'events.jsonl');
  await until(() => readFileSync(events, 'utf8').includes('ready'));
  const pid = Number(/child (\d+)/.exec(readFileSync(events, 'utf8'))![1]);
  first.kill('SIGKILL');
  await ended(first);
  writeFileSync(path.join(path.dirname(events), 'job.json'), '{');
  output = '';
  await ready(start());
  await begin(['text', 'next']);
  expect(isAlive(pid)).toBe(false);
});

/** how often it is tried; more in a run that is only about it */
const TRIES = Number(process.env.TRIES ?? 3);

test('kill -9 at random points loses no event, doubles none and makes none up', async () => {
  const count = 40;
  const steps = Array.from({ length: count }, (_, n): Step[] => [
    ['line', `number ${n}`],
    ['wait', 10],
  ]).flat();
  for (let tries = 0; tries < TRIES; tries++) {
    output = '';
    const first = await ready(start());
    const job = begin(...steps).catch(() => undefined);
    const moment = Math.random() * 1200;
    await new Promise((resolve) => setTimeout(resolve, moment));
    first.kill('SIGKILL');
    await ended(first);
    await job;
    output = '';
    const second = await ready(start());
    // at once: the new job settles the old one
    await (await invoke({ prompt: prompt(['text', 'next']) })).text();
    const { jobs } = (await (await invoke({ op: 'list' })).json()) as { jobs: { job: string; status: string }[] };
    for (const { job: id, status } of jobs) {
      const seen = eventsOf(await (await invoke({ op: 'attach', job: id })).text());
      const numbers = textsOf(seen).flatMap((text) => /^number (\d+)$/.exec(text)?.slice(1) ?? []);
      const result = seen.at(-1)?.event;
      const what = { moment, status, events: seen.length };
      expect({ ...what, ids: seen.map(({ id: one }) => one) }).toEqual({
        ...what,
        ids: seen.map((_, index) => index + 1),
      });
      expect({ ...what, numbers }).toEqual({ ...what, numbers: numbers.map((_, index) => String(index)) });
      expect({ ...what, results: seen.filter(({ event }) => event.type === 'result').length }).toEqual({
        ...what,
        results: 1,
      });
      expect(result).toMatchObject({ type: 'result', result: { status } });
      expect(['succeeded', 'interrupted']).toContain(status);
      // the next job has none
      expect(status === 'succeeded' ? [0, count] : [numbers.length]).toContain(numbers.length);
    }
    second.kill('SIGKILL');
    await ended(second);
  }
}, 900_000);

test('the log holds neither prompt nor output', async () => {
  const child = await ready(start());
  await (await invoke({ prompt: prompt(['text', 'canary-output'], ['stderr', 'canary-error']) })).text();
  await (await invoke({ prompt: ['canary-prompt'] })).text();
  child.kill('SIGTERM');
  await ended(child);
  const events = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  expect(events).toEqual([
    'server.ready',
    'job.started',
    'agent.ended',
    'job.ended',
    'request.refused',
    'server.ending',
  ]);
  expect(output).not.toContain('canary');
});

test.each([
  [
    { AGENT_CLI: 'cobol' },
    `AGENT_CLI cannot be used (got 'cobol'); allowed: ${[...AGENT_NAMES, 'custom'].join(', ')}; set it in the Dockerfile of the image`,
  ],
  [
    { AGENT_SETTINGS: '[]' },
    "AGENT_SETTINGS cannot be used (got 'no JSON object'); allowed: the JSON that the construct writes; let the construct set it",
  ],
  [
    { AGENT_SETTINGS: '{"limits":{"turns":"5"}}' },
    "limits of AGENT_SETTINGS cannot be used (got 'a value of another form'); allowed: the JSON that the construct writes; use the same version of the library and the image",
  ],
  [
    { MCP_GATEWAY_URL: 'nowhere' },
    "MCP_GATEWAY_URL cannot be used (got 'no URL'); allowed: an https URL; let the construct set it",
  ],
  [
    { MCP_GATEWAY_URL: 'https://x', MCP_GATEWAY_AUTH: 'none' },
    "MCP_GATEWAY_AUTH cannot be used (got 'none'); allowed: iam, jwt; let the construct set it",
  ],
])('does not start with %j', async (environment, message) => {
  expect(await ended(start(environment))).toBe(1);
  expect(JSON.parse(output)).toMatchObject({ event: 'server.refused', code: 'InvalidSettings', message });
});

test('/ping is answered while a job writes 10 MB a second and another process watches', async () => {
  await ready(start());
  const job = await begin(['flood', [60, 10]]);
  const watch = 'await (await fetch(process.argv[1], { method: "POST", body: process.argv[2] })).arrayBuffer()';
  const attach = JSON.stringify({ op: 'attach', job });
  running.push(spawn(process.execPath, ['--input-type=module', '-e', watch, `${urlOf()}/invocations`, attach]));
  // how soon is measured by the bench
  for (let question = 0; question < 200; question++) {
    expect(await (await fetch(`${urlOf()}/ping`)).json()).toMatchObject({ status: 'HealthyBusy' });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
