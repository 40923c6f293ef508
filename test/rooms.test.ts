import { Linter } from 'eslint';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import tseslint from 'typescript-eslint';
import * as ts from 'typescript';

const root = path.join(__dirname, '..');

const MOST_FILES_IN_A_FOLDER = 20;
const MOST_FILES_IN_LIB = 275;

interface Rooms {
  readonly constructs: string[];
  readonly offline: string[];
  readonly session: string[];
  readonly rules: Linter.Config[];
}

/** from a process, since jest loads no ES modules */
const { constructs, offline, session, rules } = JSON.parse(
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { CONSTRUCTS, OFFLINE, SESSION, roomRules } from './scripts/lib/rooms.mjs';
       console.log(JSON.stringify({ constructs: CONSTRUCTS, offline: OFFLINE, session: SESSION, rules: roomRules() }));`,
    ],
    { cwd: root, encoding: 'utf8' },
  ),
) as Rooms;

describe('rooms', () => {
  test('every folder of lib and of the session programs is one', () => {
    expect(foldersIn('lib')).toEqual([...constructs, ...offline].sort());
    expect(foldersIn('images/session')).toEqual([...session].sort());
  });

  test.each(['lib', 'images', 'handlers'])('%s has at most 20 files in any folder', (folder) => {
    const counts = new Map<string, number>();
    for (const file of sourcesIn(folder)) {
      counts.set(path.dirname(file), (counts.get(path.dirname(file)) ?? 0) + 1);
    }
    expect(counts.size).toBeGreaterThan(2);
    expect([...counts].filter(([, count]) => count > MOST_FILES_IN_A_FOLDER)).toEqual([]);
  });

  test('lib has few enough files to be known', () => {
    expect(sourcesIn('lib').length).toBeLessThanOrEqual(MOST_FILES_IN_LIB);
  });

  test.each(['lib', 'images/session', 'handlers'])('%s has no circle of folders', (folder) => {
    const imports = importsBetweenFolders(folder);
    expect(imports.size).toBeGreaterThan(1);
    expect(circlesIn(imports)).toEqual([]);
  });

  test('a circle would be found', () => {
    const imports = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);
    expect(circlesIn(imports)).toEqual(['b -> c', 'c -> b']);
  });

  test('docs/architecture.md has a line for each folder', () => {
    const text = readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');
    const folders = ['lib', 'images/session', 'handlers'].flatMap((parent) =>
      [...new Set(sourcesIn(parent).map((file) => path.dirname(file)))].filter((folder) => folder !== 'lib'),
    );
    const described = [...text.matchAll(/^\| `([\w/-]+)` \|/gm)].map(([, folder]) => folder);
    const gone = described.filter((folder) => !isFolder(folder));
    expect(gone).toEqual([]);
    expect(folders.filter((folder) => !described.includes(folder))).toEqual([]);
    expect(described).toEqual([...new Set(described)]);
  });
});

describe('ESLint refuses', () => {
  const linter = new Linter({ cwd: root });

  test.each([
    ['a room above', 'lib/network/egress.ts', '../agent/coding-agent'],
    ['a room above, from a folder in a room', 'lib/identity/oauth/client.ts', '../../gateway/mcp-gateway'],
    ['the offline wing, in a construct', 'lib/agent/coding-agent.ts', '../template/value'],
    ['a construct, in the offline wing', 'lib/report/tools.ts', '../gateway/mcp-gateway'],
    ['a rule, in what reads templates', 'lib/template/value.ts', '../checks/agent-core-checks'],
    ['the index', 'lib/storage/filesystem.ts', '../index'],
    ['any package, in the contract', 'lib/contract/session.ts', 'aws-cdk-lib'],
    ['any room, in the contract', 'lib/contract/catalogue/tool.ts', '../../private/errors'],
    ['a construct, in a function', 'handlers/github-broker/broker.ts', '../../lib/git/github-app-broker'],
    ['a construct, in a session', 'images/session/jobs/jobs.ts', '../../../lib/agent/coding-agent'],
    ['a room above, in a session', 'images/session/process/lines.ts', '../jobs/jobs'],
    ['a construct, in a command', 'cli/report.ts', '../lib/report/compliance-report'],
  ])('%s', (_what, file, target) => {
    expect(problemsOf(file, target)).toEqual(['no-restricted-imports']);
  });

  test.each([
    ['lib/agent/coding-agent.ts', '../network/network'],
    ['lib/report/network/network.ts', '../reader/facts'],
    ['lib/report/document.ts', './network/network'],
    ['lib/checks/rules/roles.ts', '../../template/value'],
    ['handlers/github-broker/config.ts', '../../lib/contract/github-app'],
    ['images/session/jobs/jobs.ts', '../journal/journal'],
    ['lib/network/egress.ts', 'aws-cdk-lib'],
  ])('nothing in %s that imports %s', (file, target) => {
    expect(problemsOf(file, target)).toEqual([]);
  });

  function problemsOf(file: string, target: string): (string | null)[] {
    const parser = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } } as Linter.Config;
    const text = `import type { Some } from '${target}';\nexport type Other = Some;\n`;
    return linter.verify(text, [parser, ...rules], { filename: path.join(root, file) }).map(({ ruleId }) => ruleId);
  }
});

function foldersIn(parent: string): string[] {
  const depth = parent.split('/').length;
  const below = sourcesIn(parent).map((file) => file.split('/').slice(depth));
  return [...new Set(below.filter((parts) => parts.length > 1).map(([folder]) => folder))].sort();
}

function isFolder(folder: string): boolean {
  return statSync(path.join(root, folder), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** TypeScript as written, without what jsii puts beside it */
function sourcesIn(parent: string): string[] {
  return readdirSync(path.join(root, parent), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.includes('node_modules'))
    .map((file) => path.posix.join(parent, file.split(path.sep).join('/')));
}

function importsBetweenFolders(parent: string): Map<string, Set<string>> {
  const files = new Set(sourcesIn(parent));
  const imports = new Map<string, Set<string>>();
  for (const file of files) {
    if (file === 'lib/index.ts') {
      continue;
    }
    const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), 'utf8'), true, true);
    const from = path.posix.dirname(file);
    for (const { fileName } of importedFiles.filter((imported) => imported.fileName.startsWith('.'))) {
      const target = path.posix.join(from, fileName);
      const found = [`${target}.ts`, `${target}/index.ts`, target].find((candidate) => files.has(candidate));
      if (found !== undefined && path.posix.dirname(found) !== from) {
        imports.set(from, (imports.get(from) ?? new Set()).add(path.posix.dirname(found)));
      }
    }
  }
  return imports;
}

/** the imports between folders that lead back to where they begin, directly or by way of others */
function circlesIn(imports: Map<string, Set<string>>): string[] {
  return [...imports].flatMap(([from, targets]) =>
    [...targets].filter((target) => reachedFrom(target, imports).has(from)).map((target) => `${from} -> ${target}`),
  );
}

function reachedFrom(start: string, imports: Map<string, Set<string>>): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const target of imports.get(next) ?? []) {
      if (!reached.has(target)) {
        reached.add(target);
        open.push(target);
      }
    }
  }
  return reached;
}
