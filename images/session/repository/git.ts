import * as path from 'node:path';
import { runCommand } from '../process/command';
import { Tail } from '../process/lines';

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

/**
 * What a clone's own configuration may not make git run before the agent starts: the one before could have written it.
 * Nor is it tidied up in the background, which would be killed with the job.
 */
function settingsOf(environment: Record<string, string>): string[] {
  const settings = [
    ['core.hooksPath', path.join(environment.TMPDIR ?? '/nonexistent', 'no-hooks')],
    ['core.fsmonitor', 'false'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ];
  return settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
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
    const [stdout, stderr] = [new Tail(MOST_OUTPUT), new Tail(MOST_ERRORS)];
    const code = await runCommand({
      file: 'git',
      args: [...settingsOf(this.environment), ...args],
      directory,
      // submodules and redirects cannot lead to other transports
      environment: { GIT_ALLOW_PROTOCOL: 'https', ...this.environment, LC_ALL: 'C' },
      signal: this.signal,
      stdout: (part) => stdout.add(part),
      stderr: (part) => stderr.add(part),
    });
    this.signal.throwIfAborted();
    return { code, stdout: stdout.text, stderr: stderr.text };
  }
}
