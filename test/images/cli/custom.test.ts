import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { custom } from '../../../images/session/cli/custom';
import { expectKeyOnlyInEnvironment, KEY, ofType, replayed, runOf } from './fixture';

const folder = mkdtempSync(path.join(tmpdir(), 'custom-'));
const file = path.join(folder, 'cli.json');

beforeEach(() => {
  process.env.AGENT_CLI_DESCRIPTOR = file;
});
afterAll(() => {
  delete process.env.AGENT_CLI_DESCRIPTOR;
  rmSync(folder, { recursive: true });
});

function describeAs(descriptor: unknown): void {
  writeFileSync(file, typeof descriptor === 'string' ? descriptor : JSON.stringify(descriptor));
}

describe('the command', () => {
  test('with the prompt on standard input, and all it may need in variables', () => {
    describeAs({ command: ['aider', '--yes'] });
    const run = runOf({ telemetryUrl: 'http://127.0.0.1:1/otlp', limits: { minutes: 5 } });
    expect(custom.command(run)).toEqual({
      ...{ file: 'aider', args: ['--yes'], files: [], input: '- add a file' },
      environment: {
        AGENT_MODEL_ROUTE: 'llmGateway',
        AGENT_MODEL: 'some-model',
        AGENT_MODEL_URL: 'https://llm.example.com',
        AGENT_MODEL_KEY: KEY,
        AGENT_MCP_NAME: 'gateway',
        AGENT_MCP_URL: 'http://127.0.0.1:8970/jobs/1/mcp',
        AGENT_TELEMETRY_URL: 'http://127.0.0.1:1/otlp',
        AGENT_MINUTES: '5',
        AGENT_SCRATCH: '/place/scratch',
      },
    });
    expectKeyOnlyInEnvironment(custom);
  });

  test('with the prompt as an argument, never taken for an option', () => {
    describeAs({ command: ['aider'], prompt: 'argument', resume: ['--resume={conversation}'] });
    const { args, input } = custom.command(runOf({ continues: { conversation: 'c-1', totals: null } }));
    expect([args, input]).toEqual([['--resume=c-1', ' - add a file'], undefined]);
  });

  test('cannot go on where the agent cannot', () => {
    describeAs({ command: ['aider'] });
    expect(() => custom.command(runOf({ continues: { conversation: 'c-1', totals: null } }))).toThrow(
      'this agent cannot go on with a conversation; allowed: agents whose /etc/agent/cli.json has "resume"; leave "continues" away',
    );
  });
});

test.each([
  ['{', 'is no JSON object'],
  [{}, "is no command (got 'a undefined'); allowed: a list of words, the program first; see docs/custom-agent.md"],
  [{ command: [] }, 'is no command'],
  [{ command: ['a', ''] }, 'is no command'],
  [{ command: ['a'], prompt: 'file' }, "has another value (got 'file'); allowed: stdin, argument"],
  [{ command: ['a'], output: 'json' }, "has another value (got 'json'); allowed: text, events"],
  [{ command: ['a'], resume: 'x' }, 'is no list of words'],
])('the description %j is refused', (descriptor, message) => {
  describeAs(descriptor);
  expect(() => custom.command(runOf())).toThrow(message);
});

test('without a description nothing runs', () => {
  process.env.AGENT_CLI_DESCRIPTOR = path.join(folder, 'none.json');
  expect(() => custom.command(runOf())).toThrow('none.json cannot be read');
});

describe('output in text', () => {
  beforeEach(() => describeAs({ command: ['aider'], output: 'text' }));

  test.each([
    [0, 'succeeded', null],
    [1, 'failed', 'AgentCrashed'],
  ])('with exit code %s is %s', (code, status, errorCode) => {
    const { events, outcome } = replayed(custom, { code, signal: null, stderr: '', stdout: ['one', '', 'two'] });
    expect(outcome).toMatchObject({ status, errorCode, text: 'one\n\ntwo', tokens: null, dollars: null, turns: null });
    expect(ofType(events, 'text').map(({ text }) => text)).toEqual(['one', 'two']);
  });
});

describe('output in events', () => {
  beforeEach(() => describeAs({ command: ['aider'], output: 'events' }));

  const events = [
    { type: 'text', text: 'hello' },
    { type: 'tool', id: '1', name: 'edit', status: 'started', input: 'a.txt' },
    { type: 'tool', id: '1', name: 'edit', status: 'done', output: 'x'.repeat(5000) },
    { type: 'usage', tokens: { input: 10, output: 5, cacheRead: 0, cacheWrite: 0 }, dollars: 0.5 },
    { type: 'notice', code: 'Slow', message: 'this takes\nlong' },
    { type: 'tool', id: '2', name: 'edit', status: 'wrong' },
    { type: 'started', job: 'somebody else’s' },
  ];
  const result = { type: 'result', result: { status: 'succeeded', text: 'done', turns: 3, conversation: 'c-9' } };
  const output = (records: object[], code = 0) => ({
    ...{ code, signal: null, stderr: '' },
    stdout: ['a warning', ...records.map((record) => JSON.stringify(record))],
  });

  test('is passed on whole, and without what only the server says', () => {
    const seen = replayed(custom, output([...events, result]));
    expect(seen.events.map(({ type }) => type)).toEqual(['text', 'tool', 'tool', 'usage', 'notice']);
    // cut where its secrets are taken out
    expect(ofType(seen.events, 'tool')[1].output).toHaveLength(5000);
    expect(ofType(seen.events, 'notice')[0].message).toBe('this takes long');
    expect(seen.outcome).toMatchObject({
      ...{ status: 'succeeded', text: 'done', turns: 3, dollars: 0.5, dollarsFrom: 'cli', conversation: 'c-9' },
      tokens: { input: 10, output: 5 },
    });
  });

  test('names no spending below zero, which would raise what a job may spend', () => {
    const tokens = { input: -10, output: 5, cacheRead: 0, cacheWrite: 0 };
    const seen = replayed(custom, output([{ type: 'usage', tokens, dollars: -3 }, result]));
    expect([seen.outcome.tokens, seen.outcome.dollars]).toEqual([{ ...tokens, input: 0 }, null]);
  });

  test('names no tokens where it leaves them away', () => {
    const seen = replayed(custom, output([{ type: 'usage', dollars: 0.5 }, result]));
    expect(ofType(seen.events, 'usage')).toEqual([]);
    expect([seen.outcome.tokens, seen.outcome.dollars]).toEqual([null, 0.5]);
  });

  test.each([
    [output(events), 'AgentCrashed'],
    [output([{ type: 'result', result: { status: 'failed', message: 'no' } }]), 'AgentFailed'],
    [output([result], 1), 'AgentFailed'],
  ])('without a good result is no success', (run, errorCode) => {
    expect(replayed(custom, run).outcome.errorCode).toBe(errorCode);
  });
});
