import { inspect } from 'node:util';
import { hidden } from '../../../images/session/contract/hidden';
import { isId, newId } from '../../../images/session/shared/ids';
import { causeOf, log } from '../../../images/session/shared/log';
import { SessionError } from '../../../images/session/shared/problem';
import { Scrubber } from '../../../images/session/shared/scrub';

test('ids sort by time, differ, and nothing else passes for one', () => {
  const ids = [1, 2, 2].map((day) => newId(new Date(Date.UTC(2026, 0, day))));
  expect([...ids].sort()[0]).toBe(ids[0]);
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/^20260101T000000000-[0-9a-f]{32}$/);
  expect([ids[0], '..', '', `${ids[0]}/..`, ids[0].toUpperCase()].map(isId)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('a hidden text shows itself only when asked by name', () => {
  const key = hidden('canary');
  const shown = [
    (key as { toString(): string }).toString(),
    `${JSON.stringify({ key })}`,
    inspect({ key }, { showHidden: true }),
    inspect(key),
  ];
  expect(shown.join()).not.toContain('canary');
  expect(shown[0]).toBe('[hidden]');
  expect(key.reveal()).toBe('canary');
});

describe('a scrubber', () => {
  test('takes out the secrets of a job, also in URLs and JSON, the longest first', () => {
    const scrubber = new Scrubber();
    scrubber.add('secret/one"x');
    scrubber.add('secret/one"x-and-more');
    expect(scrubber.text('a secret/one"x-and-more b secret/one"x')).toBe('a [removed] b [removed]');
    expect(scrubber.text('?k=secret%2Fone%22x')).toBe('?k=[removed]');
    expect(scrubber.text(JSON.stringify({ k: 'secret/one"x' }))).toBe('{"k":"[removed]"}');
  });

  test('takes out what looks like a credential, and leaves words alone', () => {
    const scrubber = new Scrubber();
    scrubber.add('short');
    scrubber.add('');
    expect(scrubber.text(`short AKIA${'A'.repeat(16)}`)).toBe('short [removed]');
  });

  test('goes through all of a value, and forgets', () => {
    const scrubber = new Scrubber();
    scrubber.add('canary-0001');
    const value = { list: ['canary-0001', 1, null], deep: { text: 'a canary-0001' } };
    expect(scrubber.value(value)).toEqual({ list: ['[removed]', 1, null], deep: { text: 'a [removed]' } });
    scrubber.forget();
    expect(scrubber.value(value)).toEqual(value);
  });
});

test('a log line is JSON without secrets', () => {
  const write = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  log('job.started', { job: `ghp_${'a'.repeat(36)}`, code: null, none: undefined });
  const line = String(write.mock.calls[0][0]);
  write.mockRestore();
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    at: expect.any(String),
    level: 'INFO',
    event: 'job.started',
    job: '[removed]',
    code: null,
  });
});

test.each([
  [Object.assign(new Error('at https://x?token=1'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new TypeError('secret'), 'TypeError'],
  [Object.assign(new Error('x'), { name: 'has a secret in it' }), 'unknown'],
  ['text', 'unknown'],
])('of an error only its name is told', (error, cause) => {
  expect(causeOf(error)).toBe(cause);
});

test('an error has its four parts in order, and does not repeat long values', () => {
  const error = new SessionError('Code', { what: 'w', got: 'x'.repeat(200), allowed: 'a', fix: 'f' });
  expect(error.message).toBe(`w (got '${'x'.repeat(120)}...'); allowed: a; f`);
});
