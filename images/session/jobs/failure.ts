import type { CliOutcome, EndCause, ErrorCode } from '../contract';

/** Ends a job with a code of the contract. The text is for people. */
export class JobFailure extends Error {
  constructor(
    public readonly errorCode: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'JobFailure';
  }
}

type End = Pick<CliOutcome, 'status' | 'errorCode' | 'message'>;

/** How a job ended that was ended from outside. Whatever the CLI said to it, this holds. */
export const STOPPED: Readonly<Record<Exclude<EndCause, 'exited'>, End>> = {
  timeLimit: { status: 'limitReached', errorCode: 'TimeLimit', message: 'the job ran longer than its limit' },
  dollarLimit: { status: 'limitReached', errorCode: 'DollarLimit', message: 'the job spent more than its limit' },
  turnLimit: { status: 'limitReached', errorCode: 'TurnLimit', message: 'the job took more turns than its limit' },
  cancelled: { status: 'cancelled', errorCode: 'Cancelled', message: 'the job was cancelled' },
  shutdown: { status: 'interrupted', errorCode: 'Interrupted', message: 'the session ended while the job ran' },
};

/** An outcome of which nothing is known but how it ended. */
export function bareOutcome(end: End): CliOutcome {
  const unknown = {
    text: null,
    turns: null,
    tokens: null,
    dollars: null,
    dollarsFrom: null,
    conversation: null,
    totals: null,
  };
  return { ...unknown, ...end };
}
