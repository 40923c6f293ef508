import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants, lstatSync, mkdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { factsOf } from '../../../lib/contract/agents';
import type { CliName } from '../contract';
import { openPlain } from '../shared/files';
import { causeOf, warn } from '../shared/log';
import type { Places } from '../shared/workspace';

/** where the home of agents is, for tests and images of your own */
const HOME_VARIABLE = 'AGENT_HOME';
/** A turn of a model takes longer; a burst of small ones is saved together. */
const SAVE_EVERY_MS = 5000;
/** of one conversation: what is larger is nothing that a resumed agent reads in whole */
const LARGEST_FILE = 256 * 1024 * 1024;
/** grows at its end only */
const GROWING = /\.jsonl$/;
const DATABASE = /\.(db|sqlite3?)$/;
/** what SQLite keeps beside a database */
const BESIDE_DATABASE = /-(wal|shm|journal)$/;
const DATABASE_TRIES = 5;
/** bytes */
const WAL_HEADER = 32;

/**
 * The home of an agent. It appends to files there all the time, which storage that is copied elsewhere in the background
 * takes badly. So it is on the disk of the microVM, and what a conversation needs to go on is saved to the workspace: after
 * turns, and when the agent has ended.
 */
export class AgentState {
  /** HOME of what a job starts */
  public readonly home: string;
  private readonly paths: readonly string[] | undefined;
  private saving: Promise<void> | undefined;
  private clock: NodeJS.Timeout | undefined;
  private isDirty = false;
  private lastSave = -Infinity;

  constructor(
    cli: CliName,
    private readonly places: Places,
    environment: NodeJS.ProcessEnv,
  ) {
    this.paths = factsOf(cli).state;
    // of an agent of which nothing is known everything may be needed
    this.home = this.paths === undefined ? places.home : localHome(places.root, environment);
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
  }

  /** Brings what is in the workspace, and is not here or is behind. */
  public async restore(): Promise<void> {
    await this.copyAll(this.places.home, this.home, 'restored');
  }

  /** A turn may have ended: saves soon, and not more often than every few seconds. */
  public touched(): void {
    this.isDirty = true;
    if (this.paths !== undefined && this.clock === undefined && this.saving === undefined) {
      const wait = Math.max(0, this.lastSave + SAVE_EVERY_MS - performance.now());
      this.clock = setTimeout(() => {
        this.clock = undefined;
        void this.save();
      }, wait);
    }
  }

  /** Saves what has changed; the last time when the agent has ended. */
  public async save(): Promise<void> {
    clearTimeout(this.clock);
    this.clock = undefined;
    await this.saving;
    this.isDirty = false;
    this.lastSave = performance.now();
    this.saving = this.copyAll(this.home, this.places.home, 'saved').finally(() => {
      this.saving = undefined;
      if (this.isDirty) {
        this.touched();
      }
    });
    await this.saving;
  }

  /** Nothing is saved any more. */
  public end(): void {
    clearTimeout(this.clock);
    this.isDirty = false;
  }

  private async copyAll(from: string, to: string, what: string): Promise<void> {
    for (const one of from === to ? [] : (this.paths ?? [])) {
      await copy(path.join(from, one), path.join(to, one)).catch((error: unknown) => {
        warn('state.kept', { path: one, what, cause: causeOf(error) });
      });
    }
  }
}

/** A folder of this workspace on the local disk; two servers of one machine must not share it. */
function localHome(root: string, { [HOME_VARIABLE]: wanted }: NodeJS.ProcessEnv): string {
  if (wanted !== undefined && wanted !== '') {
    return wanted;
  }
  const home = path.join(
    tmpdir(),
    `agent-home-${createHash('sha256').update(path.resolve(root)).digest('hex').slice(0, 16)}`,
  );
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const found = lstatSync(home);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw Object.assign(new Error('the home of agents belongs to somebody else'), { code: 'EACCES' });
  }
  return home;
}

/** Copies files that differ in size or are newer. Links are left out: an agent could point them anywhere. */
async function copy(from: string, to: string): Promise<void> {
  const found = await lstat(from).catch(() => undefined);
  if (found?.isDirectory() === true) {
    await mkdir(to, { recursive: true, mode: 0o700 });
    const names = await readdir(from);
    for (const name of names) {
      const [source, target] = [path.join(from, name), path.join(to, name)];
      if (DATABASE.test(name)) {
        await copyDatabase(source, target);
      } else if (!names.includes(name.replace(BESIDE_DATABASE, '')) || !BESIDE_DATABASE.test(name)) {
        await copy(source, target);
      }
    }
    return;
  }
  const there = await lstat(to).catch(() => undefined);
  if (found?.isFile() !== true || found.size > LARGEST_FILE || (there !== undefined && !there.isFile())) {
    return;
  }
  // a copy has the time of what it was copied from, so whatever was written since makes the source newer
  if (there !== undefined && !isNewer(found, there)) {
    return;
  }
  // a save that was killed leaves a copy with a newer time, which still is the beginning of what is here
  if (there !== undefined && GROWING.test(to) && there.size > found.size && (await continues(to, from, found.size))) {
    return;
  }
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
  if (there !== undefined && GROWING.test(to) && there.size <= found.size && (await continues(from, to, there.size))) {
    await append(from, to, there.size, found.mtime);
  } else {
    await replace(from, to, found.mtime);
  }
}

