import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Construct } from 'constructs';
import { invalid } from './errors';

/** Refuses a path that is not there, with the place where it was looked for. */
export function checkPath(scope: Construct, path: string, what: string): void {
  if (!existsSync(path)) {
    throw invalid(scope, 'PathNotFound', {
      what: `${what} is not there`,
      got: path,
      allowed: 'a path that exists',
      fix: `it was looked for at ${resolve(path)}; use path.join(__dirname, ...) to be independent of where the CDK starts`,
    });
  }
}

/** Refuses a path that is not a folder. */
export function checkFolder(scope: Construct, path: string, what: string): void {
  checkPath(scope, path, what);
  if (!statSync(path).isDirectory()) {
    throw invalid(scope, 'NotAFolder', {
      what: `${what} is a file`,
      got: path,
      allowed: 'a folder',
      fix: 'name its folder',
    });
  }
}
