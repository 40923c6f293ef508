/*
 * Synthesizes every example with the real CLI, offline, and takes its warnings for errors. Where an example has a
 * compliance report, it must be that of its app; --write writes it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { report } from '../cli/report';

const root = path.join(__dirname, '..');
const OFFLINE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-west-1',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
};
const ARGS = ['synth', '--quiet', '--no-notices', '--no-lookups', '--ci', '--strict'];

const named = process.argv.slice(2).filter((argument) => argument !== '--write');
const writes = process.argv.includes('--write');
const apps = named.length > 0 ? named : examples(path.join(root, 'examples'));
const failed = apps.filter((app) => !synthesize(app));
if (apps.length === 0 || failed.length > 0) {
  console.error(apps.length === 0 ? 'no example found' : `does not synthesize: ${failed.join(', ')}`);
  process.exitCode = 1;
}

/** The folders that hold a cdk.json whose app runs on Node; other languages need their own package first. */
function examples(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'cdk.json' && !file.includes('node_modules') && !file.includes('cdk.out'))
    .map((file) => path.relative(root, path.join(folder, path.dirname(file))))
    .sort();
  return found.filter((app) => {
    const onNode = /\b(tsx|node)\b/.test(appCommand(app));
    if (!onNode) {
      console.log(`skip ${app}: '${appCommand(app)}' does not run on Node`);
    }
    return onNode;
  });
}

function appCommand(app: string): string {
  return (JSON.parse(readFileSync(path.join(root, app, 'cdk.json'), 'utf8')) as { app: string }).app;
}

function synthesize(app: string): boolean {
  const out = mkdtempSync(path.join(tmpdir(), 'synth-'));
  try {
    const { status, output } = spawnSync(cdk(), [...ARGS, '--output', out], {
      cwd: path.join(root, app),
      // a shell or the jest setup may have switched validation off; here it is the point
      env: { ...process.env, ...OFFLINE, CDK_VALIDATION: undefined },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${app}`);
    if (status !== 0) {
      console.error(output.filter(Boolean).join(''));
    }
    return status === 0 && hasItsReport(app, out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function hasItsReport(app: string, out: string): boolean {
  const folder = path.join(root, app, 'compliance');
  const print = (text: string): unknown => process.stdout.write(`     ${text}`);
  return (
    !existsSync(folder) ||
    report.run([out, '--output', folder, ...(writes ? [] : ['--check'])], { out: print, err: print }) === 0
  );
}

function cdk(): string {
  return path.join(root, 'node_modules', '.bin', 'cdk');
}
