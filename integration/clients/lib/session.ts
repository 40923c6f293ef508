import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AgentEvent, JobRecord, JobRequest, JobResult } from '../../../images/session/contract/index.ts';
import type { CliName } from '../../../lib/contract/agents.ts';
import type { SessionSettings } from '../../../lib/contract/session.ts';
import { CREDENTIALS } from '../../../test/sigv4.ts';
import { type GuardedGateway, REGION } from './guarded-gateway.ts';
import type { InstanceMetadata } from './instance-metadata.ts';
import { Watch } from './watch.ts';

const PACKAGE = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const AGENT = path.join(PACKAGE, '..', '..', 'assets', 'images', 'session', 'agent.mjs');

export interface SessionOptions {
  readonly cli: CliName;
  readonly settings: SessionSettings;
  readonly gateway: GuardedGateway;
  readonly environment?: Record<string, string>;
  /** where the role comes from; keys in the environment if left away, as no microVM has them */
  readonly metadata?: InstanceMetadata;
  /** as it was before it moved to the disk, to compare */
  readonly homeInWorkspace?: boolean;
}

/** A session as in a microVM: the server as it is shipped, in a workspace of its own. */
export class Session {
  public readonly root = mkdtempSync(path.join(tmpdir(), 'session-'));
  public readonly workspace = path.join(this.root, 'workspace');
  /** where jobs without a repository work; here a repository with one commit */
  public readonly work = path.join(this.workspace, 'work');
  /** in the place of the token that the gateway accepts */
  public token: string | undefined;
  private server: ChildProcess | undefined;
  private url = '';
  private readonly log: string[] = [];

