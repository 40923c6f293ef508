import { claudeCode } from '../../../images/session/cli/claude-code';
import type { CliRun } from '../../../images/session/contract';
import { expectKeyOnlyInEnvironment, ofType, recording, replayed, runOf } from './fixture';

const CLI = 'claude-code';
const BEDROCK: CliRun['model'] = { via: 'bedrock', region: 'eu-west-1' };

describe('the command', () => {
  test('has the prompt on standard input, servers of ours only, and no lookups', () => {
    const { file, args, environment, files, input } = claudeCode.command(runOf());
    expect([file, input]).toEqual(['claude', '- add a file']);
    expect(args).toEqual([
      ...['-p', '--output-format', 'stream-json', '--verbose', '--dangerously-skip-permissions'],
      ...['--mcp-config', '/place/scratch/mcp.json', '--strict-mcp-config'],
      ...['--setting-sources', '', '--add-dir', '/place/work', '--model', 'some-model'],
    ]);
    expect(environment).toMatchObject({
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_MAX_RETRIES: '4',
      ANTHROPIC_BASE_URL: 'https://llm.example.com',
    });
    expect(files).toEqual([
      {
        path: '/place/scratch/mcp.json',
        content: '{"mcpServers":{"gateway":{"type":"http","url":"http://127.0.0.1:8970/jobs/1/mcp"}}}',
      },
    ]);
    expectKeyOnlyInEnvironment(claudeCode);
  });

  test('holds limits, effort and the conversation', () => {
    const { args } = claudeCode.command(
      runOf({
        limits: { turns: 7, dollars: 2.5, minutes: 10 },
        settings: { effort: 'high' },
        continues: { conversation: 'c-1', totals: null },
      }),
    );
    expect(args.slice(-8)).toEqual([
      '--effort',
      'high',
      '--max-turns',
      '7',
      '--max-budget-usd',
      '2.5',
      '--resume',
      'c-1',
    ]);
  });

  test('on Bedrock pins the families that it would probe', () => {
    const { environment } = claudeCode.command(
      runOf({
        model: BEDROCK,
        settings: { model: 'eu.sonnet', smallModel: 'eu.haiku', familyModels: { opus: 'eu.opus' } },
      }),
    );
    expect(environment).toMatchObject({
      CLAUDE_CODE_USE_BEDROCK: '1',
      AWS_REGION: 'eu-west-1',
      ANTHROPIC_DEFAULT_OPUS_MODEL: 'eu.opus',
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'eu.haiku',
    });
  });

  test('on Bedrock says of each family that the route lacks what stands for it, the name of that model first', () => {
    const overridesOf = (settings: CliRun['settings'], model: CliRun['model'] = BEDROCK): unknown => {
      const { args } = claudeCode.command(runOf({ model, settings }));
      return args.includes('--settings') ? JSON.parse(args[args.indexOf('--settings') + 1]) : undefined;
    };
    const opus = 'global.anthropic.claude-opus-4-6-v1';
    const haiku = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0';
    const onlyOpus = { model: opus, smallModel: opus, familyModels: { opus, sonnet: opus } };
    expect(JSON.stringify(overridesOf(onlyOpus))).toBe(
      JSON.stringify({
        modelOverrides: {
          'claude-opus-4-6': opus,
          'claude-sonnet-4-5-20250929': opus,
          'claude-haiku-4-5-20251001': opus,
        },
      }),
    );
    const both = { model: opus, smallModel: haiku, familyModels: { opus, sonnet: opus } };
    expect(overridesOf(both)).toEqual({
      modelOverrides: { 'claude-opus-4-6': opus, 'claude-sonnet-4-5-20250929': opus },
    });
    const own = 'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc';
    expect(overridesOf({ model: own, smallModel: own, familyModels: { opus: own, sonnet: own } })).toBeUndefined();
    expect(overridesOf(onlyOpus, runOf().model)).toBeUndefined();
  });

  test('sends telemetry to the bridge only if there is one', () => {
    expect(claudeCode.command(runOf()).environment).not.toHaveProperty('CLAUDE_CODE_ENABLE_TELEMETRY');
    expect(claudeCode.command(runOf({ telemetryUrl: 'http://127.0.0.1:8970/otlp' })).environment).toMatchObject({
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:8970/otlp',
    });
  });
});

