import type { CliName, JobRecord, JobRequest } from '../contract';
import type { EventSource } from '../journal/event-log';
import type { Journal } from '../journal/journal';
import { forbidCoreDumps } from '../shared/core-dumps';
import { newId } from '../shared/ids';
import { LentToken } from '../shared/lent-token';
import { causeOf, log, warn } from '../shared/log';
import { Scrubber } from '../shared/scrub';
import { goesOn } from './conversation';
import { directoryOf } from './directory';
import { jobRunning, sessionEnding, unknownJob } from './errors';
import type { Listing } from './history';
import { History } from './history';
import { boundsOf, checkBounds } from './limits';
import type { Opened } from './opened';
import { logFor, opened } from './opened';
import type { Caller } from './preflight';
import type { Session } from './runner';
import { runJob } from './runner';
import { RunningJob } from './running-job';

/** The jobs of a session: at most one runs. Touches nothing before the first request. */
export class Jobs {
  /** called when a job begins and when it has ended */
  public onChange: () => void = () => undefined;
  private current: RunningJob | undefined;
  private running: Promise<void> = Promise.resolve();
  private starting: Promise<JobRecord> | undefined;
  /** while its first record is written: whoever sees that must not take it for one of a microVM that ended */
  private beginning: JobRecord | undefined;
  private isShutDown = false;
  private opened: Opened | undefined;
  /** made with the first job: sessions that start from one snapshot must not share it */
  private owner: string | undefined;
  private readonly history = new History(
    () => this.open().journal,
    () => this.current?.record ?? this.beginning,
  );

  constructor(
    private readonly session: Session,
    private readonly whichHold: (bound: 'turns' | 'dollars') => readonly CliName[],
  ) {
    session.bridge.onNotice((notice) => {
      const job = this.current?.id === notice.job ? this.current : undefined;
      if (notice.type === 'consent') {
        const { url, tool, message } = notice;
        job?.emit({ type: 'consent', url, tool, message });
      } else {
        job?.notice(notice.code, notice.message);
      }
    });
  }

  public get isBusy(): boolean {
    return this.starting !== undefined || this.current !== undefined;
  }

  /** Starts a job; all that can be refused is refused before. */
  public async start(request: JobRequest, caller: Caller): Promise<JobRecord> {
    if (this.current?.isFinishing === true) {
      await this.running;
    }
    this.refuseSecond();
    this.starting = this.begin(request, caller);
    try {
      return await this.starting;
    } catch (error) {
      // a workspace that went away may come back, or another one be found
      this.opened = undefined;
      throw error;
    } finally {
      this.starting = undefined;
      this.beginning = undefined;
    }
  }

  /** What `pick` takes of each job. */
  public async list<Item>(pick: (record: JobRecord) => Item): Promise<Listing<Item>> {
    await this.history.catchUp();
    return this.history.list(pick);
  }

  public async get(id: string): Promise<JobRecord> {
    await this.history.catchUp();
    const record = await this.history.find(id);
    if (record === undefined) {
      throw unknownJob(id);
    }
    return record;
  }

  /** The events of a job. A newer token of the user who started it takes the place of hers. */
  public async source(id: string, caller: Caller): Promise<EventSource> {
    await this.get(id);
    const job = await this.runningOf(id);
    if (job !== undefined && this.session.gateway?.auth === 'jwt' && caller.authorization !== undefined) {
      await this.renew(job, caller.authorization);
    }
    return job?.log ?? this.history.eventsOf(id);
  }

  /** Ends a job, and waits until nothing of it is left. A job that ended already stays as it is. */
  public async cancel(id: string): Promise<JobRecord> {
    const job = await this.runningOf(id);
    if (job !== undefined) {
      job.stop('cancelled');
      await job.ended;
      return job.record;
    }
    return this.get(id);
  }

  /** Ends what runs, as interrupted, and takes nothing more. */
  public async shutDown(): Promise<void> {
    this.isShutDown = true;
    // one that is just being started is told by `begin`
    await this.starting?.catch(() => undefined);
    this.current?.stop('shutdown');
    await this.current?.ended;
    await this.history.catchUp();
  }

