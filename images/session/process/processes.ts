/* What /proc tells about other processes. All of it can be gone at the next moment, so nothing here throws. */
import { readFileSync, readdirSync } from 'node:fs';

/** The ids of all processes. */
export function processIds(): number[] {
  return idsIn('/proc');
}

function idsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** the 22nd field of proc_pid_stat(5), counted from the third */
const STARTED_AT = 22 - 3;

export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** device number of the controlling terminal, 0 if there is none */
  readonly terminal: number;
  /** process group in the foreground of that terminal */
  readonly foreground: number;
  /** when it was started, in ticks of the kernel's clock */
  readonly startedAt: number;
}

/** What the kernel says of a process, or of one of its threads; undefined if there is none. */
export function statOf(id: number, thread?: number): ProcessStat | undefined {
  try {
    const text = readFileSync(thread === undefined ? `/proc/${id}/stat` : `/proc/${id}/task/${thread}/stat`, 'latin1');
    // the name before them is in brackets, and may have brackets and spaces in it
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group, session, terminal, foreground] = fields;
    return {
      state,
      parent: Number(parent),
      group: Number(group),
      session: Number(session),
      terminal: Number(terminal),
      foreground: Number(foreground),
      startedAt: Number(fields[STARTED_AT]),
    };
  } catch {
    return undefined;
  }
}

/** Whether a process still runs something. Its first thread can have ended before the others. */
export function isLive(id: number, state = statOf(id)?.state): boolean {
  return state !== undefined && (hasNotEnded(state) || liveThreadsOf(id).length > 0);
}

function hasNotEnded(state: string): boolean {
  return state !== 'Z' && state !== 'X';
}

function liveThreadsOf(id: number): number[] {
  const others = idsIn(`/proc/${id}/task`).filter((thread) => thread !== id);
  return others.filter((thread) => hasNotEnded(statOf(id, thread)?.state ?? 'X'));
}

/** The name of a program, as the kernel cuts it; undefined if it does not run. */
export function nameOf(id: number): string | undefined {
  try {
    return readFileSync(`/proc/${id}/comm`, 'latin1').trimEnd();
  } catch {
    return undefined;
  }
}

/** what it adopts was started in this image, and left behind */
const REAPER = 'tini';

/** The process that adopts in an image, which has started this one; undefined outside of images. */
export function reaperId(): number | undefined {
  return nameOf(process.ppid) === REAPER ? process.ppid : undefined;
}

/** Whether a process got this variable, with this value or any, in its environment when it was started. */
export function wasStartedWith(id: number, name: string, value?: string): boolean {
  const wanted = value === undefined ? `\0${name}=` : `\0${name}=${value}\0`;
  return environmentOf(id).includes(wanted);
}

/** The value that a variable had when a process was started; undefined if that cannot be read. */
export function startedWith(id: number, name: string): string | undefined {
  const [, rest] = environmentOf(id).split(`\0${name}=`, 2);
  return rest?.split('\0', 1)[0];
}

/** each variable between two zero characters */
function environmentOf(id: number): string {
  const text = textOf(`/proc/${id}/environ`);
  // a first thread that ended has none any more, the others have
  const threads = text === '' && statOf(id)?.state === 'Z' ? liveThreadsOf(id) : [];
  return `\0${text || threads.map((thread) => textOf(`/proc/${id}/task/${thread}/environ`)).join('')}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Sends a signal to a process, or with a negative id to its group. False if there is none. */
export function signal(id: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(id, name);
  } catch {
    return false;
  }
}
