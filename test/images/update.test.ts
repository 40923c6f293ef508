import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { FROM_NPM } from '../agents';

const root = path.join(__dirname, '..', '..');

/** a registry with some versions of some packages; for all others only what is pinned */
const REGISTRY: Record<string, Record<string, { optionalDependencies?: Record<string, string> }>> = {
  // arm64 of the newest is missing
  'opencode-linux-arm64': { '1.18.18': {}, '1.18.20': {} },
  'opencode-linux-x64': { '1.18.18': {}, '1.18.20': {}, '1.18.21': {}, '2.0.0-beta.1': {} },
  '@anthropic-ai/claude-code-linux-arm64': { '2.1.332': {}, '2.1.99': {} },
  '@google/gemini-cli': { '0.61.0': {}, '0.62.0-nightly.1': {} },
  // its platform packages are versions of itself
  '@openai/codex': {
    '0.171.0': {},
    '0.172.0': { optionalDependencies: { '@openai/codex-linux-arm64': 'npm:@openai/codex@0.172.0-linux-arm64' } },
  },
};
let server: Server;
let images: string;

beforeEach(async () => {
  images = mkdtempSync(path.join(tmpdir(), 'update-'));
  FROM_NPM.forEach((name) => cpSync(path.join(root, 'images', name), path.join(images, name), { recursive: true }));
  server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1));
    const versions = REGISTRY[name];
    const body = JSON.stringify({
      name,
      'dist-tags': { latest: Object.keys(versions ?? {})[0] },
      versions: Object.fromEntries(
        Object.entries(versions ?? {}).map(([version, more]) => [version, manifest(name, version, more)]),
      ),
    });
    response.writeHead(versions ? 200 : 404, { 'content-type': 'application/json' }).end(versions ? body : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.close();
  rmSync(images, { recursive: true });
});

function manifest(name: string, version: string, more: object): object {
  const cpu = name.endsWith('arm64') ? 'arm64' : 'x64';
  const dist = {
    tarball: `http://127.0.0.1/${name}.tgz`,
    integrity: `sha512-${Buffer.from(name + version).toString('base64')}`,
  };
  return { name, version, dist, ...(name.startsWith('opencode') ? { os: ['linux'], cpu: [cpu] } : {}), ...more };
}

async function update(...args: string[]): Promise<string> {
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(root, 'scripts', 'images', 'update.ts'), '--images', images, ...args],
    {
      cwd: root,
      env: { ...process.env, npm_config_registry: registry, npm_config_cache: path.join(images, '.npm') },
    },
  );
  let text = '';
  child.stdout.on('data', (part) => (text += String(part)));
  child.stderr.on('data', (part) => (text += String(part)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(`${code as number}: ${text}`).toMatch(/^0: /);
  return text;
}

const read = (...names: string[]): string => readFileSync(path.join(images, ...names), 'utf8');

const contents = (): string[] =>
  FROM_NPM.flatMap((name) => ['Dockerfile', 'package.json', 'package-lock.json'].map((file) => read(name, file)));

test('proposes the newest version that is there for both platforms, and writes nothing', async () => {
  const before = contents();
  const text = await update();
  expect(text).toContain('claude-code: 2.1.332 stays\n');
  expect(text).toContain('codex: 0.172.0 passed over, no @openai/codex@0.172.0-linux-arm64\ncodex: 0.171.0 stays\n');
  expect(text).toContain('gemini-cli: 0.61.0 stays\n');
  expect(text).toContain('opencode: 1.18.18 -> 1.18.20\n');
  expect(text).toContain('--write takes them over');
  expect(contents()).toEqual(before);
});

test('--write changes the pin in package.json, the label and the checksums', async () => {
  await update('--write');
  expect(JSON.parse(read('claude-code', 'package.json'))).toMatchObject({
    optionalDependencies: {
      '@anthropic-ai/claude-code-linux-arm64': '2.1.332',
      '@anthropic-ai/claude-code-linux-x64': '2.1.332',
    },
  });
  expect(JSON.parse(read('opencode', 'package.json'))).toMatchObject({
    optionalDependencies: { 'opencode-linux-arm64': '1.18.20', 'opencode-linux-x64': '1.18.20' },
  });
  expect(read('opencode', 'Dockerfile')).toContain('${CLI_VERSION:-1.18.20}');
  const { packages } = JSON.parse(read('opencode', 'package-lock.json')) as { packages: Record<string, object> };
  for (const name of ['opencode-linux-arm64', 'opencode-linux-x64']) {
    const integrity = `sha512-${Buffer.from(`${name}1.18.20`).toString('base64')}`;
    expect(packages[`node_modules/${name}`]).toMatchObject({ version: '1.18.20', integrity });
    expect(packages[`node_modules/${name}`]).not.toHaveProperty('resolved');
  }
});
