/* Synthesizes every example with the real CLI, offline, and takes its warnings for errors. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const root = path.join(__dirname, '..');
const OFFLINE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-west-1',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
};
const ARGS = ['synth', '--quiet', '--no-notices', '--no-lookups', '--ci', '--strict'];

const apps = process.argv.length > 2 ? process.argv.slice(2) : examples(path.join(root, 'examples'));
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
    return status === 0;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function cdk(): string {
  return path.join(root, 'node_modules', '.bin', 'cdk');
}
