import { open } from 'node:fs/promises';
import type { EventSource } from './event-log';

/** An event as it goes to a watcher: its line in the file, not parsed again. */
export interface Frame {
  readonly id: number;
  readonly type: string;
  readonly data: string;
}

const CHUNK = 64 * 1024;
/** how `EventLog` writes; anything else in the file is passed over */
const LINE = /^\{"id":(\d+),"at":"[^"]{0,40}","event":\{"type":"([a-z]{1,20})"/;

/** The events after an id, then what is new until the job ends or the signal says stop. */
export async function* replay(source: EventSource, after: number, signal: AbortSignal): AsyncGenerator<Frame> {
  if (source.ended && source.size === 0) {
    return;
  }
  const handle = await open(source.file, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    while (!signal.aborted) {
      const length = Math.min(CHUNK, source.size - offset);
      if (length > 0) {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
        offset += bytesRead;
        const data = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const end = data.lastIndexOf(10) + 1;
        rest = data.subarray(end);
        yield* framesOf(data.toString('utf8', 0, end), after);
        if (bytesRead > 0) {
          continue;
        }
      }
      if (source.ended) {
        return;
      }
      await source.changed(signal);
    }
  } finally {
    await handle.close();
  }
}

function* framesOf(text: string, after: number): Generator<Frame> {
  for (const line of text.split('\n')) {
    const found = LINE.exec(line);
    if (found !== null && Number(found[1]) > after && line.endsWith('}')) {
      yield { id: Number(found[1]), type: found[2], data: line };
    }
  }
}
