import type { CliMeter } from '../contract';
import { openPlain } from '../shared/files';

type Spending = NonNullable<ReturnType<CliMeter['line']>>;

const CHUNK = 256 * 1024;
/** what is longer holds no spending */
const LONGEST_LINE = 1024 * 1024;

/** Follows the file of a meter: each `read` tells what was spent so far, as far as the file says. */
export class MeterReader {
  private offset = 0;
  private rest = '';
  private file: string | null = null;
  private spending: Spending | null = null;

  constructor(private readonly meter: CliMeter) {}

  public async read(): Promise<Spending | null> {
    this.file ??= await this.meter.find();
    if (this.file !== null) {
      await this.follow(this.file);
    }
    return this.spending;
  }

  private async follow(file: string): Promise<void> {
    const handle = await openPlain(file);
    try {
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, this.offset);
        if (bytesRead === 0) {
          return;
        }
        this.offset += bytesRead;
        this.take(buffer.toString('latin1', 0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }

  /** read as bytes, since a chunk can end within a sign; spending is written in ASCII */
  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    const rest = lines.pop() ?? '';
    this.rest = rest.length > LONGEST_LINE ? '' : rest;
    for (const line of lines) {
      this.spending = this.meter.line(Buffer.from(line, 'latin1').toString('utf8')) ?? this.spending;
    }
  }
}
