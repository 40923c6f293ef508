import { constants } from 'node:fs';
import type { AgentEvent, JobResult, StoredEvent } from '../contract';
import { openPlain } from '../shared/files';
import { isObject, parsed } from '../shared/json';
import type { EventSource } from './event-log';
import { isResult } from './record';

const { O_APPEND, O_CREAT, O_RDWR } = constants;
/** the longest line is a text of 256 KB, each sign escaped as six */
const TAIL = 4 * 1024 * 1024;

/** Events of a job that ended; none if its file is gone, or is something else. `unwritten`: what the file lacks. */
export async function endedSource(file: string, unwritten = ''): Promise<EventSource> {
  let size = 0;
  try {
    const handle = await openPlain(file);
    size = (await handle.stat()).size;
    await handle.close();
  } catch {
    // a job whose events are gone still has its record
  }
  return { file, size, unwritten, ended: true, changed: () => Promise.resolve() };
}

/** Takes a half line away from the end, which a microVM that died left there, and tells the last event. */
export async function repaired(file: string): Promise<StoredEvent | undefined> {
  const handle = await openPlain(file, O_RDWR | O_CREAT);
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
    if (start + end < size) {
      await handle.truncate(start + end);
    }
    const lines = buffer.toString('utf8', 0, end).split('\n').reverse();
    return lines.map(eventOf).find((event) => event !== undefined);
  } finally {
    await handle.close();
  }
}

/** Adds an event to a file that nobody writes. */
export async function addEvent(file: string, id: number, at: Date, event: AgentEvent): Promise<void> {
  const stored: StoredEvent = { id, at: at.toISOString(), event };
  await addLine(file, `${JSON.stringify(stored)}\n`);
}

/** Adds the line of a result that could not be written before, unless there is one meanwhile. */
export async function addResult(file: string, line: string): Promise<void> {
  if (resultOf(await repaired(file)) === undefined) {
    await addLine(file, line);
  }
}

async function addLine(file: string, line: string): Promise<void> {
  const handle = await openPlain(file, O_RDWR | O_CREAT | O_APPEND);
  try {
    await handle.writeFile(line);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The result, if the job wrote it before its microVM ended. */
export function resultOf(last: StoredEvent | undefined): JobResult | undefined {
  return last?.event.type === 'result' && isResult(last.event.result) ? last.event.result : undefined;
}

function eventOf(line: string): StoredEvent | undefined {
  const value = parsed(line);
  return isObject(value) && Number.isInteger(value.id) && typeof value.at === 'string' && isObject(value.event)
    ? (value as unknown as StoredEvent)
    : undefined;
}
