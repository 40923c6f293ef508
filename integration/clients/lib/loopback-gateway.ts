import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { LoopbackServer } from './loopback-server.ts';

/** One request for MCP, as far as tests ask about it. */
export interface SeenRequest {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly accepted: boolean;
}

interface Grant {
  readonly redirectUri: string;
  readonly challenge: string;
}

/**
 * An MCP endpoint that wants a bearer token, and the identity provider behind it, both on a loopback address. Strict
 * where real ones are: the redirect URI must be registered to the letter, PKCE must hold, nobody can register.
 */
export class LoopbackGateway extends LoopbackServer {
  public readonly token = `token-${randomUUID()}`;
  public readonly seen: SeenRequest[] = [];
  /** what a client asked for that an identity provider of a company would refuse */
  public readonly refused: string[] = [];
  /** each scope parameter that came with a sign-in */
  public readonly scopesAsked: string[] = [];
  /** whether the identity provider names itself in its answers, as RFC 9207 has it */
  public sendsIssuer = true;
  public registration: { clientId: string; redirectUris: string[] } = { clientId: '', redirectUris: [] };

  private readonly grants = new Map<string, Grant>();

  public get url(): string {
    return `${this.origin}/mcp`;
  }

  public get methodsAccepted(): string[] {
    return this.seen.filter(({ accepted }) => accepted).map(({ method }) => method);
  }

  protected override async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const body = await read(request);
    if (url.pathname === '/mcp') {
      return this.serveMcp(request, response, body);
    }
    if (url.pathname.startsWith('/.well-known/oauth-protected-resource')) {
      return json(response, 200, {
        resource: this.url,
        authorization_servers: [this.origin],
        scopes_supported: ['gw'],
      });
    }
    if (url.pathname.startsWith('/.well-known/')) {
      return json(response, 200, this.metadata());
    }
    if (url.pathname === '/authorize') {
      return this.authorize(url, response);
    }
    if (url.pathname === '/token') {
      return this.exchange(new URLSearchParams(body), response);
    }
    this.refused.push(`${request.method} ${url.pathname}`);
    return json(response, 404, { error: 'not_found' });
  }

  private metadata(): object {
    return {
      issuer: this.origin,
      authorization_endpoint: `${this.origin}/authorize`,
      token_endpoint: `${this.origin}/token`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: this.sendsIssuer,
    };
  }

  private async serveMcp(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const message = body === '' ? undefined : (JSON.parse(body) as { method?: string });
    const { authorization } = request.headers;
    const accepted = authorization === `Bearer ${this.token}`;
    this.seen.push({ method: message?.method ?? request.method ?? '', authorization, accepted });
    if (!accepted) {
      const where = `${this.origin}/.well-known/oauth-protected-resource`;
      response.setHeader('www-authenticate', `Bearer resource_metadata="${where}", scope="gw"`);
      return json(response, 401, { error: 'invalid_token' });
    }
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on('close', () => void transport.close());
    await pingServer().connect(transport);
    await transport.handleRequest(request, response, message);
  }

  private authorize(url: URL, response: ServerResponse): void {
    const given = (name: string): string => url.searchParams.get(name) ?? '';
    const redirectUri = given('redirect_uri');
    const isKnown =
      given('client_id') === this.registration.clientId && this.registration.redirectUris.includes(redirectUri);
    if (!isKnown || given('code_challenge_method') !== 'S256') {
      this.refused.push(`authorize ${given('client_id')} ${redirectUri}`);
      return json(response, 400, { error: 'invalid_request' });
    }
    this.scopesAsked.push(given('scope'));
    const code = randomUUID();
    this.grants.set(code, { redirectUri, challenge: given('code_challenge') });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', given('state'));
    if (this.sendsIssuer) {
      back.searchParams.set('iss', this.origin);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  private exchange(form: URLSearchParams, response: ServerResponse): void {
    const grant = this.grants.get(form.get('code') ?? '');
    const verifier = form.get('code_verifier') ?? '';
    const holds =
      grant !== undefined &&
      grant.redirectUri === form.get('redirect_uri') &&
      grant.challenge === createHash('sha256').update(verifier).digest('base64url') &&
      form.get('client_id') === this.registration.clientId &&
      !form.has('client_secret');
    if (!holds) {
      this.refused.push('token');
      return json(response, 400, { error: 'invalid_grant' });
    }
    return json(response, 200, { access_token: this.token, token_type: 'Bearer', expires_in: 3600, scope: 'gw' });
  }
}

/** The smallest server that clients take for one: a single tool. */
export function pingServer(): McpServer {
  const server = new McpServer({ name: 'loopback', version: '1.0.0' });
  server.registerTool('ping', { description: 'Answers pong' }, () => ({ content: [{ type: 'text', text: 'pong' }] }));
  return server;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
