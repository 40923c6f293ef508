/* Compares the stacks of two assemblies, without AWS: npx tsx pull-request.ts BEFORE AFTER */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';

const [before, after] = process.argv.slice(2);
const nothing = path.join(mkdtempSync(path.join(tmpdir(), 'before-')), 'nothing.json');
writeFileSync(nothing, '{}');

const templates = (assembly: string): Map<string, string> =>
  new Map(new CloudAssembly(assembly).stacksRecursively.map((stack) => [stack.hierarchicalId, stack.templateFullPath]));

const reviewed = templates(before);
const broader = [...templates(after)]
  .map(([stack, template]) => ({ stack, template, base: reviewed.get(stack) ?? nothing }))
  .filter(({ template, base }) => readFileSync(template, 'utf8') !== readFileSync(base, 'utf8'))
  // all of them, so that a reviewer sees each difference
  .filter(({ stack, base }) => !isHarmless(stack, base))
  .map(({ stack }) => stack);
if (broader.length > 0) {
  console.error(`broader permissions, or no comparison: ${broader.join(', ')}`);
  process.exitCode = 1;
}

function isHarmless(stack: string, base: string): boolean {
  const how = ['--exclusively', '--template', base, '--fail-on', 'broadening', '--no-notices'];
  return spawnSync('npx', ['cdk', 'diff', '--app', after, stack, ...how], { stdio: 'inherit' }).status === 0;
}
