import { existsSync, mkdirSync } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { JobRecord } from '../contract';
import { plainText } from '../shared/files';
import { isId } from '../shared/ids';
import { parsed } from '../shared/json';
import { causeOf, warn } from '../shared/log';
import { isRecord } from './record';

/** of the files; another one is not read */
const VERSION = 1;
/** a prompt of a million characters and a last text, as JSON can have them at worst */
const LARGEST_RECORD = 16 * 1024 * 1024;
/** whichever comes first */
const MOST_JOBS = 100;
const MOST_BYTES = 200 * 1024 * 1024;

/** The jobs of a workspace: a folder each, with `job.json` and `events.jsonl`. */
export class Journal {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  public eventsOf(id: string): string {
    return path.join(this.folder, id, 'events.jsonl');
  }

  public create(id: string): void {
    mkdirSync(path.join(this.folder, id), { recursive: true, mode: 0o700 });
  }

  public has(id: string): boolean {
    return isId(id) && existsSync(path.join(this.folder, id));
  }

  /** Replaces the record as a whole: whoever reads it sees the old or the new one. */
  public async save(record: JobRecord): Promise<void> {
    const file = path.join(this.folder, record.id, 'job.json');
    await rm(`${file}.new`, { force: true });
    const handle = await open(`${file}.new`, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ version: VERSION, ...record }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }

  /** Another microVM of the session that took this one for dead has told how the job ended: that stays. */
  public async saveUnlessEnded(record: JobRecord): Promise<void> {
    const stored = await this.load(record.id);
    if (stored === undefined || stored.status === 'running') {
      await this.save(record);
    } else {
      warn('journal.settledElsewhere', { job: record.id });
    }
  }

  /** The record, or undefined if there is none that can be read. */
  public async load(id: string): Promise<JobRecord | undefined> {
    if (!this.has(id)) {
      return undefined;
    }
    const value = parsed((await plainText(path.join(this.folder, id, 'job.json'), LARGEST_RECORD)) ?? '');
    if (!isRecord(value, id) || value.version !== VERSION) {
      warn('journal.skipped', { job: id });
      return undefined;
    }
    const { version: _, ...record } = value;
    return record;
  }

  /** Ids of the jobs that are kept, newest first. */
  public async ids(): Promise<string[]> {
    return (await this.all()).slice(0, MOST_JOBS);
  }

  /** Deletes the oldest jobs beyond what is kept, but never one of these. */
  public async tidy(keep: readonly string[]): Promise<void> {
    let bytes = 0;
    for (const [index, id] of (await this.all()).entries()) {
      bytes += await sizeOf(this.eventsOf(id));
      if ((index >= MOST_JOBS || bytes > MOST_BYTES) && !keep.includes(id)) {
        await this.remove(id);
      }
    }
  }

  /** Deletes a job. */
  public async remove(id: string): Promise<void> {
    await rm(path.join(this.folder, id), { recursive: true, force: true }).catch((error: unknown) => {
      warn('journal.kept', { job: id, cause: causeOf(error) });
    });
  }

  /** newest first; none where the workspace went away */
  private async all(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter(isId).sort().reverse();
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
