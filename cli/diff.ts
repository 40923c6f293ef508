const CONTEXT = 3;

type Kind = ' ' | '-' | '+';

interface Line {
  readonly kind: Kind;
  readonly text: string;
}

/** The difference of two texts as `diff -u` writes it; empty if there is none. */
export function unifiedDiff(before: string, after: string, name: string): string {
  const lines = differences(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines);
  return hunks.length === 0
    ? ''
    : [`--- ${name}`, '+++ now', ...hunks.flatMap((hunk) => written(lines, hunk)), ''].join('\n');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function differences(before: string[], after: string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) {
    start++;
  }
  let end = 0;
  const shorter = Math.min(before.length, after.length) - start;
  while (end < shorter && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end++;
  }
  const same = (lines: string[]): Line[] => lines.map((text) => ({ kind: ' ', text }));
  const changed = longestCommon(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [...same(before.slice(0, start)), ...changed, ...same(before.slice(before.length - end))];
}

/** keeps as many lines as possible; common[i][j] counts them from line i and j on */
function longestCommon(before: string[], after: string[]): Line[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] = before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: ' ', text: before[i++] });
      j++;
    } else if (j === after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push({ kind: '-', text: before[i++] });
    } else {
      lines.push({ kind: '+', text: after[j++] });
    }
  }
  return lines;
}

/** the changes with the lines around them, as ranges; those that touch are one */
function hunksOf(lines: Line[]): [from: number, to: number][] {
  const hunks: [number, number][] = [];
  lines.forEach(({ kind }, i) => {
    if (kind !== ' ') {
      const [from, to] = [Math.max(0, i - CONTEXT), Math.min(lines.length, i + CONTEXT + 1)];
      const last = hunks.at(-1);
      if (last !== undefined && from <= last[1]) {
        last[1] = to;
      } else {
        hunks.push([from, to]);
      }
    }
  });
  return hunks;
}

function written(lines: Line[], [from, to]: [number, number]): string[] {
  const range = (other: Kind): string => {
    const before = lines.slice(0, from).filter(({ kind }) => kind !== other).length;
    const count = lines.slice(from, to).filter(({ kind }) => kind !== other).length;
    return `${count === 0 ? before : before + 1},${count}`;
  };
  return [`@@ -${range('+')} +${range('-')} @@`, ...lines.slice(from, to).map(({ kind, text }) => `${kind}${text}`)];
}
