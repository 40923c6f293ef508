import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { DEFAULT_WORKSPACE, MOUNTS, WORKSPACE_VARIABLE } from '../../../lib/contract/session';

/** the folder for jobs without a repository */
export const WORK_FOLDER = 'work';

interface Workspace {
  readonly root: string;
  /** false where the microVM takes all with it when it ends */
  readonly persistent: boolean;
}

/**
 * The workspace: the storage that the construct names, else the one at the usual place, else a folder of the home directory.
 * Looked up with the first request and not at start: on platform version V2 the start happens once, before the mounts of a
 * session are there. The image has a plain folder at the usual place, so what counts is whether something is mounted there.
 */
export function findWorkspace(
  environment: NodeJS.ProcessEnv,
  { mount = DEFAULT_WORKSPACE, deviceOf = (folder: string): number => statSync(folder).dev } = {},
): Workspace {
  const isMounted = (folder: string): boolean => deviceOf(folder) !== deviceOf('/');
  const wanted = environment[WORKSPACE_VARIABLE];
  if (wanted !== undefined && wanted !== '') {
    mkdirSync(wanted, { recursive: true });
    // elsewhere somebody chose a folder of his own machine
    return { root: wanted, persistent: !wanted.startsWith(MOUNTS) || isMounted(wanted) };
  }
  if (isWritableFolder(mount)) {
    return { root: mount, persistent: isMounted(mount) };
  }
  const root = path.join(environment.HOME ?? homedir(), 'workspace');
  mkdirSync(root, { recursive: true });
  return { root, persistent: false };
}

function isWritableFolder(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** The places in a workspace. What is ours lies below `.agent`. */
export class Places {
  constructor(public readonly root: string) {}

  /** what is ours, with a slash at the end */
  public get own(): string {
    return path.join(this.root, '.agent', path.sep);
  }

  public get jobs(): string {
    return path.join(this.own, 'jobs');
  }

  /** HOME of the CLI: its conversations outlive the microVM */
  public get home(): string {
    return path.join(this.own, 'home');
  }

  /** where jobs without a repository work */
  public get work(): string {
    return path.join(this.root, WORK_FOLDER);
  }
}
