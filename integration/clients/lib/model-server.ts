import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from './loopback-server.ts';
import type { Dialect, ModelRequest, Step } from './model-wire.ts';
import { DIALECTS } from './model-wires.ts';

/** One request to the model, as far as tests ask about it. */
export interface SeenModelRequest extends ModelRequest {
  readonly dialect: Dialect['name'];
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How a request is refused. */
export interface Fault {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

/**
 * A model at a loopback address that does what a script says, in the dialects of all programs. It keeps no state between
 * requests: which step is due follows from the request, so that retries and side requests change nothing.
 */
export class ModelServer extends LoopbackServer {
  /** all requests with tools: those of the conversation */
  public readonly seen: SeenModelRequest[] = [];
  /** requests that no dialect knows: looking up models and the like */
  public readonly others: string[] = [];
  /** models of Bedrock that were called, by the id in the address; side requests and probes among them */
  public readonly invoked = new Set<string>();
  /** which of these the role may call */
  public allowed: (model: string) => boolean = () => true;
  /** what the model does; the last step repeats itself */
  public script: Step[] = [{ text: 'done' }];
  /** what the model of a subagent does, by what its prompt says */
  public readonly subagents = new Map<string, Step[]>();
  /** how requests are refused, by their number from 0; undefined answers them */
  public fault: (number: number) => Fault | undefined = () => undefined;
  /** from this step on no answer comes */
  public silentFrom = Infinity;
  /** what is done before a step is answered */
  public before: (step: number) => void = () => undefined;

  private reachings: { readonly step: number; readonly resolve: () => void }[] = [];
  private faults = 0;

  public get url(): string {
    return this.origin;
  }

  /** Resolves when a step of the script is asked for. */
  public reached(step: number): Promise<void> {
    return new Promise((resolve) => this.reachings.push({ step, resolve }));
  }

  protected override async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const body = await readAll(request);
    const model = /\/model\/(.+)\/(invoke|converse)/.exec(decodeURIComponent(url.pathname))?.[1];
    if (model !== undefined) {
      this.invoked.add(model);
      if (!this.allowed(model)) {
        const headers = { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' };
        return void response.writeHead(403, headers).end('{"message":"not authorized to perform this action"}');
      }
    }
    const dialect = DIALECTS.find(({ path }) => path.test(url.pathname));
    if (dialect === undefined) {
      this.others.push(`${request.method} ${url.pathname}`);
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    }
    const parsed = JSON.parse(body) as Record<string, unknown>;
    const read = dialect.read(parsed);
    const isSideRequest = read.tools.length === 0;
    if (!isSideRequest) {
      this.seen.push({ ...read, dialect: dialect.name, url: url.pathname, headers: request.headers, body });
    }
    if (!isSideRequest) {
      this.before(read.step);
      this.reachings.filter(({ step }) => step === read.step).forEach(({ resolve }) => resolve());
    }
    const fault = isSideRequest ? undefined : this.fault(this.faults++);
    if (fault !== undefined) {
      return void response
        .writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
        .end(JSON.stringify({ type: 'error', error: { type: 'scripted', message: `scripted ${fault.status}` } }));
    }
    if (!isSideRequest && read.step >= this.silentFrom) {
      return;
    }
    const script = [...this.subagents].find(([said]) => read.prompt.includes(said))?.[1] ?? this.script;
    const step = isSideRequest ? { text: 'A title' } : script[Math.min(read.step, script.length - 1)];
    response.writeHead(200, { 'content-type': dialect.contentType, 'x-amzn-requestid': 'scripted' });
    response.end(dialect.write(step, String(parsed.model ?? 'scripted')));
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
