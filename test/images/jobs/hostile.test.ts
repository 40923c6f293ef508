/* What an agent can do to the session it runs in. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { CliRun, Totals } from '../../../images/session/contract';
import { newId } from '../../../images/session/shared/ids';
import { withoutSecrets } from '../../../lib/contract/secret-patterns';
import { DONE, fakeCli, prompt, until, useSessions } from '../session';
import type { TestSession } from '../session';

const { session } = useSessions();

function change(one: TestSession, job: string, fields: object): void {
  const record = JSON.parse(readFileSync(one.recordFile(job), 'utf8'));
  writeFileSync(one.recordFile(job), JSON.stringify({ ...record, ...fields }));
}

describe('a record that was tampered with', () => {
  test.each([
    ['a prompt that is none', { request: { prompt: 5 } }],
    ['no prompt', { request: {} }],
    ['a status that is none', { status: 'splendid' }],
    ['a result that is none', { result: 5 }],
    ['a result without a status', { result: { text: 'x' } }],
    ['totals that are no numbers', { totals: { tokens: { input: 'x' }, dollars: '1' } }],
    ['a time that is none', { startedAt: 'yesterday' }],
    ['an agent that is none', { cli: '__proto__' }],
    ['a conversation that is no text', { conversation: ['--help'] }],
    ['the id of another job', { id: newId(new Date()) }],
  ])('%s: it is passed over, and the others are listed', async (_, fields) => {
    const one = await session();
    const { job } = await one.run([DONE]);
    const other = await one.run([DONE]);
    change(one, job, fields);
    const { status, json } = await one.invoke({ op: 'list' });
    expect([status, json.jobs.map((each: any) => each.job), json.notices.map((each: any) => each.job)]).toEqual([
      200,
      [other.job],
      [job],
    ]);
  });

  test.each([
    ['an option', { conversation: '--dangerously' }, 'names its conversation in a form that no agent uses'],
    ['two lines', { conversation: 'a\n-b' }, 'names its conversation in a form that no agent uses'],
    ['another place', { directory: '/' }, 'worked outside the workspace'],
    ['a way out', { directory: '' }, 'worked outside the workspace'],
  ])('%s does not go on', async (_, fields, why) => {
    const one = await session();
    const { job } = await one.run([['note', { conversation: 'c-1' }], DONE]);
    change(one, job, fields);
    const { json } = await one.invoke({ prompt: prompt(DONE), continues: job });
    expect(json.error.what).toBe(`this job cannot go on: it ${why}`);
  });

  test.each([
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
    ['a link to what never ends', (file: string) => symlinkSync('/dev/zero', file)],
    ['a folder', (file: string) => mkdirSync(file)],
  ])('%s in the place of its files holds nobody', async (_, put) => {
    const one = await session();
    const { job } = await one.run([DONE]);
    const running = await one.run([['note', { conversation: 'c' }], DONE]);
    rmSync(one.recordFile(job));
    put(one.recordFile(job));
    rmSync(one.eventsFile(running.job));
    put(one.eventsFile(running.job));
    change(one, running.job, { status: 'running', result: null, endedAt: null });
    const { json } = await one.invoke({ op: 'list' });
    expect(json.notices).toHaveLength(1);
    expect(json.jobs).toMatchObject([{ job: running.job, status: 'interrupted' }]);
    expect((await one.invoke({ op: 'attach', job: running.job })).status).toBe(200);
    expect((await one.run([DONE])).result.status).toBe('succeeded');
  });

  test('a result in its events that is none counts as none', async () => {
    const one = await session();
    const { job } = await one.run([DONE]);
    change(one, job, { status: 'running', result: null, endedAt: null });
    const forged = { id: 9, at: new Date().toISOString(), event: { type: 'result', result: null } };
    writeFileSync(one.eventsFile(job), `${JSON.stringify(forged)}\n`);
    expect(await one.record(job)).toMatchObject({ status: 'interrupted' });
  });

  test('a last event at a time that is none: the job is told all the same, as of its start', async () => {
    const one = await session();
    const { job } = await one.run([['text', 'hello'], DONE]);
    change(one, job, { status: 'running', result: null, endedAt: null });
    writeFileSync(one.eventsFile(job), '{"id":1,"at":"soon","event":{"type":"text","text":"hello"}}\n');
    const told = await one.record(job);
    expect(told).toMatchObject({ status: 'interrupted', endedAt: told.startedAt, result: { durationMs: 0 } });
    expect(await one.record(job)).toEqual(told);
    expect((await one.invoke({ op: 'list' })).json.jobs).toMatchObject([{ job, status: 'interrupted' }]);
  });

  test('lines without an end are not kept in memory', async () => {
    const one = await session();
    const { job } = await one.run([DONE]);
    execFileSync('truncate', ['-s', '2G', one.eventsFile(job)]);
    const before = process.memoryUsage().rss;
    const response = await fetch(`${one.url}/invocations`, {
      method: 'POST',
      body: JSON.stringify({ op: 'attach', job }),
    });
    const reader = response.body!.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // half of what the file holds: what the tests beside it leave to be collected is in here too
    expect(process.memoryUsage().rss - before).toBeLessThan(1_000_000_000);
    await reader.cancel();
  });
});

test('an agent that deletes the journal of its job: how it ended is known all the same', async () => {
  const one = await session();
  const { job, result } = await one.run([
    ['shell', `rm -rf ${one.workspace}/.agent/jobs`],
    ['wait', 300],
    ['text', 'gone'],
    DONE,
  ]);
  expect(result.text).toBe('gone');
  expect(await one.record(job)).toMatchObject({ status: 'succeeded', result: { text: 'gone' } });
  expect((await one.run([DONE])).result.status).toBe('succeeded');
});

test('a process that hides its mark and writes on does not keep a job from ending', async () => {
  const one = await session();
  const forever = 'while :; do echo "{}" || exit; sleep 0.2; done';
  const { result } = await one.run([['shell', `exec env -i setsid bash -c '${forever}'`], ['wait', 300], DONE]);
  expect(result.status).toBe('succeeded');
});

test('an agent that stops the bridge with a signal does not keep a job from ending', async () => {
  const one = await session({ settings: { telemetry: true }, gateway: undefined });
  const job = await one.begin([
    ['text', 'ready'],
    ['wait', 60_000],
  ]);
  await until(() => readFileSync(one.eventsFile(job), 'utf8').includes('ready'));
  const { pid } = (one.bridge as unknown as { child: { pid: number } }).child;
  process.kill(pid, 'SIGSTOP');
  expect((await one.invoke({ op: 'cancel', job })).json.status).toBe('cancelled');
  expect((await one.run([DONE])).result.status).toBe('succeeded');
});

test('neither the agent nor the bridge leaves a core file, with what it knew, in the workspace', async () => {
  const one = await session({ settings: { telemetry: true } });
  const { texts } = await one.run([['read', '/proc/self/limits'], DONE]);
  const { pid } = (one.bridge as unknown as { child: { pid: number } }).child;
  for (const limits of [texts[0], readFileSync(`/proc/${pid}/limits`, 'utf8')]) {
    expect(limits).toMatch(/^Max core file size +0 +0 /m);
  }
});

test('a job that is cancelled while its program is started ends', async () => {
  const one = await session();
  for (let delay = 0; delay < 40; delay += 4) {
    const job = await one.begin([['wait', 60_000]]);
    await new Promise((resolve) => setTimeout(resolve, delay));
    expect((await one.invoke({ op: 'cancel', job })).json.status).toBe('cancelled');
  }
});

test('a session that ends while a job is being started ends that too', async () => {
  const one = await session();
  const starting = one.jobs.start({ prompt: prompt(['wait', 60_000]) }, {});
  await one.jobs.shutDown();
  const { id } = await starting;
  expect((await one.jobs.get(id)).status).toBe('interrupted');
  expect(one.jobs.isBusy).toBe(false);
});

describe('totals of a conversation', () => {
  const totals = (dollars: number): Totals => ({ tokens: null, dollars });

  async function withRuns(): Promise<{ one: TestSession; runs: CliRun[] }> {
    const runs: CliRun[] = [];
    const adapter = { ...fakeCli, reader: (run: CliRun) => (runs.push(run), fakeCli.reader(run)) };
    return { one: await session({ adapter }), runs };
  }

  test('are those of its last job, whichever is gone on with: nothing is counted twice', async () => {
    const { one, runs } = await withRuns();
    const spend = (dollars: number): [string, unknown] => ['note', { conversation: 'c', dollars }];
    const first = await one.run([spend(1), DONE]);
    const second = await one.run([spend(3), DONE], { continues: first.job });
    await one.run([spend(4), DONE], { continues: first.job });
    expect(second.result.status).toBe('succeeded');
    expect(runs.map(({ continues }) => continues?.totals)).toEqual([undefined, totals(1), totals(3)]);
  });

  test('are unknown after a job that was cut off', async () => {
    const { one, runs } = await withRuns();
    const first = await one.run([['note', { conversation: 'c', dollars: 1 }], DONE]);
    const second = await one.begin(
      [
        ['text', 'ready'],
        ['wait', 60_000],
      ],
      { continues: first.job },
    );
    await until(() => readFileSync(one.eventsFile(second), 'utf8').includes('ready'));
    expect(JSON.parse(readFileSync(one.recordFile(second), 'utf8')).totals).toBeNull();
    // as a microVM leaves it that died
    const record = readFileSync(one.recordFile(second), 'utf8');
    const events = readFileSync(one.eventsFile(second), 'utf8');
    await one.invoke({ op: 'cancel', job: second });
    writeFileSync(one.recordFile(second), record);
    writeFileSync(one.eventsFile(second), events);
    await one.run([DONE], { continues: first.job });
    expect(runs.at(-1)?.continues).toEqual({ conversation: 'c', totals: null });
  });

  test('stay known after a job whose agent never began', async () => {
    const { one, runs } = await withRuns();
    const first = await one.run([['note', { conversation: 'c', dollars: 1 }], DONE]);
    rmSync(first.directory, { recursive: true });
    const broken = { ...fakeCli, command: () => ({ file: 'no-such', args: [], environment: {}, files: [] }) };
    mkdirSync(first.directory);
    const second = await (
      await session({ adapter: broken, gateway: { url: 'https://x', auth: 'jwt' } }, one.workspace)
    ).run([DONE], { continues: first.job });
    expect(second.result.errorCode).toBe('GatewayAccessDenied');
    await one.run([DONE], { continues: second.job });
    expect(runs.at(-1)?.continues?.totals).toEqual(totals(1));
  });
});

test.each(['eyJ'.repeat(90_000), `-----BEGIN ${'A'.repeat(260_000)}`, 'Basic '.repeat(40_000), 'gho_'.repeat(60_000)])(
  'a text that is made to be slow is looked through in time: %.10s',
  (text) => {
    const start = performance.now();
    withoutSecrets(text);
    // a second at worst where it is read once, and hours where it is read again for each letter
    expect(performance.now() - start).toBeLessThan(30_000);
  },
);

test('tokens are found as before, wherever in a word they begin', () => {
  const token = `eyJ${'a'.repeat(10)}.${'b'.repeat(10)}.c-_`;
  expect(withoutSecrets(`x.y=${token} abcdefghijkl.abcdefgh.${token}. 12${token},${token}`)).toBe(
    'x.y=[removed] abcdefghijkl.abcdefgh.[removed]. 12[removed],[removed]',
  );
  expect(withoutSecrets(`eyJ${'a'.repeat(10)}.short.c`)).toContain('eyJ');
});

test('nothing of a hundred jobs stays in memory but what runs', async () => {
  const one = await session();
  const { job } = await one.run([DONE]);
  change(one, job, { status: 'running', result: null, endedAt: null });
  for (let count = 0; count < 20; count++) {
    await one.run([['note', { conversation: 'c' }], DONE]);
    await one.invoke({ op: 'list' });
  }
  const { history, current } = one.jobs as unknown as { history: Record<string, { size: number }>; current: unknown };
  expect([current, history.unwritten.size, history.settling.size]).toEqual([undefined, 0, 0]);
});
