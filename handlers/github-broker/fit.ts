/* A result may be so many characters long. What does not fit is cut off, and the result says so. */

/** A text shorter than this tells nothing: whole entries are left out then. */
const SHORTEST_TEXT = 200;
const CUT = '[cut]';
/** what the note about it takes, with its numbers */
const NOTE_LENGTH = 250;

type Result = Readonly<Record<string, unknown>>;

/** The result in at most so many characters of JSON. */
export function fitted(result: Result, largest: number): Result {
  if (lengthOf(result) <= largest) {
    return result;
  }
  const room = largest - NOTE_LENGTH;
  const longest = longestThatFits(result, room);
  const short = shortened(result, longest) as Result;
  const { kept, leftOut } = longest > SHORTEST_TEXT ? { kept: short, leftOut: 0 } : fewer(short, room);
  const note = `the result was longer than ${largest} characters: texts are cut where they end with ${CUT}`;
  return {
    ...kept,
    truncated:
      leftOut === 0 ? `${note}; ask for less` : `${note}, the last ${leftOut} entries are left out; ask for less`,
  };
}

/** How long each text may be, so that short ones stay whole. */
function longestThatFits(result: Result, room: number): number {
  let [low, high] = [SHORTEST_TEXT, room];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lengthOf(shortened(result, middle)) <= room) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

function shortened(value: unknown, longest: number): unknown {
  if (typeof value === 'string') {
    // a half of a character is no text
    return value.length <= longest ? value : value.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '') + CUT;
  }
  if (Array.isArray(value)) {
    return value.map((one) => shortened(one, longest));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shortened(one, longest)]));
  }
  return value;
}

/** Leaves out the last entries of a list, or the last fields of what is none. */
function fewer(result: Result, room: number): { kept: Result; leftOut: number } {
  if (!Array.isArray(result.items)) {
    const entries = Object.entries(result);
    const count = countThatFits(entries, room);
    return { kept: Object.fromEntries(entries.slice(0, count)), leftOut: entries.length - count };
  }
  const items: unknown[] = result.items;
  const count = countThatFits(items, room - lengthOf({ ...result, items: [] }));
  return { kept: { ...result, items: items.slice(0, count) }, leftOut: items.length - count };
}

function countThatFits(entries: unknown[], room: number): number {
  let left = room;
  const first = entries.findIndex((entry) => (left -= lengthOf(entry) + 1) < 0);
  return first === -1 ? entries.length : first;
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}
