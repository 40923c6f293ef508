/** Templates by the name of their file. */
export type Templates = Record<string, unknown>;

const SHOWN = 20;

/** Where two values differ, as paths with both values; the order of keys does not count, that of lists does. */
export function differences(expected: unknown, actual: unknown): string[] {
  const all = [...compare(expected, actual, '')];
  return all.length > SHOWN ? [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`] : all;
}

function* compare(expected: unknown, actual: unknown, at: string): Generator<string> {
  if (!isObject(expected) || !isObject(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    if (expected !== actual) {
      yield `${at || '/'}: ${show(expected)} | ${show(actual)}`;
    }
    return;
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    yield* compare(expected[key], actual[key], `${at}/${key}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
