/* A server that keeps the contract, in the smallest form, and can be told to break one thing. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | 'ping-404'
  | 'ping-text'
  | 'ping-status'
  | 'ping-slow'
  | 'ping-now'
  | 'ping-milliseconds'
  | 'never-busy'
  | 'busy-for-ever'
  | 'busy-now'
  | 'rubbish-500'
  | 'rubbish-silent'
  | 'rubbish-200'
  | 'dies-of-rubbish'
  | 'session-header'
  | 'list-500'
  | 'takes-any-prompt'
  | 'attach-waits'
  | 'plain-text'
  | 'no-ids'
  | 'ids-from-zero'
  | 'gap'
  | 'first-is-text'
  | 'no-json-data'
  | 'cut-off'
  | 'goes-on'
  | 'no-replay'
  | 'ignores-after'
  | 'cancel-404'
  | 'stays-running'
  | 'zero-for-unknown';

interface Stored {
  readonly id: number;
  readonly event: Record<string, unknown>;
}

const JOB = 'job-1';
const MINUTE = 60;

export class LoopbackAgent {
  private readonly server: Server;
  private readonly events: Stored[] = [];
  private readonly watchers = new Map<ServerResponse, number>();
  private changedAt = Math.floor(Date.now() / 1000) - MINUTE;
  private busy = false;
  private everBusy = false;

  constructor(private readonly fault?: Fault) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  public async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private is(...faults: Fault[]): boolean {
    return this.fault !== undefined && faults.includes(this.fault);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/ping') {
      setTimeout(() => this.ping(response), this.is('ping-slow') ? 1200 : 0);
      return;
    }
    let text = '';
    for await (const part of request) {
      text += String(part);
    }
    if (this.is('session-header') && request.headers['x-amzn-bedrock-agentcore-runtime-session-id'] !== undefined) {
      send(response, 431, { message: 'too many headers' });
      return;
    }
    let body: { op?: string; job?: string; after?: number; prompt?: unknown };
    try {
      body = JSON.parse(text) as typeof body;
    } catch {
      this.refuse(response);
      return;
    }
    this.answer(body, response);
  }

  private ping(response: ServerResponse): void {
    if (this.is('ping-text')) {
      response.end('Healthy');
      return;
    }
    const moves = this.is('ping-now') || (this.is('busy-now') && this.busy);
    const time = moves ? Math.floor(performance.now()) : this.changedAt * (this.is('ping-milliseconds') ? 1000 : 1);
    const isBusy = !this.is('never-busy') && (this.busy || (this.everBusy && this.is('busy-for-ever')));
    const status = this.is('ping-status') ? 'ok' : isBusy ? 'HealthyBusy' : 'Healthy';
    send(response, this.is('ping-404') ? 404 : 200, { status, time_of_last_update: time });
  }

  private refuse(response: ServerResponse): void {
    if (this.is('dies-of-rubbish')) {
      void this.stop();
    } else if (this.is('rubbish-silent')) {
      response.writeHead(400).end();
    } else {
      send(response, this.is('rubbish-500') ? 500 : this.is('rubbish-200') ? 200 : 400, {
        message: 'the body is no JSON',
      });
    }
  }

  private answer(
    { op, job, after = 0, prompt }: { op?: string; job?: string; after?: number; prompt?: unknown },
    response: ServerResponse,
  ): void {
    if (op === 'list') {
      send(response, this.is('list-500') ? 500 : 200, { jobs: [] });
    } else if (op === undefined && typeof prompt !== 'string' && !this.is('takes-any-prompt')) {
      send(response, 400, { message: 'prompt is no text' });
    } else if (op === undefined) {
      this.begin(response);
    } else if (job !== JOB && !this.is('attach-waits')) {
      send(response, 404, { message: 'there is no such job' });
    } else if (op === 'attach') {
      this.watch(response, this.is('ignores-after') ? 0 : this.is('no-replay') ? this.events.length : after);
    } else if (op === 'get') {
      send(response, 200, { id: JOB, status: this.busy || this.is('stays-running') ? 'running' : 'cancelled' });
    } else {
      this.cancel(response);
    }
  }

  private begin(response: ServerResponse): void {
    this.setBusy(true);
    this.everBusy = true;
    if (this.is('plain-text')) {
      response.end('done');
      return;
    }
    this.watch(response, 0);
    this.add(this.is('first-is-text') ? { type: 'text', job: JOB, text: 'hello' } : { type: 'started', job: JOB });
    this.add({ type: 'text', text: 'hello' });
  }

  private cancel(response: ServerResponse): void {
    const unknown = this.is('zero-for-unknown') ? {} : { tokens: null, dollars: null, turns: null, exitCode: null };
    this.setBusy(false);
    this.add({ type: 'result', result: { status: 'cancelled', errorCode: 'Cancelled', durationMs: 5, ...unknown } });
    if (this.is('goes-on')) {
      this.add({ type: 'text', text: 'one more' });
    }
    for (const watcher of this.watchers.keys()) {
      watcher.end(this.is('cut-off') ? 'id: 9\ndata: {"id"' : '');
    }
    this.watchers.clear();
    send(response, this.is('cancel-404') ? 404 : 200, { job: JOB, status: 'cancelled' });
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.changedAt = Math.floor(Date.now() / 1000);
  }

  private add(event: Record<string, unknown>): void {
    const last =
      this.events.length + (this.is('ids-from-zero') ? -1 : 0) + (this.is('gap') && this.events.length > 1 ? 5 : 0);
    this.events.push({ id: last + 1, event });
    this.watchers.forEach((_, watcher) => this.flush(watcher));
  }

  private watch(response: ServerResponse, after: number): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    this.watchers.set(response, after);
    this.flush(response);
    if (!this.busy) {
      response.end();
    }
  }

  private flush(watcher: ServerResponse): void {
    for (const stored of this.events.slice(this.watchers.get(watcher))) {
      const data = this.is('no-json-data') ? String(stored.event.type) : JSON.stringify(stored);
      watcher.write(`${this.is('no-ids') ? '' : `id: ${stored.id}\n`}data: ${data}\n\n`);
    }
    this.watchers.set(watcher, this.events.length);
  }
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
