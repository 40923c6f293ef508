import type { JobResult } from '../contract';
import { runCommand } from './command';
import { LONGEST_DETAIL } from './event-text';
import { Tail } from './lines';
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
  const clock = AbortSignal.timeout(minutes * 60_000);
  const stop = AbortSignal.any([clock, job.signal]);
  const code = await runCommand({
    file: 'bash',
    args: ['-c', command],
    directory: job.record.directory,
    environment,
    signal: stop,
    stdout: (part) => tail.add(part),
    stderr: (part) => tail.add(part),
  }).catch(() => null);
  killOrphans(job);
  const exitCode = stop.aborted ? null : code;
  const said = clock.aborted ? `${tail.text}\n[ended after ${minutes} minutes]` : tail.text;
  job.emit({ type: 'step', name: 'tests', status: exitCode === 0 ? 'done' : 'failed', detail: said });
  return { exitCode, durationMs: Math.round(performance.now() - start) };
}
