import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const root = path.join(__dirname, '..', '..');
const clients = path.join('integration', 'clients');

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}
interface Lock {
  readonly packages: Record<string, Manifest & { readonly version: string }>;
}

function json<T>(...names: string[]): T {
  return JSON.parse(readFileSync(path.join(root, ...names), 'utf8')) as T;
}

const { npm } = json<{ npm: Record<string, { version: string; packages: string[] }> }>('images', 'versions.json');

/** package, and name as documents write it; packages of one platform come with these */
const TESTED: Record<string, { name: string; title: string }> = {
  'claude-code': { name: '@anthropic-ai/claude-code', title: 'Claude Code' },
  codex: { name: '@openai/codex', title: 'Codex' },
  'gemini-cli': { name: '@google/gemini-cli', title: 'Gemini CLI' },
  opencode: { name: 'opencode-ai', title: 'OpenCode' },
};

test('each agent from npm is tested', () => {
  expect(Object.keys(TESTED)).toEqual(Object.keys(npm));
});

describe.each(Object.entries(npm))('%s: what ships is what is tested', (cli, { version, packages }) => {
  const { name, title } = TESTED[cli];

  test('in the image', () => {
    const { dependencies, optionalDependencies } = json<Manifest>('images', cli, 'package.json');
    expect({ ...dependencies, ...optionalDependencies }).toEqual(
      Object.fromEntries(packages.map((one) => [one, version])),
    );
    const lock = json<Lock>('images', cli, 'package-lock.json');
    packages.forEach((one) => expect(lock.packages[`node_modules/${one}`].version).toBe(version));
  });

  test('in the label of the image', () => {
    const dockerfile = readFileSync(path.join(root, 'images', cli, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain(`org.opencontainers.image.version="\${CLI_VERSION:-${version}}"`);
  });

  test('in the tests with real programs', () => {
    expect(json<Manifest>(clients, 'package.json').devDependencies).toMatchObject({ [name]: version });
    const { packages: locked } = json<Lock>(clients, 'package-lock.json');
    expect(locked[''].devDependencies).toMatchObject({ [name]: version });
    expect(locked[`node_modules/${name}`].version).toBe(version);
  });

  test.each(['agents.md', 'clients.md'])('in docs/%s', (file) => {
    expect(readFileSync(path.join(root, 'docs', file), 'utf8')).toContain(`| ${title} ${version} |`);
  });
});
