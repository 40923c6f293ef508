import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { plainText } from '../shared/files';
import { type Git, GitError } from './git';
import { removeStaleLocks } from './stale-locks';

interface Checkout {
  readonly url: string;
  readonly directory: string;
  readonly branch?: string;
}

/** What was done, and what a person should know. */
interface CheckedOut {
  readonly detail: string;
  readonly notices: readonly { readonly code: string; readonly message: string }[];
}

/** in full: a tag or a branch may be called origin/HEAD */
const DEFAULT_BRANCH = 'refs/remotes/origin/HEAD';
/**
 * All commits, and of old versions of files only those that somebody looks at: session storage is small, and most of a
 * history is never read. A server that cannot do this sends all.
 */
const BLOBLESS = '--filter=blob:none';
/** a file of it is a page; what is larger is not looked into */
const LARGEST_ATTRIBUTES = 10 * 1024 * 1024;

/** The workspace is not as the request needs it. The text is for people. */
export class CheckoutError extends Error {}

/** Clones the repository, or fetches what is new, and checks the branch out. Work that is not committed stays as it is. */
export async function checkOut(git: Git, wanted: Checkout): Promise<CheckedOut> {
  const { url, directory, branch } = wanted;
  const isNew = !existsSync(directory);
  await (isNew ? clone(git, url, directory) : fetch(git, url, directory));
  const before = isNew ? '' : await commitOf(git, directory);
  const notices = branch === undefined ? [] : await switchTo(git, directory, branch);
  const submodules = await updateSubmodules(git, directory, before === (await commitOf(git, directory)));
  const lfs = await pullLargeFiles(git, directory);
  const head = (await git.run(directory, 'branch', '--show-current')).trim();
  return {
    detail: `${isNew ? 'cloned' : 'fetched'}, on ${head || 'no branch'}`,
    notices: [...notices, ...submodules, ...lfs],
  };
}

/** A clone that was broken off lies beside the place, and is never taken for a whole one. */
async function clone(git: Git, url: string, directory: string): Promise<void> {
  const parent = path.dirname(directory);
  // no repository can be named so
  const half = path.join(parent, `.${path.basename(directory)}+clone`);
  mkdirSync(parent, { recursive: true });
  rmSync(half, { recursive: true, force: true });
  await git.run(parent, 'clone', '--quiet', BLOBLESS, '--', url, half);
  renameSync(half, directory);
}

async function fetch(git: Git, url: string, directory: string): Promise<void> {
  const isClone = existsSync(path.join(directory, '.git'));
  const origin = isClone
    ? (await git.run(directory, 'config', '--get', 'remote.origin.url').catch(() => '')).trim()
    : '';
  if (origin.replace(/\.git$/, '') !== url.replace(/\.git$/, '')) {
    throw new CheckoutError(`${directory} exists and is no clone of ${url}; move it away`);
  }
  removeStaleLocks(directory);
  await git.run(directory, 'fetch', '--quiet', '--prune', '--no-recurse-submodules', 'origin');
}

async function switchTo(git: Git, directory: string, branch: string): Promise<CheckedOut['notices']> {
  const current = (await git.run(directory, 'branch', '--show-current')).trim();
  const isDirty = (await git.run(directory, 'status', '--porcelain')) !== '';
  if (current !== branch) {
    if (isDirty) {
      throw new CheckoutError(
        `${directory} is on ${current || 'no branch'} and holds work that is not committed, so ${branch} is not checked out; ` +
          'commit it, for example by a job that continues the one before, or ask for the same branch',
      );
    }
    await git.run(directory, 'switch', '--quiet', ...(await howTo(git, directory, branch)));
  }
  return isDirty ? [] : forward(git, directory, branch);
}

async function howTo(git: Git, directory: string, branch: string): Promise<string[]> {
  if (await has(git, directory, `refs/heads/${branch}`)) {
    return [branch];
  }
  if (await has(git, directory, `refs/remotes/origin/${branch}`)) {
    return ['--track', '-c', branch, `refs/remotes/origin/${branch}`];
  }
  // an empty repository has no default branch to begin from
  const hasDefault = await has(git, directory, DEFAULT_BRANCH);
  return hasDefault ? ['--no-track', '-c', branch, DEFAULT_BRANCH] : ['-c', branch];
}

