import { claudeCode } from '../../../images/session/cli/claude-code';
import type { AgentEvent, JobResult } from '../../../images/session/contract';
import { storable, storableResult } from '../../../images/session/journal/event-text';
import { Scrubber } from '../../../images/session/shared/scrub';
import { replayed } from '../cli/fixture';

// of a form that nothing but the scrubber of the job knows
const SECRET = `key${'0123456789abcdef'.repeat(4)}`;
const scrubber = new Scrubber();
scrubber.add(SECRET);

/** The first characters of the secret would stay where a cut came before it was looked for. */
const around = (offset: number): string => `${'x'.repeat(offset - 60)}${SECRET}${'y'.repeat(20_000)}`;

function expectClean(value: unknown): void {
  expect(JSON.stringify(value)).not.toContain(SECRET.slice(0, 20));
  expect(JSON.stringify(value).length).toBeLessThan(10_000);
}

describe('a secret across the place of the cut', () => {
  const content = (part: object): string => JSON.stringify({ type: 'user', message: { content: [part] } });
  const exit = { code: 1, signal: null, stderr: '' };

  test.each([4096, 12_288])('in the output of a tool, at %i', (offset) => {
    const stdout = [content({ type: 'tool_result', tool_use_id: 't', content: around(offset) })];
    const { events } = replayed(claudeCode, { ...exit, stdout });
    const [event] = events.map((one) => storable(one, scrubber));
    expect(event).toMatchObject({ type: 'tool', output: expect.stringMatching(/^x{4000}/) as string });
    expectClean(event);
  });

  test.each([500, 4096])('in a message, at %i', (offset) => {
    const end = { type: 'result', subtype: 'success', is_error: true, result: around(offset) };
    const { message } = replayed(claudeCode, { ...exit, stdout: [JSON.stringify(end)] }).outcome;
    const result = storableResult({ ...RESULT, message }, scrubber);
    expect(result.message).toMatch(/^x{400}/);
    expectClean(result);
  });

  test('behind so many others that what is looked at gets short', () => {
    const output = `${SECRET}\n`.repeat(1000);
    const event = storable({ type: 'tool', id: 't', name: 'Bash', status: 'done', output }, scrubber);
    expectClean(event);
  });
});

describe('what names something', () => {
  test('is without secrets', () => {
    const notice = storable({ type: 'notice', code: `Code-${SECRET}`, message: '' }, scrubber);
    expect(notice).toMatchObject({ code: 'Code-[removed]' });
  });

  test('has bounds', () => {
    const events: AgentEvent[] = [
      { type: 'notice', code: 'C'.repeat(9_000_000), message: 'm'.repeat(9_000_000) },
      { type: 'tool', id: 'i'.repeat(9_000_000), name: 'n'.repeat(9_000_000), status: 'started' },
    ];
    events.forEach((event) => expectClean(storable(event, scrubber)));
  });
});

const RESULT: JobResult = {
  ...{ status: 'succeeded', errorCode: null, message: null, text: null, exitCode: 0, durationMs: 1, turns: null },
  ...{ tokens: null, dollars: null, dollarsFrom: null, conversation: null, tests: null },
};
