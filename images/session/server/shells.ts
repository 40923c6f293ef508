import { statSync } from 'node:fs';
import { processIds, statOf } from '../jobs/processes';
import type { ProcessStat } from '../jobs/processes';

/**
 * A shell counts as in use for so long after its last input or output: a person who reads has not gone. Long enough to read a
 * page, short against the idle timeout of a session, which begins only then.
 */
const SHELL_IDLE_MS = 5 * 60_000;
/** AgentCore asks about that often while a session is busy */
const SCAN_EVERY_MS = 2000;
/** a microVM has a few dozen; a fork bomb must not make /ping slow */
const MOST_PROCESSES = 1000;

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
    const seen = new Set<number>();
    for (const id of processIds().slice(0, MOST_PROCESSES)) {
      const stat = statOf(id);
      const pts = stat === undefined ? undefined : ptsOf(stat.terminal);
      if (stat === undefined || pts === undefined || stat.session !== id || stat.startedAt < this.since) {
        continue;
      }
      if (isRunning(stat) || (!seen.has(pts) && this.isRecent(pts))) {
        return true;
      }
      seen.add(pts);
    }
    return false;
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

/** the leader of a session is its shell: while a command runs, the command's group is in the foreground */
function isRunning({ group, foreground }: ProcessStat): boolean {
  return foreground > 0 && foreground !== group;
}

/** number of the pseudo terminal, from the kernel's encoding of a device */
function ptsOf(device: number): number | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= FIRST_PTS && major <= LAST_PTS ? (major - FIRST_PTS) * 256 + minor : undefined;
}
