/* A storage that is full: how a job ended is told all the same, and written as soon as that can be. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { EventLog } from '../../../images/session/journal/event-log';
import { Journal } from '../../../images/session/journal/journal';
import { replay } from '../../../images/session/journal/replay';
import { DONE, until, useSessions } from '../session';
import type { TestSession } from '../session';

const { session, workspace } = useSessions();
const RESULT = { type: 'result', result: { status: 'succeeded' } as never } as const;

/** from now on nothing of the running job can be written, until it is called again */
function fill(one: TestSession): () => void {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const { log } = (one.jobs as unknown as { current: { log: { handle: { write: unknown } } } }).current;
  log.handle.write = () => Promise.reject(full);
  const spy = jest.spyOn(Journal.prototype, 'save').mockRejectedValue(full);
  return () => spy.mockRestore();
}

/** a job that goes on when its storage is full */
async function onFullDisk(one: TestSession): Promise<{ job: string; empty: () => void }> {
  const go = path.join(workspace(), 'go');
  const job = await one.begin([['text', 'ready'], ['until', go], DONE]);
  await until(() => readFileSync(one.eventsFile(job), 'utf8').includes('ready'));
  const empty = fill(one);
  writeFileSync(go, '');
  return { job, empty };
}

async function seen(log: EventLog): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of replay(log, 0, new AbortController().signal)) {
    types.push(type);
  }
  return types;
}

describe('the result of a job', () => {
  test('reaches its watchers, now and later, where nothing at all can be written', async () => {
    const log = await EventLog.create('/dev/full', 'r+');
    log.append(RESULT);
    await log.end();
    expect(await seen(log)).toEqual(['result']);
  });

  test('reaches them once, after what could be written', async () => {
    const log = await EventLog.create(path.join(workspace(), 'events.jsonl'));
    log.append({ type: 'text', text: 'hello' });
    await log.flush();
    const { handle } = log as unknown as { handle: { write: unknown } };
    handle.write = () => Promise.reject(new Error('full'));
    const watching = seen(log);
    log.append(RESULT);
    await log.end();
    expect(await watching).toEqual(['text', 'result']);
    appendFileSync(log.file, log.unwritten);
    expect(await seen(Object.create(log, { size: { value: readFileSync(log.file).length } }))).toEqual([
      'text',
      'result',
    ]);
  });

  test('is the last of its events, also where some before it were lost', async () => {
    const log = await EventLog.create(path.join(workspace(), 'events.jsonl'));
    const handle = (log as unknown as { handle: { write: unknown } }).handle;
    const { write } = handle;
    handle.write = () => Promise.reject(new Error('full'));
    log.append({ type: 'text', text: 'hello' });
    await log.flush();
    handle.write = write;
    log.append(RESULT);
    await log.end();
    expect(await seen(log)).toEqual(['notice', 'result']);
  });
});

describe('a job on a full disk', () => {
  test('is told as it ended, also after the next one, and written when there is space', async () => {
    const one = await session();
    const { job, empty } = await onFullDisk(one);
    const { events } = await one.invoke({ op: 'attach', job });
    expect(events.at(-1)?.event).toMatchObject({ type: 'result', result: { status: 'succeeded' } });
    expect(await one.record(job)).toMatchObject({ status: 'succeeded' });
    const again = await one.invoke({ op: 'attach', job, after: events.at(-1)!.id - 1 });
    expect(again.events).toEqual(events.slice(-1));
    expect(JSON.parse(readFileSync(one.recordFile(job), 'utf8')).status).toBe('running');
    empty();
    expect((await one.run([DONE])).result.status).toBe('succeeded');
    expect(JSON.parse(readFileSync(one.recordFile(job), 'utf8')).status).toBe('succeeded');
    const two = await session({}, one.workspace);
    expect(await two.record(job)).toMatchObject({ status: 'succeeded' });
    expect((await two.invoke({ op: 'attach', job })).events.at(-1)).toEqual(events.at(-1));
  });

  test('is written by the next question', async () => {
    const one = await session();
    const { job, empty } = await onFullDisk(one);
    await one.invoke({ op: 'attach', job });
    empty();
    await one.invoke({ op: 'list' });
    expect(JSON.parse(readFileSync(one.recordFile(job), 'utf8')).status).toBe('succeeded');
    expect(readFileSync(one.eventsFile(job), 'utf8').match(/"type":"result"/g)).toHaveLength(1);
  });
});
