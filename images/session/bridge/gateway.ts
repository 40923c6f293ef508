import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { Hidden } from '../contract';
import type { CredentialSource } from '../shared/aws';
import { signed } from '../shared/aws';
import { requestTo } from '../shared/http';
import type { GatewaySettings } from '../shared/settings';
import { claimsOf } from '../shared/claims';
import { decoded } from './decoded';
import type { GatewayAnswer } from './decoded';
import { GatewayFailure } from './failure';
import type { Proof } from './failure';

const SERVICE = 'bedrock-agentcore';
const CONNECT_MS = 10_000;
/** a tool may take 15 minutes */
const IDLE_MS = 16 * 60_000;
/** connections that rest are closed before the gateway does it, which a call could not tell from a failure */
const REST_MS = 5_000;
const TRIES = 3;
const PAUSE_MS = 200;
const NOTHING_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
]);

export interface GatewayRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** by lower-case names, without credentials */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** the caller's token, for gateways that want one */
  readonly token?: Hidden;
}

/** The one place that requests leave for, and where they get their credentials. */
export class Gateway {
  /** small: what is open at once are one stream and some calls for each job */
  private readonly agents = [http.Agent, https.Agent].map((made) => new made({ keepAlive: true, timeout: REST_MS }));
  private readonly region?: string;

  constructor(
    private readonly settings: GatewaySettings,
    private readonly credentials: CredentialSource,
    region: string | undefined,
    private readonly idleMs = IDLE_MS,
  ) {
    this.region = regionIn(settings.url) ?? region;
    if (!isSafe(settings.url)) {
      throw new GatewayFailure('GatewayUnavailable', {
        what: 'the gateway is not reached over https',
        got: settings.url,
        allowed: 'an https URL',
        fix: 'set MCP_GATEWAY_URL to it',
      });
    }
  }

  public get host(): string {
    return new URL(this.settings.url).hostname;
  }

  public proofOf(token: Hidden | undefined): Proof {
    return { auth: this.settings.auth, expiresAt: token && expiryOf(token) };
  }

  /** Whether requests get along without the token of a caller. */
  public get signs(): boolean {
    return this.settings.auth === 'iam';
  }

  /**
   * Sends a request; its answer may be a stream. What was not sent at all is tried again.
   *
   * Errors: `GatewayFailure`, or an error of the connection.
   */
  public async open(request: GatewayRequest): Promise<GatewayAnswer> {
    const headers = await this.authorized(request);
    for (let tries = 1; ; tries++) {
      try {
        return decoded(await this.send(request, headers));
      } catch (error) {
        if (tries === TRIES || !NOTHING_SENT.has(String((error as { code?: unknown }).code))) {
          throw error;
        }
        await wait(PAUSE_MS * tries, undefined, { signal: request.signal });
      }
    }
  }

  /** Ends all connections that rest. */
  public close(): void {
    this.agents.forEach((agent) => agent.destroy());
  }

  private async authorized({ method, headers, body, token }: GatewayRequest): Promise<Record<string, string>> {
    const own = { ...headers, 'accept-encoding': 'identity', 'user-agent': 'cdk-coding-agents' };
    const length: Record<string, string> =
      body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    if (!this.signs) {
      return { ...own, ...length, authorization: `Bearer ${tokenOf(token)}` };
    }
    const { region } = this;
    if (region === undefined) {
      throw new GatewayFailure('GatewayUnavailable', {
        what: 'the region of the gateway is not known, which its signature names',
        allowed: 'a URL that names it, or AWS_REGION',
        fix: 'set AWS_REGION in the image',
      });
    }
    const request = { method, url: this.settings.url, headers: own, body, service: SERVICE, region };
    return { ...(await signed(request, await this.credentials.get())), ...length };
  }

  private send(
    { method, body, signal }: GatewayRequest,
    headers: Record<string, string>,
  ): Promise<http.IncomingMessage> {
    const { url } = this.settings;
    const agent = this.agents[url.startsWith('https:') ? 1 : 0];
    return new Promise((resolve, reject) => {
      const request = requestTo(url, { method, headers, signal, agent });
      request.on('response', resolve).on('error', reject);
      request.on('socket', (socket) => {
        if (socket.connecting) {
          const timer = setTimeout(() => request.destroy(failed('CONNECT_TIMEOUT')), CONNECT_MS);
          socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
        }
      });
      request.setTimeout(this.idleMs, () => request.destroy(failed('ETIMEDOUT')));
      request.end(body);
    });
  }
}

function failed(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function tokenOf(token: Hidden | undefined): string {
  if (token === undefined) {
    throw new GatewayFailure('GatewayAccessDenied', {
      what: 'the gateway wants the token of the caller, and none came with the invocation',
      allowed: 'an agent that is invoked with a token, and passes the header Authorization on',
      fix: 'invoke the agent with a token of its identity provider',
    });
  }
  return token.reveal();
}

/** https, or this machine, where tests have their gateway */
function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(hostname);
}

/** `<id>.gateway.bedrock-agentcore.<region>.amazonaws.com`, in China `.com.cn` */
function regionIn(url: string): string | undefined {
  return /\.bedrock-agentcore\.([a-z]{2}(?:-[a-z]+)+-\d+)\./.exec(new URL(url).hostname)?.[1];
}

/** When a token ends, by its own words: only to explain a refusal, never to grant anything. */
function expiryOf(token: Hidden): number | undefined {
  const end = claimsOf(token.reveal())?.exp;
  return typeof end === 'number' ? end * 1000 : undefined;
}
