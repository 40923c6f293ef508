import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Bridge, BridgeCalls, BridgeNotice } from '../contract';
import { warn } from '../shared/log';
import { SessionError } from '../shared/problem';
import type { BridgeMessage, CallName } from './ipc';

interface BridgeOptions {
  /** bridge.mjs */
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** little memory rather than speed: a session has a few calls for each second at most */
const NODE_OPTIONS = ['--max-semi-space-size=1', '--max-old-space-size=192'];
const STOP_MS = 2_000;
/** A bridge that somebody stopped with a signal must not hold a job. All its requests to others end before. */
const CALL_MS: Readonly<Record<CallName, number>> = {
  open: 15_000,
  renew: 15_000,
  check: 40_000,
  close: 2_000,
  modelKey: 40_000,
};

/** The bridge, as a process that is started with the first call, and again after a crash. */
export function startBridge(options: BridgeOptions): Bridge {
  return new BridgeProcess(options);
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

class BridgeProcess implements Bridge {
  private readonly listeners: ((notice: BridgeNotice) => void)[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private readonly jobs = new Set<string>();
  private child?: ChildProcess;
  private lastId = 0;
  private isStopped = false;

  constructor(private readonly options: BridgeOptions) {}

  public async open(request: Parameters<BridgeCalls['open']>[0]): ReturnType<BridgeCalls['open']> {
    const opened = await this.call<Awaited<ReturnType<BridgeCalls['open']>>>('open', request);
    this.jobs.add(request.job);
    return opened;
  }

  public async renew(request: Parameters<BridgeCalls['renew']>[0]): Promise<void> {
    // in a new process no job is open
    if (this.child !== undefined) {
      await this.call('renew', request);
    }
  }

  public check(request: Parameters<BridgeCalls['check']>[0]): ReturnType<BridgeCalls['check']> {
    return this.call('check', request);
  }

  public async close(request: Parameters<BridgeCalls['close']>[0]): Promise<void> {
    this.jobs.delete(request.job);
    // a process that is gone holds nothing any more
    if (this.child !== undefined) {
      await this.call('close', request);
    }
  }

  public modelKey(request: Parameters<BridgeCalls['modelKey']>[0]): ReturnType<BridgeCalls['modelKey']> {
    return this.call('modelKey', request);
  }

  public onNotice(listener: (notice: BridgeNotice) => void): void {
    this.listeners.push(listener);
  }

  public async stop(): Promise<void> {
    this.isStopped = true;
    const { child } = this;
    if (child === undefined) {
      return;
    }
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    if (child.connected) {
      child.disconnect();
    }
    await ended;
    clearTimeout(timer);
  }

  private call<Result>(call: CallName, request: unknown): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.isStopped) {
        reject(gone('the bridge was stopped'));
        return;
      }
      const id = ++this.lastId;
      const timer = setTimeout(() => this.child?.kill('SIGKILL'), CALL_MS[call]);
      this.waiting.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result as Result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      // an error of the channel is followed by the end of the process
      this.process().send({ id, call, request }, () => undefined);
    });
  }

  private process(): ChildProcess {
    this.child ??= this.started();
    return this.child;
  }

  private started(): ChildProcess {
    const { program, environment } = this.options;
    const child = fork(program, [], {
      env: environment,
      execArgv: NODE_OPTIONS,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (message) => this.take(message as BridgeMessage));
    child.once('error', () => this.ended(child, 'not started'));
    child.once('exit', (code, signal) => this.ended(child, signal ?? `status ${code}`));
    return child;
  }

  private take(message: BridgeMessage): void {
    if ('notice' in message) {
      this.listeners.forEach((listener) => listener(message.notice));
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('error' in message) {
      waiting?.reject(new SessionError(message.error.code, { what: message.error.message }));
    } else {
      waiting?.resolve(message.result);
    }
  }

  private ended(child: ChildProcess, how: string): void {
    if (this.child !== child) {
      return;
    }
    this.child = undefined;
    const error = gone(`the bridge to the gateway ended (${how})`);
    this.waiting.forEach(({ reject }) => reject(error));
    this.waiting.clear();
    if (!this.isStopped) {
      warn('bridgeEnded', { how });
      this.jobs.forEach((job) => this.lost(job));
    }
    this.jobs.clear();
  }

  private lost(job: string): void {
    const message = 'the bridge to the gateway ended: this job has lost its tools; the next job gets a new one';
    this.listeners.forEach((listener) => listener({ type: 'problem', job, code: 'BridgeEnded', message }));
  }
}

function gone(what: string): SessionError {
  return new SessionError('BridgeEnded', { what, fix: 'start the job again: a new bridge is started with it' });
}
