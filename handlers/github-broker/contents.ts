import { BrokerError } from '../shared/errors';
import { objectOf } from '../shared/json';
import type { Fields } from '../shared/json';
import { wrongArgument } from './arguments';
import { refuseDefaultBranch, refuseProtectedFiles } from './branches';
import { picked } from './fields';
import type { Result } from './plain-tool';
import { partsOf } from './route';
import type { Session } from './session';

export async function getFileContents(session: Session): Promise<Result> {
  const { row, values } = session;
  if (values.start_line !== undefined && (values.end_line as number) < (values.start_line as number)) {
    throw wrongArgument(row, 'end_line');
  }
  const file = await fetchEntry(session);
  checkFile(file);
  if (file.encoding !== 'base64' || typeof file.content !== 'string') {
    // GitHub leaves out the content above 1 MB
    throw new BrokerError('TooLarge');
  }
  const text = decoded(Buffer.from(file.content, 'base64'));
  return { ...picked(file, row.fields), ...(text === undefined ? { binary: true } : range(session, text)) };
}

export async function listDirectory(session: Session): Promise<Result> {
  const directory = await fetchEntry(session);
  if (directory.type !== 'dir') {
    throw new BrokerError('Unprocessable', { reasons: ['not_a_directory'] });
  }
  if (!Array.isArray(directory.entries)) {
    throw new BrokerError('MalformedResponse');
  }
  return { items: directory.entries.map((entry) => picked(entry, session.row.fields)) };
}

async function fetchEntry(session: Session): Promise<Fields> {
  return objectOf((await session.send('call', partsOf(session.row, session.values))).text);
}

function checkFile(entry: Fields): void {
  if (entry.type !== 'file') {
    throw new BrokerError('Unprocessable', { reasons: ['not_a_file'] });
  }
}

/** Undefined for what is no text. A byte order mark stays, so that the file can be written back as it was. */
function decoded(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function range({ values }: Session, text: string): Result {
  const { start_line: start, end_line: end } = values as { start_line?: number; end_line?: number };
  if (start === undefined && end === undefined) {
    return { text };
  }
  const lines = text.split('\n');
  const first = start ?? 1;
  const last = Math.min(end ?? lines.length, lines.length);
  return { lines: `${first}-${last} of ${lines.length}`, text: lines.slice(first - 1, last).join('\n') };
}

export async function getPullRequestDiff(session: Session): Promise<Result> {
  const { text } = await session.send('call', partsOf(session.row, session.values));
  return { diff: text };
}

/** GitHub wants the SHA of the file that is deleted. */
export async function deleteFile(session: Session): Promise<Result> {
  const { row, values } = session;
  const { path, branch, message } = values;
  refuseProtectedFiles(session, [path as string]);
  await refuseDefaultBranch(session);
  const file = objectOf((await session.send('file', { path: { path }, query: { ref: branch } })).text);
  checkFile(file);
  const answer = await session.send('delete', { path: { path }, body: { message, sha: file.sha, branch } });
  return picked(objectOf(answer.text), row.fields);
}
