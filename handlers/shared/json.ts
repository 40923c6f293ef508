import { BrokerError } from './errors';

export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An answer as JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BrokerError('MalformedResponse');
  }
}

/** An answer that must be an object. */
export function objectOf(text: string): Fields {
  const value = parsed(text);
  if (!isObject(value)) {
    throw new BrokerError('MalformedResponse');
  }
  return value;
}