  private async runningOf(id: string): Promise<RunningJob | undefined> {
    if (this.beginning?.id === id) {
      await this.starting?.catch(() => undefined);
    }
    return this.current?.id === id ? this.current : undefined;
  }

  private async renew(job: RunningJob, authorization: string): Promise<void> {
    if (job.isFinishing) {
      return;
    }
    hide(job.scrubber, { authorization });
    if (job.renew(authorization)) {
      await this.session.bridge.renew({ job: job.id, authorization }).catch((error: unknown) => {
        warn('token.kept', { job: job.id, cause: causeOf(error) });
      });
    }
  }

  private refuseSecond(): void {
    if (this.isShutDown) {
      throw sessionEnding();
    }
    if (this.isBusy) {
      throw jobRunning(this.current?.id);
    }
  }

  private async begin(request: JobRequest, caller: Caller): Promise<JobRecord> {
    await this.history.catchUp();
    const { places, journal, persistent } = this.open();
    await this.history.settleRest();
    const { adapter, settings } = this.session;
    const bounds = boundsOf(settings, request);
    checkBounds(bounds, settings, adapter, this.whichHold);
    const before = request.continues === undefined ? undefined : await this.before(request.continues);
    await forbidCoreDumps();
    const scrubber = new Scrubber();
    hide(scrubber, caller);
    const now = new Date();
    this.owner ??= newId(now);
    const record: JobRecord = {
      id: newId(now),
      cli: adapter.name,
      request: scrubber.value(request),
      directory: before?.directory ?? directoryOf(request, places),
      status: 'running',
      startedAt: now.toISOString(),
      endedAt: null,
      result: null,
      owner: this.owner,
      conversation: before?.conversation ?? null,
      totals: before?.totals ?? null,
    };
    this.beginning = record;
    const events = await logFor(record, journal);
    const token = new LentToken(this.session.gateway?.auth === 'jwt' ? caller.authorization : undefined);
    const job = new RunningJob(record, request, bounds, events, journal, scrubber, token);
    job.emit({ type: 'started', job: job.id, cli: adapter.name, directory: record.directory });
    if (!persistent) {
      job.notice('WorkspaceNotPersistent', `${places.root} is no mounted storage: what is in it ends with the microVM`);
    }
    this.current = job;
    this.onChange();
    log('job.started', { job: job.id, cli: adapter.name, continues: request.continues });
    const continues = before === undefined ? undefined : { conversation: before.conversation, totals: before.totals };
    this.running = runJob(job, this.session, places, caller, continues).finally(() => this.release(job, journal));
    tidy(journal, [record.id, request.continues ?? '']);
    return record;
  }

  /** The job to go on with, and the totals of its conversation: a later job may have gone on with it already. */
  private async before(id: string): Promise<ReturnType<typeof goesOn>> {
    const before = goesOn(await this.get(id), this.session.adapter.name, this.open().places.root);
    const latest = await this.history.latestOf(before);
    return { ...before, totals: (latest ?? before).totals };
  }

  private release(job: RunningJob, journal: Journal): void {
    this.history.ended(job, journal);
    this.current = undefined;
    this.onChange();
    tidy(journal, [job.id]);
  }

  private open(): Opened {
    this.opened ??= opened(this.session.environment);
    return this.opened;
  }
}

/** nobody waits for it, and a job does not depend on it */
function tidy(journal: Journal, keep: readonly string[]): void {
  journal.tidy(keep).catch((error: unknown) => warn('journal.kept', { cause: causeOf(error) }));
}

/** the header, and the token in it */
function hide(scrubber: Scrubber, { authorization, workloadToken }: Caller): void {
  [authorization, authorization?.replace(/^\w+ +/, ''), workloadToken]
    .filter((secret) => secret !== undefined)
    .forEach((secret) => scrubber.add(secret));
}
