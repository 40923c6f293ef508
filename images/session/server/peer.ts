/*
 * Which connections may invoke. The agent of a job reaches the server's port as every process of this machine does, and must
 * neither start jobs nor lend them another token. AgentCore does not document where its own requests come from, so
 * connections from other machines are accepted. A connection from this machine is accepted only if the kernel proves that its
 * other end belongs to a process outside of the jobs. A socket that no process holds, since it is on its way from one process
 * to another or its thread hides it, proves nothing.
 */
import { readFile, readdir } from 'node:fs/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { JOB_VARIABLE } from '../process/process-group';
import { nameOf, reaperId, statOf, wasStartedWith } from '../process/processes';

/** for an AgentCore whose own requests come from where those of a job do */
const TRUST_VARIABLE = 'AGENT_LOCAL_CALLERS';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** a microVM has a few dozen; the kernel's default limit is 32,768 */
const MOST_PROCESSES = 20_000;
const LONGEST_LOOK_MS = 3000;
/** so long a look may hold the event loop, which answers /ping meanwhile */
const TURN_MS = 2;
/** a process that ended between two reads of a chain is gone at the next try */
const TRIES = 3;
/** no chain of parents is as long; processes that come and go could make one look endless */
const LONGEST_CHAIN = 1000;
/** pid 1, or the manager of a user's services: outside of an image it adopts what a job left behind */
const FIRST_PROCESS = 1;
const ADOPTER = 'systemd';

const NOT_PROVEN = 'a process of a job, or one that cannot be told from it';

type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>;

interface LookLimits {
  readonly processes?: number;
  readonly ms?: number;
}

interface Waiting {
  readonly ends: Ends;
  readonly decide: (refusal: string | undefined) => void;
}

/** What the kernel says of the other end of a connection. */
interface Row {
  readonly uid: number;
  /** 0 if no process has the socket any more */
  readonly inode: string;
}

/** Decides for each connection, once, whether it may invoke. */
export class Peers {
  private readonly verdicts = new WeakMap<Socket, Promise<string | undefined>>();
  private waiting: Waiting[] = [];
  private isLooking = false;

  constructor(
    private readonly environment: NodeJS.ProcessEnv = process.env,
    private readonly limits: LookLimits = {},
  ) {}

  /** Begins to look, at once: what happens to the socket later changes nothing. */
  public accepted(socket: Socket): void {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    this.verdicts.set(socket, this.verdictOn({ remoteAddress, remotePort, localAddress, localPort }));
  }

  /** Who has the other end, if it may not invoke; undefined if it may. */
  public async refusal(socket: Socket): Promise<string | undefined> {
    return this.verdicts.get(socket) ?? NOT_PROVEN;
  }

  private verdictOn(ends: Ends): Promise<string | undefined> {
    // only Linux tells which process has a socket; elsewhere is the computer of somebody who tries it out
    if (this.environment[TRUST_VARIABLE] === 'trusted' || process.platform !== 'linux') {
      return Promise.resolve(undefined);
    }
    return new Promise((decide) => {
      this.waiting.push({ ends, decide });
      void this.look();
    });
  }

  /** One look decides for all that wait: a flood of connections makes no flood of looks. */
  private async look(): Promise<void> {
    if (this.isLooking) {
      return;
    }
    this.isLooking = true;
    while (this.waiting.length > 0) {
      const waiting = this.waiting;
      this.waiting = [];
      const look = new Look(waiting, this.limits);
      // a look that fails has proved nothing: what it did not decide is refused
      await look.run().catch(() => undefined);
      look.refuseRest();
    }
    this.isLooking = false;
  }
}

/** One look at the connections and processes of this machine. It has its turns between other work. */
class Look {
  private readonly undecided: Set<Waiting>;
  private readonly most: number;
  private readonly ms: number;
  private readonly end: number;
  private reason = NOT_PROVEN;
  private turnEnds = performance.now() + TURN_MS;

  constructor(waiting: readonly Waiting[], { processes = MOST_PROCESSES, ms = LONGEST_LOOK_MS }: LookLimits) {
    this.undecided = new Set(waiting);
    this.most = processes;
    this.ms = ms;
    this.end = performance.now() + ms;
  }

