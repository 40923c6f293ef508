import type { AgentEvent, JobResult } from '../../../images/session/contract/index.ts';

export interface SeenEvent {
  readonly id: number;
  readonly event: AgentEvent;
}

/** The events of a job, as they come. */
export class Watch {
  public readonly seen: SeenEvent[] = [];
  private readonly body: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();
  private rest = '';

  public constructor(response: Response) {
    this.body = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  /** Reads on until an event fits. */
  public async until(fits: (event: AgentEvent) => boolean): Promise<SeenEvent> {
    for (let next = 0; ; next += 1) {
      while (next >= this.seen.length) {
        await this.read();
      }
      if (fits(this.seen[next].event)) {
        return this.seen[next];
      }
    }
  }

  public async result(): Promise<JobResult> {
    const { event } = await this.until(({ type }) => type === 'result');
    return (event as Extract<AgentEvent, { type: 'result' }>).result;
  }

  public async job(): Promise<string> {
    const { event } = await this.until(({ type }) => type === 'started');
    return (event as Extract<AgentEvent, { type: 'started' }>).job;
  }

  public async close(): Promise<void> {
    await this.body.cancel();
  }

  private async read(): Promise<void> {
    const { done, value } = await this.body.read();
    if (done) {
      throw new Error(`the stream ended after ${JSON.stringify(this.seen.at(-1))}`);
    }
    const blocks = (this.rest + this.decoder.decode(value, { stream: true })).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id !== undefined && data !== undefined) {
        const parsed = JSON.parse(data) as AgentEvent & { event?: AgentEvent };
        this.seen.push({ id: Number(id), event: parsed.event ?? parsed });
      }
    }
  }
}
