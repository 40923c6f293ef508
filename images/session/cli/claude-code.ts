import * as path from 'node:path';
import { binaryOf, factsOf } from '../../../lib/contract/agents';
import type { CliAdapter, CliCommand, CliRun } from '../contract';
import { ClaudeCodeReader } from './claude-code-reader';

/** retries of one request to the model; the default of ten waits over a minute for a wrong key */
const RETRIES = '4';

const SILENCE = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_MAX_RETRIES: RETRIES,
  // the microVM is one; without it the root user is refused
  IS_SANDBOX: '1',
  // without settings of the project its CLAUDE.md is read only as that of a directory that was added
  CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD: '1',
};

/**
 * The model that Claude Code takes for each family if none is set, by Anthropic's name and for the pinned version.
 * integration/clients/test/bedrock-models.test.ts fails where a new version has others.
 */
const DEFAULT_MODELS = {
  opus: 'claude-opus-5-5',
  sonnet: 'claude-sonnet-4-5-20250929',
  haiku: 'claude-haiku-4-5-20251001',
} as const;

export const claudeCode: CliAdapter = {
  name: 'claude-code',
  limits: factsOf('claude-code').limits,
  command,
  reader: (run) => new ClaudeCodeReader(run),
};

function command(run: CliRun): CliCommand {
  const { settings, limits, continues } = run;
  const servers = path.join(run.scratch, 'mcp.json');
  return {
    file: binaryOf('claude-code'),
    args: [
      ...['-p', '--output-format', 'stream-json', '--verbose', '--dangerously-skip-permissions'],
      // strict: a repository can name servers too
      ...['--mcp-config', servers, '--strict-mcp-config'],
      // settings of a repository could send the key elsewhere, and run commands before the model acts
      ...['--setting-sources', '', '--add-dir', run.directory],
      ...ownSettings(run),
      ...option('--model', settings.model),
      ...option('--effort', settings.effort),
      ...option('--max-turns', limits.turns),
      ...option('--max-budget-usd', limits.dollars),
      ...option('--resume', continues?.conversation),
    ],
    environment: { ...SILENCE, ...modelVariables(run), ...familyVariables(run), ...telemetryVariables(run) },
    files: [{ path: servers, content: JSON.stringify({ mcpServers: mcpServers(run) }) }],
    input: run.prompt,
  };
}

function option(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

function ownSettings(run: CliRun): string[] {
  const overrides = modelOverrides(run);
  return Object.keys(overrides).length === 0 ? [] : ['--settings', JSON.stringify({ modelOverrides: overrides })];
}

function mcpServers({ mcp }: CliRun): object {
  return mcp === undefined ? {} : { [mcp.name]: { type: 'http', url: mcp.url } };
}

function modelVariables({ model }: CliRun): Record<string, string> {
  switch (model.via) {
    case 'bedrock':
      return { CLAUDE_CODE_USE_BEDROCK: '1', AWS_REGION: model.region };
    case 'provider':
      return { ANTHROPIC_API_KEY: model.key.reveal() };
    case 'llmGateway':
      // without any key it asks for a login
      return { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_AUTH_TOKEN: model.key?.reveal() ?? 'none' };
    default:
      return {};
  }
}

function telemetryVariables({ telemetryUrl }: CliRun): Record<string, string> {
  if (telemetryUrl === undefined) {
    return {};
  }
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    // without it there are no traces
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: telemetryUrl,
    // a run may be over in a second
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_LOGS_EXPORT_INTERVAL: '1000',
  };
}

/** What it means by the names of families: models that its role may call. */
function familyVariables(run: CliRun): Record<string, string> {
  return Object.fromEntries(
    Object.entries(familiesOf(run)).map(([family, id]) => [`ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`, id]),
  );
}

/**
 * On Bedrock it tries its default models at each start, and older ones where those are denied: calls that nobody asked
 * for. It does so for each family whose variable names a model of another family. A default that is said to be another
 * model is not tried.
 *
 * It also reads this the other way round, and would calculate a model at the price of the first name that leads to it:
 * so the model's own name comes first.
 */
function modelOverrides(run: CliRun): Record<string, string> {
  const foreign = run.model.via === 'bedrock' ? Object.entries(familiesOf(run)).filter(isForeign) : [];
  return Object.fromEntries([
    ...foreign.map(([, id]) => [nameOf(id), id]),
    ...foreign.map(([family, id]) => [DEFAULT_MODELS[family as keyof typeof DEFAULT_MODELS], id]),
  ]) as Record<string, string>;
}

function familiesOf({ settings: { familyModels, smallModel } }: CliRun): Record<string, string> {
  return { ...familyModels, ...(smallModel === undefined ? {} : { haiku: smallModel }) };
}

/** behind an ARN of the account it sees no family, and tries nothing */
function isForeign([family, id]: [string, string]): boolean {
  return family in DEFAULT_MODELS && !id.startsWith('arn:') && !new RegExp(`claude-([0-9-]+-)?${family}`).test(id);
}

/** Anthropic's name for a model of Bedrock: no geography and provider, no version of the API. */
function nameOf(id: string): string {
  return id.replace(/^.*anthropic\./, '').replace(/-v\d+(:\d+)?$/, '');
}
