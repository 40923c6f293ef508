import { setMaxListeners } from 'node:events';
import type { BridgeNotice, Hidden } from '../contract';
import { hidden } from '../shared/hidden';
import { newId } from '../shared/ids';
import { claimsOf } from './claims';

/** links to consent that a job may show */
const MOST_CONSENTS = 100;

/** A job whose CLI may use the gateway. */
export class OpenJob {
  /** part of the path: a CLI reaches the tools of its own job only */
  public readonly capability = newId(new Date());
  private readonly ended = new AbortController();
  private readonly told = new Set<string>();
  private current?: Hidden;
  private consents = 0;

  constructor(
    public readonly job: string,
    private readonly notify: (notice: BridgeNotice) => void,
  ) {
    // each request of the job listens to its end
    setMaxListeners(0, this.ended.signal);
  }

  /** the caller's token, which may be replaced while the job runs */
  public get token(): Hidden | undefined {
    return this.current;
  }

  /** aborted when the job is closed */
  public get signal(): AbortSignal {
    return this.ended.signal;
  }

  /** Takes another token for the same user. Whoever else attaches to the job does not lend it hers. */
  public renew(authorization: string | undefined): void {
    // what cannot stand in a header cannot be a token
    const token = /^(?:Bearer +)?([\x21-\x7e]{1,16384})$/i.exec(authorization?.trim() ?? '')?.[1];
    if (token === undefined) {
      return;
    }
    if (this.current !== undefined && !isOfSameUser(this.current.reveal(), token)) {
      this.problem('TokenOfAnotherUser', 'somebody else attached to this job; her token is not used for it');
      return;
    }
    this.current = hidden(token);
    this.told.clear();
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
    this.current = undefined;
    this.ended.abort();
  }
}

/** By what the tokens say; the runtime has checked both. Tokens that say nothing cannot be compared. */
function isOfSameUser(one: string, other: string): boolean {
  const [before, after] = [claimsOf(one), claimsOf(other)];
  return before === undefined || after === undefined || (before.iss === after.iss && before.sub === after.sub);
}

/** The jobs that are open. */
export class OpenJobs {
  private readonly jobs = new Map<string, OpenJob>();

  constructor(private readonly notify: (notice: BridgeNotice) => void) {}

  /** A job that is open already gets the new token. */
  public open(job: string, authorization?: string): OpenJob {
    const opened = this.jobs.get(job) ?? new OpenJob(job, this.notify);
    opened.renew(authorization);
    this.jobs.set(job, opened);
    return opened;
  }

  public get(job: string): OpenJob | undefined {
    return this.jobs.get(job);
  }

  public find(capability: string): OpenJob | undefined {
    return [...this.jobs.values()].find((one) => one.capability === capability);
  }

  public close(job: string): void {
    this.jobs.get(job)?.close();
    this.jobs.delete(job);
  }
}
