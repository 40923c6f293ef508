/* OpenTelemetry of the CLIs, signed and sent on to CloudWatch. Whatever goes wrong here, no CLI notices. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LOG_GROUP_VARIABLE, LOG_STREAM_VARIABLE } from '../../../lib/contract/session';
import type { CredentialSource } from '../shared/aws';
import { endpointOf, signed } from '../shared/aws';
import { send } from '../shared/http';
import { causeOf, warn } from '../shared/log';

/** what the endpoints of CloudWatch take; a megabyte for each request of logs and metrics, five for traces */
const LARGEST_BODY = 5 * 1024 * 1024;
const MOST_AT_ONCE = 4;
const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 4 * 1024;
const PASSED_ON = ['content-type', 'content-encoding'];

interface Endpoint {
  /** by the name that the variables of the SDKs use */
  readonly service: string;
  readonly signingName: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Telemetry {
  private readonly endpoints: ReadonlyMap<string, Endpoint>;
  private active = 0;
  private readonly told = new Set<string>();

  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly region: string,
    private readonly credentials: CredentialSource,
  ) {
    const { [LOG_GROUP_VARIABLE]: group, [LOG_STREAM_VARIABLE]: stream } = environment;
    this.endpoints = new Map<string, Endpoint>([
      ['/v1/traces', { service: 'xray', signingName: 'xray', headers: {} }],
      ['/v1/metrics', { service: 'cloudwatch', signingName: 'monitoring', headers: {} }],
      // CloudWatch Logs does not make the group and the stream, and wants to be told both
      ...(group === undefined || stream === undefined ? [] : [['/v1/logs', logsOf(group, stream)] as const]),
    ]);
  }

  /** Answers at once; what cannot be sent on is dropped. */
  public async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = this.endpoints.get(request.url ?? '');
    if (endpoint === undefined || request.method !== 'POST') {
      response.writeHead(endpoint === undefined ? 404 : 405).end();
      return;
    }
    const body = await bytesOf(request);
    const type = request.headers['content-type'] ?? 'application/x-protobuf';
    // an empty message says that everything was taken
    response.writeHead(200, { 'content-type': type }).end(type.startsWith('application/json') ? '{}' : '');
    if (body === undefined || this.active >= MOST_AT_ONCE) {
      this.dropped(endpoint, body === undefined ? 'too large' : 'too many at once');
      return;
    }
    this.active++;
    await this.pass(request, endpoint, body).catch((error: unknown) => this.dropped(endpoint, causeOf(error)));
    this.active--;
  }

  private async pass({ url, headers }: IncomingMessage, endpoint: Endpoint, body: Buffer): Promise<void> {
    const { region } = this;
    const own = PASSED_ON.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []));
    const request = {
      method: 'POST',
      url: endpointOf(endpoint.service, region, this.environment) + String(url),
      headers: { ...(Object.fromEntries(own) as Record<string, string>), ...endpoint.headers },
      body,
    };
    const withSignature = await signed(
      { ...request, service: endpoint.signingName, region },
      await this.credentials.get(),
    );
    const reply = await send({ ...request, headers: withSignature }, AbortSignal.timeout(TIMEOUT_MS), LARGEST_ANSWER);
    if (reply.status >= 300) {
      this.dropped(endpoint, `status ${reply.status}`);
    }
  }

  /** once for each cause: telemetry comes every few seconds */
  private dropped({ service }: Endpoint, cause: string): void {
    if (!this.told.has(service + cause)) {
      this.told.add(service + cause);
      warn('telemetryDropped', { service, cause });
    }
  }
}

function logsOf(group: string, stream: string): Endpoint {
  const headers = { 'x-aws-log-group': group, 'x-aws-log-stream': stream };
  return { service: 'cloudwatch-logs', signingName: 'logs', headers };
}

/** Undefined if there are too many; they are read to their end, so that the answer arrives. */
async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size <= LARGEST_BODY) {
      parts.push(part);
    }
  }
  return size <= LARGEST_BODY ? Buffer.concat(parts) : undefined;
}
