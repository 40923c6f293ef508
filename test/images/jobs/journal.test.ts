import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { AgentEvent } from '../../../images/session/contract';
import { EventLog } from '../../../images/session/journal/event-log';
import { repaired } from '../../../images/session/journal/event-file';
import { Journal } from '../../../images/session/journal/journal';
import { replay } from '../../../images/session/journal/replay';
import { newId } from '../../../images/session/shared/ids';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'journal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (length: number): AgentEvent => ({ type: 'text', text: 'x'.repeat(length) });

async function idsOf(log: EventLog, after = 0): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of replay(log, after, new AbortController().signal)) {
    ids.push(id);
  }
  return ids;
}

describe('events', () => {
  test('are read live with no gap and nothing twice, wherever a watcher begins', async () => {
    const log = await EventLog.create(path.join(folder, 'events.jsonl'));
    const watching: Promise<number[]>[] = [];
    for (let id = 1; id <= 3000; id++) {
      log.append(text(id % 500));
      if (id % 100 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        watching.push(idsOf(log, id - 50));
      }
    }
    await log.end();
    const all = Array.from({ length: 3000 }, (_, index) => index + 1);
    expect(await Promise.all(watching)).toEqual(watching.map((_, index) => all.slice((index + 1) * 100 - 50)));
  });

  test('hold their writer back while the disk is behind', async () => {
    const log = await EventLog.create(path.join(folder, 'events.jsonl'));
    for (let count = 0; count < 20; count++) {
      log.append(text(100_000));
    }
    const before = log.size;
    await log.room();
    expect([before, log.size > 2_000_000]).toEqual([0, true]);
    await log.end();
  });

  test('are bounded: texts end at 100 MB, the result does not', async () => {
    const log = await EventLog.create(path.join(folder, 'events.jsonl'));
    for (let count = 0; count < 450; count++) {
      log.append(text(250_000));
      await log.room();
    }
    log.append({ type: 'notice', code: 'Last', message: 'kept' });
    await log.end();
    const end = readFileSync(log.file, 'utf8')
      .slice(-1000)
      .trim()
      .split('\n')
      .slice(-2)
      .map((line) => JSON.parse(line).event);
    expect(log.size).toBeLessThan(106_000_000);
    expect(end).toEqual([
      {
        type: 'notice',
        code: 'JournalFull',
        message: 'the journal of this job is full: texts and tools are no longer kept, the result will be',
      },
      { type: 'notice', code: 'Last', message: 'kept' },
    ]);
  });

  test('are bounded of every type: after 101 MB only the result is kept', async () => {
    const log = await EventLog.create(path.join(folder, 'events.jsonl'));
    for (let count = 0; count < 120_000; count++) {
      log.append({ type: 'notice', code: 'Flood', message: 'x'.repeat(1000) });
      await log.room();
    }
    log.append({ type: 'result', result: { status: 'succeeded' } as never });
    await log.end();
    expect(log.size).toBeLessThan(108_000_000);
    expect(readFileSync(log.file, 'utf8').trimEnd().split('\n').at(-1)).toContain('"type":"result"');
  });

  test('on a full disk get lost, the job goes on', async () => {
    const written = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    const log = await EventLog.create('/dev/full', 'r+');
    log.append(text(10));
    await log.room();
    await log.end();
    expect(log.size).toBe(0);
    expect(JSON.parse(String(written.mock.calls[0][0]))).toMatchObject({ event: 'journal.lost', cause: 'ENOSPC' });
    written.mockRestore();
  });

  test('a half line at the end is taken away', async () => {
    const log = await EventLog.create(path.join(folder, 'events.jsonl'));
    log.append(text(10));
    log.append(text(20));
    await log.end();
    truncateSync(log.file, log.size - 5);
    expect(await repaired(log.file)).toMatchObject({ id: 1 });
    expect(readFileSync(log.file, 'utf8').split('\n')).toHaveLength(2);
    expect(await repaired(path.join(folder, 'none'))).toBeUndefined();
  });
});

describe('the journal', () => {
  const make = (at: number, bytes: number): string => {
    const id = newId(new Date(at));
    mkdirSync(path.join(folder, id));
    writeFileSync(path.join(folder, id, 'events.jsonl'), '');
    truncateSync(path.join(folder, id, 'events.jsonl'), bytes);
    return id;
  };
  const left = (ids: string[]) => ids.map((id) => existsSync(path.join(folder, id)));

  test('keeps the newest 100 jobs', async () => {
    const ids = Array.from({ length: 103 }, (_, index) => make(1_000_000 + index, 10));
    await new Journal(folder).tidy([ids[1]]);
    expect(left(ids.slice(0, 5))).toEqual([false, true, false, true, true]);
  });

  test('keeps 200 MB', async () => {
    const ids = [make(1, 10), make(2, 150 * 1024 * 1024), make(3, 100 * 1024 * 1024)];
    await new Journal(folder).tidy([]);
    expect(left(ids)).toEqual([false, false, true]);
  });

  test('takes nothing for a job that is none', async () => {
    const journal = new Journal(folder);
    mkdirSync(path.join(folder, 'litter'));
    expect(await journal.ids()).toEqual([]);
    expect(journal.has('..')).toBe(false);
  });
});
