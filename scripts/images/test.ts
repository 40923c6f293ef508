/*
 * Builds the images on a stand-in base, runs them as strictly as they can be, and checks them.
 * usage: npm run test:images [-- name...]
 * REQUIRE_IMAGES=1   what this machine cannot do is an error, not a skip
 * IMAGES_ARM64=1     also for arm64, under emulation: slow
 */
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import type { PackagedCli } from '../../lib/contract/agents';
import { NPM_CLIS } from '../../lib/contract/agents';
import type { Platform } from './base';
import { standInBase } from './base';
import { build, factsOf } from './build';
import type { Built, BuiltOn } from './build';
import { BUILDS } from './builds';
import { CHECKS, SHARED_LAYERS } from './checks';
import { Container } from './container';
import { emulation } from './emulation';
import { Lab, unable } from './lab';
import { pinsIn } from './pins';

const root = path.join(__dirname, '..', '..');
const versions = pinsIn(path.join(root, 'images'));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { context: { type: 'string', default: path.join(root, 'assets', 'images') } },
});
const names = positionals.length > 0 ? (positionals as PackagedCli[]) : NPM_CLIS;
const count = { passed: 0, failed: 0, skipped: 0 };
const sharedLayers = new Map<Platform, string[]>();
const table: string[][] = [['image', 'size', 'layers', 'build', 'start', 'checks']];

void main();

async function main(): Promise<void> {
  const lab = new Lab();
  process.once('exit', () => lab.remove());
  ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, () => process.exit(1)));
  const reason = missingContext() ?? unable() ?? unreachable(lab);
  if (reason === undefined) {
    await testAll(lab);
    printTable();
  } else {
    skip(`build and run of the images were NOT tested: ${reason}`);
  }
  console.log('built on a stand-in base (Debian and Node.js from npm), not on the published image');
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  process.exit(count.failed > 0 ? 1 : 0);
}

async function testAll(lab: Lab): Promise<void> {
  await testPlatform(lab, 'amd64');
  if (process.env.IMAGES_ARM64 !== '1') {
    count.skipped++;
    console.log('SKIP arm64: emulated and slow; IMAGES_ARM64=1 runs it');
    return;
  }
  const reason = emulation();
  if (reason === undefined) {
    await testPlatform(lab, 'arm64');
  } else {
    skip(`arm64 was NOT tested: ${reason}`);
  }
}

async function testPlatform(lab: Lab, platform: Platform): Promise<void> {
  const start = Date.now();
  let base: string;
  try {
    base = standInBase(lab, platform);
  } catch (e) {
    // no Dockerfile of ours had a part in it
    skip(
      `images for ${platform} were NOT tested: no stand-in base: ${(e as { stderr?: string }).stderr ?? String(e)}`.trim(),
    );
    return;
  }
  console.log(`stand-in base for ${platform}: ${Math.round((Date.now() - start) / 1000)} s`);
  for (const name of names) {
    await testImage(lab, name, { platform, base });
  }
  testBuilds(lab, { platform, base });
}

async function testImage(lab: Lab, name: PackagedCli, on: BuiltOn): Promise<void> {
  const built = build(lab, values.context, name, on);
  if (built.code !== 0) {
    fail(name, 'build', built.output.split('\n').slice(-15).join('\n    '));
    return;
  }
  count.passed++;
  await check(lab, name, on.platform, built);
}

function testBuilds(lab: Lab, on: BuiltOn): void {
  for (const [title, run] of Object.entries(BUILDS)) {
    const problem = run(lab, values.context, on);
    if (problem === undefined) {
      count.passed++;
      console.log(`  ok build: ${title}`);
    } else {
      fail('build', title, problem);
    }
  }
}

async function check(lab: Lab, name: PackagedCli, platform: Platform, built: Built): Promise<void> {
  const facts = factsOf(lab, built.image);
  // QEMU cannot make tini a subreaper; as PID 1 it need not be one
  const entrypoint = facts.entrypoint.filter((word) => platform === 'amd64' || word !== '-s');
  const container = Container.start(lab, built.image, `${name}-${platform}`, entrypoint);
  const shared = sharedLayers.get(platform) ?? facts.layers.slice(0, SHARED_LAYERS);
  sharedLayers.set(platform, shared);
  let good = 0;
  let start = '';
  try {
    start = `${(await container.ready(facts.healthcheck)).toFixed(1)} s`;
    for (const [title, run] of Object.entries(CHECKS)) {
      try {
        const found = run({ name, version: versions[name].version, facts, container, shared });
        console.log(`  ok ${name}: ${title}${found ? `: ${found.replaceAll('\n', ' ')}` : ''}`);
        good++;
      } catch (e) {
        fail(name, title, (e as Error).message);
      }
    }
  } catch (e) {
    fail(name, 'start', (e as Error).message);
  }
  count.passed += good;
  const checks = `${good} of ${Object.keys(CHECKS).length}`;
  const size = `${Math.round(facts.size / 1e6)} MB`;
  table.push([built.image, size, String(facts.layers.length), `${Math.round(built.seconds)} s`, start, checks]);
}

function fail(name: string, what: string, text: string): void {
  count.failed++;
  console.log(`FAIL ${name}: ${what}: ${text}`);
}

function skip(text: string): void {
  const required = process.env.REQUIRE_IMAGES === '1';
  count[required ? 'failed' : 'skipped']++;
  console.log(`${required ? 'FAIL' : 'SKIP'} ${text}`);
}

function missingContext(): string | undefined {
  const file = path.join(values.context, 'session', 'agent.mjs');
  return existsSync(file) ? undefined : `${file} is not there; run npm run bundle`;
}

/** so that a registry that is down is not taken for a Dockerfile that does not build */
function unreachable(lab: Lab): string | undefined {
  const packages = names.map((name) => `${versions[name].packages[0]}@${versions[name].version}`);
  const missing = packages.find((one) => lab.try('npm', 'view', one, 'version').code !== 0);
  return missing && `the npm registry does not answer for ${missing}`;
}

function printTable(): void {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  table.forEach((row) =>
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    ),
  );
}
