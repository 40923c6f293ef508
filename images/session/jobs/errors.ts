/* How a job fails or is ended from outside, and why a request about jobs is refused. */
import type { CliOutcome, ErrorCode, StopCause } from '../contract';
import { SessionError } from '../shared/problem';

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
export const STOPPED: Readonly<Record<StopCause, End>> = {
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

export function unknownJob(id: string): SessionError {
  return new SessionError('UnknownJob', {
    what: 'there is no such job in this workspace, or its journal cannot be read',
    got: id,
    allowed: 'an id out of {"op":"list"}',
    fix: 'the oldest jobs are deleted; another session has other jobs',
  });
}

export function sessionEnding(): SessionError {
  return new SessionError('SessionEnding', {
    what: 'this session ends, so no job is started',
    fix: 'invoke the agent again: AgentCore starts a new microVM for the session',
  });
}

export function jobRunning(id: string | undefined): SessionError {
  return new SessionError('JobRunning', {
    what: 'a job is running in this session',
    got: id ?? 'just being started',
    allowed: 'one at a time',
    fix: 'wait, attach to it, cancel it, or use another session id',
  });
}
