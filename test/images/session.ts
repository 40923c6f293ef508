/* A session for tests: the real server, jobs and bridge, with an agent that does as its prompt says. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { startBridge } from '../../images/session/bridge/client';
import type { Bridge, CliAdapter, CliReader, JobRecord, JobResult, StoredEvent } from '../../images/session/contract';
import { Jobs } from '../../images/session/jobs/jobs';
import type { Session } from '../../images/session/jobs/runner';
import { makeServer } from '../../images/session/server/server';
import type { Shells } from '../../images/session/server/shells';

export const FAKE_CLI = path.join(__dirname, 'assets', 'fake-cli.mjs');
const BRIDGE = path.join(__dirname, '..', '..', 'assets', 'images', 'session', 'bridge.mjs');

export type Step = [name: string, argument?: unknown];
export const DONE: Step = ['note', { final: true }];

/** what the fake agent is asked to do */
export function prompt(...steps: Step[]): string {
  return JSON.stringify(steps);
}

export const fakeCli: CliAdapter = {
  name: 'custom',
  limits: ['turns', 'minutes', 'dollars'],
  command: (run) => ({
    file: process.execPath,
    args: [FAKE_CLI, ...(run.continues === undefined ? [] : ['--resume', run.continues.conversation])],
    environment: {
      ...(run.model.via === 'provider' ? { FAKE_KEY: run.model.key.reveal() } : {}),
      ...(run.mcp === undefined ? {} : { FAKE_TOOLS: run.mcp.url }),
    },
    files: [{ path: path.join(run.scratch, 'settings.json'), content: JSON.stringify(run.mcp ?? {}) }],
    input: run.prompt,
  }),
  reader: () => new FakeReader(),
};

class FakeReader implements CliReader {
  public conversation: string | null = null;
  public spent: CliReader['spent'] = { turns: null, tokens: null, dollars: null };
  private text: string | null = null;
  private isFinal = false;

  public get finality(): CliReader['finality'] {
    return this.isFinal ? 'certain' : 'none';
  }

  public line(line: string): ReturnType<CliReader['line']> {
    const { event, conversation, final, ...spent } = JSON.parse(line);
    this.conversation = conversation ?? this.conversation;
    this.spent = { ...this.spent, ...spent };
    this.isFinal = final ?? this.isFinal;
    this.text = event?.type === 'text' ? event.text : this.text;
    return event === undefined ? [] : [event];
  }

  public finish(exit: Parameters<CliReader['finish']>[0]): ReturnType<CliReader['finish']> {
    const { conversation, spent, text, isFinal } = this;
    const end = isFinal
      ? ({ status: 'succeeded', errorCode: null, message: null } as const)
      : ({ status: 'failed', errorCode: 'AgentCrashed', message: `no result: ${exit.stderr}` } as const);
    const dollarsFrom = spent.dollars === null ? null : 'cli';
    return {
      ...end,
      text,
      ...spent,
      dollarsFrom,
      conversation,
      totals: { tokens: spent.tokens, dollars: spent.dollars },
    };
  }
}

export interface Answer {
  readonly status: number;
  readonly json: any;
  readonly events: StoredEvent[];
}

/** the port that a server took, by its log */
export function portOf(log: string): number {
  const found = /"server.ready".*"port":(\d+)/.exec(log);
  if (found === null) {
    throw new Error(`the server did not start: ${log}`);
  }
  return Number(found[1]);
}

/** One session on one workspace. Another one on the same workspace is another microVM of it. */
export class TestSession {
  public readonly bridge: Bridge;
  public readonly jobs: Jobs;
  private server: Server | undefined;

  constructor(
    public readonly workspace: string,
    more: Partial<Session> = {},
    private readonly shells: Pick<Shells, 'isBusy'> = { isBusy: false },
  ) {
    const environment = {
      PATH: process.env.PATH,
      AGENT_WORKSPACE: workspace,
      MCP_GATEWAY_URL: 'https://nowhere',
      // other tests run beside this one
      AGENT_BRIDGE_PORT: '0',
      ...more.environment,
    };
    this.bridge = more.bridge ?? startBridge({ program: BRIDGE, environment });
    const session = { adapter: fakeCli, settings: {}, ...more, environment, bridge: this.bridge };
    this.jobs = new Jobs(session, (bound) => (bound === 'turns' ? ['claude-code', 'gemini-cli'] : ['claude-code']));
  }

