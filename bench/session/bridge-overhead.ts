/*
 * What the bridge costs a tool call. Each round makes one call to a gateway on this machine directly, one through the
 * bridge, and one through mcp-proxy-for-aws, which signs for CLIs over standard input and output; what counts is the
 * difference within a round. Alone: `tsx bench/session/bridge-overhead.ts [rounds]`.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { startBridge } from '../../images/session/bridge/client';
import { median } from '../figures';
import type { Target } from '../figures';
import { OUT } from '../processes';
import { PROGRAMS, startStandIn } from './processes';

const PROGRAM = path.join(PROGRAMS, 'bridge.mjs');
const PROXY = { name: 'mcp-proxy-for-aws', version: '1.7.0' };
const VENV = path.join(OUT, PROXY.name);
const WARM_UP = 30;
const LONGEST_OVERHEAD_MS = 2;

export interface BridgeFigures {
  /** milliseconds of each call, by the way that it took */
  readonly direct: number[];
  readonly bridge: number[];
  /** a text says why it could not be measured */
  readonly proxy: number[] | string;
  readonly targets: Target[];
}

type Call = () => Promise<void>;

/** Needs the bundled programs: `npm run bundle`. */
export async function measureBridge(rounds: number): Promise<BridgeFigures> {
  const standIn = await startStandIn();
  const url = `${standIn.url}/mcp`;
  const environment = {
    ...process.env,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AGENT_BRIDGE_PORT: '0',
    MCP_GATEWAY_URL: url,
    MCP_GATEWAY_AUTH: 'iam',
  };
  const bridge = startBridge({ program: PROGRAM, environment });
  const proxy = startProxy(url, environment);
  try {
    const opened = await bridge.open({ job: 'bench' });
    const other = typeof proxy === 'string' ? proxy : await stdioCaller(proxy);
    const calls = [httpCaller(url), httpCaller(opened.url), ...(typeof other === 'string' ? [] : [other])];
    const [direct, bridged, proxied] = await inTurn(calls, rounds);
    const figures = { direct, bridge: bridged, proxy: typeof other === 'string' ? other : proxied };
    return { ...figures, targets: [targetOf(figures)] };
  } finally {
    await bridge.stop();
    [standIn.child, proxy].forEach((child) => typeof child !== 'string' && child.kill());
  }
}

async function inTurn(calls: Call[], rounds: number): Promise<number[][]> {
  const times: number[][] = calls.map(() => []);
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [index, call] of calls.entries()) {
      const start = performance.now();
      await call();
      if (round >= 0) {
        times[index].push(performance.now() - start);
      }
    }
  }
  return times;
}

const MESSAGE = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'gh___get_issue', arguments: { n: 1 } } };

function httpCaller(url: string): Call {
  const agent = new http.Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  let id = 0;
  return async () => {
    const body = JSON.stringify({ ...MESSAGE, id: ++id });
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.request(url, { method: 'POST', headers, agent }).on('response', resolve).on('error', reject).end(body);
    });
    let text = '';
    for await (const part of response) {
      text += String(part);
    }
    checkAnswer(text, id);
  };
}

function checkAnswer(text: string, id: number): void {
  const answer = JSON.parse(text) as { id: unknown; result?: { content?: unknown } };
  if (answer.id !== id || answer.result?.content === undefined) {
    throw new Error(`not the answer to a call: ${text.slice(0, 300)}`);
  }
}

/** The proxy as a process, or why there is none. */
function startProxy(url: string, env: NodeJS.ProcessEnv): ChildProcess | string {
  const program = path.join(VENV, 'bin', PROXY.name);
  if (!existsSync(program)) {
    try {
      execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'pipe' });
      const install = ['-m', 'pip', 'install', '-q', `${PROXY.name}==${PROXY.version}`];
      execFileSync(path.join(VENV, 'bin', 'python'), install, { stdio: 'pipe', timeout: 300_000 });
    } catch (error) {
      return `SKIP: ${PROXY.name} ${PROXY.version} cannot be installed: ${String(error).split('\n')[0]}`;
    }
  }
  const args = [url, '--service', 'bedrock-agentcore', '--region', 'eu-west-1', '--disable-telemetry'];
  return spawn(program, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Calls over standard input and output, after the greeting. */
async function stdioCaller(child: ChildProcess): Promise<Call | string> {
  const answers = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (message: object): Promise<string> => {
    child.stdin?.write(`${JSON.stringify({ ...message, id: ++id })}\n`);
    for (;;) {
      const { value, done } = await answers.next();
      if (done === true) {
        throw new Error('it ended');
      }
      if ((JSON.parse(String(value)) as { id?: unknown }).id === id) {
        return String(value);
      }
    }
  };
  const clientInfo = { name: 'bench', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  try {
    await ask({ jsonrpc: '2.0', method: 'initialize', params });
    child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    await ask({ jsonrpc: '2.0', method: 'tools/list', params: {} });
    checkAnswer(await ask(MESSAGE), id);
  } catch (error) {
    return `SKIP: ${PROXY.name} ${PROXY.version} does not answer: ${String(error).split('\n')[0]}`;
  }
  return async () => checkAnswer(await ask(MESSAGE), id);
}

function targetOf({ direct, bridge, proxy }: Omit<BridgeFigures, 'targets'>): Target {
  const over = (times: number[]) => median(times.map((time, round) => time - direct[round]));
  const overhead = over(bridge);
  const beside = typeof proxy === 'string' ? proxy : `${PROXY.name} ${PROXY.version}: ${over(proxy).toFixed(2)} ms`;
  return {
    wanted: `at most ${LONGEST_OVERHEAD_MS} ms for the bridge on top of a call`,
    measured: `${overhead.toFixed(2)} ms (the call: ${median(direct).toFixed(2)} ms; ${beside})`,
    reached: overhead <= LONGEST_OVERHEAD_MS,
  };
}

if (process.argv[1] === __filename) {
  measureBridge(Number(process.argv[2] ?? 300))
    .then(({ targets }) =>
      targets.forEach(({ wanted, measured, reached }) =>
        console.log(`${reached ? 'yes' : 'NO '} ${wanted}: ${measured}`),
      ),
    )
    .catch((error: unknown) => console.error('no figures:', error));
}
