/* Files that others can have put there: the agent works as the same user, and a repository brings links. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** not through a link, and not waiting for the other end of a pipe */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a file that is one: no link, pipe, device or folder. Errors: those of the system, or `NotAFile`. */
export async function openPlain(file: string, flags: number = constants.O_RDONLY): Promise<FileHandle> {
  const handle = await open(file, flags | SAFELY, 0o600);
  if (!(await handle.stat()).isFile()) {
    await handle.close();
    throw Object.assign(new Error('no plain file'), { code: 'NotAFile' });
  }
  return handle;
}

/** The text of a plain file; undefined if there is none, or if it is larger than that. */
export async function plainText(file: string, largest: number): Promise<string | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await openPlain(file);
    const { size } = await handle.stat();
    return size > largest ? undefined : await handle.readFile('utf8');
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

/** The same at once, for a reader that must answer before the job ends. */
export function plainTextNow(file: string, largest: number): string | undefined {
  return opened(file, (descriptor, size) => (size > largest ? undefined : readFileSync(descriptor, 'utf8')));
}

/** The last bytes of a plain file, at once; undefined if there is none. Its first line can be half of one. */
export function plainEndNow(
  file: string,
  most: number,
): { readonly text: string; readonly isWhole: boolean } | undefined {
  return opened(file, (descriptor, size) => {
    const start = Math.max(0, size - most);
    const buffer = Buffer.alloc(size - start);
    const bytes = readSync(descriptor, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, bytes), isWhole: start === 0 };
  });
}

function opened<T>(file: string, read: (descriptor: number, size: number) => T): T | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | SAFELY);
    const found = fstatSync(descriptor);
    return found.isFile() ? read(descriptor, found.size) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

/** what an agent keeps of one conversation */
export const LARGEST_CONVERSATION = 64 * 1024 * 1024;
