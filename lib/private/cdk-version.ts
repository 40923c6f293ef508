import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/*
 * Loaded before everything else: with an older aws-cdk-lib this library fails while it is loaded or used, at a property
 * that is not there yet, and the error says nothing of the reason. So this file imports nothing of the CDK.
 */

type Versions = Readonly<Record<string, string>>;

/** Refuses packages that are too old, or of another major version, for the ranges in `peerDependencies`. */
export function checkVersions(needed: Versions, installed: (name: string) => string | undefined): void {
  for (const [name, range] of Object.entries(needed)) {
    const found = installed(name);
    if (found !== undefined && !fits(found, range)) {
      const error = new Error(
        `cdk-coding-agents does not work with the installed version of ${name} (got '${found}'); allowed: ${range}; ` +
          `upgrade it: npm install "${name}@${range}" (Python: pip install --upgrade ${name}; Java and Go: raise its version in pom.xml or go.mod)`,
      );
      error.name = 'UnsupportedCdkVersion';
      throw error;
    }
  }
}

/** Whether a version is at least that of a caret range, with the same major version. */
function fits(found: string, range: string): boolean {
  const [theirs, ours] = [numbersOf(found), numbersOf(range)];
  // 0.0.0 is what a build of the CDK from its sources calls itself
  if (theirs === undefined || ours === undefined || theirs.every((number) => number === 0)) {
    return true;
  }
  const first = theirs.findIndex((number, index) => number !== ours[index]);
  return theirs[0] === ours[0] && (first === -1 || theirs[first] > ours[first]);
}

function numbersOf(version: string): number[] | undefined {
  return /(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}

/** The version of a package as this library finds it; undefined where it cannot be told, as in a bundle. */
function installedVersion(name: string): string | undefined {
  try {
    return versionIn(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function versionIn(file: string): string | undefined {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
}

function neededVersions(): Versions {
  try {
    const file = path.join(__dirname, '..', '..', 'package.json');
    const { name, peerDependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
      name?: string;
      peerDependencies?: Versions;
    };
    // in a bundle of an app this is another file, or none: nothing is known there, so nothing is refused
    return name === 'cdk-coding-agents' && peerDependencies !== undefined ? peerDependencies : {};
  } catch {
    return {};
  }
}

checkVersions(neededVersions(), installedVersion);
