/** The known names, those first that are the likeliest to be meant by a misspelt one. */
export function nearest(name: string, known: readonly string[]): string[] {
  return [...known].sort((a, b) => distance(name, a) - distance(name, b));
}

/** how many characters have to be typed, removed or replaced */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (char === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
