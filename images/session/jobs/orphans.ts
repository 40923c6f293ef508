/* What a job leaves behind: processes that left its group, such as a server that a tool put into the background. */
import { JOB_VARIABLE } from '../process/process-group';
import { processIds, reaperId, signal, statOf, wasStartedWith } from '../process/processes';
import type { ProcessStat } from '../process/processes';

/** what shells that AgentCore opens have in their environment, by images/shared/agent.sh, and so what is started in them */
const SHELL_VARIABLE = 'AGENT_SHELL';
/** a process can start another one while we look */
const ROUNDS = 5;

/** A job, as far as its processes are found by it. */
export interface Origin {
  readonly id: string;
  /** what was started later than this, in ticks of the kernel's clock, can be of the job; nobody knows after a crash */
  readonly since?: number;
}

/** When the youngest of all processes was started. */
export function newestStart(): number {
  return processIds().reduce((newest, id) => Math.max(newest, statOf(id)?.startedAt ?? 0), 0);
}

/** Kills what a job left behind. Says how many there were. */
export function killOrphans(job: Origin): number {
  const killed = new Set<number>();
  const reaper = reaperId();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = processIds().filter((id) => id !== process.pid && isOrphan(id, job, reaper));
    for (const id of found) {
      killed.add(id);
      signal(id, 'SIGKILL');
    }
    if (found.length === 0) {
      break;
    }
  }
  return killed.size;
}

function isOrphan(id: number, job: Origin, reaper: number | undefined): boolean {
  const isOurs = wasStartedWith(id, JOB_VARIABLE, job.id) || (reaper !== undefined && descends(id, job, reaper));
  return isOurs && statOf(id)?.state !== 'Z';
}

/**
 * Ordinary daemons can not be asked for their environment: ssh-agent lets nobody look, others write their title over it. In
 * an image they are known by their way: what a job left behind was adopted by the first process, and began after the job.
 */
function descends(id: number, { id: job, since = Infinity }: Origin, reaper: number): boolean {
  for (let one = id; one !== process.pid;) {
    const stat = statOf(one);
    if (stat === undefined || stat.parent === 0) {
      return false;
    }
    if (stat.parent === reaper) {
      return stat.startedAt > since && !isOfShell(one, stat);
    }
    if (wasStartedWith(stat.parent, JOB_VARIABLE, job)) {
      return true;
    }
    one = stat.parent;
  }
  return false;
}

/** a person's, who works beside the job */
function isOfShell(id: number, { terminal }: ProcessStat): boolean {
  return terminal !== 0 || wasStartedWith(id, SHELL_VARIABLE);
}
