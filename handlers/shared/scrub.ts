/* The last line of defence: nothing that is logged should hold any of these in the first place. */
import { REMOVED, withoutSecrets } from '../../lib/contract/secret-patterns';

/** The text without what looks like a credential. */
export const scrubbed = withoutSecrets;

/** The text without these secrets. */
export function without(text: string, secrets: Iterable<string>): string {
  let rest = text;
  for (const secret of secrets) {
    rest = rest.replaceAll(secret, REMOVED);
  }
  return rest;
}
