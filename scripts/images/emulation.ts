/* Runs arm64 programs on an amd64 machine, by QEMU. The registration is of the whole machine, so it is taken back. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const REGISTRY = '/proc/sys/fs/binfmt_misc';

/** @returns why there is none, if so */
export function emulation(): string | undefined {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const steps: string[][] = [
    ['apt-get', 'install', '-y', '--no-install-recommends', 'qemu-user-static', 'binfmt-support', 'arch-test'],
    ...(existsSync(`${REGISTRY}/status`) ? [] : [['mount', '-t', 'binfmt_misc', 'binfmt_misc', REGISTRY]]),
    ['update-binfmts', '--enable', 'qemu-aarch64'],
  ];
  for (const [command, ...args] of steps) {
    const { status, stderr } = spawnSync(command, args, { env: environment, encoding: 'utf8' });
    if (status !== 0) {
      return `${command} failed: ${stderr.trim().split('\n').at(-1)}`;
    }
  }
  process.once('exit', () => spawnSync('update-binfmts', ['--disable', 'qemu-aarch64']));
  return undefined;
}
