import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';

/** Something that this machine or its registries lack; it says nothing about the packages. */
export class Missing extends Error {}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Record<string, string | undefined>;
}

const TAIL = 40;

/** Runs a command to its end, and throws with the end of its output when it fails. */
export function run(command: string, args: string[], { cwd, env }: RunOptions): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) {
    const output = `${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n').slice(-TAIL).join('\n');
    throw new Error(`${command} ${args.join(' ')}\n${error?.message ?? output}`);
  }
  return stdout;
}

/** The same, for what tells about the machine and not about the packages. */
export function need(what: string, command: string, args: string[], options: RunOptions): void {
  try {
    run(command, args, options);
  } catch (error) {
    const lines = (error as Error).message.split('\n').filter((line) => line.trim() !== '');
    throw new Missing(`${what}: ${lines[lines.length - 1].trim()}`);
  }
}

/** Whether the command goes well: a question, not a step. */
export function succeeds(command: string, args: string[], options: RunOptions): boolean {
  try {
    run(command, args, options);
    return true;
  } catch {
    return false;
  }
}

/** A program on the PATH. */
export function needTool(...names: string[]): void {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  for (const name of names) {
    if (!folders.some((folder) => existsSync(path.join(folder, name)))) {
      throw new Missing(`there is no ${name}`);
    }
  }
}
