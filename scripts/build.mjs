/*
 * Bundles, and compiles the library with jsii, which takes most of a minute. Many scripts begin with it, so it does nothing
 * when what it would read and what it wrote are as they were after the last build that went well.
 * usage: node scripts/build.mjs [--force]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import bundle from './bundle.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
// below node_modules: an install that changes what jsii reads there takes the stamp away
const stamp = path.join(root, 'node_modules', '.cache', 'library-build');

/** all that jsii puts into the assembly or compiles with; the lock file in node_modules tells what is installed */
const INPUTS = [
  ...['package.json', 'tsconfig.json', 'tsconfig.lib.json', 'README.md', 'node_modules/.package-lock.json'],
  ...['scripts/build.mjs', 'scripts/lazy-index.mjs'],
];
const OUTPUTS = ['.jsii', '.jsii.gz'];
const COMPILED = /\.(js|d\.ts)$/;

await bundle();
if (!process.argv.includes('--force') && existsSync(stamp) && readFileSync(stamp, 'utf8') === state()) {
  console.log('the library is compiled already, from the same sources');
} else {
  rmSync(stamp, { force: true });
  const silent = ['--silence-warnings', 'metadata/missing-dev-dependency'];
  run(tool('jsii'), ['--compress-assembly', '--fail-on-warnings', ...silent]);
  run(process.execPath, [path.join(root, 'scripts', 'lazy-index.mjs')]);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, state());
}

function state() {
  const compiled = (file) => COMPILED.test(file);
  const library = readdirSync(path.join(root, 'lib'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
  const inputs = [...INPUTS, ...library.filter((file) => !compiled(file))];
  return [process.version, hash(inputs), hash([...OUTPUTS, ...library.filter(compiled)])].join('\n');
}

/** of the names and contents; what is missing is part of it */
function hash(files) {
  const sum = createHash('sha256');
  for (const file of files.sort()) {
    const full = path.join(root, file);
    sum.update(`${file}\0`).update(
      createHash('sha256')
        .update(existsSync(full) ? readFileSync(full) : '-')
        .digest(),
    );
  }
  return sum.digest('hex');
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

function tool(name) {
  return path.join(root, 'node_modules', '.bin', name);
}
