/*
 * The memory of an idle session: server and bridge, after one job. Both run from a copy of node that nothing else runs
 * from, so that PSS, which splits shared pages between those who have them, splits them between these two alone.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '../figures';
import { microVm, Session, startBare, startStandIn, stopped } from './processes';

const MOST_MB = 90;
const REST_MS = 3000;
const MB = 1_000_000;

/** Megabytes (of a million bytes). */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
}

export interface MemoryFigures {
  /** before the first job there is no bridge */
  readonly start: Memory;
  readonly idle: Memory[];
  /** two servers of node alone */
  readonly bare: Memory;
  readonly targets: Target[];
}

export async function measureMemory(): Promise<MemoryFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-node-'));
  const node = path.join(folder, 'node');
  copyFileSync(process.execPath, node);
  try {
    const figures = { ...(await ofSession(node)), bare: sum(await ofBare(node)) };
    return { ...figures, targets: [targetOf(figures)] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ofSession(node: string): Promise<Pick<MemoryFigures, 'start' | 'idle'>> {
  const standIn = await startStandIn();
  const session = await Session.start(microVm(standIn.url), node);
  try {
    const server = session.child.pid as number;
    await wait(REST_MS);
    const start = memoryOf(server);
    await session.result(await session.job(0, 0));
    await wait(REST_MS);
    const [bridge] = childrenOf(server);
    return { start, idle: [memoryOf(server), memoryOf(bridge)] };
  } finally {
    await session.stop();
    await stopped(standIn.child);
  }
}

async function ofBare(node: string): Promise<Memory[]> {
  const both = [await startBare(node), await startBare(node)];
  await wait(REST_MS);
  const memory = both.map(({ child }) => memoryOf(child.pid as number));
  await Promise.all(both.map(({ child }) => stopped(child)));
  return memory;
}

function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string) => (Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / MB;
  return { rss: of('Rss'), pss: of('Pss') };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

function sum(all: Memory[]): Memory {
  const of = (unit: keyof Memory) => all.reduce((total, memory) => total + memory[unit], 0);
  return { rss: of('rss'), pss: of('pss') };
}

function targetOf({ start, idle, bare }: Omit<MemoryFigures, 'targets'>): Target {
  const { pss, rss } = sum(idle);
  const [server, bridge] = idle.map((memory) => memory.pss.toFixed(1));
  const text = ({ pss, rss }: Memory) => `PSS ${pss.toFixed(1)}, RSS ${rss.toFixed(1)}`;
  return {
    wanted: `server and bridge, idle after a job: at most ${MOST_MB} MB`,
    measured:
      `PSS ${pss.toFixed(1)} MB (${server} and ${bridge}), RSS ${rss.toFixed(1)} MB, which counts shared pages twice; ` +
      `server alone before the first job ${text(start)}; two servers of node alone ${text(bare)}`,
    reached: pss <= MOST_MB,
  };
}