  public async run(): Promise<void> {
    const held = await this.heldSockets();
    if (held.size === 0) {
      return;
    }
    const outside = await this.processesOutside();
    for (const id of outside) {
      for (const inode of await this.socketsOf(id, held)) {
        if (isSurelyOutside(id)) {
          this.accept(held.get(inode) ?? []);
          held.delete(inode);
        }
      }
      if (held.size === 0) {
        return;
      }
    }
  }

  public refuseRest(): void {
    this.decide(this.undecided, this.reason);
  }

  /** Connections whose other end a process of this user has, by the inode of that end. The others are decided. */
  private async heldSockets(): Promise<Map<string, Waiting[]>> {
    const byRow = new Map<string, Waiting[]>();
    const isOwn = ownAddresses();
    for (const one of this.undecided) {
      const key = keyOf(one.ends);
      if (key !== undefined) {
        byRow.set(key, [...(byRow.get(key) ?? []), one]);
      }
    }
    const rows = await this.rows(byRow);
    const held = new Map<string, Waiting[]>();
    for (const [key, waiting] of byRow) {
      const row = rows.get(key);
      if (row === undefined) {
        this.accept(waiting.filter(({ ends }) => !isOwn(ends)));
      } else if (isOfAnotherUser(row)) {
        this.accept(waiting);
      } else if (row.inode !== '0') {
        held.set(row.inode, [...(held.get(row.inode) ?? []), ...waiting]);
      }
    }
    return held;
  }

  private async rows(wanted: ReadonlyMap<string, unknown>): Promise<Map<string, Row>> {
    const rows = new Map<string, Row>();
    for (const table of TABLES) {
      // a kernel without IPv6 has no second table
      const text = await readFile(table, 'latin1').catch((error: unknown) => absentOnly(error));
      for (let from = 0, to = text.indexOf('\n'); to >= 0; from = to + 1, to = text.indexOf('\n', from)) {
        const [, local, remote, , , , , uid, , inode] = text.slice(from, to).trim().split(/ +/);
        const key = `${withoutMapping(local)} ${withoutMapping(remote)}`;
        if (wanted.has(key)) {
          rows.set(key, { uid: Number(uid), inode });
        }
        await this.pause();
      }
    }
    return rows;
  }

  /** Processes that do not descend from this server, the newest first. A job's may have what sockets they like. */
  private async processesOutside(): Promise<number[]> {
    const ids = (await readdir('/proc')).map(Number).filter((id) => id > 0);
    if (ids.length > this.most) {
      throw this.givenUp(`one of more than ${this.most} processes, which are too many to look through`);
    }
    const parents = new Map<number, number>();
    for (const id of ids) {
      const stat = statOf(id);
      if (stat !== undefined) {
        parents.set(id, stat.parent);
      }
      await this.pause();
    }
    const reaper = reaperId();
    const outside = ids.filter((id) => id !== process.pid && !descends(id, parents, reaper));
    return [process.pid, ...outside.sort((one, other) => other - one)];
  }

