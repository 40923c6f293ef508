import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';

const LONGEST_PATH = 200;
const ALLOWED = '/mnt/ and one name of letters, digits, dot, underscore and dash, 6 to 200 characters in all';

/**
 * Checks a mount path and takes off a trailing slash, so that `/mnt/a` and `/mnt/a/` count as one.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html
 */
export function mountPathFrom(path: string): string {
  if (Token.isUnresolved(path)) {
    throw invalidValue('MountPathNotLiteral', {
      what: 'a mount path is known only at deployment',
      got: path,
      allowed: ALLOWED,
      fix: 'write it as a literal: clashes between mounts are found at synthesis',
    });
  }
  const name = /^\/mnt\/([A-Za-z0-9._-]+)\/?$/.exec(path)?.[1];
  if (name === undefined || name === '.' || name === '..' || path.length > LONGEST_PATH) {
    throw invalidValue('InvalidMountPath', {
      what: 'a mount path must lie exactly one level below /mnt',
      got: path,
      allowed: ALLOWED,
      fix: `use '${suggestion(path)}'`,
    });
  }
  return `/mnt/${name}`;
}

function suggestion(path: string): string {
  const words = path
    .split(/[^A-Za-z0-9_-]+/)
    .filter((word) => word !== '' && word !== 'mnt')
    .join('-');
  return `/mnt/${words.slice(0, 60) || 'workspace'}`;
}