async function has(git: Git, directory: string, reference: string): Promise<boolean> {
  return git.succeeds(directory, 'rev-parse', '--verify', '--quiet', `${reference}^{commit}`);
}

/** takes over what others pushed, if nothing of ours is in the way */
async function forward(git: Git, directory: string, branch: string): Promise<CheckedOut['notices']> {
  const remote = `refs/remotes/origin/${branch}`;
  if (
    !(await has(git, directory, remote)) ||
    (await git.succeeds(directory, 'merge-base', '--is-ancestor', remote, 'HEAD'))
  ) {
    return [];
  }
  if (await git.succeeds(directory, 'merge-base', '--is-ancestor', 'HEAD', remote)) {
    await git.run(directory, 'merge', '--quiet', '--ff-only', remote);
    return [];
  }
  return [
    { code: 'BranchDiverged', message: `${branch} and origin/${branch} both have new commits; it is left as it is` },
  ];
}

async function commitOf(git: Git, directory: string): Promise<string> {
  return (await has(git, directory, 'HEAD')) ? git.run(directory, 'rev-parse', 'HEAD') : '';
}

/**
 * Brings the submodules to the commits that the checkout names. Where the checkout did not move, only those that an earlier
 * job could not fetch: work in the others stays as it is. The repository is usable without a submodule that cannot be
 * fetched, so that is a notice.
 */
async function updateSubmodules(git: Git, directory: string, missingOnly: boolean): Promise<CheckedOut['notices']> {
  if (!existsSync(path.join(directory, '.gitmodules'))) {
    return [];
  }
  const notices: CheckedOut['notices'][number][] = [];
  for (const name of await submodulesIn(git, directory, missingOnly)) {
    try {
      // one by one: git checks out none of them if one cannot be cloned
      await git.run(directory, 'submodule', 'update', '--quiet', '--init', '--recursive', BLOBLESS, '--', name);
    } catch (error) {
      if (!(error instanceof GitError)) {
        throw error;
      }
      const said = error.said.trim().split('\n').slice(-3).join(' ');
      const message = `submodule ${name} could not be fetched: ${said || 'git gave no reason'}`;
      notices.push({ code: 'SubmoduleMissing', message });
    }
  }
  return notices;
}

/** The paths of the submodules, or of those that are not there in whole. */
async function submodulesIn(git: Git, directory: string, missingOnly: boolean): Promise<string[]> {
  const [all, whole] = await Promise.all([status(git, directory), status(git, directory, '--recursive')]);
  const missing = whole.filter(({ isMissing }) => isMissing).map(({ name }) => name);
  return all
    .map(({ name }) => name)
    .filter((name) => !missingOnly || missing.some((one) => one === name || one.startsWith(`${name}/`)));
}

async function status(
  git: Git,
  directory: string,
  ...options: string[]
): Promise<{ name: string; isMissing: boolean }[]> {
  const lines = await git.run(directory, 'submodule', 'status', ...options);
  // a sign, the commit, the path, and for those that are there how the commit is called
  return [...lines.matchAll(/^([ +U-])[0-9a-f]+ (.+?)(?: \([^()]*\))?$/gm)].map(([, sign, name]) => ({
    name,
    isMissing: sign === '-',
  }));
}

async function pullLargeFiles(git: Git, directory: string): Promise<CheckedOut['notices']> {
  // a repository can bring a link in its place, also to what never ends
  const attributes = await plainText(path.join(directory, '.gitattributes'), LARGEST_ATTRIBUTES);
  if (attributes?.includes('filter=lfs') !== true) {
    return [];
  }
  if (await git.succeeds(directory, 'lfs', 'version')) {
    await git.run(directory, 'lfs', 'pull');
    return [];
  }
  return [
    { code: 'LfsMissing', message: 'the repository keeps large files with git-lfs, which this image does not have' },
  ];
}
