import { setTimeout as wait } from 'node:timers/promises';
import { BrokerError } from './errors';

/** What a function needs to give its answer before Lambda ends it. */
const RESERVE_MS = 500;

/** Until when a call must have its answer. */
export class Deadline {
  private readonly end: number;

  constructor(remainingMs: number) {
    this.end = performance.now() + remainingMs - RESERVE_MS;
  }

  public get left(): number {
    return Math.max(0, this.end - performance.now());
  }

  /** A signal for one request: after so long, or at the end of it all. */
  public signal(longestMs: number): AbortSignal {
    const left = Math.floor(Math.min(longestMs, this.left));
    if (left <= 0) {
      throw new BrokerError('Timeout');
    }
    return AbortSignal.timeout(left);
  }

  /** Waits if that leaves time for another try; says whether it did. */
  public async waited(ms: number, afterwardsMs: number): Promise<boolean> {
    if (ms + afterwardsMs > this.left) {
      return false;
    }
    await wait(ms);
    return true;
  }
}
