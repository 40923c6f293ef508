import { lstat, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { MOUNTS } from '../../../lib/contract/session';

/** What a workspace takes. */
export interface StorageLimits {
  readonly bytes: number;
  readonly files: number;
}

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const SESSION_STORAGE: StorageLimits = { bytes: 1024 ** 3, files: 100_000 };
const ALMOST = 0.8;
/** looking must not keep the end of a job waiting */
const LONGEST_LOOK_MS = 5000;

/** The limits of a workspace; undefined where it is no storage of AgentCore. */
export function limitsOf(root: string): StorageLimits | undefined {
  return root.startsWith(MOUNTS) ? SESSION_STORAGE : undefined;
}

/**
 * Says that a workspace is almost full; undefined if it is not, or if it cannot be told in time. A full one loses what is
 * written, and with it conversations.
 */
export async function almostFull(root: string, limits: StorageLimits): Promise<string | undefined> {
  const found = { bytes: 0, files: 0 };
  const end = performance.now() + LONGEST_LOOK_MS;
  const isOver = (): boolean => found.bytes > limits.bytes * ALMOST || found.files > limits.files * ALMOST;
  const folders = [root];
  for (
    let folder = folders.pop();
    folder !== undefined && !isOver() && performance.now() < end;
    folder = folders.pop()
  ) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    found.files += entries.length;
    for (const entry of entries) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        folders.push(at);
      } else {
        found.bytes += (await lstat(at).catch(() => undefined))?.size ?? 0;
      }
    }
  }
  if (!isOver()) {
    return undefined;
  }
  const [megabytes, most] = [found.bytes, limits.bytes].map((bytes) => Math.round(bytes / 1024 ** 2));
  return (
    `the workspace is over ${ALMOST * 100} % full: at least ${megabytes} of ${most} MB, ${found.files} of about ${limits.files} files; ` +
    'remove build results, dependencies and clones that nobody needs, or the next job may lose its work'
  );
}
