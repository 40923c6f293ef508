import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** the sources below a folder, with what jsii writes next to them left out */
function sources(folder: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.endsWith('errors.test.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'))
    .join('\n');
}

const [lib, tests] = [sources('lib'), sources('test')];

function found(pattern: RegExp): string[] {
  return [...new Set([...lib.matchAll(pattern)].map(([, name]) => name))].sort();
}

const CODES = found(/\b(?:invalid|invalidValue|refuse)\(\s*(?:[\w.]+,\s*)?'([A-Z]\w+)'/g);
const WARNINGS = found(/\bwarn\(\s*[\w.]+,\s*'(\w+)'/g);

test('there is something to look at', () => {
  expect(CODES.length).toBeGreaterThan(70);
  expect(WARNINGS.length).toBeGreaterThan(10);
});

// codes and ids are part of the API: what nobody tests can change without being noticed
test.each(CODES)('the error %s is tested by its code or its text', (code) => {
  const text = new RegExp(`'${code}',\\s*\\{\\s*what:\\s*[\`']([^\`'$]{12,60})`).exec(lib)?.[1];
  expect(tests.includes(code) || (text !== undefined && tests.includes(text))).toBe(true);
});

test.each(WARNINGS)('the warning %s is tested by its id or its text', (id) => {
  const text = new RegExp(`'${id}',\\s*\\{\\s*what:\\s*[\`']([^\`'$]{12,60})`).exec(lib)?.[1];
  expect(tests.includes(id) || (text !== undefined && tests.includes(text))).toBe(true);
});
