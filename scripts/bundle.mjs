/* Bundles each folder of handlers/ into one file of assets/, which is shipped: a user's synth never bundles. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const sources = path.join(root, 'handlers');
const assets = path.join(root, 'assets');

/** The functions: each folder with an index.ts; the others are shared between them. */
export function functions() {
  return readdirSync(sources).filter((name) => existsSync(path.join(sources, name, 'index.ts')));
}

export default async function bundle() {
  const { outputFiles } = await build({
    entryPoints: functions().map((name) => ({ in: path.join(sources, name, 'index.ts'), out: `${name}/index` })),
    outdir: assets,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // CommonJS packages inside an ES module look for these
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  outputFiles.forEach(({ path: file, contents }) => replace(file, contents));
  removeOthers();
}

/** only what changed: another run of the tests may be reading */
function replace(file, contents) {
  if (!existsSync(file) || !readFileSync(file).equals(contents)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
}

function removeOthers() {
  const left = readdirSync(assets).filter((name) => !functions().includes(name));
  left.forEach((name) => rmSync(path.join(assets, name), { recursive: true }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle();
}
