import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const root = path.join(__dirname, '..');

interface Manifest {
  readonly version: string;
  readonly keywords: string[];
  readonly jsii: { readonly targets: Record<string, unknown> };
  readonly peerDependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly engines: Record<string, string>;
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

interface Lock {
  readonly packages: Record<string, Locked>;
}

const manifest = json<Manifest>('package.json');
const lock = json<Lock>('package-lock.json');

function json<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T;
}

describe('dependencies', () => {
  test('the CLI is the newest real one; 3.x is a stray release that reads no assembly of today', () => {
    expect(manifest.devDependencies['aws-cdk']).toBe('2.1148.1');
    expect(lock.packages['node_modules/aws-cdk'].version).toBe('2.1148.1');
  });

  test('users may bring any compatible CDK', () => {
    expect(manifest.peerDependencies).toEqual({ 'aws-cdk-lib': '^2.276.0', constructs: '^10.5.0' });
  });

  test('the library is built against the oldest aws-cdk-lib that it promises to work with', () => {
    expect(manifest.devDependencies['aws-cdk-lib']).toBe('2.276.0');
  });

  test('nothing but peers reaches users', () => {
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('bundledDependencies');
    expect(manifest).not.toHaveProperty('scripts.postinstall');
  });

  test('every tool is pinned exactly', () => {
    const ranges = Object.entries(manifest.devDependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(ranges).toEqual([]);
  });

  test('the same Node is promised by engines and used by default', () => {
    expect(manifest.engines.node).toBe('>= 20.0.0');
    expect(readFileSync(path.join(root, '.nvmrc'), 'utf8').trim()).toBe('20');
  });
});

describe('lock file', () => {
  const entries = Object.entries(lock.packages).filter(([name]) => name !== '');

  test('every package comes from the public registry', () => {
    const elsewhere = entries.filter(([, { resolved }]) => resolved && !isPublic(resolved)).map(([name]) => name);
    expect(elsewhere).toEqual([]);
  });

  test('every package is verified by its hash', () => {
    const unverified = entries.filter(([, entry]) => !entry.integrity && !entry.inBundle).map(([name]) => name);
    expect(unverified).toEqual([]);
  });

  // npm install drops optional packages that are not (yet) published, and npm ci then refuses the lock file
  test('every dependency is in it, those of other platforms too', () => {
    const missing = entries.flatMap(([name, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((dependency) => !isLocked(name, dependency))
        .map((dependency) => `${name} -> ${dependency}`),
    );
    expect(missing).toEqual([]);
  });

  /** Node's own search: beside the package, then in each folder above. */
  function isLocked(from: string, dependency: string): boolean {
    if (lock.packages[path.posix.join(from, 'node_modules', dependency)]) {
      return true;
    }
    const above = from.lastIndexOf('node_modules/');
    return above >= 0 && isLocked(from.slice(0, Math.max(above - 1, 0)), dependency);
  }

  function isPublic(url: string): boolean {
    return url.startsWith('https://registry.npmjs.org/');
  }
});

describe('cdk.json', () => {
  const { context } = json<{ context: Record<string, unknown> }>('cdk.json');

  test('has every feature flag that aws-cdk-lib recommends to new apps', () => {
    expect(context).toMatchObject(
      json<Record<string, unknown>>('node_modules/aws-cdk-lib/recommended-feature-flags.json'),
    );
  });

  test('takes findings of the template validation for errors', () => {
    expect(context).toMatchObject({
      '@aws-cdk/core:strictCfnValidateErrors': true,
      '@aws-cdk/core:validateAgainstDefaultRules': true,
    });
  });

  test('lists its flags in order, so that differences are easy to read', () => {
    const flags = Object.keys(context).filter((key) => key.startsWith('@'));
    expect(flags).toEqual([...flags].sort());
  });
});

describe('Construct Hub', () => {
  test('finds the package by its keyword, and may show it by its license', () => {
    expect(manifest).toMatchObject({ license: 'Apache-2.0', stability: 'experimental' });
    expect(manifest.keywords).toEqual(expect.arrayContaining(['aws-cdk', 'awscdk', 'cdk']));
  });

  test('shows the languages that are proved', () => {
    expect(Object.keys(manifest.jsii.targets).sort()).toEqual(['go', 'java', 'python']);
  });
});