  /** Those of the sockets that a process has. One that lets nobody look has none. */
  private async socketsOf(id: number, wanted: ReadonlyMap<string, unknown>): Promise<string[]> {
    const found: string[] = [];
    const folder = `/proc/${id}/fd`;
    for (const descriptor of namesIn(folder)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${descriptor}`)) ?? [];
      if (inode !== undefined && wanted.has(inode)) {
        found.push(inode);
      }
      await this.pause();
    }
    return found;
  }

  private async pause(): Promise<void> {
    const now = performance.now();
    if (now > this.end) {
      throw this.givenUp(`a process that was not found within ${this.ms / 1000} seconds`);
    }
    if (now > this.turnEnds) {
      await nextTurn();
      this.turnEnds = performance.now() + TURN_MS;
    }
  }

  private givenUp(reason: string): Error {
    this.reason = reason;
    return new Error(reason);
  }

  private accept(waiting: readonly Waiting[]): void {
    this.decide(waiting, undefined);
  }

  private decide(waiting: Iterable<Waiting>, refusal: string | undefined): void {
    for (const one of waiting) {
      this.undecided.delete(one);
      one.decide(refusal);
    }
  }
}

/**
 * Whether the kernel names another user as the owner of a socket. A job cannot become one: the images have no program that
 * runs as its owner. Such processes, as those of AgentCore may be, let this server not see what they hold. Where the server
 * is root, its jobs can become whoever they like.
 */
function isOfAnotherUser({ uid, inode }: Row): boolean {
  const own = process.geteuid?.();
  // what has no owner any more is shown as root's
  return inode !== '0' && own !== undefined && own !== 0 && uid !== own;
}

/** Whether a process, or one that started it, was started by this server or adopted after a job left it behind. */
function descends(id: number, parents: ReadonlyMap<number, number>, reaper: number | undefined): boolean {
  let one: number | undefined = id;
  for (let step = 0; one !== undefined && step < LONGEST_CHAIN; step += 1) {
    const parent = parents.get(one);
    if (parent === process.pid || (parent !== undefined && parent === reaper)) {
      return true;
    }
    one = parent;
  }
  return false;
}

/** The same by what is true now, and by what each process says of itself. What cannot be read proves nothing. */
function isSurelyOutside(id: number): boolean {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = isOutside(id);
    if (answer !== undefined) {
      return answer;
    }
  }
  return false;
}

function isOutside(id: number): boolean | undefined {
  const reaper = reaperId();
  const since = statOf(process.pid)?.startedAt ?? 0;
  // where the server itself runs in a job, as in a test, the mark says nothing
  const isMarked = process.env[JOB_VARIABLE] === undefined;
  let one = id;
  for (let step = 0; step < LONGEST_CHAIN; step += 1) {
    if (one === process.pid) {
      return one === id;
    }
    const stat = statOf(one);
    if (stat === undefined) {
      return undefined;
    }
    const { parent, startedAt } = stat;
    if (parent === reaper || (isMarked && wasStartedWith(one, JOB_VARIABLE))) {
      return false;
    }
    // outside of an image, what a job left behind is adopted by a process that starts others too
    if (parent !== process.pid && isAdopter(parent) && startedAt >= since) {
      return false;
    }
    if (parent === 0) {
      return true;
    }
    one = parent;
  }
  return undefined;
}

function isAdopter(id: number): boolean {
  return id === FIRST_PROCESS || (id !== 0 && nameOf(id) === ADOPTER);
}

/** Tells which connections come from this machine, also by the address of its network card. */
function ownAddresses(): (ends: Ends) => boolean {
  let own: ReadonlySet<string> | undefined;
  try {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    own = new Set(addresses.map(({ address }) => hexOf(address)));
  } catch {
    // it could not be asked, such as when no file can be opened: then all may be
    return () => true;
  }
  return ({ remoteAddress = '', localAddress }) => {
    const address = hexOf(remoteAddress);
    return isLoopback(remoteAddress) || remoteAddress === localAddress || own.has(address);
  };
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./i.test(address) || address === '::1';
}

/** The row of the other end in the tables of the kernel: its address, then ours. Undefined for one that hung up. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Ends): string | undefined {
  return remoteAddress === undefined || localAddress === undefined
    ? undefined
    : `${hexOf(remoteAddress)}:${portOf(remotePort)} ${hexOf(localAddress)}:${portOf(localPort)}`;
}

/** how the kernel writes the part of an IPv6 address before an IPv4 address that is mapped to it */
const MAPPED = '0000000000000000FFFF0000';

function withoutMapping(end = ''): string {
  return end.startsWith(MAPPED) ? end.slice(MAPPED.length) : end;
}

/** An address as the kernel writes it: words of four bytes, each from its last byte to its first. */
export function hexOf(address: string): string {
  const [plain] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? plain;
  const bytes = mapped.includes(':') ? bytesOfV6(mapped) : mapped.split('.').map(Number);
  const words = bytes.flatMap((_, index) => (index % 4 === 0 ? [bytes.slice(index, index + 4).reverse()] : []));
  return withoutMapping(words.flatMap((word) => word.map((byte) => hex(byte, 2))).join(''));
}

function bytesOfV6(address: string): number[] {
  const [head, tail = []] = address.split('::').map(bytesOfGroups);
  const gap = address.includes('::') ? 16 - head.length - tail.length : 0;
  return [...head, ...Array<number>(Math.max(0, gap)).fill(0), ...tail];
}

function bytesOfGroups(groups: string): number[] {
  return groups
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => {
      const value = parseInt(group, 16);
      return group.includes('.') ? group.split('.').map(Number) : [value >> 8, value & 0xff];
    });
}

function portOf(port = 0): string {
  return hex(port, 4);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function absentOnly(error: unknown): string {
  if ((error as { code?: unknown }).code === 'ENOENT') {
    return '';
  }
  throw error;
}
