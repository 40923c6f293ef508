/*
 * The two GitHub functions as they are deployed: how large, how long until the first answer in a fresh process, and
 * what a call costs on top of its request to GitHub. Beside each time stands that of a process that sends the same
 * requests and does nothing else, taken right after it. Alone: `tsx bench/broker.ts [rounds]`.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { kb, median } from './figures';
import type { Target } from './figures';
import { ROOT } from './processes';

const FUNCTIONS = ['github-broker', 'git-credential'];
const CALLS = 300;
const LARGEST_KB = 300;
const LONGEST_COLD_MS = 150;
const LONGEST_OVERHEAD_MS = 3;

interface Sample {
  /** loading the module */
  readonly load: number;
  /** the first call: a signature by KMS, a token, a request */
  readonly first: number;
  /** medians of calls with a token at hand, and of the bare request */
  readonly call: number;
  readonly request: number;
}

export interface BrokerFigures {
  readonly bytes: Record<string, { readonly file: number; readonly compressed: number }>;
  readonly broker: Sample[];
  readonly bare: Sample[];
  readonly targets: Target[];
}

/** Runs in the child: `functionOf` loads what is measured, all else is the same for both. */
const CHILD = (functionOf: string) => `
  import * as http from 'node:http';
  const { API, KMS } = process.env;
  const agent = new http.Agent({ keepAlive: true });
  const send = (url, method = 'GET', body) => new Promise((resolve, reject) => {
    http.request(url, { method, agent }, async (response) => {
      let text = '';
      for await (const part of response) { text += part; }
      resolve(JSON.parse(text));
    }).on('error', reject).end(body);
  });
  const start = performance.now();
  const call = ${functionOf};
  const loaded = performance.now();
  const answer = await call();
  const first = performance.now();
  if (answer.number !== 7) { throw new Error(JSON.stringify(answer)); }
  const [calls, requests] = [[], []];
  for (let i = 0; i < ${CALLS}; i++) {
    const one = performance.now();
    await call();
    const two = performance.now();
    await send(API + '/repos/o/r/issues/7');
    calls.push(two - one);
    requests.push(performance.now() - two);
  }
  const middle = (all) => all.sort((a, b) => a - b)[all.length >> 1];
  const sample = { load: loaded - start, first: first - loaded, call: middle(calls), request: middle(requests) };
  process.stderr.write(JSON.stringify(sample));
`;

const BROKER = CHILD(`await import(process.env.LAMBDA_TASK_ROOT + '/index.mjs').then(({ handler }) => () =>
  handler({ owner: 'o', repo: 'r', issue_number: 7 }, {
    clientContext: { custom: { bedrockAgentCoreToolName: 't___get_issue' } },
    getRemainingTimeInMillis: () => 15000,
  }))`);
const BARE = CHILD(`(() => {
    let token;
    return async () => {
      token ??= await send(KMS, 'POST', '{}').then(() => send(API + '/app/installations/1/access_tokens', 'POST', '{}'));
      return send(API + '/repos/o/r/issues/7');
    };
  })()`);

/** Needs the bundled functions: `npm run bundle`. */
export async function measureBroker(rounds: number): Promise<BrokerFigures> {
  const { url, close } = await serve();
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-broker-'));
  copyFileSync(bundleOf('github-broker'), path.join(folder, 'index.mjs'));
  const config = { apiUrl: url, clientId: 'Iv1', installationId: 1, repositories: ['o/r'], tools: ['get_issue'] };
  writeFileSync(
    path.join(folder, 'config.json'),
    JSON.stringify({ ...config, largestResult: 20_000, cacheMinutes: 50 }),
  );
  const broker: Sample[] = [];
  const bare: Sample[] = [];
  try {
    // the first round warms the file system up
    for (let round = 0; round <= rounds; round++) {
      const samples = [await runChild(BROKER, url, folder), await runChild(BARE, url, folder)];
      if (round > 0) {
        broker.push(samples[0]);
        bare.push(samples[1]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
    close();
  }
  const bytes = Object.fromEntries(FUNCTIONS.map((name) => [name, sizeOf(name)]));
  return { bytes, broker, bare, targets: targetsOf(bytes, broker, bare) };
}

function bundleOf(name: string): string {
  return path.join(ROOT, 'assets', name, 'index.mjs');
}

function sizeOf(name: string): { file: number; compressed: number } {
  const file = bundleOf(name);
  return { file: statSync(file).size, compressed: brotliCompressSync(readFileSync(file)).length };
}

async function runChild(code: string, url: string, folder: string): Promise<Sample> {
  const env = {
    API: url,
    KMS: url,
    KEY_ARN: 'arn:aws:kms:eu-west-1:111122223333:key/bench',
    AWS_ENDPOINT_URL_KMS: url,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    LAMBDA_TASK_ROOT: folder,
  };
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env });
  return JSON.parse(stderr) as Sample;
}

/** GitHub and KMS without any work, in this process. */
async function serve(): Promise<{ url: string; close: () => void }> {
  const token = JSON.stringify({ token: 'ghs_bench', expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  const issue = JSON.stringify({ number: 7, title: 'It breaks', body: 'How it breaks. '.repeat(100), state: 'open' });
  const signature = JSON.stringify({ Signature: Buffer.alloc(256, 1).toString('base64') });
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const isToken = request.url?.startsWith('/app/') === true;
      response.writeHead(isToken ? 201 : 200, { 'content-type': 'application/json' });
      response.end(isToken ? token : request.method === 'POST' ? signature : issue);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close().closeAllConnections() };
}

function targetsOf(bytes: BrokerFigures['bytes'], broker: Sample[], bare: Sample[]): Target[] {
  const cold = median(broker.map(coldOf));
  const bareCold = median(bare.map(coldOf));
  // both in the same process, in turn
  const overhead = median(broker.map((sample) => sample.call - sample.request));
  const request = median(broker.map((sample) => sample.request));
  return [
    ...Object.entries(bytes).map(([name, { file, compressed }]) => ({
      wanted: `${name}: at most ${LARGEST_KB} KB`,
      measured: `${kb(file)} (${kb(compressed)} compressed)`,
      reached: file <= LARGEST_KB * 1024,
    })),
    {
      wanted: `at most ${LONGEST_COLD_MS} ms to load the broker and answer the first call`,
      measured: `${cold.toFixed(0)} ms (the same requests and nothing else: ${bareCold.toFixed(0)} ms)`,
      reached: cold <= LONGEST_COLD_MS,
    },
    {
      wanted: `at most ${LONGEST_OVERHEAD_MS} ms a call on top of its request, with a token at hand`,
      measured: `${overhead.toFixed(2)} ms (the request: ${request.toFixed(2)} ms)`,
      reached: overhead <= LONGEST_OVERHEAD_MS,
    },
  ];
}

function coldOf({ load, first }: Sample): number {
  return load + first;
}

if (process.argv[1] === __filename) {
  measureBroker(Number(process.argv[2] ?? 7))
    .then(({ targets }) =>
      targets.forEach(({ wanted, measured, reached }) =>
        console.log(`${reached ? 'yes' : 'NO '} ${wanted}: ${measured}`),
      ),
    )
    .catch((error: unknown) => console.error('no figures:', error));
}
