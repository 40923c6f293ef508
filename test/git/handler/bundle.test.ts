import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { brokerConfig, KEY_ARN } from './app';
import { CREDENTIALS } from '../../sigv4';
import { contextOf, rowNamed, useLoopback } from './fixture';
import { sample } from './samples';

const use = useLoopback();
const ASSETS = path.join(__dirname, '..', '..', '..', 'assets');
const FUNCTIONS = ['github-broker', 'git-credential'];

/** Loads the file as Lambda does, calls it, and writes the results as the last line. */
const RUN = `
  const { handler } = await import(process.env.LAMBDA_TASK_ROOT + '/index.mjs');
  const calls = JSON.parse(process.env.CALLS);
  const results = [];
  for (const [event, context] of calls) {
    results.push(await handler(event, { ...context, getRemainingTimeInMillis: () => 15000 }));
  }
  process.stdout.write('RESULTS ' + JSON.stringify(results));
`;

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'function-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function run(name: string, config: unknown, calls: [event: unknown, context: unknown][], environment = {}) {
  copyFileSync(path.join(ASSETS, name, 'index.mjs'), path.join(folder, 'index.mjs'));
  if (config !== undefined) {
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  }
  const env = {
    ...CREDENTIALS,
    KEY_ARN,
    AWS_ENDPOINT_URL_KMS: use.loopback.url,
    LAMBDA_TASK_ROOT: folder,
    AWS_LAMBDA_FUNCTION_NAME: 'bundled',
    CALLS: JSON.stringify(calls),
    ...environment,
  };
  // nothing of this project is within its reach, as in Lambda
  const options = { env, cwd: folder };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', RUN], options);
  const [log, results] = stdout.split('RESULTS ');
  return { lines: log.trim().split('\n'), results: JSON.parse(results) as any[], stdout, stderr };
}

test.each(FUNCTIONS)('%s is one file of at most 300 KB', (name) => {
  const file = path.join(ASSETS, name, 'index.mjs');
  expect(existsSync(file)).toBe(true);
  expect(statSync(file).size).toBeLessThanOrEqual(300 * 1024);
});

test('the broker answers, keeps its token, and writes a line a call', async () => {
  const call = (tool: string, more = {}): [unknown, unknown] => {
    const { getRemainingTimeInMillis: _, ...context } = contextOf(`github___${tool}`);
    return [{ ...sample(rowNamed(tool)), ...more }, context];
  };
  const calls = [call('get_issue'), call('get_issue'), call('get_issue', { more: 1 }), call('push_files')];
  const { lines, results, stdout, stderr } = await run('github-broker', brokerConfig(use.loopback.url), calls);
  expect(stderr).toBe('');
  expect(results[0]).toMatchObject({ number: 7 });
  expect(results[1]).toEqual(results[0]);
  expect(results[2].error.code).toBe('InvalidRequest');
  expect(results[3]).toMatchObject({ branch: 'feature/one', files: 1 });
  expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['ok', 'ok', 'InvalidRequest', 'ok']);
  expect(use.loopback.mints).toHaveLength(2);
  use.loopback.mints.forEach(({ token, jwt }) => {
    expect(stdout).not.toContain(token);
    expect(stdout).not.toContain(jwt);
  });
});

test('the credential function answers', async () => {
  const { tools: _, largestResult: _1, cacheMinutes: _2, ...config } = brokerConfig(use.loopback.url);
  const event = { protocol: 'https', host: new URL(use.loopback.url).host, path: 'octo-org/second.git' };
  const { results, lines } = await run('git-credential', config, [[event, {}]]);
  expect(results[0]).toMatchObject({ username: 'x-access-token', password: use.loopback.mints[0].token });
  expect(lines.join()).not.toContain(use.loopback.mints[0].token);
});

test.each([
  ['no settings', undefined, {}, 'config.json beside the code is missing or no JSON'],
  ['wrong settings', { ...brokerConfig('http://evil') }, {}, 'config.json: apiUrl must be an https URL'],
  [
    'no key',
    brokerConfig('https://api.github.com'),
    { KEY_ARN: undefined },
    'set exactly one of the variables KEY_ARN',
  ],
])('%s: the function does not start, and says why', async (_, config, environment, message) => {
  await expect(run('github-broker', config, [], environment)).rejects.toThrow(message);
});
