import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { invalid } from '../../private/errors';

const LONGEST_PATH = 100;
const MOST_LEVELS = 4;
const FORBIDDEN = /[$#<>;`|&?{}^*\u0000-\u001f]/;
const ALLOWED =
  "'/', or a slash and up to four names, at most 100 characters; names do not start with a dot and hold none of $ # < > ; ` | & ? { } ^ *";
const LONGEST_PREFIX = 1024;

/**
 * Checks a directory of a file system against what the service takes as the root of an access point.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_S3Files_RootDirectory.html
 */
export function checkDirectory(scope: IConstruct, path: string, what: string): void {
  if (Token.isUnresolved(path)) {
    return;
  }
  const flaw = flawOf(path);
  if (flaw !== undefined) {
    throw invalid(scope, 'InvalidS3FilesPath', {
      what: `${what} ${flaw}`,
      got: path,
      allowed: ALLOWED,
      fix: `use '${mend(path)}'`,
    });
  }
}

function flawOf(path: string): string | undefined {
  if (path === '/') {
    return undefined;
  }
  const names = path.slice(1).split('/');
  const flaws: [boolean, string][] = [
    [path === '', 'is empty'],
    [!path.startsWith('/'), 'does not start with a slash'],
    [path.length > LONGEST_PATH, `has ${path.length} characters`],
    [path.endsWith('/'), 'ends with a slash'],
    [names.includes(''), 'holds two slashes in a row'],
    [names.some((name) => name === '.' || name === '..'), "holds '.' or '..'"],
    [names.some((name) => name.startsWith('.')), 'holds a name that starts with a dot'],
    [FORBIDDEN.test(path), 'holds a character that is not allowed'],
    [names.length > MOST_LEVELS, `has ${names.length} levels`],
  ];
  return flaws.find(([applies]) => applies)?.[1];
}

function mend(path: string): string {
  const names = path
    .split('/')
    .map((name) => name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, ''))
    .filter((name) => name !== '');
  return `/${names.slice(0, MOST_LEVELS).join('/')}`.slice(0, LONGEST_PATH);
}

/**
 * Checks a prefix of object keys: empty, or directories that end with a slash.
 *
 * The service also takes keys that no directory can stand for, such as a leading slash; nothing could be mounted there.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_S3Files_CreateFileSystem.html
 */
export function checkKeyPrefix(scope: IConstruct, prefix: string, what: string): void {
  if (Token.isUnresolved(prefix) || prefix === '') {
    return;
  }
  const names = prefix.slice(0, -1).split('/');
  if (
    prefix.endsWith('/') &&
    prefix.length <= LONGEST_PREFIX &&
    !names.some((name) => ['', '.', '..'].includes(name))
  ) {
    return;
  }
  const mended = prefix.split('/').filter((name) => !['', '.', '..'].includes(name));
  throw invalid(scope, 'InvalidS3FilesPrefix', {
    what: `${what} is not a directory of the bucket`,
    got: prefix,
    allowed: "names that each end with a slash, such as 'agents/skills/', no leading slash, at most 1024 characters",
    fix: prefix.length > LONGEST_PREFIX ? 'shorten it' : `use '${mended.map((name) => `${name}/`).join('')}'`,
  });
}
