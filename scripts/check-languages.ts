/*
 * Proves the packages for Python, Java and Go: builds them from the compiled library, installs them where nothing else
 * is, and compares what their examples synthesize with what the TypeScript apps do.
 *
 * What this machine or its registries lack is skipped with a line; REQUIRE_LANGUAGES=1 takes that for an error.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { go } from './lib/languages/go';
import { java } from './lib/languages/java';
import { python } from './lib/languages/python';
import { Missing } from './lib/languages/run';
import { Workshop } from './lib/languages/workshop';

const languages = { python, java, go };
const required = process.env.REQUIRE_LANGUAGES === '1';
const wanted = process.argv.slice(2);

const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'languages-'));
try {
  const workshop = new Workshop(path.join(__dirname, '..'), folder, required);
  for (const [name, prove] of Object.entries(languages)) {
    if (wanted.length === 0 || wanted.includes(name)) {
      check(name, () => prove(workshop));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
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
