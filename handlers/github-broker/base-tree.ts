/*
 * What is at the given paths before a push. GitHub takes an entry of a new tree as it is: a file at the path of a
 * directory would replace the directory with all that is in it.
 */
import { BrokerError } from '../shared/errors';
import { isObject, objectOf } from '../shared/json';
import { textOf } from './branches';
import type { Session } from './session';

interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly sha: string;
}
type Directory = ReadonlyMap<string, Entry>;

export const PLAIN = '100644';
export const EXECUTABLE = '100755';
/** no symbolic link and no submodule; old repositories have other rights */
const FILE = /^100\d{3}$/;
const DIRECTORY = '040000';
/** each is a request, and those of one depth are sent at once */
const MOST_DIRECTORIES = 100;

/** The mode of each path that is a file already. Refuses what is no file, and what lies below no directory. */
export async function modesAt(session: Session, tree: string, paths: readonly string[]): Promise<Map<string, string>> {
  const modes = new Map<string, string>();
  let level = new Map([['', { sha: tree, paths }]]);
  let directories = 0;
  while (level.size > 0) {
    directories += level.size;
    if (directories > MOST_DIRECTORIES) {
      throw new BrokerError('TooLarge', { argument: 'files', expected: 'files in fewer directories' });
    }
    const read = [...level].map(async ([prefix, inside]) => {
      return below(prefix, await directoryOf(session, inside.sha), inside.paths, modes);
    });
    level = new Map((await Promise.all(read)).flat());
  }
  return modes;
}

type Below = [prefix: string, rest: { sha: string; paths: string[] }];

/** The directories below this one in which there is more to look up. */
function below(prefix: string, directory: Directory, paths: readonly string[], modes: Map<string, string>): Below[] {
  const next = new Map<string, Below[1]>();
  for (const path of paths) {
    const [name, ...more] = path.slice(prefix.length).split('/');
    const entry = directory.get(name);
    if (entry === undefined) {
      continue;
    }
    if (more.length === 0) {
      check(FILE.test(entry.mode), 'not_a_file');
      modes.set(path, entry.mode);
    } else {
      check(entry.mode === DIRECTORY, 'parent_is_not_a_directory');
      const inside = `${prefix}${name}/`;
      next.set(inside, { sha: entry.sha, paths: [...(next.get(inside)?.paths ?? []), path] });
    }
  }
  return [...next];
}

function check(holds: boolean, reason: string): void {
  if (!holds) {
    throw new BrokerError('Unprocessable', { reasons: [reason] });
  }
}

async function directoryOf(session: Session, sha: string): Promise<Directory> {
  const { tree, truncated } = objectOf((await session.send('entries', { path: { tree_sha: sha } })).text);
  if (truncated === true) {
    throw new BrokerError('TooLarge', { argument: 'files', expected: 'files in smaller directories' });
  }
  if (!Array.isArray(tree)) {
    throw new BrokerError('MalformedResponse');
  }
  return new Map(tree.map(entryOf).map((entry) => [entry.path, entry]));
}

function entryOf(entry: unknown): Entry {
  if (!isObject(entry)) {
    throw new BrokerError('MalformedResponse');
  }
  return { path: textOf(entry.path), mode: textOf(entry.mode), sha: textOf(entry.sha) };
}
