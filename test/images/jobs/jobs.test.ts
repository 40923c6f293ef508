import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Journal } from '../../../images/session/journal/journal';
import { RunningJob } from '../../../images/session/jobs/running-job';
import { DONE, fakeCli, isAlive, prompt, until, useSessions } from '../session';

const { session, workspace } = useSessions();
const TOKENS = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite: 0 };

describe('a job', () => {
  test('tells its events in order and ends with one result', async () => {
    const ran = await (await session()).run([['note', { conversation: 'c-1', turns: 2 }], ['text', 'hello'], DONE]);
    expect(ran.events.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(ran.events.map(({ event }) => event.type)).toEqual(['started', 'text', 'result']);
    expect(ran.result).toEqual({
      status: 'succeeded',
      errorCode: null,
      message: null,
      text: 'hello',
      exitCode: 0,
      durationMs: expect.any(Number),
      turns: 2,
      tokens: null,
      dollars: null,
      dollarsFrom: null,
      conversation: 'c-1',
      tests: null,
    });
  });

  test('is in the journal with its result', async () => {
    const one = await session();
    const { job, result } = await one.run([['text', 'hello'], DONE]);
    const record = await one.record(job);
    expect(record).toMatchObject({
      id: job,
      cli: 'custom',
      status: 'succeeded',
      result,
      directory: `${one.workspace}/work`,
    });
    expect(JSON.parse(readFileSync(one.recordFile(job), 'utf8'))).toEqual({ version: 1, ...record });
  });

  test('gets a clean environment, a home in the workspace and a temporary directory that is gone afterwards', async () => {
    const environment = { MCP_GATEWAY_AUTH: 'iam', AGENT_SETTINGS: '{}', MINE: 'kept', AWS_REGION: 'eu-west-1' };
    const one = await session({ environment });
    const names = [
      'MCP_GATEWAY_URL',
      'AGENT_SETTINGS',
      'AGENT_WORKSPACE',
      'MINE',
      'AWS_REGION',
      'HOME',
      'TMPDIR',
      'AGENT_JOB',
    ];
    const { texts, job } = await one.run([...names.map((name): [string, string] => ['env', name]), ['pwd'], DONE]);
    const temporary = texts[6].slice('TMPDIR='.length);
    expect(texts).toEqual([
      'MCP_GATEWAY_URL=undefined',
      'AGENT_SETTINGS=undefined',
      'AGENT_WORKSPACE=undefined',
      'MINE=kept',
      'AWS_REGION=eu-west-1',
      `HOME=${one.workspace}/.agent/home`,
      expect.stringMatching(/^TMPDIR=.*\/agent-\w+\/tmp$/),
      `AGENT_JOB=${job}`,
      `${one.workspace}/work`,
    ]);
    expect(temporary.startsWith(tmpdir())).toBe(true);
    expect(existsSync(path.dirname(temporary))).toBe(false);
  });

  test('commits as the author of the request, else as the coding agent', async () => {
    const one = await session();
    const steps: [string, string][] = ['GIT_AUTHOR_NAME', 'GIT_COMMITTER_EMAIL'].map((name) => ['env', name]);
    const author = { name: 'Ada', email: 'ada@example.com' };
    expect((await one.run([...steps, DONE], { author })).texts).toEqual([
      'GIT_AUTHOR_NAME=Ada',
      'GIT_COMMITTER_EMAIL=ada@example.com',
    ]);
    expect((await one.run([...steps, DONE])).texts).toEqual([
      'GIT_AUTHOR_NAME=Coding Agent',
      'GIT_COMMITTER_EMAIL=coding-agent@localhost',
    ]);
  });

  test('that gives no final record failed, whatever its exit code', async () => {
    const { result } = await (
      await session()
    ).run([
      ['stderr', 'broken'],
      ['exit', 0],
    ]);
    expect(result).toMatchObject({
      status: 'failed',
      errorCode: 'AgentCrashed',
      exitCode: 0,
      message: 'no result: broken',
    });
  });

  test('whose program is missing was not started', async () => {
    const command = () => ({ file: 'no-such-agent', args: [], environment: {}, files: [] });
    const { result } = await (await session({ adapter: { ...fakeCli, command } })).run([DONE]);
    expect(result).toMatchObject({
      status: 'failed',
      errorCode: 'AgentNotStarted',
      message: 'no-such-agent could not be started: it is not in the image, or its directory is gone',
    });
  });

  test('goes on after a line that cannot be read, and says so once', async () => {
    const { events, result } = await (
      await session()
    ).run([['line', 'no json'], ['line', 'nor this'], ['text', 'hi'], DONE]);
    expect(result.status).toBe('succeeded');
    expect(events.filter(({ event }) => event.type === 'notice').map(({ event }) => event)).toEqual([
      {
        type: 'notice',
        code: 'OutputUnreadable',
        message: 'a line of the agent could not be read; its result may lack something',
      },
    ]);
  });

  test('has its long texts cut and its secrets taken out', async () => {
    const one = await session();
    const token = `ghp_${'a1'.repeat(18)}`;
    const { texts, events } = await one.run([
      ['text', `the token ${token} here`],
      ['text', 'x'.repeat(300_000)],
      ['event', { type: 'tool', id: '1', name: 'bash', status: 'done', output: 'y'.repeat(5000) }],
      DONE,
    ]);
    expect(texts[0]).toBe('the token [removed] here');
    expect(texts[1]).toBe(`${'x'.repeat(262_144)}\n[cut: ${300_000 - 262_144} more characters]`);
    expect(events[3].event).toMatchObject({ output: `${'y'.repeat(4096)}\n[cut: 904 more characters]` });
  });

  test('notes where the workspace ends with the microVM', async () => {
    const home = workspace();
    const one = await session({ environment: { AGENT_WORKSPACE: '', HOME: home } });
    const { events, directory } = await one.run([DONE]);
    expect(directory).toBe(`${home}/workspace/work`);
    expect(events[1].event).toEqual({
      type: 'notice',
      code: 'WorkspaceNotPersistent',
      message: `${home}/workspace is no mounted storage: what is in it ends with the microVM`,
    });
  });
});

describe('the conversation', () => {
  test('goes on in the same directory', async () => {
    const one = await session();
    const { job } = await one.run([['note', { conversation: 'c-7' }], ['write', ['kept', 'here']], DONE]);
    const next = await one.run([['arguments'], ['read', 'kept'], DONE], { continues: job });
    expect(next.texts).toEqual(['--resume c-7', 'here']);
  });

  test('does not go on where there is none', async () => {
    const one = await session();
    const { job } = await one.run([DONE]);
    const { status, json } = await one.invoke({ prompt: prompt(DONE), continues: job });
    expect(status).toBe(400);
    expect(json.error).toMatchObject({
      code: 'ConversationNotFound',
      message: `this job cannot go on: it has no conversation: it ended before the agent began one (got '${job}'); allowed: a job of custom in this workspace; leave continues away to begin anew`,
    });
  });

  test('of another agent does not go on', async () => {
    const one = await session();
    const { job } = await one.run([['note', { conversation: 'c-7' }], DONE]);
    const other = await session({ adapter: { ...fakeCli, name: 'codex' } }, one.workspace);
    const { json } = await other.invoke({ prompt: prompt(DONE), continues: job });
    expect(json.error.what).toBe('this job cannot go on: it is one of custom');
  });
});

describe('the end of a job', () => {
  test('cancelled: its group is ended, and what left the group too', async () => {
    const one = await session();
    const job = await one.begin([['escape'], ['child'], ['text', 'ready'], ['wait', 60_000]]);
    await until(() => readFileSync(one.eventsFile(job), 'utf8').includes('ready'));
    const pids = [...readFileSync(one.eventsFile(job), 'utf8').matchAll(/(?:escaped|child) (\d+)/g)].map(([, id]) =>
      Number(id),
    );
    expect(pids.map(isAlive)).toEqual([true, true]);
    expect((await one.invoke({ op: 'cancel', job })).json).toEqual({ job, status: 'cancelled' });
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect((await one.record(job)).result).toMatchObject({ errorCode: 'Cancelled', message: 'the job was cancelled' });
    // again it changes nothing
    expect((await one.invoke({ op: 'cancel', job })).json).toEqual({ job, status: 'cancelled' });
  });

  test('killed after the grace time, if it does not want to', async () => {
    const one = await session();
    const job = await one.begin([['ignoreTerm'], ['text', 'ready'], ['wait', 60_000]]);
    await until(() => readFileSync(one.eventsFile(job), 'utf8').includes('ready'));
    const start = Date.now();
    await one.invoke({ op: 'cancel', job });
    expect(Date.now() - start).toBeGreaterThan(4500);
    expect((await one.record(job)).result?.text).toBe('not yet');
  });

  test('its own leaves nothing behind either', async () => {
    const { texts, result } = await (await session()).run([['escape'], ['child'], DONE, ['exit', 0]]);
    expect(result.status).toBe('succeeded');
    expect(texts.map((text) => isAlive(Number(text.split(' ')[1])))).toEqual([false, false]);
  });

  test('by its own clock', async () => {
    const { result } = await (
      await session()
    ).run(
      [
        ['text', 'a'],
        ['wait', 60_000],
      ],
      { limits: { minutes: 0.01 } },
    );
    expect(result).toMatchObject({
      status: 'limitReached',
      errorCode: 'TimeLimit',
      message: 'the job ran longer than its limit',
    });
  });

  test('by the clock of the agent, where the request asks for more', async () => {
    const one = await session({ settings: { limits: { minutes: 0.01 } } });
    expect((await one.run([['wait', 60_000]], { limits: { minutes: 30 } })).result.errorCode).toBe('TimeLimit');
  });

  test.each([
    ['turns', { turns: 2 }, { turns: 3 }, 'TurnLimit', 'the job took more turns than its limit'],
    ['dollars', { dollars: 0.5 }, { dollars: 0.6 }, 'DollarLimit', 'the job spent more than its limit'],
    ['dollars by prices', { dollars: 1 }, { tokens: TOKENS }, 'DollarLimit', 'the job spent more than its limit'],
  ])('by its %s', async (_, limits, spent, errorCode, message) => {
    const one = await session({ settings: { prices: { input: 2, output: 10 } } });
    const { result } = await one.run(
      [
        ['note', spent],
        ['wait', 60_000],
      ],
      { limits },
    );
    expect(result).toMatchObject({ status: 'limitReached', errorCode, message });
  });

  test('by a file that names its spending', async () => {
    const file = path.join(workspace(), 'rollout.jsonl');
    const find = () => Promise.resolve(existsSync(file) ? file : null);
    const meter = () => ({ find, line: (line: string) => ({ tokens: JSON.parse(line), dollars: null }) });
    const one = await session({ adapter: { ...fakeCli, meter }, settings: { prices: { input: 2, output: 10 } } });
    const { result, events } = await one.run(
      [
        ['append', [file, `${JSON.stringify(TOKENS)}\n`]],
        ['wait', 60_000],
      ],
      {
        limits: { dollars: 1.5 },
      },
    );
    expect(result).toMatchObject({ errorCode: 'DollarLimit', tokens: TOKENS, dollars: 2, dollarsFrom: 'prices' });
    expect(events.map(({ event }) => event)).toContainEqual({ type: 'usage', tokens: TOKENS, dollars: 2 });
  });

  test('with the session: interrupted, and written down', async () => {
    const one = await session();
    const job = await one.begin([['wait', 60_000]]);
    const watching = one.invoke({ op: 'attach', job });
    await one.jobs.shutDown();
    expect((await watching).events.at(-1)?.event).toMatchObject({
      result: { status: 'interrupted', errorCode: 'Interrupted' },
    });
    expect(JSON.parse(readFileSync(one.recordFile(job), 'utf8'))).toMatchObject({
      status: 'interrupted',
      result: { message: 'the session ended while the job ran' },
    });
    const { status, json } = await one.invoke({ prompt: 'x' });
    expect([status, json.error.code]).toEqual([503, 'SessionEnding']);
  });
});

describe('while a job is being started', () => {
  /** holds the first record of a job back, once it is written */
  function heldBack(): { begun: Promise<void>; goOn: () => void } {
    let [begin, goOn] = [() => {}, () => {}];
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const go = new Promise<void>((resolve) => (goOn = resolve));
    const save = Reflect.get<typeof Journal.prototype, 'save'>(Journal.prototype, 'save');
    jest.spyOn(Journal.prototype, 'save').mockImplementationOnce(async function (this: Journal, record) {
      await save.call(this, record);
      begin();
      await go;
    });
    return { begun, goOn };
  }

  test('whoever asks sees it run, and does it no harm', async () => {
    const one = await session();
    const { begun, goOn } = heldBack();
    const starting = one.invoke({ prompt: prompt(['text', 'hello'], DONE) });
    await begun;
    const [{ job, status }] = (await one.invoke({ op: 'list' })).json.jobs;
    expect([status, (await one.record(job)).status]).toEqual(['running', 'running']);
    const watching = one.invoke({ op: 'attach', job });
    goOn();
    expect((await starting).events.map(({ event }) => event.type)).toEqual(['started', 'text', 'result']);
    expect((await watching).events).toEqual((await starting).events);
    expect((await one.record(job)).status).toBe('succeeded');
  });

  test('it can be cancelled', async () => {
    const one = await session();
    const { begun, goOn } = heldBack();
    const starting = one.begin([['wait', 600_000]]);
    await begun;
    const [{ job }] = (await one.invoke({ op: 'list' })).json.jobs;
    const cancelled = one.invoke({ op: 'cancel', job });
    goOn();
    expect((await cancelled).json).toEqual({ job: await starting, status: 'cancelled' });
  });
});

describe('limits that cannot be held', () => {
  test('are refused, with the agents that can', async () => {
    const one = await session({ adapter: { ...fakeCli, limits: ['minutes'] } });
    const { status, json } = await one.invoke({ prompt: prompt(DONE), limits: { turns: 5 } });
    expect([status, json.error.code]).toEqual([400, 'LimitNotSupported']);
    expect(json.error.message).toBe(
      "custom cannot hold a limit of turns (got 5); allowed: turns with claude-code, gemini-cli; leave limits.turns away, in the request and in the agent's settings, and use limits.minutes",
    );
    expect((await one.invoke({ op: 'list' })).json.jobs).toEqual([]);
  });

  test('of dollars are refused where no price is known', async () => {
    const one = await session({ settings: { model: 'gpt-99' } });
    const { json } = await one.invoke({ prompt: prompt(DONE), limits: { dollars: 5 } });
    expect(json.error.message).toBe(
      "a limit of dollars cannot be held, since custom names none and the agent's settings no prices (got 5); allowed: dollars where prices are known; name the prices in the agent's settings, or use limits.minutes",
    );
  });
});

test('says how many processes the agent left running, which end with it', async () => {
  const one = await session();
  const left = 'sleep 61 >/dev/null 2>&1 & sleep 62 >/dev/null 2>&1 & setsid sleep 63 >/dev/null 2>&1 &';
  const { events } = await one.run([['shell', left], ['wait', 300], DONE]);
  const notices = events.flatMap(({ event }) => (event.type === 'notice' ? [event.message] : []));
  expect(notices).toEqual(['3 processes that the agent left running ended with it']);
  const none = await one.run([DONE]);
  expect(none.events.filter(({ event }) => event.type === 'notice')).toEqual([]);
});

describe('tests after the agent', () => {
  test('that pass', async () => {
    const { result, events } = await (
      await session()
    ).run([['write', ['made', '1']], DONE], { test: 'cat made && echo fine' });
    expect(result).toMatchObject({ status: 'succeeded', tests: { exitCode: 0, durationMs: expect.any(Number) } });
    expect(events.map(({ event }) => event)).toContainEqual({
      type: 'step',
      name: 'tests',
      status: 'done',
      detail: '1fine\n',
    });
  });

  test('that fail', async () => {
    const { result } = await (await session()).run([DONE], { test: 'sleep 300 & exit 7' });
    expect(result).toMatchObject({
      status: 'failed',
      errorCode: 'TestsFailed',
      message: 'the agent succeeded, but the test command ended with exit code 7',
      exitCode: 0,
      tests: { exitCode: 7 },
    });
  });

  test('end with the job', async () => {
    const { result } = await (await session()).run([DONE], { test: 'sleep 300', limits: { minutes: 0.02 } });
    expect(result).toMatchObject({ status: 'limitReached', errorCode: 'TimeLimit', tests: { exitCode: null } });
  });

  test('do not run where the agent failed', async () => {
    const { result } = await (await session()).run([['exit', 1]], { test: 'touch ran' });
    expect(result.tests).toBeNull();
  });
});

describe('another microVM on the same workspace', () => {
  const died = new AbortController();
  let held: jest.SpyInstance | undefined;
  // before the sessions are stopped, which waits for the job
  afterEach(() => {
    died.abort();
    held?.mockRestore();
  });

  test('reports a job of one that died as interrupted, once, and kills what is left of it', async () => {
    const one = await session();
    const job = await one.begin([
      ['note', { conversation: 'c-9' }],
      ['text', 'ready'],
      ['wait', 60_000],
    ]);
    await until(() => readFileSync(one.eventsFile(job), 'utf8').includes('ready'));
    // the record is written beside the events, not before them
    await until(() => readFileSync(one.recordFile(job), 'utf8').includes('c-9'));
    // the first one is dead to all others, so it must not tell of the end that it sees from here
    const finish = Reflect.get<RunningJob, 'finish'>(RunningJob.prototype, 'finish');
    held = jest.spyOn(RunningJob.prototype, 'finish').mockImplementation(async function (this: RunningJob, change) {
      await (this.id === job && !died.signal.aborted && once(died.signal, 'abort'));
      return finish.call(this, change);
    });
    appendFileSync(one.eventsFile(job), '{"id":99,"at":"2026');
    const two = await session({}, one.workspace);
    const [first, second] = await Promise.all([two.record(job), two.record(job)]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({
      status: 'interrupted',
      conversation: 'c-9',
      result: { errorCode: 'Interrupted', exitCode: null },
    });
    const { events } = await two.invoke({ op: 'attach', job });
    expect(events.map(({ id, event }) => [id, event.type])).toEqual([
      [1, 'started'],
      [2, 'text'],
      [3, 'result'],
    ]);
    expect((await two.invoke({ op: 'list' })).json.jobs[0]).toMatchObject({
      job,
      status: 'interrupted',
      errorCode: 'Interrupted',
    });
    const next = await two.run([['arguments'], DONE], { continues: job });
    expect(next.texts).toEqual(['--resume c-9']);
  });

  test('takes over a result that was written before the record', async () => {
    const one = await session();
    const { job, result } = await one.run([DONE]);
    const record = JSON.parse(readFileSync(one.recordFile(job), 'utf8'));
    writeFileSync(one.recordFile(job), JSON.stringify({ ...record, status: 'running', result: null, endedAt: null }));
    const two = await session({}, one.workspace);
    expect(await two.record(job)).toMatchObject({ status: 'succeeded', result });
    expect((await two.invoke({ op: 'attach', job })).events).toHaveLength(2);
  });

  test.each([
    ['of another version', '{"version":2}'],
    ['that is no JSON', '{"version":1,"id'],
    ['that is empty', ''],
  ])('passes over a journal %s', async (_, content) => {
    const one = await session();
    const { job } = await one.run([DONE]);
    const kept = await one.run([DONE]);
    writeFileSync(one.recordFile(job), content);
    const { json } = await one.invoke({ op: 'list' });
    expect(json.jobs.map((each: { job: string }) => each.job)).toEqual([kept.job]);
    expect(json.notices).toEqual([{ code: 'JournalSkipped', job, message: 'its journal cannot be read' }]);
    expect((await one.invoke({ op: 'get', job })).status).toBe(404);
  });
});

test('nothing is written before the first request', async () => {
  const one = await session();
  await one.ping();
  expect(readdirSync(one.workspace)).toEqual([]);
});
