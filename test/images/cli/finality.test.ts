/* CLIs that named their result and do not exit: by what is known that they are done, and how they are judged. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { adapterOf } from '../../../images/session/cli';
import type { AgentEvent, Bridge, CliName, Finality } from '../../../images/session/contract';
import { binaryOf } from '../../../lib/contract/agents';
import type { RouteSettings } from '../../../lib/contract/session';
import { until, useSessions } from '../session';
import { recording, replayed, runOf } from './fixture';

const { session } = useSessions();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'finality-'));
  process.env.AGENT_CLI_DESCRIPTOR = path.join(folder, 'cli.json');
  describeCustom('events');
});
afterEach(() => {
  delete process.env.AGENT_CLI_DESCRIPTOR;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function describeCustom(output: 'events' | 'text'): void {
  const description = { command: [path.join(folder, 'own-agent')], prompt: 'stdin', output };
  writeFileSync(path.join(folder, 'cli.json'), JSON.stringify(description));
}

const lines = (...records: object[]): string[] => records.map((record) => JSON.stringify(record));

const CURSOR = lines(
  { type: 'system', subtype: 'init', session_id: 'c' },
  { type: 'assistant', message: { content: [{ type: 'text', text: 'done' }] }, session_id: 'c' },
  { type: 'result', subtype: 'success', is_error: false, result: 'done', session_id: 'c' },
);
const EVENTS = lines({ type: 'text', text: 'done' }, { type: 'result', result: { status: 'succeeded', text: 'done' } });

const DONE: [CliName, string[], Finality][] = [
  ['claude-code', recording('claude-code', 'success').stdout, 'certain'],
  ['codex', recording('codex', 'success').stdout, 'certain'],
  ['gemini-cli', recording('gemini-cli', 'success').stdout, 'certain'],
  ['opencode', recording('opencode', 'success').stdout, 'likely'],
  ['cursor', CURSOR, 'certain'],
  ['custom', EVENTS, 'certain'],
];

function finalities(name: CliName, output: readonly string[]): Finality[] {
  const reader = adapterOf(name).reader(runOf());
  return [
    reader.finality,
    ...output.map((line) => {
      reader.line(line);
      return reader.finality;
    }),
  ];
}

describe.each(DONE)('%s', (name, output, finality) => {
  test('is done with its last record, and not before', () => {
    const all = finalities(name, output);
    const first = all.findIndex((one) => one !== 'none');
    expect(all.slice(first)).toEqual(all.slice(first).map(() => finality));
    // what comes after, if anything, is no work
    expect(output.length - first).toBeLessThanOrEqual(1);
  });

  test('is judged by its record when it had to be ended', () => {
    const run = runOf({ home: folder });
    const ended = { code: 0, signal: null, stderr: '', stdout: output };
    const { outcome } = replayed(adapterOf(name), ended, run);
    const lingered = replayed(adapterOf(name), { ...ended, code: null, signal: 'SIGTERM' }, run, 'lingered').outcome;
    expect(outcome.status).toBe('succeeded');
    expect(lingered).toEqual(outcome);
  });

  test('is ended after a while, and its work is tested', async () => {
    const bin = path.join(folder, 'bin');
    const program = name === 'custom' ? path.join(folder, 'own-agent') : path.join(bin, binaryOf(name));
    mkdirSync(bin);
    writeFileSync(path.join(folder, 'output'), `${output.join('\n')}\n`);
    writeFileSync(program, `#!/bin/sh\ncat '${folder}/output'\nsleep 600 &\nexec sleep 600\n`);
    chmodSync(program, 0o755);
    const route: RouteSettings =
      name === 'cursor'
        ? { via: 'provider', credentialProvider: 'p' }
        : { via: 'llmGateway', url: 'https://llm.example.com' };
    const bridge = {
      onNotice: () => undefined,
      modelKey: () => Promise.resolve({ key: 'key' }),
      close: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    } as unknown as Bridge;
    const one = await session({
      adapter: adapterOf(name),
      settings: { model: 'some-model', route },
      bridge,
      exitGrace: { certain: 300, likely: 300 },
      environment: { PATH: `${bin}:${process.env.PATH}` },
    });
    const { events } = await one.invoke({ prompt: 'x', test: 'true' }, { workloadaccesstoken: 'token' });
    const last = events.at(-1)!.event as Extract<AgentEvent, { type: 'result' }>;
    expect(last.result).toMatchObject({ status: 'succeeded', errorCode: null, tests: { exitCode: 0 } });
    expect(last.result.durationMs).toBeLessThan(20_000);
    expect(events.map(({ event }) => event)).toContainEqual({
      type: 'notice',
      code: 'AgentLingered',
      message: 'the agent named its result, but did not exit; its processes were ended',
    });
  });
});

test.each(['claude-code', 'codex', 'gemini-cli'] as const)('%s is done where its record is a failure, too', (name) => {
  const { stdout } = recording(name, 'model-401');
  expect(finalities(name, stdout).at(-1)).toBe('certain');
});

test.each(['claude-code', 'codex', 'gemini-cli', 'opencode'] as const)('%s that was stopped is not done', (name) => {
  expect(new Set(finalities(name, recording(name, 'sigterm').stdout))).toEqual(new Set(['none']));
});

test('agents of plain text are never done: their exit code counts', () => {
  describeCustom('text');
  expect(finalities('custom', ['done', ...EVENTS])).toEqual(['none', 'none', 'none', 'none']);
  expect(finalities('kiro', ['done'])).toEqual(['none', 'none']);
});

describe('Claude Code with work in the background', () => {
  const result = { type: 'result', subtype: 'success', is_error: false, result: 'so far' };
  const task = { type: 'system', task_id: 't-1' };
  const all = (...records: object[]): Finality[] => finalities('claude-code', lines(...records)).slice(1);

  test.each<[string, object]>([
    ['ended', { ...task, subtype: 'task_notification', status: 'completed' }],
    ['failed', { ...task, subtype: 'task_notification', status: 'failed' }],
    ['was killed', { ...task, subtype: 'task_updated', patch: { status: 'killed' } }],
    ['is none of those that run', { type: 'system', subtype: 'background_tasks_changed', tasks: [] }],
  ])('is not done before that %s', (_, end) => {
    const progress = { ...task, subtype: 'task_updated', patch: { status: 'running' } };
    const answer = { type: 'assistant', message: { id: 'm', content: [] } };
    expect(
      all(
        { ...task, subtype: 'task_started' },
        result,
        progress,
        end,
        { type: 'system', subtype: 'init' },
        answer,
        result,
      ),
    ).toEqual(['none', 'none', 'none', 'certain', 'none', 'none', 'certain']);
  });

  test('is done where only housekeeping goes on', () => {
    const tasks = [{ task_id: 'a', ambient: true }];
    const changed = { type: 'system', subtype: 'background_tasks_changed', tasks };
    expect(all({ ...task, subtype: 'task_started', ambient: true }, changed, result).at(-1)).toBe('certain');
    expect(all({ ...changed, tasks: [{ task_id: 'b' }] }, result).at(-1)).toBe('none');
  });
});

test.each<[string, object[], Finality]>([
  [
    'a tool was called, whatever the reason',
    [
      { type: 'tool_use', part: {} },
      { type: 'step_finish', part: { reason: 'stop' } },
    ],
    'none',
  ],
  ['the reason is not known', [{ type: 'step_finish', part: { reason: 'unknown' } }], 'none'],
  ['the model stopped', [{ type: 'step_finish', part: { reason: 'stop' } }], 'likely'],
  [
    'another step began',
    [
      { type: 'step_finish', part: { reason: 'stop' } },
      { type: 'step_start', part: {} },
    ],
    'none',
  ],
  ['there was an error', [{ type: 'error', error: { name: 'x' } }], 'likely'],
])('OpenCode after a step in which %s', (_, records, expected) => {
  expect(finalities('opencode', lines({ type: 'step_start', part: {} }, ...records)).at(-1)).toBe(expected);
});

test('an agent that goes on after its result is not ended', async () => {
  const one = await session({ exitGrace: { certain: 600, likely: 600 } });
  const { texts, events, result } = await one.run([
    ['note', { final: true }],
    ['wait', 100],
    ['note', { final: false }],
    ['wait', 1200],
    ['text', 'later'],
    ['note', { final: true }],
  ]);
  expect([result.status, texts]).toEqual(['succeeded', ['later']]);
  expect(events.some(({ event }) => event.type === 'notice' && event.code === 'AgentLingered')).toBe(false);
});

test('a limit that is reached in the meantime still counts where the agent has not named its result', async () => {
  const one = await session({ exitGrace: { certain: 100, likely: 100 } });
  const job = await one.begin([
    ['text', 'begun'],
    ['wait', 60_000],
  ]);
  await until(async () => (await one.record(job)).status === 'running');
  await one.invoke({ op: 'cancel', job });
  expect((await one.record(job)).status).toBe('cancelled');
});
