import { structuredPatch } from 'diff';

const CONTEXT = 3;

/**
 * How many lines may differ before a shortest difference is no longer looked for: time and memory grow with the square
 * of it. Nobody reads more than that anyway.
 */
const MOST_CHANGES = 2000;

/** A part of a difference, as `diff` makes it. */
interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: string[];
}

/** The difference of two texts as `diff -u` writes it; empty if there is none. */
export function unifiedDiff(before: string, after: string, name: string): string {
  const [old, now] = [ended(before), ended(after)];
  if (old === now) {
    return '';
  }
  const patch = structuredPatch('', '', old, now, undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MOST_CHANGES,
  });
  const hunks = patch?.hunks ?? [replaced(linesOf(old), linesOf(now))];
  return [`--- ${name}`, '+++ now', ...hunks.flatMap(written), ''].join('\n');
}

/** an end of the file without a line end is no difference */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** what is between the first and the last line that differ, as taken away and put there anew */
function replaced(old: string[], now: string[]): Hunk {
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) {
    start++;
  }
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) {
    end++;
  }
  const from = Math.max(0, start - CONTEXT);
  const same = (lines: string[]): string[] => lines.map((line) => ` ${line}`);
  const [gone, added] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  const after = old.slice(old.length - end, old.length - end + CONTEXT);
  const around = start - from + after.length;
  return {
    oldStart: from + 1,
    oldLines: gone.length + around,
    newStart: from + 1,
    newLines: added.length + around,
    lines: [
      ...same(old.slice(from, start)),
      ...gone.map((line) => `-${line}`),
      ...added.map((line) => `+${line}`),
      ...same(after),
    ],
  };
}

function written({ oldStart, oldLines, newStart, newLines, lines }: Hunk): string[] {
  // an empty range is named by the line before it
  const range = (start: number, count: number): string => `${count === 0 ? start - 1 : start},${count}`;
  return [`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, ...lines];
}
