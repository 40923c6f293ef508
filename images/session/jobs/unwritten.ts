import type { JobRecord } from '../contract';
import { causeOf, log, warn } from '../shared/log';
import { addResult } from '../journal/event-file';
import type { Journal } from '../journal/journal';
import type { RunningJob } from './running-job';

/** a storage that stays full takes no new jobs, so there are one or two; each can have a prompt of a megabyte */
const MOST_ENDS = 10;

interface End {
  readonly record: JobRecord;
  /** the last event, as it stands in the file; empty once it does */
  line: string;
  readonly journal: Journal;
}

/** Ends of jobs that could not be written, since the storage was full or gone. They are told, and written once they can be. */
export class Unwritten {
  private readonly ends = new Map<string, End>();
  private retrying: Promise<void> | undefined;

  public get size(): number {
    return this.ends.size;
  }

  public add({ id, record, isWritten, log: { unwritten: line } }: RunningJob, journal: Journal): void {
    if (isWritten && line === '') {
      return;
    }
    const [oldest] = this.ends.keys();
    if (this.ends.size === MOST_ENDS) {
      this.ends.delete(oldest);
    }
    this.ends.set(id, { record, line, journal });
  }

  public record(id: string): JobRecord | undefined {
    return this.ends.get(id)?.record;
  }

  /** The event that the file of the job lacks, or nothing. */
  public line(id: string): string {
    return this.ends.get(id)?.line ?? '';
  }

  /** Tries to write them. Never throws. */
  public async retry(): Promise<void> {
    if (this.ends.size > 0) {
      this.retrying ??= this.writeAll().finally(() => (this.retrying = undefined));
    }
    await this.retrying;
  }

  private async writeAll(): Promise<void> {
    for (const [id, end] of [...this.ends]) {
      try {
        await write(end);
        this.ends.delete(id);
        log('journal.written', { job: id });
      } catch (error) {
        warn('journal.lost', { job: id, cause: causeOf(error) });
      }
    }
  }
}

async function write(end: End): Promise<void> {
  const { record, line, journal } = end;
  journal.create(record.id);
  if (line !== '') {
    await addResult(journal.eventsOf(record.id), line);
    end.line = '';
  }
  await journal.saveUnlessEnded(record);
}
