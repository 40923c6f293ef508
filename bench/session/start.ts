/* How long the programs take to start: the server until `/ping` answers, git's helper until it ended with a token. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { median } from '../figures';
import type { Target } from '../figures';
import { microVm, PROGRAMS, Session, startBare, startStandIn, stopped } from './processes';

const LONGEST_START_MS = 300;
const LONGEST_HELPER_MS = 300;
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:bench:live';
const ASKED = 'protocol=https\nhost=github.com\npath=o/r.git\n\n';

/** Milliseconds, one value a round. */
export interface StartFigures {
  readonly server: number[];
  readonly bareServer: number[];
  readonly helper: number[];
  readonly nothing: number[];
  readonly targets: Target[];
}

export async function measureStart(rounds: number): Promise<StartFigures> {
  const standIn = await startStandIn();
  const environment = { ...microVm(standIn.url), GIT_CREDENTIAL_FUNCTION: FUNCTION };
  const figures = { server: [], bareServer: [], helper: [], nothing: [] } as Record<string, number[]>;
  const runs: Record<string, () => Promise<number>> = {
    server: () => startOfServer(environment),
    bareServer: startOfBare,
    helper: () => helped(environment),
    nothing: () => ran(['-e', '0'], {}).then(({ ms }) => ms),
  };
  try {
    // the first round warms the file system up
    for (let round = 0; round <= rounds; round++) {
      for (const [name, run] of Object.entries(runs)) {
        const ms = await run();
        if (round > 0) {
          figures[name].push(ms);
        }
      }
    }
  } finally {
    await stopped(standIn.child);
  }
  const all = figures as unknown as Omit<StartFigures, 'targets'>;
  return { ...all, targets: targetsOf(all) };
}

async function startOfServer(environment: NodeJS.ProcessEnv): Promise<number> {
  const session = await Session.start(environment);
  await session.stop();
  return session.startMs;
}

async function startOfBare(): Promise<number> {
  const { child, startMs } = await startBare();
  await stopped(child);
  return startMs;
}

async function helped(environment: NodeJS.ProcessEnv): Promise<number> {
  const { ms, stdout } = await ran([path.join(PROGRAMS, 'git-credential.mjs'), 'get'], environment, ASKED);
  if (!stdout.includes('password=bench\n')) {
    throw new Error(`git's helper gave no token: ${stdout}`);
  }
  return ms;
}

/** A process from start to end. */
async function ran(
  args: string[],
  environment: NodeJS.ProcessEnv,
  input = '',
): Promise<{ ms: number; stdout: string }> {
  const start = performance.now();
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let stdout = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    stdout += String(part);
  }
  return { ms: performance.now() - start, stdout };
}

function targetsOf({ server, bareServer, helper, nothing }: Omit<StartFigures, 'targets'>): Target[] {
  const [start, bare, token, least] = [server, bareServer, helper, nothing].map(median);
  return [
    {
      wanted: `the session server: at most ${LONGEST_START_MS} ms until /ping answers`,
      measured: `${start.toFixed(0)} ms (a server of node alone: ${bare.toFixed(0)} ms)`,
      reached: start <= LONGEST_START_MS,
    },
    {
      wanted: `git's credential helper: at most ${LONGEST_HELPER_MS} ms from its start to its end, with a token`,
      measured: `${token.toFixed(0)} ms (node that does nothing: ${least.toFixed(0)} ms)`,
      reached: token <= LONGEST_HELPER_MS,
    },
  ];
}
