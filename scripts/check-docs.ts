/* Checks what readers rely on: API.md, README code, links, and the docs of every public member. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { apiDocProblems } from './lib/api-docs';
import { linkProblems } from './lib/links';

const root = path.join(__dirname, '..');
const problems: string[] = [];

check('API.md is what the code says', staleApiReference);
check('README code compiles', brokenSnippets);
check('links lead somewhere', () => linkProblems(root));
check('every public member is documented', () => apiDocProblems(path.join(root, '.jsii')));

if (problems.length > 0) {
  console.error(`\n${problems.length} problem(s) in the docs:\n${problems.map((p) => `- ${p}`).join('\n')}`);
  process.exitCode = 1;
}

function check(title: string, find: () => string[]): void {
  const found = find();
  console.log(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${title}`);
  problems.push(...found);
}

function staleApiReference(): string[] {
  const committed = path.join(root, 'API.md');
  if (!existsSync(committed)) {
    return ['API.md is missing; run npm run docs'];
  }
  const dir = mkdtempSync(path.join(tmpdir(), 'api-'));
  try {
    // jsii-docgen completes a path without directory only; an absolute one is taken as it is
    const fresh = path.join(dir, 'API.md');
    run('jsii-docgen', ['--output', fresh]);
    return firstDifference(readFileSync(committed, 'utf8'), readFileSync(fresh, 'utf8'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function firstDifference(committed: string, fresh: string): string[] {
  if (committed === fresh) {
    return [];
  }
  const [old, now] = [committed.split('\n'), fresh.split('\n')];
  const at = now.findIndex((line, i) => line !== old[i]);
  const line = at < 0 ? now.length : at;
  const text = `API.md is stale from line ${line + 1} on; run npm run docs`;
  return [`${text}\n    committed: ${old[line] ?? '(end)'}\n    generated: ${now[line] ?? '(end)'}`];
}

function brokenSnippets(): string[] {
  // strict looks at the README and at every @example; --directory . compiles them with what npm ci installed
  const output = attempt('jsii-rosetta', ['extract', '--strict', '--directory', '.', '.']);
  return output === undefined ? [] : [`code in README.md or an @example does not compile:\n${output}`];
}

function run(bin: string, args: string[]): string {
  const command = path.join(root, 'node_modules', '.bin', bin);
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What the command printed when it failed, nothing when it went well. */
function attempt(bin: string, args: string[]): string | undefined {
  try {
    run(bin, args);
    return undefined;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? ''}` || String(error);
  }
}
