/* Where images are built and run without a registry and without Docker: buildah, podman and runc in a folder of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

export interface Ran {
  readonly code: number;
  readonly output: string;
}

const TOOLS = { buildah: 'buildah', podman: 'podman', runc: 'runc', mmdebstrap: 'mmdebstrap' };
const GIGABYTE = 1024 ** 3;
const FREE = 6 * GIGABYTE;

/** Why this machine can build nothing, if so. Installs what is missing. */
export function unable(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'needs Linux and root';
  }
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    return 'needs apt, to install buildah, podman, runc and mmdebstrap';
  }
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < FREE) {
    return `needs ${FREE / GIGABYTE} GB free in ${tmpdir()}`;
  }
  const missing = Object.keys(TOOLS).filter((tool) => spawnSync('which', [tool]).status !== 0);
  return missing.length === 0 ? undefined : installed(missing);
}

function installed(packages: string[]): string | undefined {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { status, stderr } = spawnSync('apt-get', args, { env: environment, encoding: 'utf8' });
    if (status !== 0) {
      return `apt-get ${args[0]} failed: ${stderr.trim().split('\n').at(-1)}`;
    }
  }
  return undefined;
}

export class Lab {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'agent-images-'));
  private readonly environment: NodeJS.ProcessEnv;

  constructor() {
    for (const name of ['tmp', 'conf']) {
      mkdirSync(path.join(this.folder, name));
    }
    this.environment = {
      ...process.env,
      TMPDIR: path.join(this.folder, 'tmp'),
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: this.file(
        'storage.conf',
        `[storage]\ndriver = "overlay"\ngraphroot = "${this.folder}/graph"\nrunroot = "${this.folder}/run"\n`,
      ),
      // a typing error in the name of the base must not go looking for it
      CONTAINERS_REGISTRIES_CONF: this.file(
        'registries.conf',
        'unqualified-search-registries = []\nshort-name-mode = "disabled"\n',
      ),
      // without CAP_SYS_RESOURCE the defaults of podman cannot be set
      CONTAINERS_CONF: this.file(
        'containers.conf',
        '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]\n' +
          '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n',
      ),
    };
  }

  /** a file of settings, written anew */
  public file(name: string, content: string): string {
    const file = path.join(this.folder, 'conf', name);
    writeFileSync(file, content);
    return file;
  }

  /** never throws: what failed is part of the answer */
  public try(command: string, ...args: string[]): Ran {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      env: this.environment,
      encoding: 'utf8',
      timeout: 25 * 60_000,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: status ?? 1, output: error ? error.message : `${stdout}${stderr}`.trim() };
  }

  public run(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      env: this.environment,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  /** ends what runs and unmounts before it deletes */
  public remove(): void {
    this.try('podman', 'rm', '-af', '-t', '2');
    this.try('buildah', 'rm', '-a');
    this.try('umount', path.join(this.folder, 'graph', 'overlay'));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Certificates that the host trusts beside the usual ones, for builds behind a proxy that opens TLS. */
export function certificates(): string | undefined {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  return file && existsSync(file) ? file : undefined;
}
