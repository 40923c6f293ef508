/*
 * How long `/ping` takes while a job prints 10 MB/s, without a watcher and with one that takes every event. After each
 * question the same one goes to a server of node alone that has nothing else to do: what it takes is the machine.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from '../figures';
import type { Target } from '../figures';
import { firstLine, request, Session, startBare, stopped } from './processes';

const MB_PER_SECOND = 10;
/** the journal of one job holds 100 MB */
const SECONDS = 8;
const EVERY_MS = 4;
const LONGEST_P99_MS = 5;

/** Takes all events as they come and keeps none; tells how many bytes there were. */
const WATCHER = `const [url, job] = process.argv.slice(1);
  let bytes = 0;
  const request = require('node:http').request(url + '/invocations', { method: 'POST' });
  request.on('response', (response) => response.on('data', (part) => (bytes += part.length)));
  request.on('close', () => console.log(bytes)).end(JSON.stringify({ op: 'attach', job }));`;

export interface PingFigures {
  /** megabytes of events that each watcher got */
  readonly watched: number[];
  /** milliseconds of each question */
  readonly server: number[];
  readonly bare: number[];
  /** of the agent's output that the server took */
  readonly megabytesPerSecond: number;
}

export async function measurePing(): Promise<{ figures: PingFigures[]; targets: Target[] }> {
  const figures = [await underLoad(0), await underLoad(1)];
  return { figures, targets: figures.map(targetOf) };
}

async function underLoad(watchers: number): Promise<PingFigures> {
  const [session, bare] = [await Session.start(), await startBare()];
  const watching: ChildProcess[] = [];
  try {
    const job = await session.job(MB_PER_SECOND, SECONDS);
    for (let i = 0; i < watchers; i++) {
      watching.push(
        spawn(process.execPath, ['-e', WATCHER, session.url, job], { stdio: ['ignore', 'pipe', 'inherit'] }),
      );
    }
    const taken = watching.map((watcher) => firstLine(watcher));
    // no other request meanwhile: who asks for the result is looked up, and that takes the server some milliseconds
    const { server, beside } = await asked(session.url, bare.url, wait(SECONDS * 1000));
    const { megabytes, seconds } = JSON.parse(await session.result(job)) as { megabytes: number; seconds: number };
    const watched = (await Promise.all(taken)).map((bytes) => Number(bytes) / 1_000_000);
    return { watched, server, bare: beside, megabytesPerSecond: megabytes / seconds };
  } finally {
    await Promise.all([session.stop(), stopped(bare.child), ...watching.map(stopped)]);
  }
}

/** in turn, until the job has ended */
async function asked(
  url: string,
  bareUrl: string,
  end: Promise<unknown>,
): Promise<Record<'server' | 'beside', number[]>> {
  const [server, beside]: number[][] = [[], []];
  let isRunning = true;
  const over = () => (isRunning = false);
  end.then(over, over);
  // what runs for the first time is slower, in the server and here
  for (let i = 0; i < 100; i++) {
    await Promise.all([timed(url), timed(bareUrl)]);
  }
  while (isRunning) {
    server.push(await timed(url));
    beside.push(await timed(bareUrl));
    await wait(EVERY_MS);
  }
  return { server, beside };
}

async function timed(url: string): Promise<number> {
  const start = performance.now();
  const { status } = await request(`${url}/ping`);
  if (status !== 200) {
    throw new Error(`/ping answered ${status}`);
  }
  return performance.now() - start;
}

export function percentile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function targetOf({ watched, server, bare, megabytesPerSecond }: PingFigures): Target {
  const p99 = percentile(server, 0.99);
  const who = watched.length === 0 ? 'without a watcher' : 'with one watcher';
  const taken = watched.map((megabytes) => `, who got ${megabytes.toFixed(0)} MB`).join('');
  const rest = `median ${median(server).toFixed(2)}, longest ${Math.max(...server).toFixed(1)}, of ${server.length}`;
  const beside = `node alone ${percentile(bare, 0.99).toFixed(2)}, longest ${Math.max(...bare).toFixed(1)}`;
  return {
    wanted: `/ping at ${MB_PER_SECOND} MB/s ${who}: p99 at most ${LONGEST_P99_MS} ms`,
    measured: `${p99.toFixed(2)} ms (${rest}; ${beside}) at ${megabytesPerSecond.toFixed(1)} MB/s${taken}`,
    reached: p99 <= LONGEST_P99_MS,
  };
}
