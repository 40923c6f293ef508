import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { CliCommand, CliExit, EndCause } from '../contract';
import type { Scrubber } from '../shared/scrub';
import { Tail, eachLine } from '../process/lines';
import { killOrphans } from './orphans';
import type { Origin } from './orphans';
import { endGroup } from '../process/process-group';

const MOST_ERRORS = 64 * 1024;
/** a process that escaped all our looks may hold the pipe */
const PIPE_MS = 2000;
/** one that also writes on must not keep the job from ending */
const MOST_PIPE_MS = 10_000;
/** nor, where the session ends, its watchers from learning how: AgentCore leaves ten seconds for all of it */
const LAST_PIPE_MS = 1000;

/** The program of a CLI could not be run at all. */
export class NotStarted extends Error {
  constructor(public readonly reason: string) {
    super(`not started: ${reason}`);
  }
}

interface AgentProcessOptions {
  readonly job: Origin;
  readonly command: CliCommand;
  readonly directory: string;
  readonly environment: Record<string, string>;
  readonly line: (line: string) => void;
  readonly room: () => Promise<void>;
  readonly scrubber: Scrubber;
  /** aborted when the session ends, also after the agent has */
  readonly hurry: AbortSignal;
}

/** One process of a CLI and all it starts. */
export class AgentProcess {
  private cause: EndCause = 'exited';
  private ending: Promise<number> | undefined;
  private hasExited = false;
  private lines = 0;
  private readonly stderr = new Tail(MOST_ERRORS);

  public static async start(options: AgentProcessOptions): Promise<AgentProcess> {
    const { command, directory: cwd, environment: env } = options;
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(command.file, command.args, { cwd, env, detached: true, stdio: 'pipe' });
    } catch (error) {
      throw new NotStarted(reasonOf(error));
    }
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new NotStarted(reasonOf(error))));
    });
    return new AgentProcess(options, child);
  }

  private constructor(
    private readonly options: AgentProcessOptions,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    child.on('error', () => undefined);
    // a CLI may end before it read all
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.command.input ?? '');
    child.stderr.on('data', (part: Buffer) => this.stderr.add(part));
  }

  /** Ends it; the first cause counts. */
  public stop(cause: Exclude<EndCause, 'exited'>): void {
    if (!this.hasExited && this.ending === undefined) {
      this.cause = cause;
      this.ending = this.end();
    }
  }

  /** Resolves when nothing of it is left and all its output is read. `left` is what it left running when it ended by itself. */
  public async ended(): Promise<{ exit: CliExit; left: number }> {
    const { child, options } = this;
    const take = (line: string) => {
      this.lines += 1;
      options.line(line);
    };
    const reading = eachLine(child.stdout, take, options.room).catch(() => undefined);
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once('exit', (...how) => resolve(how));
    });
    this.hasExited = true;
    const isStopped = this.ending !== undefined;
    const inGroup = await (this.ending ?? this.end());
    const orphans = killOrphans(options.job);
    await this.allRead(reading);
    return {
      exit: { code, signal, cause: this.cause, stderr: this.stderr.scrubbed(options.scrubber) },
      left: isStopped ? 0 : inGroup + orphans,
    };
  }

  private async end(): Promise<number> {
    return this.child.pid === undefined ? 0 : endGroup(this.child.pid);
  }

  /** what was written before the end can be much, and the journal slow: as long as lines come, it is waited for */
  private async allRead(reading: Promise<void>): Promise<void> {
    const read = reading.then(() => true);
    const { hurry } = this.options;
    const end = performance.now() + MOST_PIPE_MS;
    for (let lines = -1; lines !== this.lines && performance.now() < end && !hurry.aborted;) {
      lines = this.lines;
      if (await Promise.race([read, wait(PIPE_MS, false, { ref: false, signal: hurry }).catch(() => false)])) {
        return;
      }
    }
    if (hurry.aborted) {
      await Promise.race([read, wait(LAST_PIPE_MS, false, { ref: false })]);
    }
    this.child.stdout.destroy();
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}
