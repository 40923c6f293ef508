/* What a job leaves behind: processes that left its group, such as a server that a tool put into the background. */
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { JOB_VARIABLE } from '../process/process-group';
import { isLive, processIds, reaperId, signal, startedWith, statOf, wasStartedWith } from '../process/processes';
import type { ProcessStat } from '../process/processes';

/** what shells that AgentCore opens have in their environment, by images/shared/agent.sh, and so what is started in them */
const SHELL_VARIABLE = 'AGENT_SHELL';
/** a process can start another one while we look */
const ROUNDS = 5;
/** for what a server that is gone left; what the kernel holds longer cannot be ended by anybody */
const LEFT_MS = 5000;
const LOOK_EVERY_MS = 20;
/** so long a look may hold the event loop, which answers /ping meanwhile */
const TURN_MS = 2;

/** A job, as far as its processes are found by it. */
export interface Origin {
  readonly id: string;
  /** what was started later than this, in ticks of the kernel's clock, can be of the job */
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

/**
 * Kills what jobs left behind whose server is gone, and waits until it has ended. Says how many processes there were. Nobody
 * asks them to end first: their server cannot read any more what they would say.
 */
export async function endLeft(jobs: ReadonlySet<string>): Promise<number> {
  const killed = new Set<number>();
  const end = performance.now() + LEFT_MS;
  while (performance.now() < end) {
    const left = await leftOf(jobs);
    if (left.length === 0) {
      break;
    }
    for (const id of left) {
      killed.add(id);
      signal(id, 'SIGKILL');
    }
    await wait(LOOK_EVERY_MS);
  }
  return killed.size;
}

/** What has the mark of one of these jobs, and what descends from such a process or is in its group. */
async function leftOf(jobs: ReadonlySet<string>): Promise<number[]> {
  const stats = new Map<number, ProcessStat>();
  const marked = new Set<number>();
  let turn = performance.now();
  for (const id of processIds()) {
    const stat = statOf(id);
    if (stat !== undefined) {
      stats.set(id, stat);
      if (jobs.has(startedWith(id, JOB_VARIABLE) ?? '')) {
        marked.add(id);
      }
    }
    if (performance.now() - turn > TURN_MS) {
      await nextTurn();
      turn = performance.now();
    }
  }
  // where an agent started this server, its job is not one that was left
  const own = lineOf(process.pid, stats);
  own.forEach((id) => marked.delete(id));
  return [...stats.keys()].filter((id) => {
    const isMarked = lineOf(id, stats).some((one) => marked.has(one)) || marked.has(stats.get(id)?.group ?? 0);
    return isMarked && !own.includes(id) && isLive(id);
  });
}

/** A process, the one that started it, and so on. */
function lineOf(id: number, stats: ReadonlyMap<number, ProcessStat>): number[] {
  const line: number[] = [];
  for (let one = id; stats.has(one) && !line.includes(one); one = stats.get(one)?.parent ?? 0) {
    line.push(one);
  }
  return line;
}

function isOrphan(id: number, job: Origin, reaper: number | undefined): boolean {
  const isOurs = wasStartedWith(id, JOB_VARIABLE, job.id) || (reaper !== undefined && descends(id, job, reaper));
  return isOurs && isLive(id);
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
