import { LastText, LONGEST_LAST_TEXT } from '../../../images/session/cli/last-text';

test('a text is kept as it is, up to its bound', () => {
  const last = new LastText();
  expect(last.text).toBeNull();
  ['', 'one', '', 'two', ''].forEach((line) => last.add(line));
  expect(last.text).toBe('one\n\ntwo');
});

test('of a longer one the end is kept, and what is missing is said', () => {
  const last = new LastText();
  for (let count = 0; count < 100_000; count++) {
    last.add(`line ${count}`);
  }
  const text = last.text ?? '';
  expect(text).toMatch(/^\[cut: \d+ characters before\]\n/);
  expect(text.endsWith('line 99999')).toBe(true);
  expect(text.length).toBeLessThan(LONGEST_LAST_TEXT + 100);
  expect(JSON.stringify(last).length).toBeLessThan(2 * LONGEST_LAST_TEXT);
});

test('a line of 10 MB does not stay whole', () => {
  const last = new LastText();
  last.add('x'.repeat(10_000_000));
  expect(last.text?.length).toBeLessThan(LONGEST_LAST_TEXT + 100);
});
