import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { AgentEvent, StoredEvent } from '../contract';
import { causeOf, warn } from '../shared/log';

/** events that come together are written together */
const GATHER_MS = 15;
/**
 * Between two writes, while nobody's answer depends on one: storage that is copied elsewhere in the background takes many
 * small writes badly. Who watches sees an event that much later at most.
 */
const WRITE_EVERY_MS = 400;
/** what waits to be written; the output of the CLI is not read on meanwhile */
const MOST_WAITING = 1024 * 1024;
/** of the journal of one job; the results of tools are cut to 4 KB, so work of hours stays below */
const MOST_BYTES = 100 * 1024 * 1024;
/** for the other events of such a job; then the result alone is kept */
const RESERVE_BYTES = 1024 * 1024;
/** A microVM that dies loses what the kernel holds. Its job is interrupted anyway, so two seconds of text may go. */
const SYNC_EVERY_MS = 2000;

/** A file of events, one in each line, that may still grow. */
export interface EventSource {
  readonly file: string;
  /** bytes of whole lines */
  readonly size: number;
  /** a line at the end that could not be written, or nothing */
  readonly unwritten: string;
  readonly ended: boolean;
  /** resolves when it grew, or ended, or the signal says so */
  changed(signal: AbortSignal): Promise<void>;
}

/**
 * The events of a job that runs. They are written in batches, and all who watch read them from the file: replay and
 * live are one path, so nothing is missed or comes twice, and a slow watcher costs no memory.
 */
export class EventLog implements EventSource {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();
  private lastId = 0;
  private lost = 0;
  /** the result, until it is in the file: who watches shall learn it also where the storage is full */
  private result = '';
  private isFull = false;
  private fullAt = 0;
  private mustSync = false;
  private lastSync = 0;
  private lastWrite = -Infinity;
  /** ends the wait for more events */
  private hurry: () => void = () => undefined;
  private written = 0;
  private isEnded = false;

  public static async create(file: string, flags = 'wx'): Promise<EventLog> {
    return new EventLog(file, await open(file, flags, 0o600));
  }

  private constructor(
    public readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  public get size(): number {
    return this.written;
  }

  public get unwritten(): string {
    return this.result;
  }

  public get ended(): boolean {
    return this.isEnded;
  }

  public append(event: AgentEvent): void {
    if (this.isFull && !this.isKept(event)) {
      return;
    }
    if (event.type === 'result') {
      // it is the last one
      this.tellLoss();
    }
    this.put(event);
    if (!this.isFull && this.written + this.waitingBytes > MOST_BYTES) {
      this.isFull = true;
      this.fullAt = this.written + this.waitingBytes;
      const message = 'the journal of this job is full: texts and tools are no longer kept, the result will be';
      this.put({ type: 'notice', code: 'JournalFull', message });
    }
  }

  /** Waits while too much waits to be written. */
  public async room(): Promise<void> {
    while (this.waitingBytes > MOST_WAITING && this.writing !== undefined) {
      await this.writing;
    }
  }

  public async changed(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        this.listeners.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.listeners.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Writes what waits, for good. Watchers are told of the end by `end`. */
  public async flush(): Promise<void> {
    this.mustSync = true;
    this.hurry();
    while (this.mustSync || this.writing !== undefined) {
      await (this.writing ??= this.write());
    }
  }

  /** Nothing more comes. */
  public async end(): Promise<void> {
    await this.flush();
    this.isEnded = true;
    this.wake();
    await this.handle.close();
  }

  private isKept({ type }: AgentEvent): boolean {
    const isOver = this.written + this.waitingBytes > this.fullAt + RESERVE_BYTES;
    return type === 'result' || (type !== 'text' && type !== 'tool' && !isOver);
  }

  private put(event: AgentEvent): void {
    this.lastId += 1;
    const stored: StoredEvent = { id: this.lastId, at: new Date().toISOString(), event };
    const line = `${JSON.stringify(stored)}\n`;
    this.result = event.type === 'result' ? line : this.result;
    this.waiting.push(line);
    this.waitingBytes += line.length;
    this.mustSync ||= event.type === 'started' || event.type === 'consent';
    this.writing ??= this.write();
    if (this.mustSync || this.waitingBytes > MOST_WAITING) {
      this.hurry();
    }
  }

  private async write(): Promise<void> {
    await this.gather();
    do {
      const batch = Buffer.from(this.waiting.join(''));
      const hasResult = this.waiting.includes(this.result);
      this.waiting = [];
      this.waitingBytes = 0;
      if ((await this.writeBatch(batch)) && hasResult) {
        this.result = '';
      }
      this.wake();
    } while (this.waiting.length > 0);
    this.writing = undefined;
  }

  private async gather(): Promise<void> {
    const left = this.lastWrite + WRITE_EVERY_MS - performance.now();
    if (left > GATHER_MS && !this.mustSync) {
      const urgent = new AbortController();
      this.hurry = () => urgent.abort();
      await wait(left, undefined, { signal: urgent.signal }).catch(() => undefined);
      this.hurry = () => undefined;
    }
    await wait(GATHER_MS);
    this.lastWrite = performance.now();
  }

  /** A full or broken disk must not end the job: what cannot be written is left out, and said to be. */
  private async writeBatch(batch: Buffer): Promise<boolean> {
    try {
      for (let done = 0; done < batch.length;) {
        done += (await this.handle.write(batch, done, batch.length - done, this.written + done)).bytesWritten;
      }
      this.written += batch.length;
      await this.sync();
      if (this.result === '') {
        this.tellLoss();
      }
      return true;
    } catch (error) {
      this.lost += 1;
      this.mustSync = false;
      warn('journal.lost', { batch: this.lost, cause: causeOf(error) });
      // no half line stays; if this fails too, the next write goes over it
      await this.handle.truncate(this.written).catch(() => undefined);
      return false;
    }
  }

  private tellLoss(): void {
    if (this.lost > 0) {
      this.lost = 0;
      const message = 'some events could not be written to the workspace and are lost: is its storage full?';
      this.put({ type: 'notice', code: 'EventsLost', message });
    }
  }

  private async sync(): Promise<void> {
    const now = performance.now();
    if (this.mustSync || now - this.lastSync > SYNC_EVERY_MS) {
      this.mustSync = false;
      this.lastSync = now;
      await this.handle.datasync();
    }
  }

  private wake(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}
