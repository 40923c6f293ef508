import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request, createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nameOf, processIds, statOf } from '../../../images/session/process/processes';
import { Shells } from '../../../images/session/server/shells';
import { endedSource } from '../../../images/session/journal/event-file';
import { sendEvents } from '../../../images/session/server/sse';
import { DONE, TestSession, eventsOf, prompt, textsOf, until, useSessions } from '../session';

const { session, workspace } = useSessions();

/** a watcher that can stop reading, or go */
async function watch(url: string, body: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/invocations`, { method: 'POST' }, resolve);
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

/** what leads the session that another process opened on a new terminal */
function leaderOf(opener: number): number | undefined {
  return processIds().find((id) => {
    const stat = statOf(id);
    return stat?.parent === opener && stat.session === id && stat.terminal !== 0;
  });
}

describe('watchers', () => {
  test('several see the same, each from where they ask', async () => {
    const one = await session();
    const steps = Array.from({ length: 200 }, (_, index): [string, string][] => [['text', `t${index}`]]).flat();
    const job = await one.begin([...steps.slice(0, 100), ['wait', 200], ...steps.slice(100), DONE]);
    const answers = await Promise.all([0, 0, 50, 150, 1000].map((after) => one.invoke({ op: 'attach', job, after })));
    const ids = answers.map(({ events }) => events.map(({ id }) => id));
    const all = Array.from({ length: 202 }, (_, index) => index + 1);
    expect(ids).toEqual([all, all, all.slice(50), all.slice(150), []]);
  });

  test('one that goes does not end the job, and misses nothing when it comes back', async () => {
    const one = await session();
    const steps = Array.from({ length: 30 }, (_, index): [string, unknown][] => [
      ['text', `t${index}`],
      ['wait', 10],
    ]).flat();
    const response = await watch(one.url, { prompt: prompt(...steps, DONE) });
    let seen = '';
    for await (const part of response) {
      seen += String(part);
      if (seen.includes('t5')) {
        break;
      }
    }
    const before = eventsOf(seen.slice(0, seen.lastIndexOf('\n\n') + 2));
    const [{ job }] = (await one.invoke({ op: 'list' })).json.jobs;
    const { events } = await one.invoke({ op: 'attach', job, after: before.at(-1)!.id });
    expect(textsOf([...before, ...events])).toEqual(Array.from({ length: 30 }, (_, index) => `t${index}`));
  });

  test('another microVM replays what the first one wrote', async () => {
    const one = await session();
    const { job, events } = await one.run([['text', 'ü€😀'], DONE]);
    const two = await session({}, one.workspace);
    expect((await two.invoke({ op: 'attach', job })).events).toEqual(events);
    expect((await two.invoke({ op: 'attach', job, after: 2 })).events).toEqual(events.slice(2));
  });

  test('a slow one neither holds the job nor fills the memory', async () => {
    const one = await session();
    const response = await watch(one.url, { prompt: prompt(['flood', [40]], DONE) });
    response.pause();
    const [{ job }] = (await one.invoke({ op: 'list' })).json.jobs;
    await until(async () => (await one.record(job)).status === 'succeeded', 50_000);
    let length = 0;
    for await (const part of response) {
      length += (part as Buffer).length;
    }
    expect(length).toBeGreaterThan(40_000_000);
  });

  test('one that takes nothing is dropped', async () => {
    const one = await session();
    const { job } = await one.run([['flood', [20]], DONE]);
    const source = await endedSource(one.eventsFile(job));
    let sending: Promise<void> | undefined;
    const server = createServer((_, response) => void (sending = sendEvents(response, source, 0, 200)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const response = await watch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
    response.pause();
    await sending;
    await expect(response.toArray()).rejects.toThrow('aborted');
    server.close();
  });

  test('one that takes nothing is dropped, also where garbage was collected meanwhile', async () => {
    const one = await session();
    const { job } = await one.run([['flood', [20]], DONE]);
    const source = await endedSource(one.eventsFile(job));
    let response: ServerResponse | undefined;
    let sending: Promise<void> | undefined;
    const server = createServer((_, answer) => {
      response = answer;
      sending = sendEvents(answer, source, 0, 1000);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const watcher = await watch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
    watcher.pause();
    await until(() => response?.writableNeedDrain);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collecting = setInterval(collect, 100);
    await sending;
    clearInterval(collecting);
    await expect(watcher.toArray()).rejects.toThrow('aborted');
    server.close();
  });

  test('frames name the id and the type', async () => {
    const one = await session();
    const { job } = await one.run([DONE]);
    const response = await fetch(`${one.url}/invocations`, {
      method: 'POST',
      body: JSON.stringify({ op: 'attach', job }),
    });
    const [line] = readFileSync(one.eventsFile(job), 'utf8').split('\n');
    expect(await response.text()).toMatch(`id: 1\nevent: started\ndata: ${line}\n\nid: 2\nevent: result\ndata: {`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
  });
});

describe('/ping', () => {
  test('is busy while a job runs, and tells when that changed', async () => {
    const one = await session();
    const before = await one.ping();
    expect(before).toEqual({ status: 'Healthy', time_of_last_update: expect.any(Number) });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await one.ping()).toEqual(before);
    const job = await one.begin([['wait', 1500], DONE]);
    const busy = await one.ping();
    expect(busy.status).toBe('HealthyBusy');
    expect(busy.time_of_last_update).toBeGreaterThan(before.time_of_last_update);
    await one.invoke({ op: 'attach', job });
    await until(async () => (await one.ping()).status === 'Healthy');
    expect((await one.ping()).time_of_last_update).toBeGreaterThan(busy.time_of_last_update);
  });

  // what opens the terminal may run the shell itself, or let another one start it: that one waits in the background for ever
  test.each([
    ['the first process of its terminal', 'exec bash --norc -i'],
    ['started by another shell', 'bash --norc -i; true'],
  ])('is busy while a shell of someone runs a command, or was used lately: %s', async (_, line) => {
    const shell = spawn('script', ['-qc', line, '/dev/null'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      await until(() => new Shells(60_000, 0).isBusy && leaderOf(shell.pid!) !== undefined);
      const { startedAt, terminal } = statOf(leaderOf(shell.pid!)!)!;
      // this machine may have other terminals, in which others work
      const here = () => processIds().filter((id) => statOf(id)?.terminal === terminal);
      const now = new Shells(0, 0, startedAt, here);
      await until(() => here().some((id) => nameOf(id) === 'bash') && !now.isBusy);
      shell.stdin.write('sleep 1\n');
      await until(() => now.isBusy);
      await until(() => !now.isBusy);
      expect(new Shells(60_000, 0, startedAt, here).isBusy).toBe(true);
      expect(new Shells(60_000, 0, startedAt + 1, here).isBusy).toBe(false);
      const one = await new TestSession(workspace(), {}, new Shells(60_000, 0, startedAt, here)).start();
      expect((await one.ping()).status).toBe('HealthyBusy');
      await one.stop();
    } finally {
      shell.stdin.end('exit\n');
      shell.kill();
    }
  });

  test('is busy while a program runs that a terminal was opened for', async () => {
    const opener = spawn('script', ['-qc', 'exec sleep 600', '/dev/null'], { stdio: 'ignore' });
    try {
      await until(() => leaderOf(opener.pid!) !== undefined && nameOf(leaderOf(opener.pid!)!) === 'sleep');
      const leader = leaderOf(opener.pid!)!;
      expect(new Shells(0, 0, 0, () => [leader]).isBusy).toBe(true);
    } finally {
      opener.kill();
    }
  });

  test('looks for shells at most every two seconds', () => {
    const shells = new Shells(0, 60_000);
    const scan = jest.spyOn(shells as unknown as { scan(): boolean }, 'scan');
    for (let question = 0; question < 1000; question++) {
      expect(shells.isBusy).toBe(scan.mock.results[0].value);
    }
    expect(scan).toHaveBeenCalledTimes(1);
  });
});
