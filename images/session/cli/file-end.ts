import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** not through a link, and not waiting for the other end of a pipe: an agent can put anything there */
const SAFELY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The last bytes of a plain file, at once; undefined if there is none. Its first line can be half of one. */
export function endNow(file: string, most: number): { readonly text: string; readonly isWhole: boolean } | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, SAFELY);
    const found = fstatSync(descriptor);
    if (!found.isFile()) {
      return undefined;
    }
    const start = Math.max(0, found.size - most);
    const buffer = Buffer.alloc(found.size - start);
    const bytes = readSync(descriptor, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, bytes), isWhole: start === 0 };
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}
