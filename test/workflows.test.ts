import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly needs?: string | string[];
  readonly environment?: string;
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: Record<string, unknown>;
  readonly steps: Step[];
}

interface Workflow {
  readonly on: Record<string, { tags?: string[] } | null>;
  readonly permissions: unknown;
  readonly jobs: Record<string, Job>;
}

// the parser that aws-cdk-lib brings along; on its own it would be one more dependency to keep
const { parse } = createRequire(require.resolve('aws-cdk-lib/package.json'))('yaml') as {
  parse: (text: string) => Workflow;
};

const folder = path.join(__dirname, '..', '.github', 'workflows');
const texts = readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')] as const);
const jobs = texts.flatMap(([file, text]) =>
  Object.entries(parse(text).jobs).map(([name, job]) => [`${file} ${name}`, job] as const),
);
const release = parse(readFileSync(path.join(folder, 'release.yml'), 'utf8'));

describe.each(texts)('%s', (_file, text) => {
  test('pins every action to a commit, and tells its version', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, use]) => use);
    expect(uses).not.toEqual([]);
    expect(uses.filter((use) => !/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([]);
  });

  test('grants nothing to all its jobs', () => {
    expect(parse(text).permissions).toEqual({});
  });

  test('runs for no event in which strangers bring code and secrets are there', () => {
    const safe = ['pull_request', 'push'];
    expect(Object.keys(parse(text).on).filter((event) => !safe.includes(event))).toEqual([]);
  });
});

describe.each(jobs)('%s', (_name, job) => {
  test('has a limit of time and says what it may do', () => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    expect(job.permissions).toBeDefined();
  });

  test('may read the repository, or ask for an identity, and nothing else', () => {
    const attests = { 'id-token': 'write', attestations: 'write' };
    expect([{}, { contents: 'read' }, { 'id-token': 'write' }, attests]).toContainEqual(job.permissions);
  });

  test('writes no expression into a script: what it stands for would be run', () => {
    expect(job.steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  test('leaves no credential in the tree, unless it pushes with it', () => {
    const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    const kept = checkouts.filter((step) => step.with?.['persist-credentials'] !== false);
    expect(kept.every((step) => step.with?.token === '${{ steps.app.outputs.token }}')).toBe(true);
  });
});

describe('build', () => {
  const build = parse(readFileSync(path.join(folder, 'build.yml'), 'utf8'));
  const script = readFileSync(path.join(folder, '..', '..', '.ci', 'run'), 'utf8');
  const stages = (group: string): string[] => {
    const [, plan] = new RegExp(`^  ${group}\\)\n((?:    .+\n)+?)    ;;$`, 'm').exec(script)!;
    const words = plan.replaceAll("'", '').split(/\s+/);
    return words.filter((word) => word !== '' && word !== 'alone' && word !== 'beside');
  };

  test('runs the library on every Node that is supported, and the rest once', () => {
    expect(build.jobs.build.strategy).toEqual({ 'fail-fast': false, matrix: { node: [20, 22, 24] } });
    expect(build.jobs.outside.strategy).toBeUndefined();
    const runs = Object.entries(build.jobs).map(([name, { steps }]) => [name, steps.at(-1)?.run]);
    expect(runs).toEqual([
      ['build', '.ci/run library'],
      ['outside', '.ci/run outside'],
      ['guard', 'npm run test:guard'],
    ]);
    expect(build.jobs.guard.steps.at(-1)).toHaveProperty('env', { REQUIRE_GUARD: '1' });
  });

  test('leaves out no stage of a whole run', () => {
    const all = stages('all');
    expect(all.length).toBeGreaterThan(11);
    expect(new Set(all).size).toBe(all.length);
    expect([...new Set([...stages('library'), ...stages('outside')])].sort()).toEqual([...all].sort());
  });
});

describe('release', () => {
  const published = Object.entries(release.jobs).filter(([, { environment }]) => environment !== undefined);

  test('starts by a tag only', () => {
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
  });

  test('proves the commit first, with every language', () => {
    const steps = release.jobs.build.steps.map(({ run }) => run);
    const proof = release.jobs.build.steps.find(({ run }) => run === '.ci/run');
    expect(proof).toHaveProperty('env', { REQUIRE_LANGUAGES: '1' });
    expect(steps.indexOf('.ci/run')).toBeGreaterThan(steps.indexOf('git merge-base --is-ancestor HEAD origin/main'));
    expect(release.jobs.package.needs).toBe('build');
  });

  test('publishes to the four registries, after all packages are there and a person agreed', () => {
    expect(published.map(([name]) => name).sort()).toEqual(['go', 'maven', 'npm', 'pypi']);
    for (const [, job] of published) {
      expect(job).toMatchObject({ environment: 'release' });
    }
  });

  test('publishes to npm first, and what has no provenance of its own once it is attested', () => {
    const needs = Object.fromEntries(Object.entries(release.jobs).map(([name, job]) => [name, job.needs]));
    expect(needs).toMatchObject({ npm: 'package', attest: 'package', pypi: 'npm' });
    expect([needs.maven, needs.go]).toEqual([
      ['npm', 'attest'],
      ['npm', 'attest'],
    ]);
  });

  test('can be run again: a registry that has the version is left alone', () => {
    const steps = Object.fromEntries(published.map(([name, job]) => [name, JSON.stringify(job.steps)]));
    expect(steps.npm).toContain('npm view');
    expect(steps.pypi).toContain('"skip-existing":true');
    expect(steps.maven).toContain('--head');
    expect(steps.go).toContain('git ls-remote --exit-code --tags');
  });

  test('gives npm a path that is none of a repository at GitHub', () => {
    expect(JSON.stringify(release.jobs.npm.steps)).toContain('--access public ./dist/*.tgz');
  });

  test('hands an identity only to jobs that run no code of this repository or its dependencies', () => {
    const trusted = jobs.filter(([, { permissions }]) => permissions?.['id-token']);
    expect(trusted.map(([name]) => name)).toEqual(['release.yml npm', 'release.yml attest', 'release.yml pypi']);
    for (const [, { steps }] of trusted) {
      expect(steps.some(({ uses, run }) => uses?.startsWith('actions/checkout@') || /npm ci|npx/.test(run ?? ''))).toBe(
        false,
      );
    }
  });

  test('publishes to npm with provenance', () => {
    expect(release.jobs.npm.steps.map(({ run }) => run)).toContainEqual(expect.stringContaining('--provenance'));
  });

  test('restores no cache: it could hold what another run left there', () => {
    const text = readFileSync(path.join(folder, 'release.yml'), 'utf8');
    expect(text).not.toMatch(/^\s*cache: (?!false)/m);
  });
});
