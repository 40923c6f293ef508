import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';

const CONTEXT = 3;
/** two reports that have little in common take longer than anybody waits, and nobody reads that difference */
const LONGEST_MS = 3000;

/** The difference of two texts as `diff -u` writes it; empty if there is none. */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) {
    return '';
  }
  // a file that is not there has no lines, and one without an end of line has the same lines
  const [old, now] = [before, after].map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`));
  const patch = structuredPatch(name, 'now', old, now, undefined, undefined, { context: CONTEXT, timeout: LONGEST_MS });
  if (patch === undefined) {
    const [lines, more] = [old, now].map((text) => text.split('\n').length - 1);
    return `--- ${name}\n+++ now\ntoo much differs to show it: ${lines} lines before, ${more} now\n`;
  }
  return patch.hunks.length === 0 ? '' : formatPatch(patch, FILE_HEADERS_ONLY);
}
