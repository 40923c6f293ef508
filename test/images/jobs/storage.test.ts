import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { almostFull, limitsOf } from '../../../images/session/jobs/storage';
import { DONE, useSessions } from '../session';

const { session } = useSessions();

function folderWith(files: number, bytes: number): string {
  const root = mkdtempSync(path.join(tmpdir(), 'storage-'));
  mkdirSync(path.join(root, 'deep', 'er'), { recursive: true });
  Array.from({ length: files }, (_, index) =>
    writeFileSync(path.join(root, 'deep', 'er', String(index)), 'x'.repeat(bytes)),
  );
  return root;
}

test('only storage of AgentCore has its limits', () => {
  expect(limitsOf('/mnt/workspace')).toEqual({ bytes: 1024 ** 3, files: 100_000 });
  expect(limitsOf('/home/node/workspace')).toBeUndefined();
});

test.each<[string, number, number, boolean]>([
  ['four fifths of its bytes', 9, 100, true],
  ['less than that', 7, 100, false],
  ['four fifths of its files, folders among them', 79, 0, true],
  ['fewer than that', 70, 0, false],
])('%s', async (_, files, bytes, isFull) => {
  const limits = { bytes: 1000, files: 100 };
  const said = await almostFull(folderWith(files, bytes), limits);
  expect(said === undefined).toBe(!isFull);
});

test('a folder that goes away meanwhile, or cannot be read, is no error', async () => {
  await expect(almostFull('/nonexistent', { bytes: 1, files: 1 })).resolves.toBeUndefined();
});

test('the job says it at its end, with what to do', async () => {
  const one = await session({ storage: { bytes: 1024 ** 3, files: 10 } });
  const { events } = await one.run([
    ...Array.from({ length: 9 }, (_, i): [string, unknown] => ['write', [`f${i}`, 'x']]),
    DONE,
  ]);
  const notices = events.flatMap(({ event }) => (event.type === 'notice' ? [event] : []));
  expect(notices).toEqual([
    expect.objectContaining({
      code: 'StorageAlmostFull',
      message: expect.stringMatching(
        /^the workspace is over 80 % full: at least \d+ of 1024 MB, \d+ of about 10 files; remove/,
      ),
    }),
  ]);
});
