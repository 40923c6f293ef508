import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { openCode } from '../../../images/session/cli/opencode';
import type { CliRun } from '../../../images/session/contract';
import { expectKeyOnlyInEnvironment, KEY, ofType, recording, replayed, runOf } from './fixture';

const CLI = 'opencode';
const ONE_RUN = { input: 4000, output: 200, cacheRead: 800, cacheWrite: 0 };
const { model } = runOf();

function configurationOf(run: CliRun): Record<string, unknown> {
  return JSON.parse(openCode.command(run).environment.OPENCODE_CONFIG_CONTENT) as Record<string, unknown>;
}

describe('the command', () => {
  test('has the prompt on standard input, and no configuration of the repository', () => {
    const { file, args, environment, input } = openCode.command(runOf());
    expect([file, input]).toEqual(['opencode', '- add a file']);
    expect(args).toEqual(['run', '--format', 'json', '--auto', '--dir', '/place/work', '-m', 'gateway/some-model']);
    expect(environment).toMatchObject({
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      AGENT_MODEL_KEY: KEY,
    });
    expectKeyOnlyInEnvironment(openCode);
  });

  test('names the rules of the repository, the first that is there', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'rules-'));
    const rules = (): unknown => configurationOf(runOf({ directory })).instructions;
    expect(rules()).toBeUndefined();
    writeFileSync(path.join(directory, 'CLAUDE.md'), '');
    expect(rules()).toEqual([path.join(directory, 'CLAUDE.md')]);
    writeFileSync(path.join(directory, 'AGENTS.md'), '');
    expect(rules()).toEqual([path.join(directory, 'AGENTS.md')]);
    rmSync(directory, { recursive: true });
  });

  test('describes the model of a gateway, with its prices', () => {
    expect(configurationOf(runOf())).toEqual({
      ...{
        autoupdate: false,
        share: 'disabled',
        permission: { '*': 'allow', external_directory: 'allow', doom_loop: 'allow' },
        model: 'gateway/some-model',
        small_model: 'gateway/some-model',
      },
      enabled_providers: ['gateway'],
      provider: {
        gateway: {
          npm: '@ai-sdk/openai-compatible',
          options: { baseURL: 'https://llm.example.com', apiKey: '{env:AGENT_MODEL_KEY}' },
          models: {
            'some-model': {
              tool_call: true,
              limit: { context: 200_000, output: 32_000 },
              cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
            },
          },
        },
      },
      mcp: { gateway: { type: 'remote', url: 'http://127.0.0.1:8970/jobs/1/mcp', enabled: true, oauth: false } },
    });
  });

  test('on Bedrock, and at a vendor', () => {
    const bedrock = runOf({
      model: { via: 'bedrock', region: 'eu-west-1' },
      settings: { model: 'eu.sonnet', smallModel: 'eu.haiku', effort: 'high' },
    });
    expect(configurationOf(bedrock)).toMatchObject({
      ...{ model: 'amazon-bedrock/eu.sonnet', small_model: 'amazon-bedrock/eu.haiku' },
      provider: {
        'amazon-bedrock': {
          options: { region: 'eu-west-1', profile: 'default' },
          models: { 'eu.sonnet': {}, 'eu.haiku': {} },
        },
      },
    });
    expect(openCode.command(bedrock).args.slice(-4)).toEqual(['-m', 'amazon-bedrock/eu.sonnet', '--variant', 'high']);
    const vendor = runOf({
      model: { ...model, via: 'provider' } as CliRun['model'],
      settings: { model: 'openai/gpt-5' },
    });
    expect(configurationOf(vendor)).toMatchObject({
      enabled_providers: ['openai'],
      provider: { openai: { options: { apiKey: '{env:AGENT_MODEL_KEY}' } } },
    });
  });

  test('without a model at a gateway is refused', () => {
    expect(() => openCode.command(runOf({ settings: {} }))).toThrow(
      'opencode has to be told which model to use on this route; name `model` of the agent',
    );
  });

  test('says that its plugin is there, so that it installs nothing', () => {
    const [lock, folder] = openCode.command(runOf()).files;
    expect([lock.path, folder.path]).toEqual([
      '/place/home/.config/opencode/package-lock.json',
      '/place/home/.config/opencode/node_modules/.keep',
    ]);
    expect(JSON.parse(lock.content)).toMatchObject({
      packages: { '': { dependencies: { '@opencode-ai/plugin': '*' } } },
    });
  });

  test('goes on with a conversation, and sends telemetry to the bridge', () => {
    const run = runOf({ continues: { conversation: 'ses_1', totals: null }, telemetryUrl: 'http://127.0.0.1:1/otlp' });
    expect(openCode.command(run).args.slice(-2)).toEqual(['-s', 'ses_1']);
    expect(openCode.command(run).environment.OTEL_EXPORTER_OTLP_ENDPOINT).toBe('http://127.0.0.1:1/otlp');
    expect(configurationOf(run)).toMatchObject({ experimental: { openTelemetry: true } });
  });
});

