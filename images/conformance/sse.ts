import { Finding, want } from './check';
import { isObject, json, shown } from './http';

/** One server-sent event of a job. */
export interface Frame {
  readonly id: number;
  /** of the event inside */
  readonly type: string;
  readonly event: Record<string, unknown>;
}

/** Reads the events of a job from an answer, one after the other. */
export class Frames {
  public readonly seen: Frame[] = [];
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();
  private rest = '';
  private ended = false;

  constructor(response: Response) {
    const type = response.headers.get('content-type') ?? 'none';
    want(response.status === 200, `status ${response.status}`);
    want(type.startsWith('text/event-stream'), `content type ${type}`);
    want(response.body !== null, 'no body');
    this.reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  /** @returns undefined at the end of the stream */
  public async next(): Promise<Frame | undefined> {
    for (;;) {
      const end = this.rest.indexOf('\n\n');
      if (end >= 0) {
        const block = this.rest.slice(0, end);
        this.rest = this.rest.slice(end + 2);
        // comments keep a quiet connection open
        if (block.split('\n').some((line) => line !== '' && !line.startsWith(':'))) {
          return this.frameOf(block);
        }
      } else if (this.ended) {
        want(this.rest.trim() === '', `the stream ended inside an event: ${shown(this.rest)}`);
        return undefined;
      } else {
        await this.read();
      }
    }
  }

  public async until(type: string): Promise<Frame> {
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) {
      if (frame.type === type) {
        return frame;
      }
    }
    throw new Finding(
      `the stream ended without an event '${type}'; events: ${this.seen.map((f) => f.type).join(', ')}`,
    );
  }

  public async close(): Promise<void> {
    await this.reader.cancel().catch(() => undefined);
  }

  private async read(): Promise<void> {
    try {
      const { done, value } = await this.reader.read();
      this.ended = done;
      this.rest += (value === undefined ? '' : this.decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n');
    } catch (e) {
      throw new Finding(`the stream broke off after ${this.seen.length} events: ${(e as Error).message}`);
    }
  }

  private frameOf(block: string): Frame {
    const lines = block.split('\n');
    const field = (name: string): string =>
      lines
        .flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).replace(/^ /, '')] : []))
        .join('\n');
    const data = json(field('data'));
    want(isObject(data), `data of an event is no JSON object: ${shown(block)}`);
    const event = isObject(data.event) ? data.event : data;
    want(typeof event.type === 'string', `an event has no type: ${shown(block)}`);
    want(/^\d+$/.test(field('id')), `an event has no number as its id: ${shown(block)}`);
    const frame = { id: Number(field('id')), type: event.type, event };
    this.seen.push(frame);
    return frame;
  }
}
