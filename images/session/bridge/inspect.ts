/* Answers on their way to the CLI. They are looked at event by event, and go on at once. */
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { parsed } from '../shared/json';
import { CONSENT_MARK, withoutConsent } from './consent';
import type { ConsentWatch } from './consent';

/** What asks for consent is small: anything larger passes unread. */
const LARGEST_READ = 256 * 1024;

/** For a body that is one JSON message. */
export function inspectJson(watch: ConsentWatch, isAnswer: boolean): Transform {
  let parts: Buffer[] | undefined = [];
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.byteLength;
      if (parts === undefined) {
        done(null, chunk);
      } else if (size > LARGEST_READ) {
        const all = Buffer.concat([...parts, chunk]);
        parts = undefined;
        done(null, all);
      } else {
        parts.push(chunk);
        done();
      }
    },
    flush(done) {
      finished(done, () => (parts === undefined ? undefined : rewrittenJson(Buffer.concat(parts), watch, isAnswer)));
    },
  });
}

/** A message can be made so deep that JSON cannot write it again: that ends the answer, and not the bridge. */
function finished(done: TransformCallback, make: () => Buffer | undefined): void {
  let made: Buffer | undefined;
  try {
    made = make();
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, made);
}

function rewrittenJson(bytes: Buffer, watch: ConsentWatch, isAnswer: boolean): Buffer {
  const message = parsed(bytes.toString('utf8'));
  if (message === undefined && isAnswer && bytes.length > 0) {
    throw Object.assign(new Error('the answer is not JSON'), { code: 'NOT_JSON' });
  }
  if (!bytes.includes(CONSENT_MARK)) {
    return bytes;
  }
  const rewritten = withoutConsent(message, watch);
  return rewritten === message ? bytes : Buffer.from(JSON.stringify(rewritten));
}

/** the empty line at the end of an event */
const EVENT_END = /\r\n\r\n|\n\n|\r\r/g;
const LONGEST_END = 4;

/** For a stream of server-sent events. */
export function inspectEvents(watch: ConsentWatch): Transform {
  // one character for each byte, so that nothing changes on the way
  let rest = '';
  let looked = 0;
  let isPassing = false;
  const take = (): string => {
    let out = '';
    let from = 0;
    EVENT_END.lastIndex = Math.max(0, looked - LONGEST_END);
    for (let end = EVENT_END.exec(rest); end !== null; end = EVENT_END.exec(rest)) {
      const event = rest.slice(from, EVENT_END.lastIndex);
      out += isPassing ? event : rewrittenEvent(event, watch);
      isPassing = false;
      from = EVENT_END.lastIndex;
    }
    rest = rest.slice(from);
    if (rest.length > LARGEST_READ || isPassing) {
      isPassing = true;
      const kept = Math.max(0, rest.length - LONGEST_END);
      out += rest.slice(0, kept);
      rest = rest.slice(kept);
    }
    looked = rest.length;
    return out;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest += chunk.toString('latin1');
      finished(done, () => Buffer.from(take(), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(rest, 'latin1'));
    },
  });
}

function rewrittenEvent(event: string, watch: ConsentWatch): string {
  if (!event.includes(CONSENT_MARK)) {
    return event;
  }
  const lines = Buffer.from(event, 'latin1')
    .toString('utf8')
    .split(/\r\n|\n|\r/);
  const isData = (line: string) => line.startsWith('data:');
  const data = lines.filter(isData).map((line) => line.replace(/^data: ?/, ''));
  const message = parsed(data.join('\n'));
  const rewritten = withoutConsent(message, watch);
  if (rewritten === message) {
    return event;
  }
  const others = lines.filter((line) => line !== '' && !isData(line));
  const text = [...others, `data: ${JSON.stringify(rewritten)}`, '', ''].join('\n');
  return Buffer.from(text, 'utf8').toString('latin1');
}
