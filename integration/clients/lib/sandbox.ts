import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GEMINI_SETTINGS, SILENCE } from './silence.ts';

const PACKAGE = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const LONGEST_RUN = 240_000;

/** Does what a browser does of whose user nothing is asked: follows the redirects, back to the program. */
const BROWSER = `#!${process.execPath}
fetch(process.argv[2]).then((page) => page.text());
`;

/** What a program printed, on both streams, and how it ended. */
export interface Run {
  readonly output: string;
  readonly code: number | null;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** what to type when a text appears, once; only with a terminal */
  readonly answer?: { readonly when: RegExp; readonly say: string };
  /** ends the program when this appears */
  readonly until?: RegExp;
  /** ends the program from outside */
  readonly signal?: AbortSignal;
}

/** A home and a project of their own for a program, with nothing of the machine's user in them. */
export class Sandbox {
  public readonly home: string;
  public readonly project: string;
  private readonly root = mkdtempSync(path.join(tmpdir(), 'clients-'));

  public constructor(private readonly environment: Record<string, string>) {
    this.home = this.folder('home');
    this.project = this.folder('project');
    this.folder('tmp');
    this.folder('bin');
    this.addProgram('xdg-open', BROWSER);
    this.write('project/.gemini/settings.json', JSON.stringify(GEMINI_SETTINGS));
    this.keepOpenCodeFromInstalling();
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Writes the file of a client where the client looks for it. */
  public install(filePath: string, content: string): void {
    this.write(filePath.startsWith('~/') ? `home/${filePath.slice(2)}` : `project/${filePath}`, content);
  }

  /** Puts a program first on the path, under any name. Returns where it lies. */
  public addProgram(name: string, script: string): string {
    this.write(`bin/${name}`, script, 0o755);
    return path.join(this.root, 'bin', name);
  }

  public write(relative: string, content: string, mode = 0o600): void {
    const file = path.join(this.root, relative);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  }

  public read(relative: string): string {
    return readFileSync(path.join(this.root, relative), 'utf8');
  }

  public has(relative: string): boolean {
    return existsSync(path.join(this.root, relative));
  }

  /** All files of the sandbox that contain a text. */
  public filesWith(text: string): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file).includes(text))
      .map((file) => path.relative(this.root, file));
  }

  /** Runs a line in a POSIX shell, as a user would who copied it. */
  public shell(line: string, options: RunOptions = {}): Promise<Run> {
    return this.run('/bin/sh', ['-c', line], options);
  }

  /** As `shell`, with a terminal, for programs that insist on one. */
  public terminal(line: string, options: RunOptions = {}): Promise<Run> {
    return this.run('script', ['-qec', line, '/dev/null'], options);
  }

  private run(command: string, args: string[], { env = {}, answer, until, signal }: RunOptions): Promise<Run> {
    // a group of its own, so that nothing a program started outlives it
    const child = spawn(command, args, { cwd: this.project, env: { ...this.base(), ...env }, detached: true });
    const timer = setTimeout(() => endAll(child), LONGEST_RUN);
    signal?.addEventListener('abort', () => endAll(child));
    let open = answer;
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (open?.when.test(output)) {
        child.stdin.write(open.say);
        open = undefined;
      }
      if (until?.test(output)) {
        endAll(child);
      }
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    // a program may end before it has read what is typed
    child.stdin.on('error', () => child.stdin.destroy());
    if (answer === undefined) {
      child.stdin.end();
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        endAll(child);
        resolve({ output, code });
      });
    });
  }

  private base(): Record<string, string> {
    const bins = [path.join(this.root, 'bin'), path.join(PACKAGE, 'node_modules', '.bin')];
    return {
      ...SILENCE,
      ...this.environment,
      HOME: this.home,
      TMPDIR: path.join(this.root, 'tmp'),
      PATH: [...bins, path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      // programs look for these before they open a browser
      DISPLAY: ':99',
      BROWSER: path.join(this.root, 'bin', 'xdg-open'),
      // root is refused by some programs outside of containers
      IS_SANDBOX: '1',
      GEMINI_API_KEY: 'none',
    };
  }

  private folder(name: string): string {
    const folder = path.join(this.root, name);
    mkdirSync(folder);
    return folder;
  }

  /** OpenCode fetches this package into its folder in the background, unless it is there */
  private keepOpenCodeFromInstalling(): void {
    const version = versionOf('opencode-ai');
    const manifest = JSON.stringify({ name: '@opencode-ai/plugin', version, main: 'index.js' });
    const dependencies = { '@opencode-ai/plugin': version };
    const folder = 'home/.config/opencode';
    this.write(`${folder}/package.json`, JSON.stringify({ dependencies }));
    this.write(
      `${folder}/package-lock.json`,
      JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies } } }),
    );
    this.write(`${folder}/node_modules/@opencode-ai/plugin/package.json`, manifest);
    this.write(`${folder}/node_modules/@opencode-ai/plugin/index.js`, '');
  }
}

/** Ends a program and all that it started; a terminal puts its programs into a group of their own. */
function endAll({ pid }: ChildProcess): void {
  const first = pid as number;
  for (const target of [...descendants(first), -first]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
}

function descendants(first: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = table.trim().split('\n');
  const parents = new Map(pairs.map((pair) => pair.trim().split(/\s+/).map(Number) as [number, number]));
  const found = new Set([first]);
  // parents mostly come before their children, so this ends after few rounds
  for (let size = 0; size !== found.size;) {
    size = found.size;
    parents.forEach((parent, pid) => found.has(parent) && found.add(pid));
  }
  return [...found];
}

/** The version of a package as installed. */
export function versionOf(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
