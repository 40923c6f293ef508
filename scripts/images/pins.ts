/* The pinned versions of the coding agents from the npm registry: `package.json` of their images has them. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { NPM_CLIS } from '../../lib/contract/agents';

export interface Pin {
  readonly version: string;
  readonly packages: string[];
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** The pins by agent; `images` is the folder with the folders of the agents. */
export function pinsIn(images: string): Record<string, Pin> {
  return Object.fromEntries(NPM_CLIS.map((name) => [name, pinIn(path.join(images, name, 'package.json'))]));
}

/** An agent that has a package for each platform has them all in the same version. */
function pinIn(file: string): Pin {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const pinned = { ...dependencies, ...optionalDependencies };
  const [version, ...others] = new Set(Object.values(pinned));
  if (version === undefined || others.length > 0) {
    throw new Error(`${file} must pin one version, found ${Object.values(pinned).join(', ') || 'none'}`);
  }
  return { version, packages: Object.keys(pinned) };
}
