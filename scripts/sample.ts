/* Synthesizes the sample with the real CLI, offline, and shows what it made. */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { readAssembly } from './lib/assembly';
import { report } from './lib/sample-report';

const root = path.join(__dirname, '..');
const out = path.join(root, 'cdk.out');
const offline = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: process.env.AWS_REGION ?? 'eu-central-1',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
};

const cdk = path.join(root, 'node_modules', '.bin', 'cdk');
const args = ['synth', '--quiet', '--no-notices', '--no-lookups', '--ci', '--strict', '--output', out];
const { status } = spawnSync(cdk, args, { cwd: root, env: { ...process.env, ...offline }, stdio: 'inherit' });
if (status === 0) {
  console.log(report(readAssembly(out)));
} else {
  process.exitCode = status ?? 1;
}
