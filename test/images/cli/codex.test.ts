import { appendFileSync, truncateSync } from 'node:fs';
import { parse } from 'smol-toml';
import { codex } from '../../../images/session/cli/codex';
import type { CliRun } from '../../../images/session/contract';
import { expectKeyOnlyInEnvironment, homeWith, KEY, ofType, recording, replayed, runOf } from './fixture';

const CLI = 'codex';
const ONE_RUN = { input: 3000, output: 150, cacheRead: 600, cacheWrite: 0 };

/** The settings on the command line, read as TOML. */
function settingsOf(run: CliRun): Record<string, unknown> {
  const { args } = codex.command(run);
  return parse(args.filter((_, index) => args[index - 1] === '-c').join('\n'));
}

describe('the command', () => {
  test('reads no settings but ours, and its prompt from standard input', () => {
    const { file, args, environment, files, input } = codex.command(runOf());
    expect([file, input, files]).toEqual(['codex', '- add a file', []]);
    expect(args.slice(0, 5)).toEqual([
      ...['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
      '--ignore-user-config',
    ]);
    expect(args.slice(-3)).toEqual(['-m', 'some-model', '-']);
    expect(environment).toEqual({ AGENT_MODEL_KEY: KEY });
    expectKeyOnlyInEnvironment(codex);
  });

  test('calls nobody, gives up after some tries, and needs its tools', () => {
    expect(settingsOf(runOf())).toMatchObject({
      check_for_update_on_startup: false,
      analytics: { enabled: false },
      feedback: { enabled: false },
      features: { plugins: false, unbounded_connection_retries: false, shell_snapshot: false },
      shell_environment_policy: { exclude: ['AGENT_MODEL_KEY'] },
      model_provider: 'agent',
      model_providers: {
        agent: {
          base_url: 'https://llm.example.com',
          env_key: 'AGENT_MODEL_KEY',
          wire_api: 'responses',
          request_max_retries: 4,
          stream_max_retries: 4,
        },
      },
      mcp_servers: { gateway: { url: 'http://127.0.0.1:8970/jobs/1/mcp', required: true } },
    });
  });

  test('on Bedrock, at OpenAI, with effort, telemetry and a conversation', () => {
    const bedrock = runOf({ model: { via: 'bedrock', region: 'eu-west-1' }, settings: { effort: 'high' } });
    expect(settingsOf(bedrock)).toMatchObject({
      model_provider: 'amazon-bedrock',
      model_reasoning_effort: 'high',
      model_providers: { 'amazon-bedrock': { aws: { region: 'eu-west-1' } } },
    });
    expect(codex.command(bedrock).environment).toEqual({});
    const { model } = runOf();
    const provider = runOf({ model: { ...model, via: 'provider' } as CliRun['model'] });
    expect(settingsOf(provider)).toMatchObject({
      model_providers: { agent: { base_url: 'https://api.openai.com/v1' } },
    });
    expect(settingsOf(runOf({ telemetryUrl: 'http://127.0.0.1:1/otlp' }))).toMatchObject({
      otel: { exporter: { 'otlp-http': { endpoint: 'http://127.0.0.1:1/otlp/v1/logs' } }, log_user_prompt: false },
    });
    const { args } = codex.command(runOf({ continues: { conversation: 'c-1', totals: null } }));
    expect([args.slice(0, 2), args.slice(-2)]).toEqual([
      ['exec', 'resume'],
      ['c-1', '-'],
    ]);
  });
});

describe('a run', () => {
  test('that succeeds', () => {
    const { events, outcome } = replayed(codex, recording(CLI, 'success'));
    expect(outcome).toEqual({
      ...{ status: 'succeeded', errorCode: null, message: null, text: 'all done', turns: null },
      ...{ tokens: ONE_RUN, dollars: expect.closeTo(0.01143, 9) as number, dollarsFrom: 'prices' },
      ...{
        conversation: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        totals: { tokens: ONE_RUN, dollars: null },
      },
    });
    expect(ofType(events, 'tool').map(({ name, status }) => `${name} ${status}`)).toEqual([
      ...['shell started', 'shell done', 'tools/ping started', 'tools/ping done'],
    ]);
    expect(ofType(events, 'notice')).toEqual([]);
  });

  test('without prices names no dollars', () => {
    const { outcome } = replayed(codex, recording(CLI, 'success'), runOf({ settings: {} }));
    expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([ONE_RUN, null, null]);
  });

  test('that goes on counts its own part', () => {
    const before = { tokens: ONE_RUN, dollars: null };
    const run = runOf({ continues: { conversation: 'c', totals: before } });
    const { outcome } = replayed(codex, recording(CLI, 'resume'), run);
    expect(outcome.tokens).toEqual(ONE_RUN);
    expect(outcome.totals?.tokens).toEqual({ input: 6000, output: 300, cacheRead: 1200, cacheWrite: 0 });
    const unknown = replayed(
      codex,
      recording(CLI, 'resume'),
      runOf({ continues: { conversation: 'c', totals: null } }),
    );
    expect(unknown.outcome.tokens).toBeNull();
  });

  test.each([
    ['Selected model is at capacity. Please try a different model.', 'ModelUnavailable'],
    ["You've hit your usage limit. Try again at 9:00 PM.", 'ModelThrottled'],
    ['unexpected status 404 Not Found: no such model', 'ModelRequestInvalid'],
    ['exceeded retry limit, last status: 503 Service Unavailable', 'ModelUnavailable'],
    ['the tool said: error 404, page not found', 'AgentFailed'],
    ['HTTP 200 pages were read', 'AgentFailed'],
  ])('that fails with the words %j has the code %s', (message, errorCode) => {
    const { stdout } = recording(CLI, 'model-429');
    const lines = stdout.map((line) =>
      line.includes('"turn.failed"') ? JSON.stringify({ type: 'turn.failed', error: { message } }) : line,
    );
    expect(lines).not.toEqual(stdout);
    const { outcome } = replayed(codex, { code: 1, signal: null, stderr: '', stdout: lines });
    expect([outcome.errorCode, outcome.message]).toEqual([errorCode, message]);
  });

  test('whose end names no usage has none, not 0', () => {
    const { stdout, ...rest } = recording(CLI, 'success');
    const lines = stdout.map((line) => line.replace('"usage"', '"left_out"'));
    const { outcome } = replayed(codex, { ...rest, stdout: lines });
    expect([outcome.status, outcome.tokens, outcome.totals]).toEqual(['succeeded', null, null]);
  });

  test.each([
    ['model-400', 'ModelRequestInvalid'],
    ['model-401', 'ModelAccessDenied'],
    ['model-429', 'ModelThrottled'],
    ['model-500', 'ModelUnavailable'],
    ['model-down', 'ModelUnavailable'],
    ['tools-down', 'GatewayUnavailable'],
    ['unknown-conversation', 'ConversationNotFound'],
    ['sigterm', 'AgentCrashed'],
  ])('%s fails with %s', (name, errorCode) => {
    const { outcome } = replayed(codex, recording(CLI, name));
    expect([outcome.status, outcome.errorCode]).toEqual(['failed', errorCode]);
    expect(outcome.message).toBeTruthy();
  });

  test('whose model had to be asked again is told of, except where Codex does not tell', () => {
    expect(replayed(codex, recording(CLI, 'retried'))).toMatchObject({ outcome: { status: 'succeeded' } });
    const { events } = replayed(codex, recording(CLI, 'model-500'));
    expect(ofType(events, 'notice')[0]).toMatchObject({
      code: 'ModelRetry',
      message: expect.stringMatching(/^Reconnecting/) as string,
    });
  });

  test('is not judged by its exit code', () => {
    const { stdout } = recording(CLI, 'success');
    const { outcome } = replayed(codex, { code: 0, signal: null, stderr: '', stdout: stdout.slice(0, -1) });
    expect([outcome.status, outcome.errorCode]).toEqual(['failed', 'AgentCrashed']);
  });
});

describe('the file of the conversation', () => {
  const conversation = /([0-9a-f-]{36})\.jsonl$/;

  test('names the spending of a new run while it grows', async () => {
    const folder = homeWith(CLI);
    try {
      const run = runOf({ home: folder.home });
      const known = codex.meter?.(run);
      // what was there before is not of this run
      expect(await known?.find()).toBeNull();
    } finally {
      folder.remove();
    }
    const empty = runOf({ home: '/nowhere' });
    const meter = codex.meter?.(empty);
    const lines = linesOf();
    expect(lines.map((line) => meter?.line(line)?.tokens.input ?? null)).toEqual([
      null,
      1000,
      2000,
      3000,
      4000,
      5000,
      6000,
    ]);
    expect(meter?.line(lines[1])?.dollars).toBeCloseTo(0.00381, 9);
  });

  test('says what a conversation took before, also where the job before was killed', async () => {
    const folder = homeWith(CLI, (text) => text.split('\n').slice(0, 4).join('\n'));
    try {
      const id = conversation.exec(folder.file)?.[1] ?? '';
      const run = runOf({ home: folder.home, continues: { conversation: id, totals: null } });
      const meter = codex.meter?.(run);
      expect(await meter?.find()).toBe(folder.file);
      expect(meter?.line(linesOf()[4])?.tokens).toEqual({ input: 1000, output: 50, cacheRead: 200, cacheWrite: 0 });
      expect(replayed(codex, recording(CLI, 'resume'), run).outcome.tokens).toEqual(ONE_RUN);
    } finally {
      folder.remove();
    }
  });

  test('says what a run took that was stopped', () => {
    const folder = homeWith(CLI);
    try {
      const id = conversation.exec(folder.file)?.[1] ?? '';
      const stopped = {
        code: null,
        signal: 'SIGTERM',
        stderr: '',
        stdout: [`{"type":"thread.started","thread_id":"${id}"}`],
      };
      const { outcome } = replayed(codex, stopped, runOf({ home: folder.home }), 'cancelled');
      expect(outcome).toMatchObject({
        status: 'cancelled',
        tokens: { input: 6000, output: 300 },
        dollarsFrom: 'prices',
      });
    } finally {
      folder.remove();
    }
  });

  test('says nothing of a run that was stopped before its first answer', () => {
    const folder = homeWith(CLI);
    try {
      const id = conversation.exec(folder.file)?.[1] ?? '';
      const run = runOf({ home: folder.home, continues: { conversation: id, totals: null } });
      const stopped = { code: null, signal: 'SIGTERM', stderr: '', stdout: [] };
      const { outcome } = replayed(codex, stopped, run, 'cancelled');
      expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([null, null, null]);
      expect(outcome.totals?.tokens).toMatchObject({ input: 6000, output: 300 });
      const meter = codex.meter?.(run);
      expect(linesOf().map((line) => meter?.line(line))).toEqual(Array(7).fill(null));
    } finally {
      folder.remove();
    }
  });

  test('knows what a conversation without an answer took: nothing', () => {
    const folder = homeWith(CLI, (text) => `${text.split('\n')[0]}\n`);
    try {
      const id = conversation.exec(folder.file)?.[1] ?? '';
      const run = runOf({ home: folder.home, continues: { conversation: id, totals: null } });
      expect(codex.meter?.(run).line(linesOf()[1])?.tokens.input).toBe(1000);
      expect(replayed(codex, recording(CLI, 'success'), run).outcome.tokens).toEqual(ONE_RUN);
    } finally {
      folder.remove();
    }
  });

  test('is read from its end, however large it is', () => {
    const folder = homeWith(CLI, (text) => text.split('\n')[0]);
    try {
      truncateSync(folder.file, 65 * 1024 * 1024);
      appendFileSync(folder.file, `\n${linesOf()[5]}\n`);
      const id = conversation.exec(folder.file)?.[1] ?? '';
      const run = runOf({ home: folder.home, continues: { conversation: id, totals: null } });
      expect(codex.meter?.(run).line(linesOf()[6])?.tokens.input).toBe(1000);
    } finally {
      folder.remove();
    }
  });

  test('says nothing where it is not known what the conversation took before', () => {
    const meter = codex.meter?.(runOf({ home: '/nowhere', continues: { conversation: 'c', totals: null } }));
    expect(linesOf().map((line) => meter?.line(line))).toEqual(Array(7).fill(null));
  });

  function linesOf(): string[] {
    let lines: string[] = [];
    homeWith(CLI, (text) => {
      lines = text.trim().split('\n');
      return text;
    }).remove();
    return lines;
  }
});
