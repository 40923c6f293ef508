import { spawn } from 'node:child_process';
import { Tail } from '../jobs/lines';
import { endGroup } from '../jobs/process-group';

/** of what git says; the end tells why it failed */
const MOST_OUTPUT = 1024 * 1024;
const MOST_ERRORS = 16 * 1024;

export class GitError extends Error {
  constructor(
    public readonly command: string,
    public readonly exitCode: number | null,
    /** the end of what git said */
    public readonly said: string,
  ) {
    super(`git ${command} failed with exit code ${exitCode}`);
    this.name = 'GitError';
  }
}

/** Runs git without a shell, in a process group of its own. */
export class Git {
  constructor(
    private readonly environment: Record<string, string>,
    private readonly signal: AbortSignal,
  ) {}

  /** What git wrote on standard output. Throws `GitError`, or what the signal was aborted with. */
  public async run(directory: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.start(directory, args);
    if (code !== 0) {
      throw new GitError(args[0], code, stderr);
    }
    return stdout;
  }

  /** Whether git ended with 0. */
  public async succeeds(directory: string, ...args: string[]): Promise<boolean> {
    return (await this.start(directory, args)).code === 0;
  }

  private async start(
    directory: string,
    args: string[],
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    this.signal.throwIfAborted();
    // submodules and redirects cannot lead to other transports
    const env = { GIT_ALLOW_PROTOCOL: 'https', ...this.environment, LC_ALL: 'C' };
    const child = spawn('git', args, { cwd: directory, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [new Tail(MOST_OUTPUT), new Tail(MOST_ERRORS)];
    child.stdout.on('data', (part: Buffer) => stdout.add(part));
    child.stderr.on('data', (part: Buffer) => stderr.add(part));
    const stop = () => void (child.pid !== undefined && endGroup(child.pid));
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      this.signal.throwIfAborted();
      return { code, stdout: stdout.text, stderr: stderr.text };
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }
}
