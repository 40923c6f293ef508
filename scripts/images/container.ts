/* One image, running as strictly as it can: nothing writable but its mounts, no capability, no network. */
import { chownSync, mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab, Ran } from './lab';

const STRICT = [
  '--read-only',
  '--tmpfs=/tmp:rw,mode=1777',
  // runc keeps the mode of the folder below, so its owner must be set
  '--tmpfs=/home/node:rw,U',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--memory=2g',
  '--pids-limit=256',
  '--network=none',
  // podman wants systemd for its timers; the command is run by hand instead
  '--no-healthcheck',
];
const USER = 1000;
const READY_MS = 60_000;

export class Container {
  public static start(lab: Lab, image: string, name: string, entrypoint: string[]): Container {
    const workspace = path.join(lab.folder, `workspace-${name}`);
    mkdirSync(workspace);
    chownSync(workspace, USER, USER);
    const mounts = ['-v', `${workspace}:/mnt/workspace`, '--entrypoint', JSON.stringify(entrypoint)];
    lab.run('podman', 'run', '-d', '--name', name, ...STRICT, ...mounts, image);
    return new Container(lab, name);
  }

  private constructor(
    private readonly lab: Lab,
    private readonly name: string,
  ) {}

  public exec(...command: string[]): Ran {
    return this.lab.try('podman', 'exec', this.name, ...command);
  }

  public execAsRoot(...command: string[]): Ran {
    return this.lab.try('podman', 'exec', '-u', '0', this.name, ...command);
  }

  /** a program of the host in the network of the container, which has no other way in */
  public beside(...command: string[]): Ran {
    return this.lab.try('nsenter', '-t', this.inspect('{{.State.Pid}}'), '-n', ...command);
  }

  /** @returns seconds until the health check passes */
  public async ready(healthcheck: string[]): Promise<number> {
    const start = Date.now();
    while (this.exec(...healthcheck).code !== 0) {
      if (Date.now() - start > READY_MS || this.inspect('{{.State.Status}}') !== 'running') {
        throw new Error(`not healthy after ${READY_MS / 1000} s: ${this.lab.try('podman', 'logs', this.name).output}`);
      }
      await delay(200);
    }
    return (Date.now() - start) / 1000;
  }

  /** SIGTERM, as at the end of a session */
  public stop(seconds: number): { code: number; seconds: number } {
    const start = Date.now();
    this.lab.run('podman', 'stop', '-t', String(seconds), this.name);
    return { code: Number(this.inspect('{{.State.ExitCode}}')), seconds: (Date.now() - start) / 1000 };
  }

  public logs(): string {
    return this.lab.try('podman', 'logs', this.name).output;
  }

  private inspect(format: string): string {
    return this.lab.try('podman', 'inspect', '-f', format, this.name).output;
  }
}
