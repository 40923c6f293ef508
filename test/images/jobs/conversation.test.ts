import { readFileSync } from 'node:fs';
import { keptConversation } from '../../../images/session/jobs/conversation';
import { Scrubber } from '../../../images/session/shared/scrub';
import { DONE, useSessions } from '../session';

const SECRET = 'canary-0123456789';
const UNKEPT = [
  ['is too long', 'c'.repeat(1001)],
  ['is megabytes long', 'c'.repeat(6_000_000)],
  ['is a token', `ghp_${'a'.repeat(36)}`],
];

const { session } = useSessions();

test.each([...UNKEPT, ['has a secret of the job in it', `c-${SECRET}`]])('one whose id %s is not kept', (_, id) => {
  const scrubber = new Scrubber();
  scrubber.add(SECRET);
  expect(keptConversation(id, scrubber)).toBeNull();
});

test('all others are kept as they are', () => {
  expect(['c-9', 'c'.repeat(1000), null].map((id) => keptConversation(id, new Scrubber()))).toEqual([
    'c-9',
    'c'.repeat(1000),
    null,
  ]);
});

test.each(UNKEPT)('a job whose agent names one that %s keeps the one before', async (_, id) => {
  const one = await session();
  // the request that asks for it has a bound too
  const asked = id.slice(0, 2000);
  const { job, result } = await one.run([['note', { conversation: 'c-8' }], ['note', { conversation: asked }], DONE]);
  expect([result.conversation, (await one.record(job)).conversation]).toEqual(['c-8', 'c-8']);
  expect(readFileSync(one.eventsFile(job), 'utf8')).not.toContain(asked);
});
