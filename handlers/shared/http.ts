/*
 * Requests by way of node:https rather than `fetch`: it follows no redirect, is loaded sooner, and lets us close
 * connections that grew stale while Lambda had stopped the function, on which a change would fail halfway.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { Deadline } from './deadline';
import { BrokerError, errorName } from './errors';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const LONGEST_MS = 10_000;
/** trees of large repositories take 7 MB */
const LARGEST_ANSWER = 12 * 1024 * 1024;
/** servers close an idle connection after some seconds, and nobody tells a function that is stopped */
const STALE_MS = 3_000;
/** GitHub wants fewer than a hundred at once */
const CONNECTIONS = { keepAlive: true, maxSockets: 50 };

class Connections {
  private readonly plain = new http.Agent(CONNECTIONS);
  private readonly encrypted = new https.Agent(CONNECTIONS);
  private active = 0;
  private lastUse = 0;

  public async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.active === 0 && Date.now() - this.lastUse > STALE_MS) {
      this.plain.destroy();
      this.encrypted.destroy();
    }
    this.active++;
    try {
      return await work();
    } finally {
      this.active--;
      this.lastUse = Date.now();
    }
  }

  public open(url: string, options: https.RequestOptions): http.ClientRequest {
    return url.startsWith('https:')
      ? https.request(url, { ...options, agent: this.encrypted })
      : http.request(url, { ...options, agent: this.plain });
  }
}

const connections = new Connections();

/** One request. A redirect is refused: it would carry the token to another host. */
export async function send(request: HttpRequest, deadline: Deadline): Promise<Answer> {
  const signal = deadline.signal(LONGEST_MS);
  try {
    const answer = await connections.use(() => exchange(request, signal));
    if (answer.status >= 300 && answer.status < 400) {
      throw new BrokerError('Redirected');
    }
    return answer;
  } catch (error) {
    throw error instanceof BrokerError ? error : failure(error, signal);
  }
}

async function exchange({ url, method, headers, body }: HttpRequest, signal: AbortSignal): Promise<Answer> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    connections
      .open(url, { method, headers: { ...headers, ...length }, signal })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
  const parts: Buffer[] = [];
  let size = 0;
  // leaving the loop early closes the connection
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > LARGEST_ANSWER) {
      throw new BrokerError('TooLarge');
    }
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString('utf8') };
}

function failure(error: unknown, signal: AbortSignal): BrokerError {
  if (signal.aborted) {
    return new BrokerError('Timeout');
  }
  return new BrokerError('GitHubUnavailable', {}, errorName((error as { code?: unknown } | undefined)?.code));
}
