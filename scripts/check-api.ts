/*
 * Compares the public API with that of the last release: what was removed or narrowed fails, unless
 * api/allowed-breaking-changes.txt names it. With --accept the API of today becomes the one to compare with.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { loadAssemblyFromFile } from '@jsii/spec';
import { apiOf } from './lib/api-baseline';

const root = path.join(__dirname, '..');
const baseline = path.join(root, 'api', 'baseline.json');
const allowed = path.join(root, 'api', 'allowed-breaking-changes.txt');
const { values } = parseArgs({
  options: { accept: { type: 'boolean' }, assembly: { type: 'string', default: path.join(root, '.jsii') } },
});

const today = apiOf(loadAssemblyFromFile(values.assembly, false));
if (values.accept) {
  accept();
} else if (!isCompatible()) {
  console.error(`\ntake it back, or add the key in brackets to ${path.relative(root, allowed)} with the reason`);
  process.exitCode = 1;
}

function accept(): void {
  writeFileSync(baseline, `${JSON.stringify(today, undefined, 1)}\n`);
  const rules = readFileSync(allowed, 'utf8').split('\n');
  writeFileSync(allowed, `${rules.filter((line) => line.startsWith('#')).join('\n')}\n`);
  console.log('the API of today is the one to compare with; nothing is allowed to break');
}

function isCompatible(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'api-'));
  try {
    const before = packageIn(path.join(folder, 'before'), readFileSync(baseline, 'utf8'));
    const after = packageIn(path.join(folder, 'after'), JSON.stringify(today));
    // all: everything is experimental so far, which it would only warn about
    const args = ['--error-on', 'all', '--keys', '--ignore-file', allowed, before, after];
    const diff = path.join(root, 'node_modules', '.bin', 'jsii-diff');
    const { status, stdout, stderr, error } = spawnSync(diff, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) {
      console.error(error?.message ?? `${stdout}${stderr}`);
    }
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** jsii-diff takes a folder that looks like a package, and looks for the dependencies from there on. */
function packageIn(folder: string, assembly: string): string {
  mkdirSync(folder);
  writeFileSync(path.join(folder, '.jsii'), assembly);
  writeFileSync(path.join(folder, 'package.json'), readFileSync(path.join(root, 'package.json')));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}
