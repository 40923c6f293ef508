import { existsSync, mkdirSync } from 'node:fs';
import { open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { JobRecord } from '../contract';
import { isId } from '../shared/ids';
import { isObject, parsed } from '../shared/json';
import { causeOf, warn } from '../shared/log';

/** of the files; another one is not read */
const VERSION = 1;
/** whichever comes first */
const MOST_JOBS = 100;
const MOST_BYTES = 200 * 1024 * 1024;

export interface Listing {
  /** newest first */
  readonly records: readonly JobRecord[];
  /** ids of jobs whose files cannot be read */
  readonly skipped: readonly string[];
}

/** The jobs of a workspace: a folder each, with `job.json` and `events.jsonl`. */
export class Journal {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  public eventsOf(id: string): string {
    return path.join(this.folder, id, 'events.jsonl');
  }

  public create(id: string): void {
    mkdirSync(path.join(this.folder, id), { mode: 0o700 });
  }

  public has(id: string): boolean {
    return isId(id) && existsSync(path.join(this.folder, id));
  }

  /** Replaces the record as a whole: whoever reads it sees the old or the new one. */
  public async save(record: JobRecord): Promise<void> {
    const file = path.join(this.folder, record.id, 'job.json');
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ version: VERSION, ...record }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }

  /** The record, or undefined if there is none that can be read. */
  public async load(id: string): Promise<JobRecord | undefined> {
    if (!this.has(id)) {
      return undefined;
    }
    const text = await readFile(path.join(this.folder, id, 'job.json'), 'utf8').catch(() => '');
    const value = parsed(text);
    if (!isRecord(value, id)) {
      warn('journal.skipped', { job: id });
      return undefined;
    }
    const { version: _, ...record } = value;
    return record;
  }

  public async list(): Promise<Listing> {
    const ids = await this.ids();
    const loaded = await Promise.all(ids.map((id) => this.load(id)));
    return {
      records: loaded.filter((record) => record !== undefined),
      skipped: ids.filter((_, index) => loaded[index] === undefined),
    };
  }

  /** Deletes the oldest jobs beyond what is kept, but never one of these. */
  public async tidy(keep: readonly string[]): Promise<void> {
    let bytes = 0;
    for (const [index, id] of (await this.ids()).entries()) {
      bytes += await sizeOf(this.eventsOf(id));
      if ((index >= MOST_JOBS || bytes > MOST_BYTES) && !keep.includes(id)) {
        await rm(path.join(this.folder, id), { recursive: true, force: true }).catch((error: unknown) => {
          warn('journal.kept', { job: id, cause: causeOf(error) });
        });
      }
    }
  }

  /** newest first */
  private async ids(): Promise<string[]> {
    const names = await readdir(this.folder);
    return names.filter(isId).sort().reverse();
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

function isRecord(value: unknown, id: string): value is JobRecord & { readonly version: number } {
  return (
    isObject(value) &&
    value.version === VERSION &&
    value.id === id &&
    isObject(value.request) &&
    ['cli', 'directory', 'status', 'startedAt', 'owner'].every((name) => typeof value[name] === 'string') &&
    ['endedAt', 'result', 'conversation', 'totals'].every((name) => name in value)
  );
}
