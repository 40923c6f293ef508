import { existsSync, readFileSync, statSync } from 'node:fs';

/** Far above the report of any app, and read at once. */
const LARGEST = 64 * 2 ** 20;

/** A report that was written before; empty if there is none. */
export function contentOf(file: string): string {
  if (!existsSync(file)) {
    return '';
  }
  const stat = statSync(file);
  // reading a pipe or a device may never end
  if (!stat.isFile() || stat.size > LARGEST) {
    throw unreadable(file, stat.isFile() ? `a file of ${stat.size} bytes` : 'no regular file');
  }
  try {
    // a checkout may have turned line ends
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch (e) {
    throw unreadable(file, (e as NodeJS.ErrnoException).code ?? (e as Error).message);
  }
}

function unreadable(file: string, got: string): Error {
  const allowed = `a regular file of at most ${LARGEST} bytes, as report --output writes it`;
  return new Error(
    `${file} cannot be compared (got ${got}); allowed: ${allowed}; remove it and run report --output again`,
  );
}
