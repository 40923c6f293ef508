import { sessionId } from '../../../images/session/cli/gemini-cli-meter';
import { geminiCli } from '../../../images/session/cli/gemini-cli';
import { hidden } from '../../../images/session/contract/hidden';
import { KEY, expectKeyOnlyInEnvironment, homeWith, ofType, recording, replayed, runOf } from './fixture';

const CLI = 'gemini-cli';
const ONE_RUN = { input: 4000, output: 200, cacheRead: 800, cacheWrite: 0 };

describe('the command', () => {
  test('fixes the model, allows our server only, and names the conversation before it starts', () => {
    const { file, args, environment, input } = geminiCli.command(runOf());
    expect([file, input]).toEqual(['gemini', '- add a file']);
    expect(args).toEqual([
      ...['-o', 'stream-json', '--approval-mode', 'yolo', '--skip-trust', '-m', 'some-model'],
      ...['--allowed-mcp-server-names', 'gateway', '--session-id', sessionId(runOf())],
    ]);
    expect(sessionId(runOf())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(environment).toMatchObject({
      GOOGLE_GEMINI_BASE_URL: 'https://llm.example.com',
      GEMINI_API_KEY: KEY,
      GEMINI_CLI_NO_RELAUNCH: 'true',
      GEMINI_CLI_TRUST_WORKSPACE: '',
      GEMINI_CLI_TRUSTED_FOLDERS_PATH: '/place/scratch/trusted-folders.json',
    });
    expectKeyOnlyInEnvironment(geminiCli);
  });

  test('writes all of its settings anew', () => {
    const [file] = geminiCli.command(runOf({ limits: { turns: 5 } })).files;
    expect(file.path).toBe('/place/home/.gemini/settings.json');
    expect(JSON.parse(file.content)).toEqual({
      security: {
        auth: { selectedType: 'gemini-api-key', enforcedType: 'gemini-api-key', useExternal: true },
        folderTrust: { enabled: true },
        environmentVariableRedaction: { enabled: true },
      },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 4 },
      advanced: { ignoreLocalEnv: true },
      telemetry: { enabled: false },
      model: { maxSessionTurns: 5 },
      mcpServers: { gateway: { httpUrl: 'http://127.0.0.1:8970/jobs/1/mcp', trust: true } },
    });
  });

  test('with a conversation, telemetry, no tools and no model', () => {
    const run = runOf({
      continues: { conversation: 'c-1', totals: null },
      telemetryUrl: 'http://127.0.0.1:1/otlp',
      settings: {},
      mcp: undefined,
    });
    const { args, files } = geminiCli.command(run);
    expect(args.slice(-6)).toEqual(['-m', 'gemini-2.5-pro', '--allowed-mcp-server-names', 'none', '--resume', 'c-1']);
    expect(files[0].content).toContain('"otlpEndpoint":"http://127.0.0.1:1/otlp"');
  });

  test('at the vendor no file can name another address', () => {
    const { environment } = geminiCli.command(runOf({ model: { via: 'provider', key: hidden(KEY) } }));
    expect(environment).toMatchObject({ GOOGLE_GEMINI_BASE_URL: '', GEMINI_API_KEY: KEY });
  });

  test('on Bedrock is refused', () => {
    expect(() => geminiCli.command(runOf({ model: { via: 'bedrock', region: 'eu-west-1' } }))).toThrow(
      "gemini-cli cannot reach its model this way (got 'bedrock'); allowed: provider, llmGateway; choose another model route, or another coding agent",
    );
  });
});

