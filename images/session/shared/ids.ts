import { closeSync, openSync, readSync } from 'node:fs';

const BYTES = 16;

/**
 * A new id: the time, so that ids sort by it, and 16 random bytes. They are read from the kernel: the random state of
 * OpenSSL, and so of `node:crypto`, is shared by all sessions that start from one snapshot.
 */
export function newId(now: Date): string {
  const time = now.toISOString().replace(/[-:.Z]/g, '');
  return `${time}-${random().toString('hex')}`;
}

/** what `newId` makes; also the name of a folder, so nothing else may pass for one */
export function isId(text: string): boolean {
  return /^\d{8}T\d{9}-[0-9a-f]{32}$/.test(text);
}

function random(): Buffer {
  const bytes = Buffer.alloc(BYTES);
  const file = openSync('/dev/urandom', 'r');
  try {
    readSync(file, bytes);
  } finally {
    closeSync(file);
  }
  return bytes;
}
