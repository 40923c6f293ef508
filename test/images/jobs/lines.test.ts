import { PassThrough, Readable } from 'node:stream';
import { LONGEST_LINE, Tail, eachLine } from '../../../images/session/process/lines';
import { Scrubber } from '../../../images/session/shared/scrub';

async function linesOf(...parts: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  );
  await eachLine(
    stream,
    (line) => lines.push(line),
    () => Promise.resolve(),
  );
  return lines;
}

test.each<[string, string[], string[]]>([
  ['lines across chunks', ['a\nb', 'c\n', '\nd\n'], ['a', 'bc', '', 'd']],
  ['a last line without its end', ['a\nb'], ['a', 'b']],
  ['ends of Windows', ['a\r\nb\r\n'], ['a', 'b']],
  ['nothing', [], []],
])('%s', async (_, parts, lines) => {
  expect(await linesOf(...parts)).toEqual(lines);
});

test('signs that are cut by chunks', async () => {
  const bytes = Buffer.from('ü€😀\n');
  expect(await linesOf(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(['ü€😀']);
});

test('a line that is too long is cut, the next one is whole', async () => {
  const lines = await linesOf(Buffer.alloc(LONGEST_LINE, 97), 'bbb', '\nnext\n');
  expect(lines.map(({ length }) => length)).toEqual([LONGEST_LINE, 4]);
});

test('other work has its turn between lines, however many are there', async () => {
  const stream = new PassThrough();
  stream.end(Buffer.from('x\n'.repeat(30_000)));
  let turns = 0;
  let isReading = true;
  const others = () => {
    turns += 1;
    if (isReading) {
      setImmediate(others);
    }
  };
  setImmediate(others);
  const busy = () => {
    for (const end = performance.now() + 0.01; performance.now() < end;);
  };
  await eachLine(stream, busy, () => Promise.resolve());
  isReading = false;
  // 300 ms of work in turns of two: on a busy machine they are more
  expect(turns).toBeGreaterThan(50);
});

test('nothing is read while there is no room', async () => {
  const stream = new PassThrough();
  let isFull = true;
  let lines = 0;
  const reading = eachLine(
    stream,
    () => (lines += 1),
    async () => {
      while (isFull) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  );
  stream.write('a\n');
  await new Promise((resolve) => setTimeout(resolve, 20));
  stream.end('b\nc\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(lines).toBe(1);
  isFull = false;
  await reading;
  expect(lines).toBe(3);
});

test('the end of an output is kept', () => {
  const tail = new Tail(5);
  ['abc', 'def', 'gh'].forEach((part) => tail.add(Buffer.from(part)));
  expect(tail.text).toBe('defgh');
});

test('the end of an output has no half of a secret, wherever its cut is', () => {
  const secret = 'canary-0123456789-abcdefghijklmnopqrstuvwxyz';
  const scrubber = new Scrubber();
  scrubber.add(secret);
  for (let after = 0; after < 20_000; after += 7) {
    const tail = new Tail(4096);
    [`${'x'.repeat(9000)}${secret}`.repeat(2), 'y'.repeat(after)].forEach((part) => tail.add(Buffer.from(part)));
    const text = tail.scrubbed(scrubber);
    expect([text.length <= 4096, /canary|789-abc|uvwxyz/.test(text)]).toEqual([true, false]);
  }
  const short = new Tail(4096);
  short.add(Buffer.from(`a ${secret} b`));
  expect(short.scrubbed(scrubber)).toMatch(/^a \S+ b$/);
});
