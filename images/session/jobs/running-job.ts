import type { AgentEvent, JobRecord, JobRequest, StopCause } from '../contract';
import { TOKEN_OF_ANOTHER } from '../shared/lent-token';
import type { LentToken } from '../shared/lent-token';
import { causeOf, warn } from '../shared/log';
import type { Scrubber } from '../shared/scrub';
import type { EventLog } from '../journal/event-log';
import { storable } from '../journal/event-text';
import type { Journal } from '../journal/journal';
import type { Bounds } from './limits';
import { newestStart } from './orphans';

/** A job of this process, from its start to its end. */
export class RunningJob {
  private readonly stopping = new AbortController();
  private readonly hurrying = new AbortController();
  private readonly finished = deferred();
  /** its processes are younger */
  public readonly since = newestStart();
  /** whether the bridge keeps something for it */
  public usesBridge = false;
  /** its result is being written: the next job may begin in a moment */
  public isFinishing = false;
  /** whether its record is in the journal as it is here */
  public isWritten = true;
  private cause: StopCause | 'exited' = 'exited';
  private saving: Promise<void> = Promise.resolve();
  private current: JobRecord;
  private hasToldOther = false;

  constructor(
    record: JobRecord,
    /** as it was given; the record has it without secrets */
    public readonly request: JobRequest,
    public readonly bounds: Bounds,
    public readonly log: EventLog,
    private readonly journal: Journal,
    public readonly scrubber: Scrubber,
    /** of the caller who started it, for the gateway; the bridge gets it when it is opened */
    public readonly token: LentToken,
  ) {
    this.current = record;
  }

  public get id(): string {
    return this.current.id;
  }

  public get record(): JobRecord {
    return this.current;
  }

  /** aborted when the job shall end */
  public get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** aborted when the session ends, whatever else ended the job before */
  public get hurry(): AbortSignal {
    return this.hurrying.signal;
  }

  /** why it shall end; `exited` while nobody wants it to */
  public get stopCause(): StopCause | 'exited' {
    return this.cause;
  }

  /** resolves when the result is in the journal */
  public get ended(): Promise<void> {
    return this.finished.promise;
  }

  public emit(event: AgentEvent): void {
    this.log.append(storable(event, this.scrubber));
  }

  public notice(code: string, message: string): void {
    this.emit({ type: 'notice', code, message });
  }

  /** Takes a newer token of the user who started it. True if the bridge, where it knows the job, shall have it too. */
  public renew(authorization: string): boolean {
    const renewal = this.token.renew(authorization);
    if (renewal === 'ofAnother' && !this.hasToldOther) {
      this.hasToldOther = true;
      this.notice('TokenOfAnotherUser', TOKEN_OF_ANOTHER);
    }
    return renewal === 'taken' && this.usesBridge;
  }

  /** Asks it to end. The first cause counts. */
  public stop(cause: StopCause): void {
    if (cause === 'shutdown') {
      this.hurrying.abort();
    }
    if (this.cause === 'exited') {
      this.cause = cause;
      this.stopping.abort(new Error(cause));
    }
  }

  /** Changes the record, here and in the journal, in order. */
  public async save(change: Partial<JobRecord>): Promise<void> {
    this.current = { ...this.current, ...change };
    const record = this.current;
    this.saving = this.saving
      .then(() => this.journal.saveUnlessEnded(record))
      .then(() => void (this.isWritten = true))
      .catch((error: unknown) => {
        this.isWritten = false;
        warn('journal.lost', { job: record.id, cause: causeOf(error) });
      });
    await this.saving;
  }

  /** Writes the last event and the record, and lets everyone go who waits. */
  public async finish(change: Required<Pick<JobRecord, 'result'>> & Partial<JobRecord>): Promise<void> {
    this.isFinishing = true;
    try {
      if (change.result !== null) {
        this.emit({ type: 'result', result: change.result });
      }
      await this.log.flush();
      await this.save(change);
      await this.log.end();
    } catch (error) {
      warn('journal.lost', { job: this.id, cause: causeOf(error) });
    } finally {
      this.scrubber.forget();
      this.token.forget();
      this.finished.resolve();
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
