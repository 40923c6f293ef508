import { openPlain } from '../shared/files';
import type { EventSource } from './event-log';

/** An event as it goes to a watcher: its line in the file, not parsed again. */
interface Frame {
  readonly id: number;
  readonly type: string;
  readonly data: string;
}

const CHUNK = 64 * 1024;
/** what is longer is none of our lines */
const LONGEST_LINE = 8 * 1024 * 1024;
const NO_LINE = Buffer.from('!');
/** how `EventLog` writes; anything else in the file is passed over */
const LINE = /^\{"id":(\d+),"at":"[^"]{0,40}","event":\{"type":"([a-z]{1,20})"/;

/** The events after an id, then what is new until the job ends or the signal says stop. */
export async function* replay(source: EventSource, after: number, signal: AbortSignal): AsyncGenerator<Frame> {
  if (source.ended && source.size === 0) {
    yield* framesOf(source.unwritten, after);
    return;
  }
  let last = after;
  const handle = await openPlain(source.file);
  try {
    let rest: Buffer[] = [];
    let restLength = 0;
    let offset = 0;
    while (!signal.aborted) {
      const length = Math.min(CHUNK, source.size - offset);
      if (length > 0) {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
        offset += bytesRead;
        const data = buffer.subarray(0, bytesRead);
        const end = data.lastIndexOf(10) + 1;
        if (end > 0) {
          for (const frame of framesOf(Buffer.concat([...rest, data.subarray(0, end)]).toString('utf8'), after)) {
            last = frame.id;
            yield frame;
          }
          [rest, restLength] = [[], 0];
        }
        restLength += bytesRead - end;
        rest = restLength > LONGEST_LINE ? [NO_LINE] : [...rest, data.subarray(end)];
        if (bytesRead > 0) {
          continue;
        }
      }
      if (source.ended) {
        // it may have been written meanwhile
        yield* framesOf(source.unwritten, last);
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
