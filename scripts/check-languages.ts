/*
 * Proves the packages for Python, Java and Go: builds them from the compiled library, installs them where nothing else
 * is, and compares what their examples synthesize with what the TypeScript apps do.
 *
 * What this machine or its registries lack is skipped with a line; REQUIRE_LANGUAGES=1 takes that for an error.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { go } from './lib/languages/go';
import { java } from './lib/languages/java';
import { python } from './lib/languages/python';
import { Missing } from './lib/languages/run';
import { Workshop } from './lib/languages/workshop';

const languages = { python, java, go };
const required = process.env.REQUIRE_LANGUAGES === '1';
const root = path.join(__dirname, '..');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { workshop: { type: 'string' } } });
const unknown = positionals.filter((name) => !Object.hasOwn(languages, name));
if (unknown.length > 0) {
  throw new Error(`no such language: ${unknown.join(', ')}; there are ${Object.keys(languages).join(', ')}`);
}

if (values.workshop !== undefined) {
  const workshop = new Workshop(root, values.workshop, required);
  for (const name of positionals) {
    check(name, () => languages[name as keyof typeof languages](workshop));
  }
} else {
  void checkSideBySide(positionals.length > 0 ? positionals : Object.keys(languages));
}

/** Each in a process of its own: much of what they do waits for a registry, or for one thread of many. */
async function checkSideBySide(names: string[]): Promise<void> {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'languages-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // what all are compared with
  new Workshop(root, folder, required).reference('minimal');
  const codes = await Promise.all(names.map((name) => inItsProcess(name, folder)));
  if (codes.some((code) => code !== 0)) {
    process.exitCode = 1;
  }
}

/** Prints what it says when it is over: lines of two languages would mix. */
function inItsProcess(name: string, folder: string): Promise<number | null> {
  const args = [...process.execArgv, __filename, name, '--workshop', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (chunk: string): void => void (output += chunk);
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(output);
      resolve(code);
    });
  });
}

function check(name: string, prove: () => void): void {
  const start = Date.now();
  const report = (word: string): string => `${word} ${name} (${Math.round((Date.now() - start) / 1000)} s)`;
  try {
    prove();
    console.log(report('ok  '));
  } catch (error) {
    const reason = (error as Error).message;
    if (error instanceof Missing && !required) {
      console.log(`SKIP ${name}: ${reason}`);
      return;
    }
    console.error(`${report('FAIL')}: ${reason}`);
    process.exitCode = 1;
  }
}