describe('a run', () => {
  test.each(['success', 'resume', 'retried', 'tools-down'])('that succeeds: %s', (name) => {
    const { outcome } = replayed(openCode, recording(CLI, name));
    expect(outcome).toEqual({
      ...{ status: 'succeeded', errorCode: null, message: null, text: 'all done', turns: 4 },
      ...{ tokens: ONE_RUN, dollars: expect.closeTo(0.01524, 9) as number, dollarsFrom: 'prices' },
      ...{ conversation: expect.stringMatching(/^ses_/) as string, totals: null },
    });
  });

  test('tells of tools when they have ended', () => {
    const { events } = replayed(openCode, recording(CLI, 'success'));
    expect(ofType(events, 'tool').map((event) => `${event.name} ${event.status}`)).toEqual([
      ...['write started', 'write done', 'bash started', 'bash done', 'tools_ping started', 'tools_ping done'],
    ]);
  });

  test('names its spending while it runs, so that limits hold', () => {
    const reader = openCode.reader(runOf());
    recording(CLI, 'sigterm').stdout.forEach((line) => reader.line(line));
    const tokens = { input: 1000, output: 50, cacheRead: 200, cacheWrite: 0 };
    expect(reader.spent).toEqual({ turns: 1, tokens, dollars: expect.closeTo(0.00381, 9) as number });
  });

  test('elsewhere names its own figure', () => {
    const run = runOf({ model: { via: 'bedrock', region: 'eu-west-1' }, settings: { model: 'm' } });
    const { outcome } = replayed(openCode, recording(CLI, 'success'), run);
    expect([outcome.dollars, outcome.dollarsFrom]).toEqual([expect.closeTo(0.01524, 9), 'cli']);
  });

  test('on Bedrock it reckons with our prices, where there are some', () => {
    const settings = { model: 'm', prices: { input: 1, output: 2 } };
    const run = runOf({ model: { via: 'bedrock', region: 'eu-west-1' }, settings });
    const { outcome } = replayed(openCode, recording(CLI, 'success'), run);
    expect([outcome.dollars, outcome.dollarsFrom]).toEqual([expect.closeTo(0.01524, 9), 'prices']);
  });

  test.each([
    ['knows no price', /"cost":[\d.]+/, '"cost":0', ONE_RUN],
    ['names no cost', /"cost"/, '"left_out"', ONE_RUN],
    ['names no tokens', /"tokens"/, '"left_out"', null],
  ])('that %s has no dollars, not 0, and says that no limit of them holds', (_, field, instead, tokens) => {
    const run = runOf({
      ...{ model: { via: 'bedrock', region: 'eu-west-1' }, settings: { model: 'm' } },
      limits: { dollars: 1 },
    });
    const { stdout, ...rest } = recording(CLI, 'success');
    const lines = stdout.map((line) => line.replace(field, instead));
    const { events, outcome } = replayed(openCode, { ...rest, stdout: lines }, run);
    expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([tokens, null, null]);
    expect(ofType(events, 'notice').map(({ code }) => code)).toEqual(['DollarLimitNotHeld']);
  });

  test('at a gateway whose prices are 0 costs 0', () => {
    const run = runOf({ settings: { model: 'm', prices: { input: 0, output: 0 } } });
    const { stdout, ...rest } = recording(CLI, 'success');
    const lines = stdout.map((line) => line.replace(/"cost":[\d.]+/, '"cost":0'));
    const { outcome } = replayed(openCode, { ...rest, stdout: lines }, run);
    expect([outcome.dollars, outcome.dollarsFrom]).toEqual([0, 'prices']);
  });

  test('at a gateway without prices names no dollars: OpenCode would say 0', () => {
    const { outcome } = replayed(openCode, recording(CLI, 'success'), runOf({ settings: { model: 'm' } }));
    expect([outcome.tokens, outcome.dollars, outcome.dollarsFrom]).toEqual([ONE_RUN, null, null]);
  });

  test.each([
    ['model-400', 'ModelRequestInvalid', 'scripted 400'],
    ['model-401', 'ModelAccessDenied', 'scripted 401'],
    ['unknown-conversation', 'ConversationNotFound', 'OpenCode does not know the conversation to continue'],
    ['sigterm', 'AgentCrashed', 'the agent ended by SIGTERM and gave no result'],
  ])('%s fails with %s', (name, errorCode, message) => {
    const { outcome } = replayed(openCode, recording(CLI, name));
    expect([outcome.status, outcome.errorCode, outcome.message]).toEqual(['failed', errorCode, message]);
  });

  test.each([
    ['length', 'the answer of the model was cut at its greatest length, so the work is not finished'],
    ['content-filter', 'a filter of the model stopped its answer, so the work is not finished'],
    ['error', 'the answer of the model ended with an error, so the work is not finished'],
  ])('that stops with %s is no success, although OpenCode ends with 0', (reason, message) => {
    const whole = recording(CLI, 'success');
    const stdout = whole.stdout.map((line) => line.replace('"reason":"stop"', `"reason":"${reason}"`));
    expect(stdout).not.toEqual(whole.stdout);
    const { outcome } = replayed(openCode, { ...whole, stdout });
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'AgentFailed', message });
  });

  test('whose last step wanted a tool is no success', () => {
    const { stdout } = recording(CLI, 'sigterm');
    expect(replayed(openCode, { code: 0, signal: null, stderr: '', stdout }).outcome.errorCode).toBe('AgentCrashed');
  });
});
