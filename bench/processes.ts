import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

export const ROOT = path.join(__dirname, '..');
export const OUT = path.join(__dirname, '.out');
const JS = path.join(OUT, 'js');
const CHILD = path.join(JS, 'bench', 'child.js');

/** What one whole process took. */
export interface Sample {
  readonly wallMs: number;
  /** user and system time of all its threads: less disturbed by other processes than the wall clock */
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** The library under its name, file by file as users get it: no loader, no bundle. */
export function compile(): void {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(JS, { recursive: true });
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', path.join(__dirname, 'tsconfig.json')], { stdio: 'inherit' });
  // as the build does it
  const lazyIndex = path.join(ROOT, 'scripts', 'lazy-index.mjs');
  execFileSync(process.execPath, [lazyIndex, path.join(JS, 'lib', 'index.js')], { stdio: 'inherit' });
  linkLibrary();
}

/** lets the compiled apps find the compiled library under its name */
function linkLibrary(): void {
  const { name } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { name: string };
  const link = path.join(JS, 'node_modules', name);
  mkdirSync(link, { recursive: true });
  writeFileSync(path.join(link, 'package.json'), JSON.stringify({ main: '../../lib/index.js' }));
  // else the name would mean the package around, that is what was last built in place
  writeFileSync(path.join(JS, 'package.json'), '{}');
}

/** Runs one app; it writes its assembly to the folder that `outputOf` names. */
export function runApp(app: string, count: number, validate = false): Sample {
  const args = [path.join(JS, 'bench', 'apps', `${app}.js`), String(count), outputOf(app, count)];
  return run(args, ROOT, { CDK_VALIDATION: validate ? undefined : 'false' });
}

/** Runs a line of code, with the compiled library at `./lib`. */
export function runCode(code: string): Sample {
  return run(['-e', code], JS, {});
}

export function templateText(app: string, count: number): string {
  return readFileSync(path.join(outputOf(app, count), 'Agents.template.json'), 'utf8');
}

function outputOf(app: string, count: number): string {
  return path.join(OUT, `${app}-${count}`);
}

function run(args: string[], cwd: string, env: NodeJS.ProcessEnv): Sample {
  const start = process.hrtime.bigint();
  const child = spawnSync(process.execPath, ['--require', CHILD, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: undefined, NODE_COMPILE_CACHE: undefined, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  const wallMs = Number(process.hrtime.bigint() - start) / 1e6;
  if (child.status !== 0) {
    throw new Error(`${args.join(' ')} ended with ${child.status ?? child.signal}: ${child.stderr}`);
  }
  return { wallMs, ...(JSON.parse(child.output[3] ?? '') as Omit<Sample, 'wallMs'>) };
}
