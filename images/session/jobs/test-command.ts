import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { JobResult } from '../contract';
import { LONGEST_DETAIL } from './event-text';
import { Tail } from './lines';
import { endGroup, killOrphans } from './process-group';
import type { RunningJob } from './running-job';

/** or what is left of the job */
export const TEST_MINUTES = 10;
/** for the last words, should something still hold the pipe */
const PIPE_MS = 1000;

/** Runs the command that judges the work, in a process group of its own. */
export async function runTests(
  job: RunningJob,
  command: string,
  environment: Record<string, string>,
  minutes = TEST_MINUTES,
): Promise<NonNullable<JobResult['tests']>> {
  job.signal.throwIfAborted();
  job.emit({ type: 'step', name: 'tests', status: 'started', detail: command });
  const start = performance.now();
  const tail = new Tail(LONGEST_DETAIL);
  const clock = AbortSignal.timeout(minutes * 60_000);
  const child = spawn('bash', ['-c', command], {
    cwd: job.record.directory,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (part: Buffer) => tail.add(part));
  child.stderr.on('data', (part: Buffer) => tail.add(part));
  const stop = AbortSignal.any([clock, job.signal]);
  const end = () => void (child.pid !== undefined && endGroup(child.pid));
  stop.addEventListener('abort', end, { once: true });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  stop.removeEventListener('abort', end);
  if (child.pid !== undefined) {
    await endGroup(child.pid);
  }
  killOrphans(job.id);
  await Promise.race([closed, wait(PIPE_MS, undefined, { ref: false })]);
  const exitCode = stop.aborted ? null : code;
  const said = clock.aborted ? `${tail.text}\n[ended after ${minutes} minutes]` : tail.text;
  job.emit({ type: 'step', name: 'tests', status: exitCode === 0 ? 'done' : 'failed', detail: said });
  return { exitCode, durationMs: Math.round(performance.now() - start) };
}
