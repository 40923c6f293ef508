/* The last line of defence: nothing that is logged should hold any of these in the first place. */

const PATTERNS = [
  // newer tokens of GitHub have dots
  /gh[oprsu]_[A-Za-z0-9_.-]{20,}/g,
  /github_pat_[A-Za-z0-9_]{20,}/g,
  /eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  // to its end, or to the end of the text
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]*)/g,
  /xox[abeoprs]-[A-Za-z0-9-]+/g,
  /ATATT[A-Za-z0-9_=-]+/g,
  /(?:AKIA|ASIA)[A-Z0-9]{16}/g,
];
const REMOVED = '[removed]';

/** The text without what looks like a credential. */
export function scrubbed(text: string): string {
  return PATTERNS.reduce((rest, pattern) => rest.replace(pattern, REMOVED), text);
}

/** The text without these secrets. */
export function without(text: string, secrets: Iterable<string>): string {
  let rest = text;
  for (const secret of secrets) {
    rest = rest.replaceAll(secret, REMOVED);
  }
  return rest;
}
