import { isObject, parsed } from './json';
import type { Fields } from './json';

/** What a token says of itself; undefined if it is no JWT. Not checked here: only to explain, and to refuse. */
export function claimsOf(token: string): Fields | undefined {
  const claims = parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return isObject(claims) ? claims : undefined;
}
