/* Readers of the fields of a request. Errors tell the kind of a value, never a text of the caller. */
import { kindOf } from '../shared/json';
import type { Fields } from '../shared/json';
import { SessionError } from '../shared/problem';

/** Refuses what is not known. */
export function only(fields: Fields, known: readonly string[], where: string): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const what = `a field is not known for ${where}`;
    throw new SessionError('UnknownField', {
      what,
      got: unknown,
      allowed: known.join(', '),
      fix: 'take it out, or mend its name',
    });
  }
}

/** What `read` makes of a field, if that is given. */
export function given<T extends object>(fields: Fields, name: string, read: () => T): T | object {
  return fields[name] === undefined ? {} : read();
}

export function text(fields: Fields, name: string, longest: number): string {
  const value = fields[name];
  const allowed = `a text of 1 to ${longest.toLocaleString('en-US')} characters`;
  if (typeof value !== 'string') {
    const got = value === undefined ? 'nothing' : kindOf(value);
    throw invalid(`${name} is no text`, got, allowed, 'blocks of content such as toolUse are never passed on');
  }
  if (value.trim() === '' || value.length > longest) {
    throw invalid(
      `${name} is empty or too long`,
      `${value.length} characters`,
      allowed,
      'put long texts into a file of the repository',
    );
  }
  if (value.includes('\0')) {
    throw invalid(`${name} holds a zero character`, 'U+0000', allowed, 'take it out');
  }
  return value;
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== 'boolean') {
    throw invalid(`${name} is neither true nor false`, shown(value), 'true, false', `leave ${name} away for events`);
  }
  return value;
}

export function bound(
  fields: Fields,
  name: string,
  most: number,
  allowed: string,
  also: (value: unknown) => boolean = () => true,
): void {
  const value = fields[name];
  const isGood = typeof value === 'number' && value > 0 && value <= most && also(value);
  if (value !== undefined && !isGood) {
    throw invalid(
      `limits.${name} is out of its bounds`,
      shown(value),
      allowed,
      'leave it away for the default of the agent',
    );
  }
}

/** A value that is short and no text of the caller; of others, the kind. */
export function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : value === undefined
      ? 'nothing'
      : kindOf(value);
}

export function invalid(what: string, got: string, allowed: string, fix: string): SessionError {
  return new SessionError('InvalidRequest', { what, got, allowed, fix });
}
