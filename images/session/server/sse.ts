import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EventSource } from '../journal/event-log';
import { replay } from '../journal/replay';
import { log } from '../shared/log';

/** proxies close what is silent */
const HEARTBEAT_MS = 15_000;
/** A watcher that takes nothing for so long is dropped. It can attach again after the last id that it has seen. */
const SLOW_MS = 30_000;

/** Sends the events of a job as server-sent events until it ends or the watcher goes. The job does not notice either. */
export async function sendEvents(
  response: ServerResponse,
  source: EventSource,
  after: number,
  slowMs = SLOW_MS,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.writableNeedDrain || response.write(': heartbeat\n\n'), HEARTBEAT_MS);
  try {
    for await (const { id, type, data } of replay(source, after, gone.signal)) {
      if (gone.signal.aborted) {
        return;
      }
      if (
        !response.write(`id: ${id}\nevent: ${type}\ndata: ${data}\n\n`) &&
        !(await drained(response, gone.signal, slowMs))
      ) {
        return;
      }
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
  }
}

/** Timers and not `AbortSignal.any`, whose result Node 20 collects as garbage before it fires. */
async function drained(response: ServerResponse, gone: AbortSignal, slowMs: number): Promise<boolean> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  const clock = setTimeout(stop, slowMs);
  gone.addEventListener('abort', stop, { once: true });
  try {
    gone.throwIfAborted();
    await once(response, 'drain', { signal: waiting.signal });
    return true;
  } catch {
    if (!gone.aborted) {
      log('watcher.dropped', { afterMs: slowMs });
      response.destroy();
    }
    return false;
  } finally {
    clearTimeout(clock);
    gone.removeEventListener('abort', stop);
  }
}
