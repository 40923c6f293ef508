import type { GatewayCheck, Hidden } from '../contract';
import { textOf } from '../shared/http';
import { isObject, parsed } from '../shared/json';
import type { Fields } from '../shared/json';
import { CONSENT_MARK } from './consent';
import type { GatewayAnswer } from './decoded';
import { failureOfError, failureOfStatus, GatewayFailure } from './failure';
import type { Gateway } from './gateway';
import type { RpcId } from './rpc';

const TIMEOUT_MS = 15_000;
const LARGEST_ANSWER = 10 * 1024 * 1024;
/** the newest that all gateways of today take; they answer with the one they want to speak */
const PROTOCOL_VERSION = '2025-11-25';
const CLIENT = { name: 'cdk-coding-agents', version: '1' };

/** Asks the gateway for its tools, as a CLI does at its start. Never throws. */
export async function checkGateway(
  gateway: Gateway,
  token: Hidden | undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<GatewayCheck> {
  const signal = AbortSignal.timeout(timeoutMs);
  const probe = new Probe(gateway, token, signal);
  try {
    return { ok: true, tools: await probe.run() };
  } catch (error) {
    const failure = signal.aborted ? late(timeoutMs) : failureOfError(error);
    return { ok: false, errorCode: failure.code, message: failure.message };
  } finally {
    await probe.end();
  }
}

function late(timeoutMs: number): GatewayFailure {
  return new GatewayFailure('GatewayUnavailable', {
    what: 'the gateway did not list its tools in time',
    got: `more than ${timeoutMs / 1000} seconds`,
    fix: 'try again; a target that lists its tools dynamically may be slow',
  });
}

class Probe {
  private session: Record<string, string> = {};

  constructor(
    private readonly gateway: Gateway,
    private readonly token: Hidden | undefined,
    private readonly signal: AbortSignal,
  ) {}

  public async run(): Promise<number> {
    const params = { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: CLIENT };
    const { protocolVersion } = await this.call(1, 'initialize', params);
    if (typeof protocolVersion === 'string' && /^[\d-]{10}$/.test(protocolVersion)) {
      this.session['mcp-protocol-version'] = protocolVersion;
    }
    (await this.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).resume();
    const { tools } = await this.call(2, 'tools/list', {});
    return Array.isArray(tools) ? tools.length : 0;
  }

  /** A gateway without sessions has none to end, and one that keeps it ends it by itself. */
  public async end(): Promise<void> {
    if (this.session['mcp-session-id'] !== undefined && !this.signal.aborted) {
      const { gateway, token, signal } = this;
      const answer = await gateway
        .open({ method: 'DELETE', headers: this.session, signal, token })
        .catch(() => undefined);
      answer?.resume();
    }
  }

  private async call(id: number, method: string, params: Fields): Promise<Fields> {
    const answer = await this.post({ jsonrpc: '2.0', id, method, params });
    const session = answer.headers['mcp-session-id'];
    if (typeof session === 'string') {
      this.session['mcp-session-id'] = session;
    }
    const message = await messageOf(answer, id);
    if (isObject(message?.result)) {
      return message.result;
    }
    // a target wants the user's consent before it lists its tools: that is told when a tool is called
    const error = isObject(message?.error) ? message.error : {};
    if (String(error.code) === CONSENT_MARK) {
      return {};
    }
    throw failureOfStatus(200, JSON.stringify(message ?? {}), this.gateway.proofOf(this.token));
  }

  private async post(message: Fields): Promise<GatewayAnswer> {
    const { gateway, token, signal } = this;
    const headers = {
      ...this.session,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const answer = await gateway.open({ method: 'POST', headers, body: JSON.stringify(message), signal, token });
    const status = answer.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      throw failureOfStatus(status, await textOf(answer, LARGEST_ANSWER), gateway.proofOf(token));
    }
    return answer;
  }
}

const EVENT_END = /\r\n\r\n|\n\n|\r\r/;

/** The answer to a request, out of a JSON body or a stream of events, which need not end. */
export async function messageOf(answer: GatewayAnswer, id: RpcId): Promise<Fields | undefined> {
  const isStream = answer.headers['content-type']?.startsWith('text/event-stream') === true;
  if (!isStream) {
    const message = parsed(await textOf(answer, LARGEST_ANSWER));
    return isObject(message) ? message : undefined;
  }
  let parts: string[] = [];
  let edge = '';
  let length = 0;
  for await (const part of answer.setEncoding('utf8')) {
    const text = String(part);
    length += text.length;
    parts.push(text);
    // only what is new is looked through for the end of an event: a stream can be long
    const isEnd = EVENT_END.test(edge + text);
    edge = (edge + text).slice(-3);
    if (isEnd) {
      const events = parts.join('').split(EVENT_END);
      parts = [events.pop() ?? ''];
      const found = events.map(dataOf).find((data) => isObject(data) && data.id === id);
      if (found !== undefined) {
        answer.destroy();
        return found as Fields;
      }
    }
    if (length > LARGEST_ANSWER) {
      break;
    }
  }
  return undefined;
}

function dataOf(event: string): unknown {
  const lines = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
  return parsed(lines.map((line) => line.replace(/^data: ?/, '')).join('\n'));
}
