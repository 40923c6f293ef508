import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { pinsIn } from '../../scripts/images/pins';
import { AGENTS, FROM_NPM } from '../agents';

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

const pins = pinsIn(path.join(root, 'images'));

describe.each(FROM_NPM)('%s: what ships is what is tested', (cli) => {
  const { title, packages = [], testedPackage } = AGENTS[cli];
  const { version } = pins[cli];

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

  if (testedPackage !== undefined) {
    test('in the tests with real programs', () => {
      expect(json<Manifest>(clients, 'package.json').devDependencies).toMatchObject({ [testedPackage]: version });
      const { packages: locked } = json<Lock>(clients, 'package-lock.json');
      expect(locked[''].devDependencies).toMatchObject({ [testedPackage]: version });
      expect(locked[`node_modules/${testedPackage}`].version).toBe(version);
    });
  }

  // docs/clients.md has the versions with which a sign-in was run
  const documents = ['agents.md', ...(testedPackage === undefined ? [] : ['clients.md'])];
  test.each(documents)('in docs/%s', (file) => {
    expect(readFileSync(path.join(root, 'docs', file), 'utf8')).toContain(`| ${title} ${version} |`);
  });
});
