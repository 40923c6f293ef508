import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { invalidValue } from '../../private/errors';

/** CloudFormation takes templates of 1 MB; what the CDK notes about the constructs of a large app is longer. */
const LARGEST = 64 * 2 ** 20;

/** Deeper than any template; functions that follow what is below a value call themselves. */
const DEEPEST = 200;

/** Reads an object of a synthesized app; no error names the folder, which differs from machine to machine. */
export function readObject(file: string): object {
  let content: unknown;
  try {
    const stat = statSync(file);
    // reading a pipe or a device may never end
    if (!stat.isFile() || stat.size > LARGEST) {
      throw new Error(stat.isFile() ? `a file of ${stat.size} bytes, more than ${LARGEST}` : 'no regular file');
    }
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (e) {
    throw broken(file, (e as Error).message);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw broken(file, 'no object');
  }
  if (isDeep(content)) {
    throw broken(file, `more than ${DEEPEST} objects and lists in each other`);
  }
  return content;
}

/** level by level, since a walk that calls itself is what must not happen */
function isDeep(content: object): boolean {
  let level: object[] = [content];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === DEEPEST) {
      return true;
    }
    level = level.flatMap((one) => Object.values(one).filter(isObjectOrList));
  }
  return false;
}

function isObjectOrList(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function readTemplate(file: string): object {
  const content = readObject(file) as { Resources?: unknown };
  const { Resources = {} } = content;
  if (typeof Resources !== 'object' || Resources === null || Array.isArray(Resources)) {
    throw broken(file, 'Resources is no object');
  }
  return content;
}

/** The error of a file that is not what the CDK writes. */
export function broken(file: string, got: string): Error {
  return invalidValue('BrokenTemplate', {
    what: `${basename(file)} cannot be read`,
    // a parser quotes what it read, which may be no text
    got: got.replace(/[^\x20-\x7e]+/g, '?'),
    allowed: 'a JSON object, as cdk synth writes it',
    fix: 'synthesize the app again into an empty folder',
  });
}
