/* Synthesizes the sample with the real CLI, offline, and shows what it made. */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { ComplianceReport } from 'cdk-coding-agents';
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
const { status, output } = spawnSync(cdk, args, {
  cwd: root,
  // a shell may have switched the validation off; here it is part of what is shown
  env: { ...process.env, ...offline, CDK_VALIDATION: undefined },
  encoding: 'utf8',
});
if (status === 0) {
  console.log(report(readAssembly(out)));
  ComplianceReport.fromDirectory(out).writeTo(path.join(out, 'compliance'));
  console.log('\nCompliance report\n  cdk.out/compliance/compliance.md, and compliance.json');
} else {
  console.error(output.filter(Boolean).join(''));
  process.exitCode = status ?? 1;
}
