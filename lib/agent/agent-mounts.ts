import type { Filesystem } from '../storage/filesystem';

/** shared file systems whose rights fit into one policy together with everything else */
const MOUNTS_IN_ONE_POLICY = 2;

/** In the order in which they are given: those whose rights fit beside everything else, and what comes after them. */
export function splitByRoom(filesystems: Filesystem[]): { fit: Filesystem[]; rest: Filesystem[] } {
  const shared = filesystems.filter((filesystem) => !filesystem._isPrivate);
  const firstTooMany = shared[MOUNTS_IN_ONE_POLICY];
  const end = firstTooMany === undefined ? filesystems.length : filesystems.indexOf(firstTooMany);
  return { fit: filesystems.slice(0, end), rest: filesystems.slice(end) };
}
