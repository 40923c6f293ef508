import type { Part } from './meaning';
import { Known } from './meaning';
import type { Template } from './template';

/** What a text is in JSON; undefined if it is none. */
export interface Json {
  readonly template: Template;
  readonly written: unknown;
}

const [BEFORE, AFTER] = ['\uE000', '\uE001'];
const PLACE = new RegExp(`${BEFORE}(\\d+)${AFTER}`);

/** Reads a text that is JSON: policies are often given so, with what is known only at deployment in their strings. */
export function jsonOf(template: Template, parts: Part[]): Json | undefined {
  const [first] = parts;
  if (parts.length === 1 && typeof first === 'object' && 'written' in first) {
    const written = first.written as Record<string, unknown>;
    return 'Fn::ToJsonString' in written
      ? { template: first.template, written: written['Fn::ToJsonString'] }
      : undefined;
  }
  if (typeof first !== 'string' || !/^\s*[[{]/.test(first)) {
    return undefined;
  }
  const text = parts.map((part, i) => (typeof part === 'string' ? part : `${BEFORE}${i}${AFTER}`)).join('');
  try {
    return { template, written: JSON.parse(text, (_, value: unknown) => restored(value, parts)) };
  } catch {
    return undefined;
  }
}

function restored(value: unknown, parts: Part[]): unknown {
  if (typeof value !== 'string' || !value.includes(BEFORE)) {
    return value;
  }
  const pieces = value.split(PLACE).map((piece, i) => (i % 2 === 0 ? piece : parts[Number(piece)]));
  return new Known(pieces.filter((piece) => piece !== ''));
}