describe('a run', () => {
  test.each(['success', 'resume'])('that succeeds: %s', (name) => {
    const { events, outcome } = replayed(geminiCli, recording(CLI, name));
    expect(outcome).toEqual({
      ...{ status: 'succeeded', errorCode: null, message: null, text: 'all done', turns: null },
      ...{ tokens: ONE_RUN, dollars: expect.closeTo(0.01524, 9) as number, dollarsFrom: 'prices' },
      ...{ conversation: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, totals: null },
    });
    expect(ofType(events, 'tool').map((event) => `${event.name} ${event.status}`)).toEqual([
      ...['write_file started', 'write_file done', 'run_shell_command started', 'run_shell_command done'],
      ...['mcp_tools_ping started', 'mcp_tools_ping done'],
    ]);
  });

  test.each([
    ['model-400', 'failed', 'ModelRequestInvalid'],
    ['model-401', 'failed', 'ModelAccessDenied'],
    ['model-403', 'failed', 'ModelAccessDenied'],
    ['model-429', 'failed', 'ModelThrottled'],
    ['model-500', 'failed', 'ModelUnavailable'],
    ['model-down', 'failed', 'ModelUnavailable'],
    ['turn-limit', 'limitReached', 'TurnLimit'],
    ['unknown-conversation', 'failed', 'ConversationNotFound'],
    ['sigterm', 'failed', 'AgentCrashed'],
  ])('%s is %s with %s', (name, status, errorCode) => {
    const { outcome } = replayed(geminiCli, recording(CLI, name));
    expect([outcome.status, outcome.errorCode]).toEqual([status, errorCode]);
    expect(outcome.message).toBeTruthy();
  });

  test('whose model gave no answer has no figures, not 0', () => {
    const { events, outcome } = replayed(geminiCli, recording(CLI, 'model-401'));
    expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([null, null, null]);
    expect(ofType(events, 'usage')).toEqual([]);
  });

  test('that a signal ended has exit code 0, and is no success', () => {
    const { code, stdout } = recording(CLI, 'sigterm');
    expect([code, stdout.some((line) => line.includes('"result"'))]).toEqual([0, false]);
  });

  test('with a wrong way to sign in is not allowed to the model', () => {
    const exit = { code: 41, signal: null, stderr: 'Invalid auth method selected.', stdout: [] };
    expect(replayed(geminiCli, exit).outcome.errorCode).toBe('ModelAccessDenied');
  });
});

describe('the file of the conversation', () => {
  test('names the spending while it grows; an answer that is written twice counts once', async () => {
    const folder = homeWith(CLI);
    try {
      const run = runOf({ home: folder.home });
      const meter = geminiCli.meter?.(run);
      expect(await meter?.find()).toBe(folder.file);
      expect(await geminiCli.meter?.({ ...run, job: 'another' }).find()).toBeNull();
      const later = answers((time) => time.replace(/^2026/, '2999'));
      const seen = later.map((line) => meter?.line(line)?.tokens.input).filter((input) => input !== undefined);
      expect(seen).toEqual([1000, 1000, 2000, 2000, 3000, 3000, 4000]);
      // what was answered before this run is not of this run
      expect(answers((time) => time.replace(/^2026/, '2001')).map((line) => meter?.line(line))).toEqual(
        Array(7).fill(null),
      );
    } finally {
      folder.remove();
    }
  });

  test('is found by the conversation, and says what a run took that was stopped', async () => {
    const folder = homeWith(CLI, (text) => text.replaceAll('"timestamp":"2026', '"timestamp":"2999'));
    try {
      const { stdout } = recording(CLI, 'success');
      const conversation = /"session_id":"([^"]+)"/.exec(stdout[0])?.[1] ?? '';
      const run = runOf({ home: folder.home, continues: { conversation, totals: null } });
      expect(await geminiCli.meter?.(run).find()).toBe(folder.file);
      const stopped = { ...recording(CLI, 'sigterm'), stdout: stdout.slice(0, 3) };
      const { outcome } = replayed(geminiCli, stopped, run, 'cancelled');
      expect([outcome.status, outcome.conversation]).toEqual(['cancelled', conversation]);
      expect(outcome.tokens?.output).toBeGreaterThan(0);
    } finally {
      folder.remove();
    }
  });

  test('says nothing of a run that was stopped before its first answer', () => {
    const folder = homeWith(CLI);
    try {
      const { stdout } = recording(CLI, 'success');
      const stopped = { ...recording(CLI, 'sigterm'), stdout: stdout.slice(0, 1) };
      const { outcome } = replayed(geminiCli, stopped, runOf({ home: folder.home }), 'cancelled');
      expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([null, null, null]);
    } finally {
      folder.remove();
    }
  });

  function answers(time: (text: string) => string): string[] {
    let lines: string[] = [];
    homeWith(CLI, (text) => {
      lines = text.split('\n').filter((line) => line.includes('"type":"gemini"'));
      return text;
    }).remove();
    return lines
      .slice(0, 7)
      .map((line) => line.replace(/"timestamp":"([^"]+)"/, (_, at: string) => `"timestamp":"${time(at)}"`));
  }
});