  public async start(): Promise<this> {
    const server = makeServer(this.jobs, this.shells);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  public async ping(): Promise<{ status: string; time_of_last_update: number }> {
    return (await (await fetch(`${this.url}/ping`)).json()) as never;
  }

  public async invoke(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.url}/invocations`, { method: 'POST', body: text, headers });
    const answer = await response.text();
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    return {
      status: response.status,
      json: isStream ? undefined : JSON.parse(answer),
      events: isStream ? eventsOf(answer) : [],
    };
  }

  /** runs a job to its end */
  public async run(steps: Step[], more: object = {}, headers: Record<string, string> = {}): Promise<Ran> {
    const { events, json } = await this.invoke({ prompt: prompt(...steps), ...more }, headers);
    if (json !== undefined) {
      throw new Error(`refused: ${JSON.stringify(json)}`);
    }
    const [first, last] = [events[0].event, events.at(-1)!.event];
    if (first.type !== 'started' || last.type !== 'result') {
      throw new Error(`no whole stream: ${JSON.stringify(events)}`);
    }
    return { job: first.job, directory: first.directory, events, result: last.result, texts: textsOf(events) };
  }

  /** starts a job and does not wait */
  public async begin(steps: Step[], more: object = {}, headers: Record<string, string> = {}): Promise<string> {
    const { json } = await this.invoke({ prompt: prompt(...steps), stream: false, ...more }, headers);
    return json.job;
  }

  public async record(job: string): Promise<JobRecord> {
    return (await this.invoke({ op: 'get', job })).json;
  }

  public eventsFile(job: string): string {
    return path.join(this.workspace, '.agent', 'jobs', job, 'events.jsonl');
  }

  public recordFile(job: string): string {
    return path.join(this.workspace, '.agent', 'jobs', job, 'job.json');
  }

  public async stop(): Promise<void> {
    await this.jobs.shutDown();
    await this.bridge.stop();
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server === undefined ? resolve(0) : this.server.close(resolve)));
  }
}

export interface Ran {
  readonly job: string;
  readonly directory: string;
  readonly events: StoredEvent[];
  readonly result: JobResult;
  readonly texts: string[];
}

export interface Sessions {
  readonly workspace: () => string;
  readonly session: (more?: Partial<Session>, workspace?: string) => Promise<TestSession>;
}

/** Workspaces and sessions of a test file, gone after each test. */
export function useSessions(): Sessions {
  const folders: string[] = [];
  const sessions: TestSession[] = [];
  beforeAll(() => void jest.spyOn(process.stdout, 'write').mockImplementation(() => true));
  afterAll(() => void jest.restoreAllMocks());
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.stop()));
    folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  });
  const workspace = () => {
    folders.push(mkdtempSync(path.join(tmpdir(), 'workspace-')));
    return folders.at(-1)!;
  };
  return {
    workspace,
    session: async (more = {}, folder = workspace()) => {
      sessions.push(new TestSession(folder, more));
      return sessions.at(-1)!.start();
    },
  };
}

export function eventsOf(stream: string): StoredEvent[] {
  const frames = stream.split('\n\n').filter((frame) => frame.startsWith('id: '));
  return frames.map((frame) => JSON.parse(/^data: (.*)$/m.exec(frame)![1]));
}

export function textsOf(events: readonly StoredEvent[]): string[] {
  return events.flatMap(({ event }) => (event.type === 'text' ? [event.text] : []));
}

/** whether a process runs; one that only waits to be reaped does not */
export function isAlive(id: number): boolean {
  return existsSync(`/proc/${id}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${id}/stat`, 'latin1'));
}

export async function until(holds: () => unknown, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`did not happen in ${ms} ms: ${holds.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
