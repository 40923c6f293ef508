import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PORTS } from '../../../lib/contract/session';
import { SessionError } from '../shared/problem';
import { failureOfError, GatewayFailure } from './failure';
import { Forward } from './forward';
import type { Gateway } from './gateway';
import type { OpenJob, OpenJobs } from './jobs';
import { errorMessage } from './rpc';
import type { Telemetry } from './telemetry';

const HOST = '127.0.0.1';
const LARGEST_HEADERS = 16 * 1024;
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
/** longer than CLIs keep a connection that rests: they close it, and no call meets a closed one */
const REST_MS = 120_000;
const MOST_CONNECTIONS = 256;
const JOB_PATH = /^\/jobs\/([0-9A-Za-z-]{1,80})\/mcp$/;
const SHELL_PATH = '/mcp';

interface ListenerParts {
  readonly jobs: OpenJobs;
  /** what is wrong with it, if it cannot be used; undefined if the agent has none */
  readonly gateway: Gateway | GatewayFailure | undefined;
  /** whoever has a shell in the microVM has its role too, so a gateway that asks for no more is open to her */
  readonly shell?: OpenJob;
  readonly telemetry?: Telemetry;
}

/** What the CLIs talk to. On this machine only, and not for browsers. */
export class Listener {
  private readonly server: Server;

  private constructor(private readonly parts: ListenerParts) {
    this.server = createServer({ maxHeaderSize: LARGEST_HEADERS }, (request, response) => {
      void this.answer(request, response).catch(() => response.destroy());
    });
    this.server.headersTimeout = HEADERS_MS;
    this.server.requestTimeout = REQUEST_MS;
    this.server.keepAliveTimeout = REST_MS;
    this.server.maxConnections = MOST_CONNECTIONS;
  }

  /** Errors: `BridgePortTaken`. */
  public static async start(parts: ListenerParts, port: number = PORTS.bridge): Promise<Listener> {
    const listener = new Listener(parts);
    await new Promise<void>((resolve, reject) => {
      listener.server.once('listening', resolve).once('error', () => reject(portTaken(port)));
      listener.server.listen(port, HOST);
    });
    return listener;
  }

  public get origin(): string {
    return `http://${HOST}:${this.port}`;
  }

  public urlOf(job: OpenJob): string {
    return `${this.origin}/jobs/${job.capability}/mcp`;
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // a web page that the agent opened could otherwise use the tools, by way of a name that leads here
    if (request.headers.origin !== undefined || !this.isOurs(request.headers.host)) {
      response.writeHead(403).end();
      return;
    }
    const path = request.url ?? '';
    const job = path === SHELL_PATH ? this.parts.shell : this.parts.jobs.find(JOB_PATH.exec(path)?.[1] ?? '');
    if (job !== undefined) {
      await this.forward(request, response, job);
    } else if (path.startsWith('/v1/') && this.parts.telemetry !== undefined) {
      await this.parts.telemetry.take(request, response);
    } else {
      response.writeHead(404).end();
    }
  }

  private async forward(request: IncomingMessage, response: ServerResponse, job: OpenJob): Promise<void> {
    const { gateway } = this.parts;
    if (gateway === undefined || gateway instanceof GatewayFailure) {
      const { message, rpcCode } = gateway ?? failureOfError(noGateway());
      response.writeHead(502, { 'content-type': 'application/json' });
      response.end(JSON.stringify(errorMessage(null, rpcCode, message)));
      return;
    }
    await new Forward(request, response, gateway, job).run();
  }

  private isOurs(host: string | undefined): boolean {
    return host === `${HOST}:${this.port}` || host === `localhost:${this.port}`;
  }
}

/** What is said where an agent has no gateway. */
export function noGateway(): GatewayFailure {
  return new GatewayFailure('GatewayUnavailable', {
    what: 'this agent has no gateway',
    got: 'no MCP_GATEWAY_URL',
    allowed: 'an agent with a gateway',
    fix: 'give it one: new CodingAgent(..., { gateway })',
  });
}

function portTaken(port: number): SessionError {
  return new SessionError('BridgePortTaken', {
    what: 'the bridge cannot listen on its port',
    got: port,
    allowed: 'a port that nothing else in the image listens on',
    fix: 'keep the port free, or set AGENT_BRIDGE_PORT to another',
  });
}
