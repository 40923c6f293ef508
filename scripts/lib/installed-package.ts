import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

interface Manifest {
  readonly devDependencies: Record<string, string>;
}

/** What somebody has who installs the package: peers of the versions that it is built against, and types of Node. */
const NEIGHBOURS = ['aws-cdk-lib', 'constructs', '@types/node'];

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    module: 'node20',
    strict: true,
    noEmit: true,
    // the point: the declarations of the package must stand on their own
    skipLibCheck: false,
    types: ['node'],
  },
  include: ['bin'],
};

/** Required, it is its index and the check of versions, until something is taken out of it. */
const LAZY = `
const all = require('cdk-coding-agents');
const loaded = Object.keys(require.cache);
const wanted = ['lib/index.js', 'lib/private/cdk-version.js'];
const others = loaded.filter((file) => !wanted.some((end) => file.endsWith('/cdk-coding-agents/' + end)));
if (others.length > 0 || typeof all.CodingAgent !== 'function') throw new Error(others.join(', ') || 'no CodingAgent');`;
const NAMES =
  "import { CodingAgent, mixins } from 'cdk-coding-agents'; new mixins.RuntimeFilesystems([]), CodingAgent.name;";

/** Installs the packed package into an empty project, and uses it there; returns what does not work. */
export function installedPackageProblems(root: string): string[] {
  const project = mkdtempSync(path.join(realpathSync(tmpdir()), 'installed-'));
  try {
    install(root, project);
    return [
      ...attempt('it loads more than is asked for', () => run(project, 'node', ['--eval', LAZY])),
      ...attempt('its names cannot be imported', () => run(project, 'node', ['--input-type=module', '--eval', NAMES])),
      ...attempt('its declarations do not compile', () => run(project, tool(root, 'tsc'), ['--project', '.'])),
      ...attempt('the sample does not synthesize with it', () => synthesize(root, project)),
    ];
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function install(root: string, project: string): void {
  const { devDependencies } = read(path.join(root, 'package.json')) as Manifest;
  // what packing runs was run by the build already
  run(root, 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project]);
  const tarball = readdirSync(project).filter((file) => file.endsWith('.tgz'));
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'empty', version: '1.0.0', private: true }));
  const wanted = NEIGHBOURS.map((name) => `${name}@${devDependencies[name]}`);
  run(project, 'npm', ['install', '--silent', '--prefer-offline', `./${tarball[0]}`, ...wanted]);
  cpSync(path.join(root, 'bin'), path.join(project, 'bin'), { recursive: true });
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
}

/** The sample needs the bundled functions, and runs where only the installed package can have them. */
function synthesize(root: string, project: string): void {
  const { context } = read(path.join(root, 'cdk.json')) as { context: object };
  run(project, tool(root, 'tsx'), ['bin/sample.ts'], {
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_OUTDIR: path.join(project, 'cdk.out'),
    CDK_VALIDATION: undefined,
  });
  if (!readdirSync(path.join(project, 'cdk.out')).includes('CodingAgents.template.json')) {
    throw new Error('no template was written');
  }
}

function attempt(problem: string, action: () => void): string[] {
  try {
    action();
    return [];
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return [`installed into an empty project, ${problem}:\n${`${stdout ?? ''}${stderr ?? ''}` || String(error)}`];
  }
}

function run(cwd: string, command: string, args: string[], env: Record<string, string | undefined> = {}): void {
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

function tool(root: string, name: string): string {
  return path.join(root, 'node_modules', '.bin', name);
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
