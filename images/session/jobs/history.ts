import type { JobRecord } from '../contract';
import { endedSource } from '../journal/event-file';
import type { EventSource } from '../journal/event-log';
import { settled } from './interrupted';
import { log } from '../shared/log';
import type { Journal } from '../journal/journal';
import { endLeft } from './orphans';
import type { RunningJob } from './running-job';
import { Unwritten } from './unwritten';

export interface Listing<Item> {
  /** newest first */
  readonly items: readonly Item[];
  /** ids of jobs whose files cannot be read */
  readonly skipped: readonly string[];
}

/** What is known of jobs: by the journal, and of those of this process by itself. */
export class History {
  private readonly unwritten = new Unwritten();
  /** jobs of microVMs that ended, while that is written down */
  private readonly settling = new Map<string, Promise<JobRecord>>();

  /** the journal in which no job runs that is not of this process */
  private clean: Journal | undefined;

  constructor(
    private readonly journal: () => Journal,
    private readonly running: () => JobRecord | undefined,
  ) {}

  public ended(job: RunningJob, journal: Journal): void {
    this.unwritten.add(job, journal);
  }

  /** Writes the ends of jobs that could not be written before, if there are any. */
  public async catchUp(): Promise<void> {
    await this.unwritten.retry();
  }

  /**
   * Ends, once in each workspace, what servers that are gone left of their jobs, and writes down how those ended. A new job
   * would else work beside the agent of an old one. A job is known by its folder, also where its record cannot be read.
   */
  public async settleRest(): Promise<void> {
    const journal = this.journal();
    if (this.clean !== journal) {
      const ids = await journal.ids();
      const left = await endLeft(new Set(ids));
      if (left > 0) {
        log('jobs.left', { left });
      }
      for (const id of ids) {
        await this.find(id);
      }
      this.clean = journal;
    }
  }

  /** Events of a job that is not of this process, or has ended. */
  public async eventsOf(id: string): Promise<EventSource> {
    return endedSource(this.journal().eventsOf(id), this.unwritten.line(id));
  }

  /** The record as it is true now; undefined if there is none that can be read. */
  public async find(id: string): Promise<JobRecord | undefined> {
    const known = this.known(id);
    if (known !== undefined) {
      return known;
    }
    const record = await this.journal().load(id);
    return record === undefined ? undefined : this.truth(record);
  }

  /** What `pick` takes of each job. One record at a time is in memory: a hundred prompts can be 100 MB. */
  public async list<Item>(pick: (record: JobRecord) => Item): Promise<Listing<Item>> {
    const items: Item[] = [];
    const skipped: string[] = [];
    for (const id of await this.journal().ids()) {
      const record = await this.find(id);
      if (record === undefined) {
        skipped.push(id);
      } else {
        items.push(pick(record));
      }
    }
    return { items, skipped };
  }

  /** The newest job of the same conversation: a later one than that may have gone on with it already. */
  public async latestOf({ cli, conversation }: JobRecord): Promise<JobRecord | undefined> {
    for (const id of await this.journal().ids()) {
      const record = await this.find(id);
      if (record?.cli === cli && record.conversation === conversation) {
        return record;
      }
    }
    return undefined;
  }

  private known(id: string): JobRecord | undefined {
    const running = this.running();
    return running?.id === id ? running : this.unwritten.record(id);
  }

  /** a job that says it runs, but not here, was interrupted */
  private async truth(record: JobRecord): Promise<JobRecord> {
    const known = this.known(record.id);
    if (known !== undefined || record.status !== 'running') {
      return known ?? record;
    }
    const { id } = record;
    const settling = this.settling.get(id) ?? settled(record, this.journal()).finally(() => this.settling.delete(id));
    this.settling.set(id, settling);
    return settling;
  }
}
