/* Checks what npm would publish: the compiled library, its assembly and docs, nothing else; and that it works. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { installedPackageProblems } from './lib/installed-package';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: { readonly path: string; readonly size: number }[];
}

const root = path.join(__dirname, '..');
const REQUIRED = [
  '.jsii',
  '.jsii.gz',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'assets/cli/index.mjs',
  'package.json',
  'lib/index.js',
  'lib/index.d.ts',
];
const ALLOWED = [
  /^(\.jsii|\.jsii\.gz|CHANGELOG\.md|LICENSE|NOTICE|README\.md|package\.json)$/,
  /^lib\/.+\.(js|d\.ts)$/,
  /^assets\/[a-z-]+\/index\.mjs$/,
  /^assets\/images\/[a-z-]+\/(Dockerfile|gitconfig|[a-z-]+\.(json|mjs|sh)|[a-z-]+-[A-Z0-9]{8}\.mjs)$/,
  /^checks\/agentcore\.guard$/,
];

const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  }),
) as Packed[];
const files = packed.files.map((file) => file.path);

const problems = [
  ...files
    .filter((file) => !ALLOWED.some((pattern) => pattern.test(file)))
    .map((file) => `${file} must not be published`),
  ...REQUIRED.filter((file) => !files.includes(file)).map((file) => `${file} is missing; build first`),
  ...files.filter(isLeftOver).map((file) => `${file} is left over from a deleted source; remove it`),
  ...installedPackageProblems(root),
];

console.log(
  `${packed.filename}: ${files.length} files, ${kb(packed.size)} packed, ${kb(packed.unpackedSize)} unpacked`,
);
if (problems.length > 0) {
  console.error(problems.map((problem) => `- ${problem}`).join('\n'));
  process.exitCode = 1;
}

/** jsii compiles in place and never deletes: what a removed source left behind would be published. */
function isLeftOver(file: string): boolean {
  const source = file.replace(/(\.d\.ts|\.js)$/, '.ts');
  return file.startsWith('lib/') && !existsSync(path.join(root, source));
}

function kb(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} kB`;
}
