/* A session server as it runs in an image, from its bundle, with a stand-in for the agent and for all around it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from '../processes';

export const PROGRAMS = path.join(ROOT, 'assets', 'images', 'session');
const AGENT = path.join(__dirname, 'agent.mjs');
const STAND_IN = path.join(__dirname, 'stand-in.mjs');
const LONGEST_START_MS = 30_000;

/** The least that can answer: what node itself costs. */
const BARE = `require('node:http').createServer((request, response) => {
  const body = JSON.stringify({ status: 'Healthy', time_of_last_update: 1 });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}).listen(process.env.AGENT_PORT, '0.0.0.0')`;

export interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  /** from the start of the process until `/ping` answered */
  readonly startMs: number;
}

/** A session server. Its folder is deleted with `stop`. */
export class Session implements Started {
  private constructor(
    public readonly child: ChildProcess,
    public readonly url: string,
    public readonly startMs: number,
    private readonly folder: string,
  ) {}

  /** `node`: the program to run it with. */
  public static async start(environment: NodeJS.ProcessEnv = {}, node = process.execPath): Promise<Session> {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-session-'));
    const descriptor = path.join(folder, 'cli.json');
    writeFileSync(descriptor, JSON.stringify({ command: [process.execPath, AGENT], output: 'events' }));
    mkdirSync(path.join(folder, 'work'));
    const { child, url, startMs } = await started([path.join(PROGRAMS, 'agent.mjs')], node, {
      HOME: folder,
      AGENT_CLI: 'custom',
      AGENT_CLI_DESCRIPTOR: descriptor,
      AGENT_WORKSPACE: path.join(folder, 'work'),
      AGENT_BRIDGE_PORT: '0',
      ...environment,
    });
    return new Session(child, url, startMs, folder);
  }

  public async invoke(body: object): Promise<string> {
    return (await request(`${this.url}/invocations`, JSON.stringify(body))).text;
  }

  /** Starts a job that prints so much; its id. */
  public async job(megabytes: number, seconds: number): Promise<string> {
    const answer = await this.invoke({ prompt: JSON.stringify({ megabytes, seconds }), stream: false });
    return (JSON.parse(answer) as { job: string }).job;
  }

  /** The text of the result, as soon as the job has ended. */
  public async result(job: string): Promise<string> {
    for (;;) {
      const { status, result } = JSON.parse(await this.invoke({ op: 'get', job })) as JobAnswer;
      if (status !== 'running') {
        if (result?.status !== 'succeeded') {
          throw new Error(`the job of the bench ended otherwise: ${JSON.stringify(result)}`);
        }
        return result.text;
      }
      await wait(200);
    }
  }

  public async stop(): Promise<void> {
    await stopped(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface JobAnswer {
  readonly status: string;
  readonly result: { readonly status: string; readonly text: string } | null;
}

export function startBare(node = process.execPath): Promise<Started> {
  return started(['-e', BARE], node, {});
}

/** What a session talks to; its URL. */
export async function startStandIn(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [STAND_IN], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, url: await firstLine(child) };
}

/** The variables of a microVM with a role and a gateway. */
export function microVm(url: string): NodeJS.ProcessEnv {
  return {
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    MCP_GATEWAY_URL: `${url}/mcp`,
    MCP_GATEWAY_AUTH: 'iam',
  };
}

/** What a process prints first. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return String((await lines.next()).value);
}

export async function stopped(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.kill()) {
    await ended;
  }
}

const agent = new http.Agent({ keepAlive: true });

/** One request and its answer, over connections that are kept, as AgentCore keeps them. */
export async function request(url: string, body?: string): Promise<{ status: number; text: string }> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const sent = http.request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent });
    sent.on('response', resolve).on('error', reject).end(body);
  });
  let text = '';
  for await (const part of response.setEncoding('utf8')) {
    text += String(part);
  }
  return { status: response.statusCode ?? 0, text };
}

async function started(args: string[], node: string, environment: NodeJS.ProcessEnv): Promise<Started> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = performance.now();
  const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', AGENT_PORT: String(port), ...environment };
  const child = spawn(node, args, { env, stdio: 'ignore' });
  for (;;) {
    const status = await request(`${url}/ping`).then(
      ({ status }) => status,
      () => 0,
    );
    const startMs = performance.now() - start;
    if (status === 200) {
      return { child, url, startMs };
    }
    if (child.exitCode !== null || startMs > LONGEST_START_MS) {
      throw new Error(`${args.join(' ').slice(0, 100)} does not answer`);
    }
    await wait(1);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
