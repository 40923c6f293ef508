import { setMaxListeners } from 'node:events';
import type { BridgeNotice, Hidden } from '../contract';
import { newId } from '../shared/ids';
import { LentToken, TOKEN_OF_ANOTHER } from '../shared/lent-token';
import { SessionError } from '../shared/problem';
import { Sessions } from './sessions';

/** links to consent that a job may show */
const MOST_CONSENTS = 100;

/** A job whose CLI may use the gateway. */
export class OpenJob {
  /** part of the path: a CLI reaches the tools of its own job only */
  public readonly capability = newId(new Date());
  public readonly sessions = new Sessions();
  private readonly ended = new AbortController();
  private readonly told = new Set<string>();
  private readonly lent: LentToken;
  private consents = 0;

  constructor(
    public readonly job: string,
    private readonly notify: (notice: BridgeNotice) => void,
    authorization?: string,
  ) {
    this.lent = new LentToken(authorization);
    // each request of the job listens to its end
    setMaxListeners(0, this.ended.signal);
  }

  /** the caller's token, which may be replaced while the job runs */
  public get token(): Hidden | undefined {
    return this.lent.token;
  }

  /** aborted when the job is closed */
  public get signal(): AbortSignal {
    return this.ended.signal;
  }

  /** Takes a newer token of the same user. Whoever else attaches to the job does not lend it hers. */
  public renew(authorization: string | undefined): void {
    const renewal = this.lent.renew(authorization);
    if (renewal === 'ofAnother') {
      this.problem('TokenOfAnotherUser', TOKEN_OF_ANOTHER);
    } else if (renewal === 'taken') {
      this.told.clear();
    }
  }

  /** Told once for each kind: a CLI that tries again would fill the stream of events. */
  public problem(code: string, message: string): void {
    if (!this.told.has(code)) {
      this.told.add(code);
      this.notify({ type: 'problem', job: this.job, code, message });
    }
  }

  /** A link is good for one use, so each is told; but a target in a loop must not fill the stream of events. */
  public consent(url: string, tool: string | null, message: string | null): void {
    this.consents += 1;
    if (this.consents > MOST_CONSENTS) {
      this.problem('ConsentsOmitted', `tools asked for consent more than ${MOST_CONSENTS} times; links are left out`);
      return;
    }
    this.notify({ type: 'consent', job: this.job, url, tool, message });
  }

  public close(): void {
    this.lent.forget();
    this.ended.abort();
  }
}

/** The jobs that are open. */
export class OpenJobs {
  private readonly jobs = new Map<string, OpenJob>();
  private readonly closed = new Set<string>();

  constructor(private readonly notify: (notice: BridgeNotice) => void) {}

  /** Opens a job once: what comes after its end, late, must not leave a token behind that nobody takes away. */
  public open(job: string, authorization?: string): OpenJob {
    if (this.closed.has(job)) {
      throw new SessionError('JobClosed', { what: 'this job has ended', got: job, fix: 'start another one' });
    }
    const opened = this.jobs.get(job) ?? new OpenJob(job, this.notify, authorization);
    this.jobs.set(job, opened);
    return opened;
  }

  /** Does nothing for a job that is not open. */
  public renew(job: string, authorization: string): void {
    this.jobs.get(job)?.renew(authorization);
  }

  public get(job: string): OpenJob | undefined {
    return this.jobs.get(job);
  }

  public find(capability: string): OpenJob | undefined {
    return [...this.jobs.values()].find((one) => one.capability === capability);
  }

  public close(job: string): void {
    this.closed.add(job);
    this.jobs.get(job)?.close();
    this.jobs.delete(job);
  }
}
