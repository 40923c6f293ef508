import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { textOf } from '../shared/http';
import { isObject, parsed } from '../shared/json';
import { CONSENT_MARK } from './consent';
import type { ConsentRequest, ConsentWatch } from './consent';
import type { GatewayAnswer } from './decoded';
import { brokenOff, failureOfError, failureOfStatus, GatewayFailure } from './failure';
import type { Gateway, GatewayRequest } from './gateway';
import { inspectEvents, inspectJson } from './inspect';
import { bytesOf, chosen, LARGEST_REQUEST, PASSED_BACK, PASSED_ON, pauseOf } from './message';
import type { OpenJob } from './jobs';
import { errorMessage, idsOf, isRepeatable, postOf, RPC_CODES, toolCallsOf } from './rpc';
import type { RpcPost } from './rpc';
import { SESSION_HEADER, sessionLost } from './sessions';
import type { Session } from './sessions';

const LARGEST_ERROR = 64 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const TRIES = 3;

/** Passes one request of a CLI on to the gateway. */
export class Forward {
  private readonly ended = new AbortController();
  /** undefined where the gateway has none, and for one that began before the bridge did */
  private readonly session: Session | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly gateway: Gateway,
    private readonly job: OpenJob,
  ) {
    const id = request.headers[SESSION_HEADER];
    this.session = job.sessions.find(typeof id === 'string' ? id : undefined);
    // a CLI that goes away, and a job that ends, take the request at the gateway with them
    const end = () => this.ended.abort();
    response.on('close', end);
    job.signal.addEventListener('abort', end, { once: true });
    response.on('close', () => job.signal.removeEventListener('abort', end));
  }

  public async run(): Promise<void> {
    const { method } = this.request;
    if (method === 'POST') {
      await this.post();
    } else if (method === 'GET' || method === 'DELETE') {
      await this.other(method);
    } else {
      this.response.writeHead(405, { allow: 'GET, POST, DELETE' }).end();
    }
  }

  private async post(): Promise<void> {
    if (!/^application\/json\b/i.test(this.request.headers['content-type'] ?? '')) {
      return this.refuse(415, 'the body of a request is application/json');
    }
    const bytes = await bytesOf(this.request, LARGEST_REQUEST);
    if (bytes === undefined) {
      return this.refuse(413, `a request may have ${LARGEST_REQUEST / 1024 / 1024} MB`);
    }
    const post = postOf(bytes);
    if (post === undefined) {
      return this.reply(400, errorMessage(null, RPC_CODES.parse, 'the body is no JSON-RPC 2.0'));
    }
    const [first] = post.messages;
    if (first.method === 'server/discover') {
      return this.reply(200, errorMessage(idsOf(post)[0] ?? null, RPC_CODES.method, 'method not found'));
    }
    await this.answered(post, async () => this.relay(await this.sent(post), post));
  }

  private async other(method: 'GET' | 'DELETE'): Promise<void> {
    await this.answered(undefined, async () => this.relay(await this.open({ method })));
    if (method === 'DELETE' && this.session !== undefined) {
      this.job.sessions.ended(this.session.id);
    }
  }

  /** Makes an answer of whatever goes wrong. */
  private async answered(post: RpcPost | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.ended.signal.aborted) {
        this.response.destroy();
      } else if (this.response.headersSent) {
        this.breakOff(error, post);
      } else {
        this.fail(failureOfError(error), post);
      }
    }
  }

  private async open(request: Pick<GatewayRequest, 'method' | 'body'>): Promise<GatewayAnswer> {
    const headers = chosen(this.request.headers, PASSED_ON);
    const ask = (more: Record<string, string>) =>
      this.gateway.open({ ...request, headers: more, signal: this.ended.signal, token: this.job.token });
    const { session } = this;
    // what ends a session may find that it has ended
    if (session === undefined || request.method === 'DELETE') {
      return ask(session === undefined ? headers : { ...headers, [SESSION_HEADER]: session.upstream });
    }
    const used = session.upstream;
    const answer = await ask({ ...headers, [SESSION_HEADER]: used });
    if (answer.statusCode !== 404) {
      return inUse(session, answer);
    }
    const text = await textOf(answer, LARGEST_ERROR);
    if (text.includes(CONSENT_MARK)) {
      return Object.assign(Readable.from([Buffer.from(text)]), { statusCode: 404, headers: answer.headers });
    }
    await session.renew(used, (more, body, signal) => this.began(more, body, signal), this.job.signal);
    // in a session that had ended nothing was done, by a call of a tool neither: so all may be sent again, but once only.
    // The events that a stream goes on after were of the old session.
    const again = await ask({ ...without(headers, 'last-event-id'), [SESSION_HEADER]: session.upstream });
    if (again.statusCode === 404) {
      again.resume();
      throw sessionLost('status 404 for a session that was just begun');
    }
    return inUse(session, again);
  }

  /** A message that begins a session in the place of one that ended. It is of the job, and outlives the request. */
  private async began(more: Record<string, string>, body: string, signal: AbortSignal): Promise<GatewayAnswer> {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...more };
    const { token } = this.job;
    const answer = await this.gateway.open({ method: 'POST', headers, body, signal, token });
    const status = answer.statusCode ?? 0;
    if (status === 404) {
      answer.resume();
      throw sessionLost('status 404 for the beginning of another one');
    }
    if (status < 200 || status >= 300) {
      throw failureOfStatus(status, await textOf(answer, LARGEST_ERROR), this.gateway.proofOf(token));
    }
    return answer;
  }

  /** A gateway that asks to wait is asked again, where that cannot do anything twice. */
  private async sent(post: RpcPost): Promise<GatewayAnswer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.open({ method: 'POST', body: post.body });
      const pause = pauseOf(answer);
      if (tries === TRIES || pause === undefined || !isRepeatable(post)) {
        return answer;
      }
      answer.resume();
      await wait(pause, undefined, { signal: this.ended.signal });
    }
  }

  private async relay(answer: GatewayAnswer, post?: RpcPost): Promise<void> {
    const status = answer.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      return this.relayRefusal(answer, status, post);
    }
    const headers = this.passedBack(answer, post);
    const type = headers['content-type'] ?? '';
    if (type.startsWith('text/event-stream')) {
      this.response.writeHead(status, headers).flushHeaders();
      await this.pass(answer, inspectEvents(this.watch(post)), status, headers);
    } else {
      await this.pass(answer, inspectJson(this.watch(post), wantsAnswer(post)), status, headers);
    }
  }

  /** The CLI knows its session by the id of its beginning. */
  private passedBack(answer: GatewayAnswer, post: RpcPost | undefined): Record<string, string> {
    const headers = chosen(answer.headers, PASSED_BACK);
    const { [SESSION_HEADER]: id } = headers;
    if (id === undefined) {
      return headers;
    }
    if (post?.messages[0].method === 'initialize') {
      this.job.sessions.began(id, post);
      return headers;
    }
    return { ...headers, [SESSION_HEADER]: this.session?.id ?? id };
  }

  /** The status goes on with the first part: an answer that breaks off before it can still become an error. */
  private async pass(answer: Readable, inspect: Duplex, status: number, headers: OutgoingHttpHeaders): Promise<void> {
    try {
      for await (const part of pipeline(answer, inspect, () => undefined)) {
        this.begin(status, headers);
        if (!this.response.write(part)) {
          await once(this.response, 'drain', { signal: this.ended.signal });
        }
      }
    } catch (error) {
      throw error instanceof GatewayFailure ? error : brokenOff(error);
    }
    this.begin(status, headers);
    this.response.end();
  }

  private begin(status: number, headers: OutgoingHttpHeaders): void {
    if (!this.response.headersSent) {
      this.response.writeHead(status, headers);
    }
  }

  /** A stream without a request, which a gateway ends whenever it likes, is opened again by the CLI. */
  private breakOff(error: unknown, post?: RpcPost): void {
    if (post !== undefined) {
      const { code, message } = failureOfError(error);
      this.job.problem(code, message);
    }
    this.response.destroy();
  }

  private async relayRefusal(answer: GatewayAnswer, status: number, post?: RpcPost): Promise<void> {
    const text = await textOf(answer, LARGEST_ERROR);
    // no stream here, or a session that ended: a CLI knows what to do
    const isTold =
      (status === 405 && post === undefined) ||
      (status === 404 && this.request.headers['mcp-session-id'] !== undefined && !text.includes(CONSENT_MARK));
    if (isTold) {
      this.response.writeHead(status, JSON_TYPE).end(text);
      return;
    }
    const failure = failureOfStatus(status, text, this.gateway.proofOf(this.job.token));
    const message = parsed(text);
    // such as a policy that denies a tool: the model may read the gateway's own words
    const isWord = status !== 401 || text.includes(CONSENT_MARK);
    if (post !== undefined && isWord && isAnswer(message, post) && !isAboutVersion(failure)) {
      await this.pass(Readable.from([text]), inspectJson(this.watch(post), true), 200, JSON_TYPE);
      return;
    }
    this.fail(failure, post);
  }

  private watch(post?: RpcPost): ConsentWatch {
    const needed = (request: ConsentRequest) => this.consent(request);
    return { host: this.gateway.host, calls: post === undefined ? null : toolCallsOf(post), needed };
  }

  private consent({ urls, refused, tool, message }: ConsentRequest): void {
    urls.forEach((url) => this.job.consent(url, tool, message));
    if (refused > 0 || urls.length === 0) {
      this.job.problem(
        'ConsentUrlRefused',
        'a tool asked for consent at a place that is neither of AWS nor of the gateway; it was not shown',
      );
    }
  }

  private fail(failure: GatewayFailure, post?: RpcPost): void {
    this.job.problem(failure.code, failure.message);
    const ids = post === undefined ? [] : idsOf(post);
    const errors = ids.map((id) => errorMessage(id, failure.rpcCode, failure.message));
    if (errors.length === 0) {
      this.reply(502, errorMessage(null, failure.rpcCode, failure.message));
    } else {
      // with another status than 200 the CLIs look at the status, and begin to register OAuth clients
      this.reply(200, post?.isBatch === true ? errors : errors[0]);
    }
  }

  private refuse(status: number, text: string): void {
    this.reply(status, errorMessage(null, RPC_CODES.request, text));
  }

  private reply(status: number, message: unknown): void {
    this.response.writeHead(status, JSON_TYPE).end(JSON.stringify(message));
    this.request.resume();
  }
}

function inUse(session: Session, answer: GatewayAnswer): GatewayAnswer {
  if ((answer.statusCode ?? 0) < 400) {
    session.worked();
  }
  return answer;
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

/** A notification, and the end of a session, are only accepted: what a gateway says then is nobody's answer. */
function wantsAnswer(post: RpcPost | undefined): boolean {
  return post !== undefined && idsOf(post).length > 0;
}

function isAnswer(message: unknown, post: RpcPost): boolean {
  return isObject(message) && isObject(message.error) && idsOf(post).some((id) => id === message.id);
}

function isAboutVersion(failure: GatewayFailure): boolean {
  return failure.message.includes('version of the protocol');
}
