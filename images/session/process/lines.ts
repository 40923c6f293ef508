import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { LONGEST_SECRET } from '../shared/scrub';
import type { Scrubber } from '../shared/scrub';

/** What is longer is cut: no CLI writes such a line, and it must not fill the memory. */
export const LONGEST_LINE = 10 * 1024 * 1024;
/** so long may lines hold the event loop, which answers /ping meanwhile */
const TURN_MS = 2;
const NEWLINE = 10;

/**
 * Gives each line of a stream to `take`, in order. Between chunks the event loop has its turn, and while `room` waits the
 * stream is not read: its pipe fills up, and the writer waits.
 */
export async function eachLine(
  stream: Readable,
  take: (line: string) => void,
  room: () => Promise<void>,
): Promise<void> {
  const rest = new Rest();
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    let turn = performance.now();
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(rest.with(chunk.subarray(start, end)));
      start = end + 1;
      if (performance.now() - turn > TURN_MS) {
        await nextTurn();
        turn = performance.now();
      }
    }
    rest.add(chunk.subarray(start));
    await room();
    await nextTurn();
  }
  const last = rest.with(Buffer.alloc(0));
  if (last !== '') {
    take(last);
  }
}

/** the beginning of a line whose end has not come yet */
class Rest {
  private parts: Buffer[] = [];
  private length = 0;

  public add(part: Buffer): void {
    const fitting = part.subarray(0, LONGEST_LINE - this.length);
    if (fitting.length > 0) {
      this.parts.push(fitting);
      this.length += fitting.length;
    }
  }

  public with(part: Buffer): string {
    this.add(part);
    const line = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    const text = line.toString('utf8');
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}

/** The end of what a stream says, at most so many bytes. Resolves when it ends. */
export class Tail {
  private parts: Buffer[] = [];
  private length = 0;
  private isCut = false;

  constructor(private readonly longest: number) {}

  public add(part: Buffer): void {
    this.parts.push(part);
    this.length += part.length;
    while (this.length - this.parts[0].length >= this.longest + LONGEST_SECRET) {
      this.length -= this.parts[0].length;
      this.parts.shift();
      this.isCut = true;
    }
  }

  public get text(): string {
    return this.end(this.longest);
  }

  /** The same without secrets, also without one that the cut would halve. */
  public scrubbed(scrubber: Scrubber): string {
    const kept = this.longest + LONGEST_SECRET;
    const clean = scrubber.text(this.end(kept));
    // its beginning can be half a secret
    const sound = this.isCut || this.length > kept ? clean.slice(LONGEST_SECRET) : clean;
    return sound.slice(-this.longest);
  }

  private end(longest: number): string {
    return Buffer.concat(this.parts).subarray(-longest).toString('utf8');
  }
}