describe('a run', () => {
  test('that succeeds', () => {
    const { events, outcome } = replayed(claudeCode, recording(CLI, 'success'));
    const tokens = { input: 4000, output: 200, cacheRead: 800, cacheWrite: 400 };
    expect(outcome).toEqual({
      ...{ status: 'succeeded', errorCode: null, message: null, text: 'all done', turns: 4 },
      ...{
        tokens,
        dollars: 0.01674,
        dollarsFrom: 'cli',
        conversation: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
      totals: { tokens, dollars: 0.01674 },
    });
    expect(ofType(events, 'tool').map(({ name, status }) => `${name} ${status}`)).toEqual([
      ...['Write started', 'Write done', 'Bash started', 'Bash done'],
      ...['mcp__tools__ping started', 'mcp__tools__ping done'],
    ]);
    expect(ofType(events, 'tool')[5].output).toBe('pong');
    expect(ofType(events, 'text')).toEqual([{ type: 'text', text: 'all done' }]);
    expect(ofType(events, 'usage')).toEqual([{ type: 'usage', tokens, dollars: 0.01674 }]);
    expect(ofType(events, 'notice')).toEqual([]);
  });

  test('that goes on counts its own part', () => {
    const resumed = recording(CLI, 'resume');
    const totals = { tokens: { input: 4000, output: 200, cacheRead: 800, cacheWrite: 400 }, dollars: 0.01674 };
    const run = runOf({ continues: { conversation: 'c', totals } });
    const { outcome } = replayed(claudeCode, resumed, run);
    expect([outcome.tokens, outcome.dollars]).toEqual([totals.tokens, expect.closeTo(0.01674, 9)]);
    expect(outcome.totals?.dollars).toBeCloseTo(0.03348, 9);
    // older versions name totals only
    const stdout = resumed.stdout.map((line) => line.replace('"model_usage_since_last_result"', '"left_out"'));
    const older = replayed(claudeCode, { ...resumed, stdout }, run).outcome;
    expect([older.tokens, older.dollars]).toEqual([totals.tokens, expect.closeTo(0.01674, 9)]);
    const unknown = replayed(
      claudeCode,
      { ...resumed, stdout },
      { ...run, continues: { conversation: 'c', totals: null } },
    );
    expect([unknown.outcome.tokens, unknown.outcome.dollars]).toEqual([null, null]);
  });

  test('that goes on, and works on in the background, adds up what each of its results names', () => {
    const resumed = recording(CLI, 'resume');
    const run = runOf({ continues: { conversation: 'c', totals: null } });
    const once = replayed(claudeCode, resumed, run).outcome;
    const end = resumed.stdout.find((line) => line.includes('"type":"result"'))!;
    const twice = replayed(claudeCode, { ...resumed, stdout: [...resumed.stdout, end] }, run).outcome;
    const double = (count: number): number => 2 * count;
    expect(twice.tokens).toEqual(Object.fromEntries(Object.entries(once.tokens!).map(([k, n]) => [k, double(n)])));
    expect(twice.dollars).toBeCloseTo(double(once.dollars!), 9);
  });

  test.each([
    ['success', undefined, /"(total_cost_usd|modelUsage)"/g],
    [
      'resume',
      { tokens: { input: 9, output: 9, cacheRead: 9, cacheWrite: 9 }, dollars: 1 },
      /"(total_cost_usd|modelUsage|model_usage_since_last_result)"/g,
    ],
    ['model-401', undefined, /nothing/],
  ])('that names no figures has none, not 0: %s', (name, totals, fields) => {
    const { stdout, ...rest } = recording(CLI, name);
    const lines = stdout.map((line) => line.replace(fields, '"left_out"'));
    const run = runOf(totals && { continues: { conversation: 'c', totals } });
    const { events, outcome } = replayed(claudeCode, { ...rest, stdout: lines }, run);
    expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([null, null, null]);
    expect(ofType(events, 'usage')).toEqual([]);
  });

  test('that goes on does not know its dollars where one model names no cost', () => {
    const { stdout, ...rest } = recording(CLI, 'resume');
    const run = runOf({ continues: { conversation: 'c', totals: null } });
    const lines = stdout.map((line) => line.replaceAll('"costUSD"', '"left_out"'));
    const { outcome } = replayed(claudeCode, { ...rest, stdout: lines }, run);
    expect([outcome.tokens?.input, outcome.dollars, outcome.dollarsFrom]).toEqual([4000, null, null]);
  });

  test.each([
    ['model-400', 'failed', 'ModelRequestInvalid', /400/],
    ['model-401', 'failed', 'ModelAccessDenied', /401/],
    ['model-429', 'failed', 'ModelThrottled', /429/],
    ['model-500', 'failed', 'ModelUnavailable', /500/],
    ['model-down', 'failed', 'ModelUnavailable', /Connection refused/],
    ['turn-limit', 'limitReached', 'TurnLimit', /maximum number of turns/],
    ['dollar-limit', 'limitReached', 'DollarLimit', /maximum budget/],
    ['unknown-conversation', 'failed', 'ConversationNotFound', /No conversation found/],
    ['local-command', 'failed', 'AgentFailed', /taken for the command \/compact/],
    ['sigterm', 'failed', 'AgentCrashed', /code 143 and gave no result/],
  ])('%s is %s with %s', (name, status, errorCode, message) => {
    const { outcome } = replayed(claudeCode, recording(CLI, name));
    expect([outcome.status, outcome.errorCode]).toEqual([status, errorCode]);
    expect(outcome.message).toMatch(message);
  });

  test('whose model had to be asked again, or whose tools are gone, is told of', () => {
    const retried = replayed(claudeCode, recording(CLI, 'retried'));
    expect(retried.outcome.status).toBe('succeeded');
    expect(ofType(retried.events, 'notice')[0]).toEqual({
      type: 'notice',
      code: 'ModelRetry',
      message: 'the model did not answer (status 500): attempt 1 of 1',
    });
    expect(ofType(replayed(claudeCode, recording(CLI, 'tools-down')).events, 'notice')).toEqual([
      {
        type: 'notice',
        code: 'ToolServerUnavailable',
        message: 'no connection to the tool server tools (failed)',
      },
    ]);
  });

  test('with a tool that was not permitted succeeds, and says so', () => {
    const good = recording(CLI, 'success');
    const denial = '"permission_denials":[{"tool_name":"Write","tool_use_id":"t","tool_input":{}}]';
    const stdout = good.stdout.map((line) => line.replace('"permission_denials":[]', denial));
    const { events, outcome } = replayed(claudeCode, { ...good, stdout });
    expect(outcome.status).toBe('succeeded');
    expect(ofType(events, 'notice')).toEqual([
      { type: 'notice', code: 'ToolDenied', message: 'the tool Write was not permitted' },
    ]);
  });

  test('is not judged by its exit code: without a result nothing is success', () => {
    const good = recording(CLI, 'success');
    const { outcome } = replayed(claudeCode, { ...good, stdout: good.stdout.slice(0, -1) });
    expect([outcome.status, outcome.errorCode, outcome.tokens]).toEqual(['failed', 'AgentCrashed', null]);
  });

  test('names nothing to stop it for with its last record', () => {
    const reader = claudeCode.reader(runOf());
    recording(CLI, 'success').stdout.forEach((line) => reader.line(line));
    expect(reader.spent).toEqual({ turns: 4, tokens: null, dollars: null });
  });
});

test.each([
  ['timeLimit', 'limitReached', 'TimeLimit'],
  ['dollarLimit', 'limitReached', 'DollarLimit'],
  ['turnLimit', 'limitReached', 'TurnLimit'],
  ['cancelled', 'cancelled', 'Cancelled'],
  ['shutdown', 'interrupted', 'Interrupted'],
] as const)('a run that was stopped by %s is %s', (cause, status, errorCode) => {
  const { outcome } = replayed(claudeCode, recording(CLI, 'sigterm'), runOf(), cause);
  expect([outcome.status, outcome.errorCode]).toEqual([status, errorCode]);
});
