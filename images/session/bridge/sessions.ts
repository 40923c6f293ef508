/*
 * Sessions of MCP at the gateway, as the CLIs see them. A gateway ends a session when its time is over and answers 404 from
 * then on. Not every CLI begins a new one by itself, and one that does not never gets its tools back: so the bridge begins
 * it, with what the CLI said when it began the first one, and the CLI goes on with the id that it knows.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../shared/json';
import { log } from '../shared/log';
import { messageOf } from './check';
import type { GatewayAnswer } from './decoded';
import { GatewayFailure } from './failure';
import type { RpcId, RpcPost } from './rpc';

/** of a job; a CLI has one or two */
const MOST_SESSIONS = 50;
/** what a CLI says of itself is short */
const LONGEST_BEGINNING = 64 * 1024;
/** between two sessions that were of no use, doubled each time: a gateway may answer 404 for ever */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** for the answers that begin a session; a gateway that sends no more must not hold the requests of a CLI for ever */
const BEGIN_MS = 30_000;

const VERSION_HEADER = 'mcp-protocol-version';
const VERSION = /^[\d-]{10}$/;
export const SESSION_HEADER = 'mcp-session-id';

/** Sends a message to the gateway with these headers. Errors: `GatewayFailure` for a status that is no success. */
export type Send = (headers: Record<string, string>, body: string, signal: AbortSignal) => Promise<GatewayAnswer>;

/** One session of a CLI, by the id that the CLI knows. */
export class Session {
  private current: string;
  private beginning: Promise<void> | undefined;
  private useless = 0;
  private pausedUntil = 0;

  constructor(
    public readonly id: string,
    private readonly initialize: { readonly id: RpcId; readonly text: string },
  ) {
    this.current = id;
  }

  /** the id at the gateway */
  public get upstream(): string {
    return this.current;
  }

  /** A request was answered in it. */
  public worked(): void {
    this.useless = 0;
    this.pausedUntil = 0;
  }

  /**
   * Begins another session at the gateway in the place of one that ended. Many requests at a time begin one.
   *
   * Errors: `GatewayFailure` if the gateway gives none, or if one was begun a moment ago and was of no use.
   */
  public async renew(ended: string, send: Send, stop: AbortSignal): Promise<void> {
    // another request was faster
    if (ended !== this.current) {
      return;
    }
    if (this.beginning === undefined && performance.now() < this.pausedUntil) {
      throw sessionLost('status 404 for the session and for the one that was begun after it');
    }
    this.beginning ??= this.begin(send, stop).finally(() => (this.beginning = undefined));
    await this.beginning;
  }

  private async begin(send: Send, stop: AbortSignal): Promise<void> {
    this.pausedUntil = performance.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.useless);
    this.useless += 1;
    const over = new AbortController();
    const end = () => over.abort();
    stop.addEventListener('abort', end, { once: true });
    const late = wait(BEGIN_MS, undefined, { ref: false, signal: over.signal }).then(() => {
      throw sessionLost(`no answer to initialize within ${BEGIN_MS / 1000} seconds`);
    });
    try {
      this.current = await Promise.race([this.begun(send, over.signal), late]);
    } finally {
      end();
      late.catch(() => undefined);
      stop.removeEventListener('abort', end);
    }
    log('gateway.sessionRenewed');
  }

  private async begun(send: Send, signal: AbortSignal): Promise<string> {
    const { id, text } = this.initialize;
    const answer = await send({}, text, signal);
    const session = answer.headers[SESSION_HEADER];
    const result = (await messageOf(answer, id))?.result;
    const version = isObject(result) ? result.protocolVersion : undefined;
    if (typeof session !== 'string' || typeof version !== 'string' || !VERSION.test(version)) {
      throw sessionLost('an answer to initialize without a session');
    }
    const headers = { [SESSION_HEADER]: session, [VERSION_HEADER]: version };
    (await send(headers, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }), signal)).resume();
    return session;
  }
}

/** What is said where the gateway ended a session and gives no other. */
export function sessionLost(got: string): GatewayFailure {
  return new GatewayFailure('GatewayUnavailable', {
    what: 'the gateway ended the session of the tools, and none could be begun in its place',
    got,
    allowed: 'a gateway that takes initialize, and knows the session that it answers',
    fix: 'try again in a minute; the log of the gateway tells why. Nothing was done',
  });
}

/** The sessions of one job. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  public find(id: string | undefined): Session | undefined {
    return id === undefined ? undefined : this.sessions.get(id);
  }

  /** Keeps what a CLI said when it began a session, by the id that the gateway gave it. */
  public began(id: string, post: RpcPost): void {
    const [message] = post.messages;
    const text = JSON.stringify(message);
    if (post.messages.length !== 1 || message.method !== 'initialize' || text.length > LONGEST_BEGINNING) {
      return;
    }
    this.sessions.set(id, new Session(id, { id: message.id as RpcId, text }));
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > MOST_SESSIONS) {
      this.sessions.delete(oldest);
    }
  }

  public ended(id: string): void {
    this.sessions.delete(id);
  }
}
