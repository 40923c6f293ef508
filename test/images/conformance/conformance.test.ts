import { conformance } from '../../../images/conformance/run';
import type { ConformanceOptions } from '../../../images/conformance/run';
import { conformance as command } from '../../../cli/conformance';
import { LoopbackAgent } from './loopback-agent';
import type { Fault } from './loopback-agent';

let agent: LoopbackAgent | undefined;

afterEach(() => agent?.stop());

async function failures(fault: Fault | undefined, options: ConformanceOptions = {}): Promise<Record<string, string>> {
  agent = new LoopbackAgent(fault);
  const outcomes = await conformance(await agent.start(), { timeout: 3, ...options });
  return Object.fromEntries(outcomes.flatMap(({ id, passed, found }) => (passed ? [] : [[id, found ?? '']])));
}

test('a server that keeps the contract passes every check', async () => {
  expect(await failures(undefined)).toEqual({});
});

test('the ids of the checks are stable', async () => {
  agent = new LoopbackAgent();
  const ids = (await conformance(await agent.start())).map(({ id }) => id);
  expect(ids).toEqual([
    ...['ping', 'ping-speed', 'ping-time', 'invocations-refusal', 'alive-after-refusal'],
    ...['job-list', 'job-refusal', 'job-unknown', 'job-start', 'ping-busy', 'ping-busy-time'],
    ...['job-events', 'job-attach', 'job-cancel', 'job-result', 'ping-idle-again'],
  ]);
});

const FAULTS: [Fault, string, RegExp][] = [
  ['ping-404', 'ping', /^status 404$/],
  ['ping-text', 'ping', /^no JSON object: Healthy$/],
  ['ping-status', 'ping', /^status "ok"$/],
  ['ping-slow', 'ping-speed', /^1\d\d\d ms$/],
  ['ping-now', 'ping-time', /^it moved from \d+ to \d+ while the status stayed Healthy$/],
  ['ping-milliseconds', 'ping-time', /^\d{13} is no number of seconds since 1970$/],
  ['rubbish-500', 'invocations-refusal', /^status 500$/],
  ['rubbish-200', 'invocations-refusal', /^status 200$/],
  ['rubbish-silent', 'invocations-refusal', /^no text: $/],
  ['dies-of-rubbish', 'alive-after-refusal', /^no answer to GET \/ping: ECONNREFUSED$/],
  ['session-header', 'job-list', /^status 431/],
  ['list-500', 'job-list', /^status 500/],
  ['takes-any-prompt', 'job-refusal', /^status 200$/],
  ['attach-waits', 'job-unknown', /^status 200$/],
  ['plain-text', 'job-start', /^content type none$/],
  ['no-ids', 'job-start', /^an event has no number as its id/],
  ['no-json-data', 'job-start', /^data of an event is no JSON object/],
  ['ids-from-zero', 'job-start', /^event 'started' with id 0$/],
  ['first-is-text', 'job-start', /^event 'text' with id 1$/],
  ['never-busy', 'ping-busy', /^Healthy after 'started'/],
  ['busy-now', 'ping-busy-time', /^it moved from/],
  ['gap', 'job-events', /^ids 1, 2, 8$/],
  ['goes-on', 'job-events', /^the stream went on after the result$/],
  ['cut-off', 'job-events', /^the stream ended inside an event/],
  ['no-replay', 'job-attach', /./],
  ['ignores-after', 'job-attach', /^attach after 1 began with id 1$/],
  ['cancel-404', 'job-cancel', /^status 404/],
  ['stays-running', 'job-cancel', /^the record says the job still runs$/],
  ['zero-for-unknown', 'job-result', /^without tokens, dollars, turns, exitCode$/],
  ['busy-for-ever', 'ping-idle-again', /^HealthyBusy$/],
];

test.concurrent.each(FAULTS)('%s is found by %s', async (fault, check, found) => {
  const broken = new LoopbackAgent(fault);
  const outcomes = await conformance(await broken.start(), { timeout: 3 });
  await broken.stop();
  expect(outcomes.find(({ id }) => id === check)).toEqual(
    expect.objectContaining({ passed: false, found: expect.stringMatching(found) as string }),
  );
});

describe('--contract-only', () => {
  test('asks nothing about jobs, and does not wait for the end of a stream', async () => {
    expect(await failures('list-500', { contractOnly: true })).toEqual({});
  });

  test('sends the body that is given', async () => {
    const { invocations } = await failures(undefined, { contractOnly: true, payload: '{"input":"hello"}' });
    expect(invocations).toBe('status 400: {"message":"prompt is no text"}');
  });

  test.each<[Fault, RegExp]>([
    ['session-header', /^status 431/],
    ['plain-text', /^content type none$/],
  ])('%s is found', async (fault, found) => {
    expect((await failures(fault, { contractOnly: true })).invocations).toMatch(found);
  });
});

describe('the command', () => {
  const run = async (...args: string[]): Promise<{ code: number; text: string }> => {
    let text = '';
    const out = (more: string): void => void (text += more);
    return { code: await command.run(args, { out, err: out }), text };
  };

  test('says 0 and counts if all is well', async () => {
    agent = new LoopbackAgent();
    const { code, text } = await run(`${await agent.start()}/`);
    expect(code).toBe(0);
    expect(text).toMatch(/^ok {4}ping\n[^]*16 passed, 0 failed\n$/);
  });

  test('says 1, and what was found, why it matters and what to do', async () => {
    agent = new LoopbackAgent('never-busy');
    const { code, text } = await run(await agent.start());
    expect(code).toBe(1);
    expect(text).toContain('FAIL  ping-busy: /ping says HealthyBusy while a job works\n      found  Healthy after');
    expect(text).toContain('      why    the service ends an idle session');
    expect(text).toContain('      fix    count jobs from their start');
  });

  test('prints JSON', async () => {
    agent = new LoopbackAgent();
    const { text } = await run(await agent.start(), '--json');
    expect((JSON.parse(text) as { passed: boolean }[]).every(({ passed }) => passed)).toBe(true);
  });

  test.each([
    [[], 'one URL is needed, such as http://127.0.0.1:8080 (got none)'],
    [['ftp://x'], 'one URL is needed, such as http://127.0.0.1:8080 (got ftp://x)'],
    [['http://a', 'http://b'], 'one URL is needed, such as http://127.0.0.1:8080 (got http://a http://b)'],
    [['http://127.0.0.1', '--payload', '{'], '--payload must be JSON (got {)'],
    [['http://127.0.0.1', '--timeout', '0'], '--timeout must be a number of seconds from 1 to 9999 (got 0)'],
  ])('refuses %j', async (args, text) => {
    await expect(run(...args)).rejects.toThrow(text);
  });

  test('says what is wrong if nothing listens', async () => {
    const { code, text } = await run('http://127.0.0.1:9', '--contract-only');
    expect(code).toBe(1);
    expect(text).toContain('found  no answer to GET /ping: ');
  });
});
