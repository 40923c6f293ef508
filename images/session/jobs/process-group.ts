/* The end of processes: a coding agent starts others, and those start others again. */
import { setTimeout as wait } from 'node:timers/promises';
import { processIds, signal, statOf, wasStartedWith } from './processes';

/** What every process of a job has in its environment, so that it is found again wherever it went. */
export const JOB_VARIABLE = 'AGENT_JOB';

/** Between the request to end and the kill. */
const GRACE_MS = 5000;
const LOOK_EVERY_MS = 50;
/** a process can start another one while we look */
const ROUNDS = 5;

/** Ends a process group: asks, waits, kills. */
export async function endGroup(leader: number, graceMs = GRACE_MS): Promise<void> {
  if (!signal(-leader, 'SIGTERM')) {
    return;
  }
  const end = performance.now() + graceMs;
  while (performance.now() < end) {
    await wait(LOOK_EVERY_MS);
    if (!lives(leader)) {
      return;
    }
  }
  signal(-leader, 'SIGKILL');
}

/** Kills what left the group of its job, such as a server that a tool put into the background. Says how many there were. */
export function killOrphans(job: string): number {
  const killed = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = processIds().filter((id) => id !== process.pid && isOrphan(id, job));
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

function isOrphan(id: number, job: string): boolean {
  return wasStartedWith(id, JOB_VARIABLE, job) && statOf(id)?.state !== 'Z';
}

/** whether any of a group still runs; what only waits to be reaped does not */
function lives(leader: number): boolean {
  return signal(-leader, 0) && processIds().some((id) => isMember(id, leader));
}

function isMember(id: number, leader: number): boolean {
  const stat = statOf(id);
  return stat !== undefined && stat.group === leader && stat.state !== 'Z' && stat.state !== 'X';
}
