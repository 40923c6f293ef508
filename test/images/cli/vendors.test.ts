/* Kiro and Cursor are not in the npm registry: their output is as documented, and was not recorded. */
import { cursor } from '../../../images/session/cli/cursor';
import { kiro } from '../../../images/session/cli/kiro';
import type { CliRun } from '../../../images/session/contract';
import { hidden } from '../../../images/session/contract/hidden';
import { expectKeyOnlyInEnvironment, KEY, ofType, replayed, runOf } from './fixture';

const vendor = (changes: Partial<CliRun> = {}): CliRun =>
  runOf({ model: { via: 'provider', key: hidden(KEY) }, ...changes });

describe('Kiro, by its documentation', () => {
  test('the command', () => {
    const { file, args, environment, files, input } = kiro.command(vendor());
    expect([file, args]).toEqual([
      'kiro-cli',
      ['chat', '--no-interactive', '--trust-all-tools', '--model', 'some-model'],
    ]);
    expect(input).toBe('- add a file');
    expect(environment.KIRO_API_KEY).toBe(KEY);
    expect(files[0].path).toBe('/place/home/.kiro/settings/mcp.json');
    expectKeyOnlyInEnvironment(kiro, vendor());
  });

  test('text with exit code 0 is success, without tokens and dollars', () => {
    const { outcome } = replayed(kiro, {
      code: 0,
      signal: null,
      stderr: '',
      stdout: ['\u001b[32m> done\u001b[0m', ''],
    });
    expect(outcome).toMatchObject({ status: 'succeeded', text: '> done', tokens: null, dollars: null, turns: null });
  });

  test.each([
    [1, ['error']],
    [0, ['']],
  ])('code %s with %j is no success', (code, stdout) => {
    expect(replayed(kiro, { code, signal: null, stderr: 'no', stdout }).outcome.errorCode).toBe('AgentCrashed');
  });
});

describe('Cursor, by its documentation', () => {
  const init = { type: 'system', subtype: 'init', session_id: 's-1', model: 'm', permissionMode: 'default' };
  const answer = { type: 'assistant', message: { role: 'assistant', content: [{ type: 'text', text: 'done' }] } };
  const tool = (subtype: string, call: object): object => ({
    type: 'tool_call',
    subtype,
    call_id: 't',
    tool_call: call,
  });
  const result = { type: 'result', subtype: 'success', is_error: false, result: 'done', session_id: 's-1' };
  const lines = (...records: object[]): string[] => records.map((record) => JSON.stringify(record));

  test('the command', () => {
    const { file, args, environment, files } = cursor.command(
      vendor({ continues: { conversation: 's-1', totals: null } }),
    );
    expect([file, args]).toEqual([
      'agent',
      [
        ...['-p', '--force', '--output-format', 'stream-json', '--approve-mcps', '--trust', '--model', 'some-model'],
        ...['--resume', 's-1', ' - add a file'],
      ],
    ]);
    expect(environment.CURSOR_API_KEY).toBe(KEY);
    expect(files[0].path).toBe('/place/home/.cursor/mcp.json');
    expectKeyOnlyInEnvironment(cursor, vendor());
  });

  test('a run with a tool that succeeds', () => {
    const stdout = lines(
      init,
      tool('started', { writeToolCall: { args: { path: 'a' } } }),
      tool('completed', { writeToolCall: { args: { path: 'a' }, result: { success: {} } } }),
      answer,
      result,
    );
    const { events, outcome } = replayed(cursor, { code: 0, signal: null, stderr: '', stdout });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      text: 'done',
      conversation: 's-1',
      tokens: null,
      dollars: null,
    });
    expect(ofType(events, 'tool').map(({ name, status }) => [name, status])).toEqual([
      ['writeToolCall', 'started'],
      ['writeToolCall', 'done'],
    ]);
  });

  test.each([
    [lines(init, answer), 'AgentCrashed'],
    [lines(init, { ...result, is_error: true }), 'AgentFailed'],
  ])('without a good result is no success', (stdout, errorCode) => {
    expect(replayed(cursor, { code: 0, signal: null, stderr: '', stdout }).outcome.errorCode).toBe(errorCode);
  });
});

describe.each([kiro, cursor])('$name', (adapter) => {
  test('reaches no model but its vendor’s', () => {
    expect(() => adapter.command(runOf())).toThrow(
      `${adapter.name} cannot reach its model this way (got 'llmGateway')`,
    );
  });
});

test('Cursor takes no prompt that is too long for an argument, and Kiro takes it by standard input', () => {
  const command = (adapter: typeof cursor, length: number): unknown =>
    adapter.command(vendor({ prompt: 'é'.repeat(length / 2) }));
  expect(() => command(cursor, 131_070)).not.toThrow();
  expect(() => command(cursor, 131_072)).toThrow(
    "cursor takes its prompt as an argument, and this one cannot be an argument (got '131072 bytes'); allowed: at most 131071 bytes, no zero byte; put the details into a file of the repository and name it in the prompt",
  );
  expect(() => command(kiro, 1_000_000)).not.toThrow();
});
