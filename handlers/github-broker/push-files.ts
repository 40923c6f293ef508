/* Several files as one commit: a tree, a commit, and the branch moved on to it. */
import { BrokerError } from '../shared/errors';
import { isObject, objectOf } from '../shared/json';
import { wrongArgument } from './arguments';
import { headOf, textOf } from './branches';
import { refuseWorkflows } from './contents';
import { picked } from './fields';
import type { Result } from './plain-tool';
import type { Session } from './session';

interface File {
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}

const PLAIN = '100644';
const EXECUTABLE = '100755';

export async function pushFiles(session: Session): Promise<Result> {
  const { row, values } = session;
  const { branch, message } = values as { branch: string; message: string };
  const files = values.files as File[];
  refuseWorkflows(files.map((file) => file.path));
  if (new Set(files.map((file) => file.path)).size !== files.length) {
    throw wrongArgument(row, 'files');
  }
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

async function createTree(session: Session, base: string, files: File[]): Promise<string> {
  const executables = files.every((file) => file.executable !== undefined)
    ? new Set<string>()
    : await executablesOf(session, base);
  const tree = files.map(({ path, content, executable = executables.has(path) }) => {
    return { path, content, type: 'blob', mode: executable ? EXECUTABLE : PLAIN };
  });
  return textOf(objectOf((await session.send('tree', { body: { base_tree: base, tree } })).text).sha);
}

/** The files that are executable, so that a change of their text does not take that away. */
async function executablesOf(session: Session, tree: string): Promise<Set<string>> {
  const answer = objectOf((await session.send('modes', { path: { tree_sha: tree }, query: { recursive: 1 } })).text);
  if (answer.truncated === true) {
    throw new BrokerError('TooLarge', { argument: 'files[].executable', expected: 'stated for each file' });
  }
  const entries: unknown[] = Array.isArray(answer.tree) ? answer.tree : [];
  return new Set(
    entries
      .filter(isObject)
      .filter((entry) => entry.mode === EXECUTABLE)
      .map((entry) => textOf(entry.path)),
  );
}
