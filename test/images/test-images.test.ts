import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

const root = path.join(__dirname, '..', '..');

/** a machine that can do nothing, as far as the script gets to see */
function run(variables: Record<string, string>): { code: number | null; lines: string[] } {
  const script = path.join(root, 'scripts', 'images', 'test.ts');
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', script, '--context', '/nowhere'], {
    cwd: root,
    env: { ...process.env, REQUIRE_IMAGES: '', ...variables },
    encoding: 'utf8',
  });
  return { code: status, lines: stdout.trim().split('\n') };
}

test('what cannot be done here is said, and is no failure', () => {
  const { code, lines } = run({});
  expect(code).toBe(0);
  expect(lines[0]).toBe(
    'SKIP build and run of the images were NOT tested: /nowhere/session/agent.mjs is not there; run npm run bundle',
  );
  expect(lines.at(-1)).toBe('0 passed, 0 failed, 1 skipped');
});

test('REQUIRE_IMAGES=1 makes it one', () => {
  const { code, lines } = run({ REQUIRE_IMAGES: '1' });
  expect(code).toBe(1);
  expect(lines[0]).toMatch(/^FAIL build and run of the images were NOT tested/);
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
});