interface Database {
  readonly main: Stats | undefined;
  readonly wal: Stats | undefined;
  /** The header of the write-ahead log. It differs each time SQLite starts the log again. */
  readonly header: string;
}

/**
 * Copies a SQLite database together with its write-ahead log. A log that belongs to another state of the database damages
 * it, so the two change together, and a log that SQLite removed does not stay in the copy.
 */
async function copyDatabase(from: string, to: string): Promise<void> {
  for (let tries = 0; tries < DATABASE_TRIES; tries++) {
    const [found, there] = [await databaseAt(from), await databaseAt(to)];
    const { main, wal } = found;
    if (main?.isFile() !== true || main.size > LARGEST_FILE || (wal?.size ?? 0) > LARGEST_FILE) {
      return;
    }
    if (there.main !== undefined && (!there.main.isFile() || !isNewerDatabase(found, there))) {
      return;
    }
    const isChanged = there.main === undefined || isOther(main, there.main);
    // The database comes first: what SQLite moves into it from the log is still in the log, unless the log starts again.
    if (isChanged) {
      await fill(from, `${to}.new`, main.mtime);
    }
    if (wal !== undefined) {
      await fill(`${from}-wal`, `${to}-wal.new`, wal.mtime);
    }
    const after = await databaseAt(from);
    // without a log, SQLite writes into the database itself
    const isStill = wal !== undefined || (after.main !== undefined && !isOther(after.main, main));
    if (after.header === found.header && isStill) {
      await rm(`${to}-shm`, { force: true });
      if (isChanged || wal === undefined) {
        await rm(`${to}-wal`, { force: true });
      }
      if (isChanged) {
        await rename(`${to}.new`, to);
      }
      if (wal !== undefined) {
        await rename(`${to}-wal.new`, `${to}-wal`);
      }
      return;
    }
  }
  throw Object.assign(new Error('the database changes too fast to be copied'), { code: 'EBUSY' });
}

async function databaseAt(file: string): Promise<Database> {
  const wal = await lstat(`${file}-wal`).catch(() => undefined);
  const main = await lstat(file).catch(() => undefined);
  if (wal?.isFile() !== true) {
    return { main, wal: undefined, header: '' };
  }
  const handle = await openPlain(`${file}-wal`, O_RDONLY).catch(() => undefined);
  try {
    const read = await handle?.read(Buffer.alloc(WAL_HEADER), 0, WAL_HEADER, 0);
    return { main, wal, header: read?.buffer.toString('hex', 0, read.bytesRead) ?? '' };
  } finally {
    await handle?.close();
  }
}

function isNewerDatabase(one: Database, other: Database): boolean {
  const later = timeOf(one) - timeOf(other);
  return later > 0 || (later === 0 && (one.main?.size !== other.main?.size || one.wal?.size !== other.wal?.size));
}

function timeOf({ main, wal }: Database): number {
  return Math.trunc(Math.max(main?.mtimeMs ?? 0, wal?.mtimeMs ?? 0));
}

function isOther(one: Stats, other: Stats): boolean {
  return Math.trunc(one.mtimeMs) !== Math.trunc(other.mtimeMs) || one.size !== other.size;
}

function isNewer(one: Stats, other: Stats): boolean {
  const later = Math.trunc(one.mtimeMs) - Math.trunc(other.mtimeMs);
  return later > 0 || (later === 0 && one.size !== other.size);
}

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;

/** Compares the last bytes of the shorter file: an agent that rewrites its file does not append to it. */
async function continues(longer: string, shorter: string, size: number): Promise<boolean> {
  const start = Math.max(0, size - COMPARED);
  let isSame = false;
  await withFiles(longer, shorter, O_RDONLY, async (one, other) => {
    const [a, b] = [Buffer.alloc(size - start), Buffer.alloc(size - start)];
    await one.read(a, 0, a.length, start);
    await other.read(b, 0, b.length, start);
    isSame = a.equals(b);
  });
  return isSame;
}

/** The new end of a file that only grows: one write instead of the whole. */
async function append(from: string, to: string, start: number, time: Date): Promise<void> {
  await withFiles(from, to, O_WRONLY, (source, target) => pump(source, target, start, time));
}

/** Whoever reads the copy sees the old or the new one. */
async function replace(from: string, to: string, time: Date): Promise<void> {
  const fresh = `${to}.new`;
  await fill(from, fresh, time);
  await rename(fresh, to);
}

async function fill(from: string, fresh: string, time: Date): Promise<void> {
  await rm(fresh, { force: true });
  await withFiles(from, fresh, O_WRONLY | O_CREAT | O_EXCL, (source, target) => pump(source, target, 0, time));
}

async function withFiles(
  from: string,
  to: string,
  flags: number,
  work: (source: FileHandle, target: FileHandle) => Promise<void>,
): Promise<void> {
  const source = await openPlain(from, O_RDONLY);
  try {
    const target = await openPlain(to, flags);
    try {
      await work(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

const CHUNK = 1024 * 1024;
/** bytes */
const COMPARED = 64 * 1024;

async function pump(source: FileHandle, target: FileHandle, start: number, time: Date): Promise<void> {
  const buffer = Buffer.alloc(CHUNK);
  for (let at = start; ;) {
    const { bytesRead } = await source.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) {
      await target.utimes(time, time);
      return;
    }
    await target.write(buffer, 0, bytesRead, at);
    at += bytesRead;
  }
}
