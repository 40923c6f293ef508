import type { JobResult } from '../contract';
import { runCommand } from '../process/command';
import { LONGEST_DETAIL } from '../journal/event-text';
import { Tail } from '../process/lines';
import { killOrphans } from './orphans';
import type { RunningJob } from './running-job';

/** or what is left of the job */
const TEST_MINUTES = 10;

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
  // no `AbortSignal.any`: Node 20 collects its result as garbage before it fires
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  let isLate = false;
  const clock = setTimeout(() => {
    isLate = true;
    stop();
  }, minutes * 60_000);
  job.signal.addEventListener('abort', stop, { once: true });
  const code = await runCommand({
    file: 'bash',
    args: ['-c', command],
    directory: job.record.directory,
    environment,
    signal: stopping.signal,
    stdout: (part) => tail.add(part),
    stderr: (part) => tail.add(part),
  }).catch(() => null);
  clearTimeout(clock);
  job.signal.removeEventListener('abort', stop);
  killOrphans(job);
  const exitCode = stopping.signal.aborted ? null : code;
  const text = tail.scrubbed(job.scrubber);
  const said = isLate ? `${text}\n[ended after ${minutes} minutes]` : text;
  job.emit({ type: 'step', name: 'tests', status: exitCode === 0 ? 'done' : 'failed', detail: said });
  return { exitCode, durationMs: Math.round(performance.now() - start) };
}
