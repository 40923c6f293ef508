/* Why a request about jobs is refused. */
import { SessionError } from '../shared/problem';

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