  public constructor(private readonly options: SessionOptions) {
    ['workspace/work', 'home', 'tmp', 'bin'].forEach((folder) =>
      mkdirSync(path.join(this.root, folder), { recursive: true }),
    );
    writeFileSync(path.join(this.work, 'README.md'), 'an example\n');
    const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: this.work });
    git('init', '--quiet');
    git('add', '.');
    git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '-m', 'example');
  }

  /** Starts the server; again after it ended, as a new microVM with the same storage does. */
  public async start(): Promise<this> {
    const environment = { ...this.environment(), AGENT_PORT: '0' };
    const server = spawn(process.execPath, [AGENT], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    this.server = server;
    const lines = createInterface({ input: server.stdout });
    lines.on('line', (line) => this.log.push(line));
    while (this.logged('"server.ready"').length === 0) {
      await Promise.race([once(lines, 'line'), once(server, 'exit').then(failed)]);
    }
    const { port } = JSON.parse(this.logged('"server.ready"')[0]) as { port: number };
    this.log.length = 0;
    this.url = `http://127.0.0.1:${port}`;
    return this;
  }

  /** Ends the server, and starts one as the next microVM of the session does: with the workspace, and with a disk of its own. */
  public async nextMicroVm(): Promise<void> {
    await this.signal('SIGTERM');
    rmSync(this.home, { recursive: true, force: true });
    await this.start();
  }

  /** HOME of agents, on the disk of the microVM. */
  public get home(): string {
    return this.options.homeInWorkspace === true
      ? path.join(this.workspace, '.agent', 'home')
      : path.join(this.root, 'agents-home');
  }

  /** Puts a program before the real one, which it is given as $REAL. */
  public wrap(name: string, script: string): void {
    const file = path.join(this.root, 'bin', name);
    const real = path.join(PACKAGE, 'node_modules', '.bin', name);
    writeFileSync(file, `#!/bin/sh\nREAL='${real}'\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** An agent of the image's own: a program in a shell, and how it is described. */
  public describe(name: string, program: string, description: object): void {
    const file = path.join(this.root, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${program}\n`);
    chmodSync(file, 0o755);
    writeFileSync(path.join(this.root, 'cli.json'), JSON.stringify({ command: [name], ...description }));
  }

  public async signal(signal: NodeJS.Signals): Promise<number | null> {
    const { server } = this;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) {
      return server?.exitCode ?? null;
    }
    const exit = once(server, 'exit');
    server.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  public async remove(): Promise<void> {
    await this.signal('SIGKILL');
    this.processes().forEach((id) => process.kill(id, 'SIGKILL'));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** Starts a job and watches it. */
  public begin(request: JobRequest): Promise<Watch> {
    return this.watch(request);
  }

  public attach(job: string, after: number): Promise<Watch> {
    return this.watch({ op: 'attach', job, after });
  }

  public async get(job: string): Promise<JobRecord> {
    return (await (await this.post({ op: 'get', job })).json()) as JobRecord;
  }

  /** Resolves when the record of a job in the workspace has a field, which is written beside the work. */
  public async recorded(job: string, field: keyof JobRecord): Promise<void> {
    const file = path.join(this.workspace, '.agent', 'jobs', job, 'job.json');
    while ((JSON.parse(readFileSync(file, 'utf8')) as JobRecord)[field] === null) {
      await wait(50);
    }
  }

  public async cancel(job: string): Promise<void> {
    await (await this.post({ op: 'cancel', job })).text();
  }

  /** A job from its start to its end. */
  public async run(request: JobRequest): Promise<{ events: AgentEvent[]; result: JobResult }> {
    const watch = await this.watch(request);
    const result = await watch.result();
    return { events: watch.seen.map(({ event }) => event), result };
  }

  /** Files that hold a text, below all that a session writes to. */
  public filesWith(text: string): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => holds(file, text))
      .map((file) => path.relative(this.root, file));
  }

  /** Lines that the server logged with a text. */
  public logged(text: string): string[] {
    return this.log.filter((line) => line.includes(text));
  }

  /** All processes below this session, the server and its bridge left out. */
  public agentProcesses(): number[] {
    return this.processes().filter((id) => !/(agent|bridge)\.mjs/.test(readProcess(id, 'cmdline')));
  }

  private processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((id) => id > 0 && id !== process.pid && readProcess(id, 'environ').includes(this.root));
  }

  private async watch(body: object): Promise<Watch> {
    const response = await this.post(body);
    if (!response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
    return new Watch(response);
  }

  private post(body: object): Promise<Response> {
    const { gateway } = this.options;
    const headers = new Headers({ 'content-type': 'application/json', workloadaccesstoken: gateway.workloadToken });
    if (gateway.auth === 'jwt') {
      headers.set('authorization', `Bearer ${this.token ?? gateway.token}`);
    }
    return fetch(`${this.url}/invocations`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
  }

  private environment(): Record<string, string> {
    const { cli, settings, gateway, environment, metadata } = this.options;
    const bins = [path.join(this.root, 'bin'), path.join(PACKAGE, 'node_modules', '.bin')];
    return {
      PATH: [...bins, path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      HOME: path.join(this.root, 'home'),
      TMPDIR: path.join(this.root, 'tmp'),
      AGENT_CLI: cli,
      AGENT_SETTINGS: JSON.stringify(settings),
      AGENT_WORKSPACE: this.workspace,
      AGENT_HOME: this.home,
      AGENT_BRIDGE_PORT: '0',
      AGENT_ENVIRONMENT_DIRECTORY: path.join(this.root, 'shells'),
      AGENT_CLI_DESCRIPTOR: path.join(this.root, 'cli.json'),
      AWS_REGION: REGION,
      ...(metadata?.environment ?? { AWS_EC2_METADATA_DISABLED: 'true', ...CREDENTIALS }),

      MCP_GATEWAY_URL: `${gateway.origin}/mcp`,
      MCP_GATEWAY_AUTH: gateway.auth,
      AWS_ENDPOINT_URL_BEDROCK_AGENTCORE: gateway.origin,

      ...environment,
    };
  }
}

/** What a process has in its environment or on its command line; empty if it has ended. */
export function readProcess(id: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** files come and go meanwhile */
function holds(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text);
  } catch {
    return false;
  }
}

function failed(): never {
  throw new Error('the server ended at its start');
}
