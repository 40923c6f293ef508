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
  /** the rooms that a room may import, by its folder */
  readonly allowed: Record<string, string[]>;
  readonly rules: Linter.Config[];
}

/** from a process, since jest loads no ES modules */
const { constructs, offline, session, allowed, rules } = JSON.parse(
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { allowedFor, CONSTRUCTS, OFFLINE, SESSION, roomRules } from './scripts/lib/rooms.mjs';
       const allowed = Object.fromEntries([
         ...[...CONSTRUCTS, ...OFFLINE].map((room) => ['lib/' + room, allowedFor('lib', room)]),
         ...SESSION.map((room) => ['images/session/' + room, allowedFor('images/session', room)]),
       ]);
       const rooms = { constructs: CONSTRUCTS, offline: OFFLINE, session: SESSION };
       console.log(JSON.stringify({ ...rooms, allowed, rules: roomRules() }));`,
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

  test('only the index lies loose in lib, and only the entry point in a session', () => {
    const loose = (parent: string) => sourcesIn(parent).filter((file) => path.posix.dirname(file) === parent);
    expect(loose('lib')).toEqual(['lib/index.ts']);
    expect(loose('images/session')).toEqual(['images/session/main.ts']);
  });

  test('every import stays in the rooms that its room may see', () => {
    const files = ['lib', 'handlers', 'images', 'cli'].flatMap(sourcesIn);
    const edges = files.flatMap((file) => importsOf(file).map((target): [string, string] => [file, target]));
    expect(edges.length).toBeGreaterThan(1500);
    expect(edges.filter(([file, target]) => !mayImport(file, target))).toEqual([]);
  });

  test.each([
    ['lib/network/egress.ts', 'lib/agent/coding-agent.ts'],
    ['lib/network/egress.ts', 'lib/index.ts'],
    ['lib/network/egress.ts', 'handlers/shared/http.ts'],
    ['lib/network/egress.ts', 'cdk-coding-agents'],
    ['lib/report/tools.ts', 'lib/gateway/mcp-gateway.ts'],
    ['lib/agent/coding-agent.ts', 'lib/template/value.ts'],
    ['lib/contract/session.ts', 'aws-cdk-lib'],
    ['lib/contract/session.ts', 'node:path'],
    ['handlers/shared/http.ts', 'aws-cdk-lib'],
    ['handlers/shared/http.ts', 'images/session/shared/http.ts'],
    ['handlers/shared/http.ts', 'lib/index.ts'],
    ['images/conformance/index.ts', 'lib/agent/coding-agent.ts'],
    ['images/session/process/lines.ts', 'images/session/jobs/jobs.ts'],
    ['images/session/process/lines.ts', 'images/session/main.ts'],
    ['images/session/jobs/jobs.ts', 'constructs'],
    ['cli/report.ts', 'lib/report/compliance-report.ts'],
  ])('%s may not import %s', (file, target) => {
    expect(mayImport(file, target)).toBe(false);
  });

  test('imports are found however they are written', () => {
    const text = [
      `import '../a';`,
      `import type { B } from '..';`,
      `export * from './c.js';`,
      `type D = import('../d/index').D;`,
      `const e = await import('./e');`,
      `import f = require('./f');`,
      `const g = require('./g');`,
    ].join('\n');
    expect(specifiersIn(text)).toEqual(['../a', '..', './c.js', '../d/index', './e', './f', './g']);
  });

  test('every file that integration imports is there: no compiler of this package sees it', () => {
    const folders = readdirSync(path.join(root, 'integration'), { recursive: true, encoding: 'utf8' });
    const files = folders.filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('node_modules'));
    expect(files.length).toBeGreaterThan(10);
    const missing = files.flatMap((file) => {
      const full = path.join(root, 'integration', file);
      return specifiersIn(readFileSync(full, 'utf8'))
        .filter((specifier) => specifier.startsWith('.'))
        .filter(
          (specifier) => statSync(path.join(path.dirname(full), specifier), { throwIfNoEntry: false }) === undefined,
        )
        .map((specifier) => [file, specifier]);
    });
    expect(missing).toEqual([]);
  });

  test('docs/architecture.md has a line for each folder', () => {
    const text = readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');
    const folders = ['lib', 'images', 'handlers'].flatMap((parent) =>
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
    ['the CDK, in a function', 'handlers/shared/http.ts', 'aws-cdk-lib'],
    ['the library, in a program of an image', 'images/conformance/index.ts', '../../lib'],
    ['the package, in itself', 'lib/network/egress.ts', 'cdk-coding-agents'],
    ['the index by its folder', 'lib/network/egress.ts', '..'],
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

/** what a text imports, as it is written there */
function specifiersIn(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const argument =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isExternalModuleReference(node)
          ? node.expression
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText())
              ? node.arguments[0]
              : undefined;
    if (argument !== undefined && ts.isStringLiteralLike(argument)) {
      found.push(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

/** the files and packages that a file imports */
function importsOf(file: string): string[] {
  return specifiersIn(readFileSync(path.join(root, file), 'utf8')).map((specifier) =>
    specifier.startsWith('.') ? resolved(path.posix.join(path.posix.dirname(file), specifier)) : specifier,
  );
}

function resolved(target: string): string {
  const bare = target.replace(/\.m?js$/, '');
  const candidates = [target, `${bare}.ts`, `${target}.ts`, `${target}/index.ts`].filter((name) =>
    name.endsWith('.ts'),
  );
  return candidates.find((name) => statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile()) ?? target;
}

const TOP = ['lib', 'handlers', 'images', 'cli'];

function mayImport(file: string, target: string): boolean {
  const [top] = file.split('/');
  const [targetTop] = target.split('/');
  if (file === 'lib/index.ts') {
    return targetTop === 'lib';
  }
  if (!TOP.includes(targetTop)) {
    // a package
    const isCdk = /^(aws-cdk-lib|constructs)(\/|$)/.test(target);
    return top === 'lib'
      ? target !== 'cdk-coding-agents' && !file.startsWith('lib/contract/')
      : top === 'cli' || (!isCdk && target !== 'cdk-coding-agents');
  }
  if (top !== 'lib' && targetTop === 'lib') {
    return target.startsWith('lib/contract/');
  }
  // the command that tries an image is the check of its contract
  const isConformance = top === 'cli' && target.startsWith('images/conformance/');
  return isConformance || (top === targetTop && roomsAllow(file, target));
}

/** within one top folder; where that has no rooms, anything goes */
function roomsAllow(file: string, target: string): boolean {
  const parent = ['lib', 'images/session'].find((one) => file.startsWith(`${one}/`));
  if (parent === undefined || file === 'images/session/main.ts') {
    return true;
  }
  const roomOf = (one: string): string =>
    one.startsWith(`${parent}/`) ? one.slice(parent.length + 1).split('/')[0] : '';
  return allowed[`${parent}/${roomOf(file)}`].includes(roomOf(target));
}

function importsBetweenFolders(parent: string): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of sourcesIn(parent).filter((one) => one !== 'lib/index.ts')) {
    const from = path.posix.dirname(file);
    for (const target of importsOf(file).filter((one) => one.startsWith(`${parent}/`))) {
      if (path.posix.dirname(target) !== from) {
        imports.set(from, (imports.get(from) ?? new Set()).add(path.posix.dirname(target)));
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
