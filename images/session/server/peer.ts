/*
 * Who asks. The agent reaches the server's port as everybody does, and must neither start jobs nor lend them another token.
 * The kernel tells which process of this machine has the other end of a connection. AgentCore does not document from where
 * its own requests come, so only what belongs to a job is refused.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { JOB_VARIABLE } from '../process/process-group';
import { processIds, reaperId, statOf, wasStartedWith } from '../process/processes';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

interface Row {
  /** address and port, in the kernel's hexadecimal form */
  readonly local: string;
  readonly remote: string;
  /** 0 if no process has the socket any more */
  readonly inode: string;
}

/** for the day on which AgentCore's own requests come from where those of a job do; nobody has seen it so far */
const TRUST_VARIABLE = 'AGENT_LOCAL_CALLERS';

/** Whether the other end of a connection is a process of a job, running or left behind, or hung up before one could see. */
export function isFromJob(
  { remoteAddress, remotePort, localPort }: Ends,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (environment[TRUST_VARIABLE] === 'trusted') {
    return false;
  }
  const rows = TABLES.flatMap(rowsOf);
  if (rows.length === 0) {
    // no Linux: a computer of somebody who tries it out
    return false;
  }
  if (remoteAddress === undefined) {
    return true;
  }
  const [there, here] = [`${hexOf(remoteAddress)}:${portOf(remotePort)}`, `:${portOf(localPort)}`];
  const other = rows.find(({ local, remote }) => local.endsWith(there) && remote.endsWith(here));
  const isOpen = rows.some(({ local, remote }) => local.endsWith(here) && remote.endsWith(there));
  if (other === undefined) {
    return !isOpen;
  }
  return other.inode === '0' || processIds().some((id) => isOfJob(id) && holds(id, other.inode));
}

function isOfJob(id: number): boolean {
  // what it adopted was started by the agent, and left behind
  const reaper = reaperId();
  // where the server itself runs in a job, as in a test, the mark says nothing
  const isMarked = process.env[JOB_VARIABLE] === undefined;
  for (let one = id; one !== process.pid;) {
    const parent = statOf(one)?.parent ?? 0;
    if (parent === process.pid || parent === reaper || (isMarked && wasStartedWith(one, JOB_VARIABLE))) {
      return true;
    }
    if (parent === 0) {
      return false;
    }
    one = parent;
  }
  return false;
}

/** a process of a job that does not let us look has a reason */
function holds(id: number, inode: string): boolean {
  const folder = `/proc/${id}/fd`;
  try {
    return readdirSync(folder).some((descriptor) => linkOf(`${folder}/${descriptor}`) === `socket:[${inode}]`);
  } catch (error) {
    return (error as { code?: unknown }).code === 'EACCES';
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function rowsOf(table: string): Row[] {
  try {
    const lines = readFileSync(table, 'latin1').trimEnd().split('\n');
    return lines.map((line) => {
      const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/ +/);
      return { local, remote, inode };
    });
  } catch {
    return [];
  }
}

/** The kernel's form of an IPv4 address. That of one that is mapped to IPv6 ends with it. */
function hexOf(address: string): string {
  const bytes = address
    .replace(/^::ffff:/i, '')
    .split('.')
    .map(Number)
    .reverse();
  return bytes.map((byte) => hex(byte, 2)).join('');
}

function portOf(port = 0): string {
  return hex(port, 4);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
