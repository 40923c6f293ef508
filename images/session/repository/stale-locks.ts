/* Locks that git left in a clone when it was killed. Nobody else takes them away, and each change fails on them. */
import { lstatSync, readlinkSync, realpathSync, unlinkSync } from 'node:fs';
import * as path from 'node:path';
import { JOB_VARIABLE } from '../process/process-group';
import { nameOf, processIds, wasStartedWith } from '../process/processes';
import { log } from '../shared/log';

/** those of a checkout, which it holds longest */
const LOCKS = ['index.lock', 'HEAD.lock'];

/** To be called before the server's own git runs. A lock stays where somebody may hold it, such as a person in a shell. */
export function removeStaleLocks(directory: string): void {
  const folder = path.join(directory, '.git');
  // an agent can have put a link in its place, to what is none of this clone
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return;
  }
  const locks = LOCKS.map((name) => path.join(folder, name));
  const found = locks.filter((lock) => lstatSync(lock, { throwIfNoEntry: false })?.isFile() === true);
  if (found.length > 0 && !isInUse(realpathSync(directory))) {
    found.forEach((lock) => unlinkSync(lock));
    log('repository.unlocked', { locks: found.length });
  }
}

/** by git, wherever it was started, or by what is left of a job whose server ended */
function isInUse(directory: string): boolean {
  return processIds().some((id) => {
    const isHolder = nameOf(id)?.startsWith('git') === true || wasStartedWith(id, JOB_VARIABLE);
    return isHolder && id !== process.pid && isBelow(id, directory);
  });
}

/** one that does not let us look may be there */
function isBelow(id: number, directory: string): boolean {
  try {
    return `${readlinkSync(`/proc/${id}/cwd`)}/`.startsWith(`${directory}/`);
  } catch (error) {
    return (error as { code?: unknown }).code === 'EACCES';
  }
}
