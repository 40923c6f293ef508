import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { LoopbackServer } from './loopback-server.ts';
import { signatureFault } from '../../../test/sigv4.ts';

const SERVICE = 'bedrock-agentcore';
export const REGION = 'eu-west-1';

/** What the gateway offers, as gateways name it: target, three underscores, tool. */
export const TOOL = 'tickets___list';

/**
 * Stands in for AgentCore: a gateway that wants a signature or the token of the caller, with a server of the MCP SDK
 * behind it, and the Token Vault, which gives the key of the model.
 */
export class GuardedGateway extends LoopbackServer {
  public readonly token = `token-${randomUUID()}`;
  public readonly modelKey = `model-key-${randomUUID()}`;
  public readonly workloadToken = `workload-token-${randomUUID()}`;
  /** methods of MCP that were let in */
  public readonly accepted: string[] = [];
  /** why requests were not let in */
  public readonly refused: string[] = [];
  public toolCalls = 0;
  /** sessions that live; undefined for a gateway without any. One that is taken out has ended. */
  public sessions: Set<string> | undefined;
  /** whether it answers 503 */
  public isDown = false;

  public constructor(public auth: 'iam' | 'jwt') {
    super();
  }

  protected override async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks);
    if (request.url === '/identities/api-key') {
      return this.giveKey(request, response, body);
    }
    if (request.url !== '/mcp') {
      return void response.writeHead(404).end();
    }
    if (this.isDown) {
      return void response.writeHead(503).end();
    }
    const message = body.length === 0 ? undefined : (JSON.parse(body.toString('utf8')) as { method?: string });
    const fault = this.fault(request, body);
    if (fault !== undefined) {
      this.refused.push(fault);
      return void response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"refused"}');
    }
    this.accepted.push(message?.method ?? request.method ?? '');
    if (message?.method === 'initialize' && this.sessions !== undefined) {
      const id = randomUUID();
      this.sessions.add(id);
      response.setHeader('mcp-session-id', id);
    } else if (this.sessions?.has(String(request.headers['mcp-session-id'])) === false) {
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no such session"}');
    }
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on('close', () => void transport.close());
    await this.tools().connect(transport);
    await transport.handleRequest(request, response, message);
  }

  private fault(request: IncomingMessage, body: Buffer): string | undefined {
    if (this.auth === 'iam') {
      return signatureFault(request, body, SERVICE, REGION);
    }
    return request.headers.authorization === `Bearer ${this.token}` ? undefined : 'another token';
  }

  private giveKey(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const asked = JSON.parse(body.toString('utf8')) as { workloadIdentityToken?: string };
    const fault =
      signatureFault(request, body, SERVICE, REGION) ??
      (asked.workloadIdentityToken === this.workloadToken ? undefined : 'another workload token');
    if (fault !== undefined) {
      this.refused.push(fault);
    }
    const answer = fault === undefined ? { apiKey: this.modelKey } : { message: fault };
    response
      .writeHead(fault === undefined ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer));
  }

  private tools(): McpServer {
    const server = new McpServer({ name: 'gateway', version: '1.0.0' });
    server.registerTool(TOOL, { description: 'Lists tickets' }, () => {
      this.toolCalls += 1;
      return { content: [{ type: 'text', text: 'ticket 7: add a file' }] };
    });
    return server;
  }
}
