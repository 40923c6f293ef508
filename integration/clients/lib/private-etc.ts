import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** Files on top of those in /etc, which only one program sees. Where a machine cannot do that, tests skip. */
export class PrivateEtc {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'etc-'));

  /** for the options of a test */
  public readonly skip: string | false;

  public constructor() {
    const why = this.obstacle();
    this.skip = why !== undefined && `SKIP: ${why}`;
  }

  /** Where a file of /etc comes from. Its folder is made. */
  public place(...names: string[]): string {
    const file = path.join(this.folder, ...names);
    mkdirSync(path.dirname(file), { recursive: true });
    return file;
  }

  public put(text: string, ...names: string[]): void {
    writeFileSync(this.place(...names), text);
  }

  /** A line for a shell, in which the files are there. */
  public with(line: string): string {
    const mount = `mount -t overlay overlay -o 'lowerdir=${this.folder}:/etc' /etc`;
    return `unshare --mount sh -c '${`${mount} && ${line}`.replaceAll("'", `'\\''`)}'`;
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private obstacle(): string | undefined {
    if (process.getuid?.() !== 0) {
      return 'needs root';
    }
    const { status, stderr, error } = spawnSync('/bin/sh', ['-c', this.with('true')], { encoding: 'utf8' });
    return status === 0 ? undefined : `needs unshare and overlay mounts: ${error?.message ?? stderr.trim()}`;
  }
}
