/* GitHub, KMS and Secrets Manager on this machine. It checks every request, and fails in the ways it is told to. */
import { privateEncrypt, verify, constants } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo } from './answers';
import { CLIENT_ID, INSTALLATION_ID, KEY, KEY_ARN, SECRET_ARN } from './app';
import { signatureFault } from '../../sigv4';

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly text?: string;
  /** answer nothing at all */
  readonly silent?: boolean;
  /** close the connection instead */
  readonly reset?: boolean;
  readonly delayMs?: number;
}
export type Fault = Reply | ((request: Seen) => Reply);
export type Place = 'mint' | 'api' | 'kms' | 'secrets';

export interface Seen {
  readonly place: Place;
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}
export interface Mint {
  readonly repository: string;
  readonly permissions: Record<string, string>;
  readonly token: string;
  readonly jwt: string;
}

/** DigestInfo of SHA-256: what PKCS #1 v1.5 puts before the digest. */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

export class Loopback {
  public readonly seen: Seen[] = [];
  public readonly mints: Mint[] = [];
  /** what was wrong with a request; empty at the end of a good test */
  public readonly violations: string[] = [];
  /** told in turn to the next requests at a place */
  public readonly faults: Record<Place, Fault[]> = { mint: [], api: [], kms: [], secrets: [] };
  public key = KEY;
  public secret = '';
  public tokenOf = (count: number) => `ghs_${String(count).padStart(36, 'x')}`;
  public lifetimeMs = 60 * 60_000;
  /** how far GitHub's clock is ahead of ours */
  public skewMs = 0;
  public mintDelayMs = 0;

  private constructor(private readonly server: Server) {}

