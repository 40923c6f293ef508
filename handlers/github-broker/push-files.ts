/* Several files as one commit: a tree, a commit, and the branch moved on to it. */
import { isObject, objectOf } from '../shared/json';
import { wrongArgument } from './arguments';
import { EXECUTABLE, modesAt, PLAIN } from './base-tree';
import { headOf, refuseDefaultBranch, refuseProtectedFiles, textOf } from './branches';
import { picked } from './fields';
import type { Result } from './plain-tool';
import type { Session } from './session';

interface File {
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}

export async function pushFiles(session: Session): Promise<Result> {
  const { row, values } = session;
  const { branch, message } = values as { branch: string; message: string };
  const files = values.files as File[];
  const paths = files.map((file) => file.path);
  refuseProtectedFiles(session, paths);
  if (!areApart(paths)) {
    throw wrongArgument(row, 'files');
  }
  await refuseDefaultBranch(session);
  const head = await headOf(session, 'head', branch);
  const base = await treeOf(session, head);
  const tree = await createTree(session, base, files);
  const commit = objectOf((await session.send('create', { body: { message, tree, parents: [head] } })).text);
  const sha = textOf(commit.sha);
  // without force: what others pushed meanwhile stays
  await session.send('move', { path: { ref: `heads/${branch}` }, body: { sha, force: false } });
  return { ...picked(commit, row.fields), branch, files: files.length };
}

async function treeOf(session: Session, commit: string): Promise<string> {
  const { tree } = objectOf((await session.send('commit', { path: { commit_sha: commit } })).text);
  return textOf(isObject(tree) ? tree.sha : undefined);
}

/** None is there twice, or is a directory of another. */
function areApart(paths: string[]): boolean {
  const isDirectory = (path: string) => paths.some((other) => other.startsWith(`${path}/`));
  return new Set(paths).size === paths.length && !paths.some(isDirectory);
}

async function createTree(session: Session, base: string, files: File[]): Promise<string> {
  const paths = files.map((file) => file.path);
  const modes = await modesAt(session, base, paths);
  const tree = files.map(({ path, content, executable = modes.get(path) === EXECUTABLE }) => {
    return { path, content, type: 'blob', mode: executable ? EXECUTABLE : PLAIN };
  });
  return textOf(objectOf((await session.send('tree', { body: { base_tree: base, tree } })).text).sha);
}
