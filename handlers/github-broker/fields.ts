import type { Field } from '../../lib/contract/catalogue/tool';
import { isObject } from '../shared/json';

/** The wanted fields of a value. What is empty is left out. */
export function picked(value: unknown, fields: readonly Field[]): Record<string, unknown> {
  const entries = fields.flatMap((field) => {
    if (typeof field === 'string') {
      const [name, path = name] = field.split('=');
      return [[name, at(value, path.split('.'))]];
    }
    return Object.entries(field).map(([name, inner]) => [name, each(at(value, [name]), (one) => picked(one, inner))]);
  }) as [string, unknown][];
  return Object.fromEntries(entries.filter(([, found]) => !isEmpty(found)));
}

function at(value: unknown, path: string[]): unknown {
  if (path.length === 0) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((one) => at(one, path)).filter((one) => !isEmpty(one));
  }
  const [first, ...rest] = path;
  return isObject(value) && Object.hasOwn(value, first) ? at(value[first], rest) : undefined;
}

function each(value: unknown, change: (one: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : value === undefined ? undefined : change(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
