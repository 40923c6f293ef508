/* A gateway on this machine, and whatever else of AWS the bridge talks to. It checks who asks, and answers as it is told. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureFault } from '../../sigv4';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly message: any;
  /** set when the asker went away before the answer was complete */
  aborted: boolean;
}
export type Handler = (seen: Seen, response: ServerResponse) => void;

export const REGION = 'eu-west-1';
export const TOKEN = 'canary.caller.token';
export const SESSION = 'session-0001';

export class StandIn {
  public readonly seen: Seen[] = [];
  public readonly faults: string[] = [];
  /** what answers: a small MCP server by default */
  public handler: Handler = mcp;
  public service = 'bedrock-agentcore';
  private constructor(
    private readonly server: Server,
    private readonly auth: 'iam' | 'jwt',
  ) {}

  public static async start(auth: 'iam' | 'jwt' = 'iam'): Promise<StandIn> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const standIn = new StandIn(server, auth);
    server.on('request', (request, response) => void standIn.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public methods(): string[] {
    return this.seen.map(({ method, message }) => message?.method ?? method);
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
    }
    const body = Buffer.concat(parts);
    const seen = {
      method: String(request.method),
      path: String(request.url),
      headers: request.headers,
      body,
      message: jsonOf(body),
      aborted: false,
    };
    response.on('close', () => (seen.aborted = !response.writableFinished));
    this.seen.push(seen);
    const fault =
      this.auth === 'iam'
        ? signatureFault(request, body, this.service, REGION)
        : request.headers.authorization === `Bearer ${TOKEN}`
          ? undefined
          : `another token`;
    if (fault !== undefined) {
      this.faults.push(fault);
    }
    this.handler(seen, response);
  }
}

function jsonOf(body: Buffer): any {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function events(response: ServerResponse, ...messages: unknown[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  messages.forEach((message, index) => response.write(`id: ${index + 1}\ndata: ${JSON.stringify(message)}\n\n`));
}

export const mcp: Handler = ({ method, message }, response) => {
  const result = (value: unknown, headers = {}) =>
    json(response, { jsonrpc: '2.0', id: message.id, result: value }, 200, headers);
  switch (method === 'POST' ? message?.method : method) {
    case 'initialize': {
      const { protocolVersion } = message.params;
      const info = { protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return result(info, { 'mcp-session-id': SESSION });
    }
    case 'tools/list':
      return result({ tools: [{ name: 'gh___get_issue' }, { name: 'gh___list_issues' }] });
    case 'tools/call':
      return result({ content: [{ type: 'text', text: JSON.stringify(message.params) }] });
    case 'GET':
      return void response.writeHead(405).end();
    case 'DELETE':
      return void response.writeHead(200).end();
    default:
      return void response.writeHead(202).end();
  }
};

/** What a gateway answers where the user has not agreed yet. */
export function consentError(id: unknown, ...urls: string[]): unknown {
  const elicitations = urls.map((url) => ({ mode: 'url', url, elicitationId: 'e', message: 'please agree' }));
  return { jsonrpc: '2.0', id, error: { code: -32042, message: 'authorization needed', data: { elicitations } } };
}
