import type { IncomingMessage, ServerResponse } from 'node:http';
import { causeOf, warn } from '../shared/log';
import { SessionError } from '../shared/problem';
import { scrubbed } from '../shared/scrub';

/** AgentCore takes 100 MB; a prompt of a million characters is far below this. */
const MOST_BODY_BYTES = 10 * 1024 * 1024;

export function sendJson(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const STATUS: Readonly<Record<string, number | undefined>> = {
  CallerNotAllowed: 403,
  NotFound: 404,
  UnknownJob: 404,
  MethodNotAllowed: 405,
  JobRunning: 409,
  RequestTooLarge: 413,
  TooManyWatchers: 429,
  WorkspaceUnavailable: 500,
  SessionEnding: 503,
};

/** Answers an error, and logs its code: AgentCore shows its callers no more than a 424. */
export function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof SessionError ? error : internal(error);
  const status = known.code === 'InternalError' ? 500 : (STATUS[known.code] ?? 400);
  warn('request.refused', { code: known.code, status });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { what, got, allowed, fix } = known.problem;
  const parts = { what, got: typeof got === 'string' ? scrubbed(got) : got, allowed, fix };
  sendJson(response, status, { error: { code: known.code, message: scrubbed(known.message), ...parts } });
}

function internal(error: unknown): SessionError {
  warn('server.error', { cause: causeOf(error) });
  return new SessionError('InternalError', {
    what: 'the session server has an error',
    got: causeOf(error),
    fix: 'look at the log of the agent',
  });
}

/** The body as text, or an error if it is too long. What is too long is read to its end, so that the answer is seen. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = Number(request.headers['content-length'] ?? 0);
  if (length <= MOST_BODY_BYTES) {
    length = 0;
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > MOST_BODY_BYTES) {
        break;
      }
      parts.push(part);
    }
  }
  if (length > MOST_BODY_BYTES) {
    request.resume();
    throw new SessionError('RequestTooLarge', {
      what: 'the body is too long',
      got: `more than ${MOST_BODY_BYTES / 1024 / 1024} MB`,
      allowed: `${MOST_BODY_BYTES / 1024 / 1024} MB`,
      fix: 'put data into the repository or a mounted file system, and name it in the prompt',
    });
  }
  return Buffer.concat(parts).toString('utf8');
}