  public static async start(): Promise<Loopback> {
    const server = createServer();
    const loopback = new Loopback(server);
    server.on('request', (request, response) => void loopback.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return loopback;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  public at(place: Place): Seen[] {
    return this.seen.filter((one) => one.place === place);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const seen = this.note(request, text);
    const reply = this.replyTo(seen, request, text);
    if (reply.silent === true) {
      return;
    }
    if (reply.reset === true) {
      request.socket.destroy();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, reply.delayMs ?? 0));
    response.writeHead(reply.status ?? 200, {
      date: new Date(Date.now() + this.skewMs).toUTCString(),
      'content-type': 'application/json',
      'x-github-request-id': 'ABCD:1234:5678:9ABC:DEF0',
      ...reply.headers,
    });
    response.end(reply.text ?? '{}');
  }

  private replyTo(seen: Seen, request: IncomingMessage, text: string): Reply {
    const fault = this.faults[seen.place].shift();
    try {
      return fault === undefined ? this.reply(seen, request, text) : typeof fault === 'function' ? fault(seen) : fault;
    } catch (error) {
      // such as a request without what it must hold
      this.violations.push(String(error));
      return { status: 500 };
    }
  }

  private note(request: IncomingMessage, text: string): Seen {
    const url = new URL(request.url ?? '/', this.url);
    const target = String(request.headers['x-amz-target']);
    const place = target.startsWith('TrentService')
      ? 'kms'
      : target.startsWith('secretsmanager')
        ? 'secrets'
        : url.pathname.startsWith('/app/')
          ? 'mint'
          : 'api';
    const method = request.method ?? '';
    const { route } = answerTo(method, url.pathname, '');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const seen = { place, route, method, path: url.pathname, query: url.searchParams, headers: request.headers, body };
    this.seen.push(seen as Seen);
    return seen as Seen;
  }

  private reply(seen: Seen, request: IncomingMessage, text: string): Reply {
    switch (seen.place) {
      case 'kms':
        return this.sign(seen, request, text);
      case 'secrets':
        this.expect(signatureFault(request, text, 'secretsmanager', 'eu-west-1') ?? true);
        this.expect(seen.body.SecretId === SECRET_ARN || 'asks for another secret');
        return { text: JSON.stringify({ SecretString: this.secret }) };
      case 'mint':
        return this.mint(seen);
      case 'api':
        return this.answer(seen);
    }
  }

  private sign({ body }: Seen, request: IncomingMessage, text: string): Reply {
    this.expect(signatureFault(request, text, 'kms', 'eu-west-1') ?? true);
    const { KeyId, Message, MessageType, SigningAlgorithm } = body as Record<string, string>;
    this.expect(KeyId === KEY_ARN || 'signs with another key');
    this.expect(
      [MessageType, SigningAlgorithm].join() === 'DIGEST,RSASSA_PKCS1_V1_5_SHA_256' || 'signs in another way',
    );
    const padded = Buffer.concat([DIGEST_INFO, Buffer.from(Message, 'base64')]);
    const signature = privateEncrypt({ key: this.key.privateKey, padding: constants.RSA_PKCS1_PADDING }, padded);
    return { text: JSON.stringify({ Signature: signature.toString('base64') }) };
  }

  private mint(seen: Seen): Reply {
    this.checkHeaders(seen);
    const jwt = String(seen.headers.authorization).replace('Bearer ', '');
    if (!this.isAccepted(jwt)) {
      return { status: 401, text: '{"message":"A JSON web token could not be decoded"}' };
    }
    const { repositories, permissions, ...rest } = seen.body;
    this.expect(seen.path === `/app/installations/${INSTALLATION_ID}/access_tokens` || 'another installation');
    this.expect(Object.keys(rest).length === 0 || 'more in the body');
    this.expect((Array.isArray(repositories) && repositories.length === 1) || 'not exactly one repository');
    this.expect(Object.keys(permissions ?? {}).length === 1 || 'not exactly one permission');
    const token = this.tokenOf(this.mints.length);
    this.mints.push({ repository: repositories[0], permissions, token, jwt });
    const expires_at = new Date(Date.now() + this.skewMs + this.lifetimeMs).toISOString();
    const granted = { metadata: 'read', ...permissions };
    const body = { token, expires_at, permissions: granted, repositories: [{ name: repositories[0] }] };
    return { status: 201, text: JSON.stringify(body), delayMs: this.mintDelayMs };
  }

  /** As GitHub judges it: by its own clock. */
  private isAccepted(jwt: string): boolean {
    const [header, payload, signature] = jwt.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const now = (Date.now() + this.skewMs) / 1000;
    const good = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      this.key.publicKey,
      Buffer.from(signature, 'base64url'),
    );
    this.expect(JSON.parse(Buffer.from(header, 'base64url').toString()).alg === 'RS256' || 'not RS256');
    this.expect(claims.iss === CLIENT_ID || 'issued by another');
    this.expect(claims.exp - claims.iat === 540 || 'not nine minutes');
    return good && claims.iat <= now - 40 && claims.exp > now && claims.exp <= now + 600;
  }

  private answer(seen: Seen): Reply {
    this.checkHeaders(seen);
    const token = String(seen.headers.authorization).replace('Bearer ', '');
    const mint = this.mints.find((one) => one.token === token);
    if (mint === undefined) {
      return { status: 401, text: '{"message":"Bad credentials"}' };
    }
    const inPath = /^\/repos\/[^/]+\/([^/]+)/.exec(seen.path)?.[1] ?? mint.repository;
    this.expect(inPath.toLowerCase() === mint.repository.toLowerCase() || 'a token for another repository');
    return answerTo(seen.method, seen.path, String(seen.headers.accept));
  }

  private checkHeaders({ headers }: Seen): void {
    this.expect(headers['x-github-api-version'] === '2022-11-28' || 'no version of the API');
    this.expect(headers['user-agent'] === 'cdk-coding-agents' || 'no user agent');
    this.expect(String(headers.accept).startsWith('application/vnd.github') || 'no media type');
  }

  private expect(held: boolean | string): void {
    if (held !== true) {
      this.violations.push(String(held));
    }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}
