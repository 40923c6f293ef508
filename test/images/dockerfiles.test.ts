import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { factsOf } from '../../lib/contract/agents';
import { pinsIn } from '../../scripts/images/pins';
import { AGENT_NAMES as NAMES, AGENTS, FROM_NPM } from '../agents';
import { brokenRules, RULE_NAMES } from './dockerfile-rules';

const root = path.join(__dirname, '..', '..');
const images = path.join(root, 'images');
const read = (...names: string[]): string => readFileSync(path.join(images, ...names), 'utf8');
const dockerfile = (name: string): string => read(name, 'Dockerfile');
const good = dockerfile('codex');

interface Lock {
  readonly packages: Record<
    string,
    { version?: string; integrity?: string; resolved?: string; optional?: boolean; optionalDependencies?: object }
  >;
}

describe('the rules', () => {
  test.each(NAMES)('%s keeps them all', (name) => {
    expect(brokenRules(dockerfile(name))).toEqual([]);
  });

  // each rule is broken by one edit of a good file
  const EDITS: Record<string, [string | RegExp, string]> = {
    'syntax that Docker knows': ['EXPOSE 8080', 'EXPOSE 8080\nMAINTAIN me'],
    'one FROM, of ARG BASE': ['FROM ${BASE}', 'FROM debian:12'],
    'a base with a tag or digest': [':22-bookworm-slim', ''],
    'a numeric user that is not root': ['USER 1000', 'USER node'],
    'USER after everything that needs root': ['WORKDIR', 'USER 1000\nRUN true\nWORKDIR'],
    'ENTRYPOINT in exec form': [/ENTRYPOINT .*/, 'ENTRYPOINT node /opt/agent/agent.mjs'],
    'an init as PID 1': ['"/usr/bin/tini", "-s", "--", ', ''],
    'HEALTHCHECK in exec form': [/CMD \[.*/, 'CMD curl -f http://127.0.0.1:8080/ping'],
    'EXPOSE 8080': ['EXPOSE 8080', 'EXPOSE 80'],
    'no CMD beside ENTRYPOINT': ['USER 1000', 'USER 1000\nCMD ["x"]'],
    'no ADD': ['COPY --chmod=644 session/gitconfig', 'ADD session/gitconfig'],
    'no recommended packages': ['--no-install-recommends', ''],
    'package lists removed in the layer that fetched them': ['rm -rf /var/lib/apt/lists/*', 'true'],
    'no sudo': ['tini unzip', 'tini sudo unzip'],
    'nothing downloaded is piped into a shell': [
      'RUN apt-get update',
      'RUN curl https://example.com | bash && apt-get update',
    ],
    'no certificate check turned off': ['ARG NPM_REGISTRY=', 'ARG NPM_REGISTRY=\nENV npm_config_strict-ssl=false'],
    'nothing mounted but secrets': ['--mount=type=secret,id=ca', '--mount=type=bind,source=shared,target=/shared'],
    'no heredoc': ['USER 1000', 'RUN <<EOF\ntrue\nEOF\nUSER 1000'],
    'no COPY --link': ['COPY --chmod=644', 'COPY --link --chmod=644'],
    'no syntax line': [/^/, '# syntax=docker/dockerfile:1\n'],
    'no secret as a build argument': ['ARG NPM_REGISTRY=', 'ARG NPM_REGISTRY=\nARG NPM_TOKEN='],
  };

  test.each(RULE_NAMES)('%s', (rule) => {
    const edited = good.replace(...EDITS[rule]);
    expect(edited).not.toBe(good);
    expect(brokenRules(edited)).toContain(rule);
  });
});

describe('what all images share', () => {
  const part = (text: string, name: string): string | undefined =>
    new RegExp(`# ---- ${name}[^]*# ---- end of ${name}\n`).exec(text)?.[0];

  test.each(NAMES)('%s has the head and the tail to the letter, so that layers are shared', (name) => {
    const original = read('base.Dockerfile-part');
    for (const which of ['head', 'tail']) {
      expect(part(dockerfile(name), which)).toBe(part(original, which));
      expect(part(original, which)).toBeDefined();
    }
  });

  test.each(NAMES)('%s starts with the head and ends with the tail', (name) => {
    expect(dockerfile(name)).toMatch(/^# ---- head/);
    expect(dockerfile(name)).toMatch(/# ---- end of tail\n$/);
  });

  test.each(NAMES)('%s tells the server which agent it holds', (name) => {
    expect(dockerfile(name)).toMatch(new RegExp(`^ENV AGENT_CLI=${name}$`, 'm'));
  });

  test('opencode is silent in shells too, which do not get the variables of the image', () => {
    const variables = (text: string): string[] => text.match(/\bOPENCODE_\w+=\S+/g) ?? [];
    expect(variables(dockerfile('opencode'))).toHaveLength(3);
    expect(variables(read('opencode', 'silent.sh'))).toEqual(variables(dockerfile('opencode')));
  });

  test('the base is the official image of Node.js', () => {
    expect(good).toContain('ARG BASE=public.ecr.aws/docker/library/node:22-bookworm-slim\n');
  });

  test.each(NAMES)('%s: managed settings are the file of its row', (name) => {
    const [, file] = /node \/opt\/build\/merge-settings[.]mjs \S+ (\S+)/.exec(dockerfile(name)) ?? [];
    expect(file).toBe(factsOf(name).managedSettings);
  });
});

describe('what an image is built from', () => {
  const sources = (text: string): string[] => [
    ...[...text.matchAll(/^COPY (?:--\S+ )*(.*) \S+$/gm)].flatMap(([, files]) => files.split(' ')),
  ];

  test.each(NAMES)('%s: is bundled', (name) => {
    const found = sources(dockerfile(name));
    expect(found).toEqual(expect.arrayContaining(['session/*.mjs', 'session/gitconfig']));
    // of a pattern, the folder
    const missing = found.filter(
      (source) => !existsSync(path.join(root, 'assets', 'images', source.replace(/[/][*][.]\w+$/, ''))),
    );
    expect(missing).toEqual([]);
    expect(readFileSync(path.join(root, 'assets', 'images', name, 'Dockerfile'), 'utf8')).toBe(dockerfile(name));
  });

  test("git's configuration holds the helper and the filters of git-lfs", () => {
    const configuration = readFileSync(path.join(root, 'assets', 'images', 'session', 'gitconfig'), 'utf8');
    expect(configuration).toContain('/opt/agent/git-credential.mjs');
    expect(configuration).toContain('[filter "lfs"]');
  });
});

describe('the pins', () => {
  const pins = pinsIn(images);
  const npm = Object.entries(pins);

  test('are of every agent that is on the npm registry', () => {
    expect(Object.keys(pins)).toEqual(FROM_NPM);
  });

  test.each(FROM_NPM)('%s: package.json asks for its packages, in one exact version', (name) => {
    expect(pins[name].packages).toEqual(AGENTS[name].packages);
    expect(pins[name].version).toMatch(/^\d+[.]\d+[.]\d+$/);
  });

  test.each(npm)(
    '%s: the lock file has a checksum for each package, and names no registry',
    (name, { version, packages }) => {
      const { '': own, ...locked } = (JSON.parse(read(name, 'package-lock.json')) as Lock).packages;
      expect(own).toBeDefined();
      for (const entry of Object.values(locked)) {
        expect(entry).toEqual(expect.objectContaining({ integrity: expect.stringMatching(/^sha512-/) as string }));
        expect(entry.resolved).toBeUndefined();
      }
      packages.forEach((one) => expect(locked[`node_modules/${one}`].version).toBe(version));
    },
  );

  test.each(npm)('%s: nothing is missing in the lock file for linux on arm64 and x64', (name) => {
    const { '': _, ...locked } = (JSON.parse(read(name, 'package-lock.json')) as Lock).packages;
    const optional = Object.values(locked).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}),
    );
    const needed = optional.filter((one) => /linux-(x64|arm64)$/.test(one));
    expect(needed.filter((one) => !(`node_modules/${one}` in locked))).toEqual([]);
  });

  test.each(npm)('%s: is installed without install scripts', (name) => {
    expect(dockerfile(name)).toContain('sh /opt/build/install-npm-cli.sh');
    const commands = read('shared', 'install-npm-cli.sh').match(/^\s*npm (ci|install).*/gm);
    expect(commands).toHaveLength(2);
    commands?.forEach((command) => expect(command).toContain('--ignore-scripts'));
  });

  test.each(NAMES.filter((name) => !FROM_NPM.includes(name)))(
    '%s: has no default of what nobody could verify',
    (name) => {
      const args = [...dockerfile(name).matchAll(/^ARG (CLI_VERSION|ARCHIVE_URL|ARCHIVE_SHA256)=(.*)$/gm)];
      expect(args.map(([, , value]) => value)).toEqual(['', '', '']);
    },
  );
});
