import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';

/** Where a session works; overrides both places below. */
const WORKSPACE_VARIABLE = 'AGENT_WORKSPACE';
const MOUNT = '/mnt/workspace';
/** the folder for jobs without a repository */
export const WORK_FOLDER = 'work';

interface Workspace {
  readonly root: string;
  /** false where the microVM takes all with it when it ends */
  readonly persistent: boolean;
}

/**
 * The workspace: the mounted storage, else a folder of the home directory. Looked up with the first request and not at
 * start: on platform version V2 the start happens once, before the mounts of a session are there.
 */
export function findWorkspace(environment: NodeJS.ProcessEnv, mount = MOUNT): Workspace {
  const wanted = environment[WORKSPACE_VARIABLE];
  if (wanted !== undefined && wanted !== '') {
    mkdirSync(wanted, { recursive: true });
    return { root: wanted, persistent: true };
  }
  if (isWritableFolder(mount)) {
    return { root: mount, persistent: true };
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
