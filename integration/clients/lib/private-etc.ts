import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import * as path from 'node:path';

/** Why this machine gives no process files of its own in /etc; undefined where it does. */
export function noPrivateEtc(folder: string): string | undefined {
  if (process.getuid?.() !== 0) {
    return 'needs root';
  }
  mkdirSync(path.join(folder, 'etc'), { recursive: true });
  const { status, stderr, error } = spawnSync('/bin/sh', ['-c', withEtc(folder, 'true')], { encoding: 'utf8' });
  return status === 0 ? undefined : `needs unshare and overlay mounts: ${error?.message ?? stderr.trim()}`;
}

/** A line for a shell, in which /etc has the files of `<folder>/etc` on top; nobody else sees them. */
export function withEtc(folder: string, line: string): string {
  const mount = `mount -t overlay overlay -o 'lowerdir=${folder}/etc:/etc' /etc`;
  return `unshare --mount sh -c '${`${mount} && ${line}`.replaceAll("'", `'\\''`)}'`;
}
