/* Bundles what runs elsewhere into assets/, which is shipped: a user's synth never bundles. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const handlers = path.join(root, 'handlers');
const images = path.join(root, 'images');
const assets = path.join(root, 'assets');

/** The programs in an image: the server of a session, its bridge to the gateway, git's credential helper. */
const PROGRAMS = { agent: 'main.ts', bridge: 'bridge/main.ts', 'git-credential': 'git/main.ts' };

/** The functions: each folder with an index.ts; the others are shared between them. */
export function functions() {
  return readdirSync(handlers).filter((name) => existsSync(path.join(handlers, name, 'index.ts')));
}

/** The folders with a Dockerfile, one for each coding agent. */
export function imageFolders() {
  return readdirSync(images).filter((name) => existsSync(path.join(images, name, 'Dockerfile')));
}

export default async function bundle() {
  const functionEntries = functions().map((name) => entry(path.join(handlers, name, 'index.ts'), `${name}/index`));
  const programEntries = Object.entries(PROGRAMS)
    .filter(([, file]) => existsSync(path.join(images, 'session', file)))
    .map(([name, file]) => entry(path.join(images, 'session', file), `images/session/${name}`));
  const written = [
    ...(await bundled(functionEntries, 'node24')),
    // the bridge and git's helper sign alike: what is large is shared
    ...(await bundled(programEntries, 'node22', { splitting: true, chunkNames: 'images/session/[name]-[hash]' })),
    ...(await bundled([entry(path.join(root, 'cli', 'index.ts'), 'cli/index')], 'node20', {
      external: ['cdk-coding-agents'],
    })),
    ...[...imageFolders(), 'shared'].flatMap(copied),
    ...gitConfiguration(),
  ];
  removeOthers(new Set(written));
}

function entry(source, out) {
  return { in: source, out };
}

async function bundled(entryPoints, target, options = {}) {
  if (entryPoints.length === 0) {
    return [];
  }
  const { outputFiles } = await build({
    entryPoints,
    outdir: assets,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target,
    format: 'esm',
    // CommonJS packages inside an ES module look for these
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    ...options,
  });
  return outputFiles.map(({ path: file, contents }) => replace(file, Buffer.from(contents)));
}

/** what an image is built from, beside the programs */
function copied(name) {
  const folder = path.join(images, name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => statSync(path.join(folder, file)).isFile())
    .map((file) => replace(path.join(assets, 'images', name, file), readFileSync(path.join(folder, file))));
}

/** of the whole image, which has git-lfs */
function gitConfiguration() {
  const parts = ['gitconfig', 'gitconfig-lfs'].map((name) => path.join(images, 'session', 'git', name));
  const target = path.join(assets, 'images', 'session', 'gitconfig');
  return [replace(target, Buffer.concat(parts.map((part) => readFileSync(part))))];
}

/** only what changed: another run of the tests may be reading */
function replace(file, contents) {
  if (!existsSync(file) || !readFileSync(file).equals(contents)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  return file;
}

function removeOthers(written) {
  for (const file of readdirSync(assets, { recursive: true, encoding: 'utf8' })) {
    const full = path.join(assets, file);
    if (existsSync(full) && statSync(full).isFile() && !written.has(full)) {
      rmSync(full);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle();
}
