/* The end of processes: a coding agent starts others, and those start others again. */
import { setTimeout as wait } from 'node:timers/promises';
import { isLive, processIds, signal, statOf } from './processes';

/** What every process of a job has in its environment, so that it is found again wherever it went. */
export const JOB_VARIABLE = 'AGENT_JOB';

/** Between the request to end and the kill. */
const GRACE_MS = 5000;
const LOOK_EVERY_MS = 50;

/** Ends a process group: asks, waits, kills. Returns how many processes were in it. */
export async function endGroup(leader: number, graceMs = GRACE_MS): Promise<number> {
  const members = processIds().filter((id) => isMember(id, leader)).length;
  if (!signal(-leader, 'SIGTERM')) {
    return 0;
  }
  const end = performance.now() + graceMs;
  while (performance.now() < end) {
    await wait(LOOK_EVERY_MS);
    if (!lives(leader)) {
      return members;
    }
  }
  signal(-leader, 'SIGKILL');
  return members;
}

/** whether any of a group still runs; what only waits to be reaped does not */
function lives(leader: number): boolean {
  return signal(-leader, 0) && processIds().some((id) => isMember(id, leader));
}

function isMember(id: number, leader: number): boolean {
  const stat = statOf(id);
  return stat?.group === leader && isLive(id, stat.state);
}
