/* A process whose first thread has ended looks like one that only waits to be reaped, but its other threads work on. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { endLeft, killOrphans } from '../../../images/session/jobs/orphans';
import { endGroup } from '../../../images/session/process/process-group';
import { isLive, statOf } from '../../../images/session/process/processes';
import { until } from '../session';

const SCRIPT = `
import ctypes, threading, time
threading.Thread(target=lambda: time.sleep(600)).start()
print('ready', flush=True)
ctypes.CDLL(None).pthread_exit(None)
`;
// the only language of ours on all machines in which a first thread can end by itself
const testWithPython = spawnSync('python3', ['--version']).status === 0 ? test : test.skip;

testWithPython.each<[string, (pid: number) => unknown]>([
  ['a job that ends', () => killOrphans({ id: 'job-threads' })],
  ['a server that begins anew', () => endLeft(new Set(['job-threads']))],
  ['the end of its group', (pid) => endGroup(pid, 100)],
])(
  'is ended by %s',
  async (_, end) => {
    const child = spawn('python3', ['-c', SCRIPT], {
      detached: true,
      env: { PATH: process.env.PATH, AGENT_JOB: 'job-threads' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    await once(child.stdout, 'data');
    await until(() => statOf(child.pid!)?.state === 'Z');
    expect(isLive(child.pid!)).toBe(true);
    await end(child.pid!);
    await exit;
    expect(isLive(child.pid!)).toBe(false);
  },
  20_000,
);
