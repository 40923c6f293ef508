import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { binaryOf, factsOf } from '../../../lib/contract/agents';
import type { CliAdapter, CliCommand, CliRun } from '../contract';
import { KEY_VARIABLE, modelOf } from './model';
import { OpenCodeReader } from './opencode-reader';

const BEDROCK = 'amazon-bedrock';
const GATEWAY = 'gateway';
const PLUGIN = '@opencode-ai/plugin';
/** of which it takes the first that is there */
const RULES = ['AGENTS.md', 'CLAUDE.md'];

/** a question for more than its own tools, too: without an answer it waits until the job is out of time */
const PERMISSION = { '*': 'allow', external_directory: 'allow', doom_loop: 'allow' };

export const openCode: CliAdapter = {
  name: 'opencode',
  limits: factsOf('opencode').limits,
  command,
  reader: (run) => new OpenCodeReader(run),
};

function command(run: CliRun): CliCommand {
  const { settings, continues, model } = run;
  const key = model.via === 'provider' || model.via === 'llmGateway' ? model.key : undefined;
  const name = nameOf(run, settings.model);
  return {
    file: binaryOf('opencode'),
    args: [
      ...['run', '--format', 'json', '--auto', '--dir', run.directory],
      ...(name === undefined ? [] : ['-m', name]),
      ...(settings.effort === undefined ? [] : ['--variant', settings.effort]),
      ...(continues === undefined ? [] : ['-s', continues.conversation]),
    ],
    environment: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      // a repository can name servers, plugins and the address of the model too; its rules go with this, and come back below
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration(run)),
      ...(key === undefined ? {} : { [KEY_VARIABLE]: key.reveal() }),
      ...telemetryVariables(run),
    },
    files: noPlugins(run),
    input: run.prompt,
  };
}

function configuration(run: CliRun): object {
  const { settings, mcp, telemetryUrl } = run;
  const small = nameOf(run, settings.smallModel ?? settings.model);
  const name = nameOf(run, settings.model);
  return {
    autoupdate: false,
    share: 'disabled',
    // `--auto` answers for the agent itself only: what a subagent asks, outside of the directory say, nobody would answer
    permission: PERMISSION,
    ...rules(run),
    ...(name === undefined ? {} : { model: name }),
    ...(small === undefined ? {} : { small_model: small }),
    ...providers(run),
    // without `oauth: false` it tries to register at the server
    mcp: mcp === undefined ? {} : { [mcp.name]: { type: 'remote', url: mcp.url, enabled: true, oauth: false } },
    ...(telemetryUrl === undefined ? {} : { experimental: { openTelemetry: true } }),
  };
}

function rules({ directory }: CliRun): object {
  const file = RULES.map((name) => path.join(directory, name)).find((one) => existsSync(one));
  return file === undefined ? {} : { instructions: [file] };
}

/** OpenCode writes a model as provider/model. */
function nameOf({ model }: CliRun, name: string | undefined): string | undefined {
  const provider = model.via === 'bedrock' ? BEDROCK : model.via === 'llmGateway' ? GATEWAY : undefined;
  return name === undefined || provider === undefined || name.startsWith(`${provider}/`) ? name : `${provider}/${name}`;
}

function providers(run: CliRun): object {
  const { model } = run;
  const apiKey = `{env:${KEY_VARIABLE}}`;
  switch (model.via) {
    case 'bedrock':
      return only(BEDROCK, {
        // without a profile it asks the metadata service for no role, and says that keys are missing
        options: { region: model.region, profile: 'default' },
        models: bedrockModels(run),
      });
    case 'provider':
      return only(modelOf('opencode', run).split('/')[0], { options: { apiKey } });
    case 'llmGateway':
      return only(GATEWAY, {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: model.url, ...(model.key === undefined ? {} : { apiKey }) },
        models: gatewayModels(run),
      });
    default:
      return {};
  }
}

function only(provider: string, settings: object): object {
  return { enabled_providers: [provider], provider: { [provider]: settings } };
}

/** the gateway's names mean nothing to OpenCode: price and sizes have to be told */
function gatewayModels(run: CliRun): object {
  const description = { tool_call: true, limit: { context: 200_000, output: 32_000 }, ...costOf(run) };
  return Object.fromEntries(namesOf(run, GATEWAY).map((name) => [name, description]));
}

/** It calls only models that it knows, and takes for known what is named here. What it knows of one stays. */
function bedrockModels(run: CliRun): object {
  return Object.fromEntries(namesOf(run, BEDROCK).map((name) => [name, costOf(run)]));
}

function namesOf(run: CliRun, provider: string): string[] {
  const names = [modelOf('opencode', run), run.settings.smallModel ?? []].flat();
  return names.map((name) => name.replace(`${provider}/`, ''));
}

function costOf({ settings: { prices } }: CliRun): object {
  if (prices === undefined) {
    return {};
  }
  const { input, output, cacheRead = input, cacheWrite = input } = prices;
  return { cost: { input, output, cache_read: cacheRead, cache_write: cacheWrite } };
}

/** It installs a package into its folder in the background, unless a lock file says that it has. */
function noPlugins({ home }: CliRun): CliCommand['files'] {
  const folder = path.join(home, '.config', 'opencode');
  const lock = { lockfileVersion: 3, packages: { '': { dependencies: { [PLUGIN]: '*' } } } };
  return [
    { path: path.join(folder, 'package-lock.json'), content: JSON.stringify(lock) },
    { path: path.join(folder, 'node_modules', '.keep'), content: '' },
  ];
}

function telemetryVariables({ telemetryUrl }: CliRun): Record<string, string> {
  return telemetryUrl === undefined
    ? {}
    : { OTEL_EXPORTER_OTLP_ENDPOINT: telemetryUrl, OTEL_BSP_SCHEDULE_DELAY: '1000' };
}
