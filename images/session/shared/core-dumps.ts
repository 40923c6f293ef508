import { execFile } from 'node:child_process';
import { causeOf, warn } from './log';

let done: Promise<void> | undefined;

/**
 * From now on, neither this process nor any that it starts leaves a core file: the agent could end the bridge by a signal
 * and find the caller's token in one. Node cannot set limits, but `prlimit` can, where an image has it.
 */
export async function forbidCoreDumps(): Promise<void> {
  done ??= new Promise((resolve) => {
    execFile('prlimit', ['--pid', String(process.pid), '--core=0:0'], (error) => {
      if (error !== null) {
        warn('coreDumps.allowed', { cause: causeOf(error) });
      }
      resolve();
    });
  });
  return done;
}
