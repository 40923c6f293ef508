import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { invalidValue } from '../../private/errors';

/** Reads an object of a synthesized app; no error names the folder, which differs from machine to machine. */
export function readObject(file: string): object {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (e) {
    throw broken(file, (e as Error).message);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw broken(file, 'no object');
  }
  return content;
}

export function readTemplate(file: string): object {
  const content = readObject(file) as { Resources?: unknown };
  const { Resources = {} } = content;
  if (typeof Resources !== 'object' || Resources === null || Array.isArray(Resources)) {
    throw broken(file, 'Resources is no object');
  }
  return content;
}

function broken(file: string, got: string): Error {
  return invalidValue('BrokenTemplate', {
    what: `${basename(file)} cannot be read`,
    got,
    allowed: 'a JSON object, as cdk synth writes it',
    fix: 'synthesize the app again into an empty folder',
  });
}
