import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { endGroup } from './process-group';

/** for the last words: what left the process group may hold the pipe for ever */
const PIPE_MS = 1000;

interface CommandOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Record<string, string>;
  /** ends the process group */
  readonly signal: AbortSignal;
  readonly stdout: (part: Buffer) => void;
  readonly stderr: (part: Buffer) => void;
}

/**
 * Runs a program without input, in a separate process group, and returns its exit code; null if a signal ended it.
 *
 * Errors: that of the system if it could not be started.
 */
export async function runCommand(options: CommandOptions): Promise<number | null> {
  const { file, args, directory: cwd, environment: env, signal } = options;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', options.stdout);
  child.stderr.on('data', options.stderr);
  const stop = () => void (child.pid !== undefined && endGroup(child.pid));
  signal.addEventListener('abort', stop, { once: true });
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    if (child.pid !== undefined) {
      await endGroup(child.pid);
      await Promise.race([closed, wait(PIPE_MS, undefined, { ref: false })]);
    }
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
