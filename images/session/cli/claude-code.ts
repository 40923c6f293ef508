import * as path from 'node:path';
import type { CliAdapter, CliCommand, CliRun } from '../contract';
import { familyVariables, modelOverrides } from './claude-code-models';
import { ClaudeCodeReader } from './claude-code-reader';

/** retries of one request to the model; the default of ten waits over a minute for a wrong key */
const RETRIES = '4';

export const claudeCode: CliAdapter = {
  name: 'claude-code',
  limits: ['turns', 'minutes', 'dollars'],
  command,
  reader: (run) => new ClaudeCodeReader(run),
};

function command(run: CliRun): CliCommand {
  const { settings, limits, continues } = run;
  const servers = path.join(run.scratch, 'mcp.json');
  return {
    file: 'claude',
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

const SILENCE = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_MAX_RETRIES: RETRIES,
  // the microVM is one; without it the root user is refused
  IS_SANDBOX: '1',
  // without settings of the project its CLAUDE.md is read only as that of a directory that was added
  CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD: '1',
};

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
