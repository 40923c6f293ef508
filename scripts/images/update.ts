/*
 * Proposes newer versions of the coding agents for their images.
 * usage: npm run images:update [-- --write]     --write changes package.json, package-lock.json and Dockerfile of an agent
 * The base image and the agents without a package (Kiro, Cursor) have no registry to ask: see docs/images.md.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { newerVersion } from './npm-versions';
import { pinsIn } from './pins';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    images: { type: 'string', default: path.join(__dirname, '..', '..', 'images') },
  },
});

void main();

async function main(): Promise<void> {
  let proposed = 0;
  for (const [name, { version: pinned, packages }] of Object.entries(pinsIn(values.images))) {
    const { version, passed } = await newerVersion(packages, pinned);
    Object.entries(passed).forEach(([newer, missing]) => console.log(`${name}: ${newer} passed over, no ${missing}`));
    console.log(version === undefined ? `${name}: ${pinned} stays` : `${name}: ${pinned} -> ${version}`);
    if (version !== undefined) {
      proposed++;
      if (values.write) {
        write(name, pinned, version);
      }
    }
  }
  if (proposed > 0) {
    console.log(
      values.write ? 'written; now npm run test:images, and read what the vendors changed' : '--write takes them over',
    );
  }
}

function write(name: string, pinned: string, version: string): void {
  const folder = path.join(values.images, name);
  const own = path.join(folder, 'package.json');
  writeFileSync(own, readFileSync(own, 'utf8').replaceAll(`"${pinned}"`, `"${version}"`));
  const dockerfile = path.join(folder, 'Dockerfile');
  const label = (of: string): string => `CLI_VERSION:-${of}}`;
  writeFileSync(dockerfile, readFileSync(dockerfile, 'utf8').replace(label(pinned), label(version)));
  // no addresses in the lock file, so that it serves any mirror
  const options = [
    '--package-lock-only',
    '--ignore-scripts',
    '--omit-lockfile-registry-resolved',
    '--no-audit',
    '--no-fund',
  ];
  execFileSync('npm', ['install', ...options], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
