import { statSync } from 'node:fs';
import { nameOf, processIds, statOf } from '../process/processes';
import type { ProcessStat } from '../process/processes';

/**
 * A shell counts as in use for so long after its last input or output: a person who reads has not gone. Long enough to read a
 * page, short against the idle timeout of a session, which begins only then.
 */
const SHELL_IDLE_MS = 5 * 60_000;
/** AgentCore asks about that often while a session is busy */
const SCAN_EVERY_MS = 2000;
/** a microVM has a few dozen; a fork bomb must not make /ping slow */
const MOST_PROCESSES = 1000;

/** what waits for its next command, when it is alone in the foreground */
const SHELLS = ['bash', 'dash', 'sh', 'zsh', 'fish', 'ksh', 'ash'];

/** major numbers of /dev/pts */
const FIRST_PTS = 136;
const LAST_PTS = 143;

/**
 * Whether a person works in a shell that AgentCore opened (`agentcore exec --it`). Those are no children of ours, so they are
 * looked for in /proc: a terminal in which a command runs, or was written to lately. What AgentCore itself counts as
 * activity of shells is not documented; this is our reading. A terminal that was there before this server belongs to a
 * developer on whose machine it runs: AgentCore opens shells in sessions that are ready.
 */
export class Shells {
  private scannedAt = -Infinity;
  private found = false;
  constructor(
    private readonly idleMs = SHELL_IDLE_MS,
    private readonly everyMs = SCAN_EVERY_MS,
    private readonly since = statOf(process.pid)?.startedAt ?? 0,
    private readonly processes = processIds,
  ) {}

  public get isBusy(): boolean {
    const now = performance.now();
    if (now - this.scannedAt >= this.everyMs) {
      this.scannedAt = now;
      this.found = this.scan();
    }
    return this.found;
  }

  private scan(): boolean {
    const all = this.processes().slice(0, MOST_PROCESSES).flatMap(onTerminal);
    const shells = all.filter(({ id, session, startedAt }) => session === id && startedAt >= this.since);
    return shells.some((shell) => isRunning(shell, all) || this.isRecent(shell.pts));
  }

  private isRecent(pts: number): boolean {
    try {
      const { mtimeMs, atimeMs } = statSync(`/dev/pts/${pts}`);
      return Date.now() - Math.max(mtimeMs, atimeMs) < this.idleMs;
    } catch {
      return false;
    }
  }
}

interface OnTerminal extends ProcessStat {
  readonly id: number;
  readonly pts: number;
}

function onTerminal(id: number): OnTerminal[] {
  const stat = statOf(id);
  const pts = stat === undefined ? undefined : ptsOf(stat.terminal);
  return stat === undefined || pts === undefined ? [] : [{ ...stat, id, pts }];
}

/** A shell that waits is alone in its group. It need not lead the session: `sh -c bash` or `su` has it as a child. */
function isRunning({ pts, foreground }: OnTerminal, all: readonly OnTerminal[]): boolean {
  const names = all.filter((one) => one.pts === pts && one.group === foreground).map(({ id }) => nameOf(id));
  return names.length > 1 || (names[0] !== undefined && !SHELLS.includes(names[0]));
}

/** number of the pseudo terminal, from the kernel's encoding of a device */
function ptsOf(device: number): number | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= FIRST_PTS && major <= LAST_PTS ? (major - FIRST_PTS) * 256 + minor : undefined;
}
