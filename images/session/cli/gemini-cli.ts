import * as path from 'node:path';
import { binaryOf, factsOf } from '../../../lib/contract/agents';
import type { CliAdapter, CliCommand, CliRun } from '../contract';
import { GeminiCliMeter, sessionId } from './gemini-cli-meter';
import { GeminiCliReader } from './gemini-cli-reader';
import { routeNotSupported } from './model';

/** with ten, the default, a spent quota takes minutes */
const ATTEMPTS = 4;
/** without a model it asks another one which to take */
const MODEL = 'gemini-2.5-pro';
const AUTH = 'gemini-api-key';

export const geminiCli: CliAdapter = {
  name: 'gemini-cli',
  limits: factsOf('gemini-cli').limits,
  command,
  reader: (run) => new GeminiCliReader(run),
  meter: (run) => new GeminiCliMeter(run),
};

function command(run: CliRun): CliCommand {
  const { settings, continues, mcp } = run;
  return {
    file: binaryOf('gemini-cli'),
    args: [
      ...['-o', 'stream-json', '--approval-mode', 'yolo', '--skip-trust', '-m', settings.model ?? MODEL],
      // servers that a repository names are not connected
      ...['--allowed-mcp-server-names', mcp?.name ?? 'none'],
      ...(continues === undefined ? ['--session-id', sessionId(run)] : ['--resume', continues.conversation]),
    ],
    environment: {
      ...modelVariables(run),
      // else it starts itself again, and the first process keeps signals from the second
      GEMINI_CLI_NO_RELAUNCH: 'true',
      ...distrust(run),
      NO_COLOR: '1',
    },
    // Settings of the system are read only if they belong to root, so these are the user's. All of the file is ours.
    files: [{ path: path.join(run.home, '.gemini', 'settings.json'), content: JSON.stringify(settingsOf(run)) }],
    input: run.prompt,
  };
}

/**
 * It reads settings before its arguments. As long as nothing but `--skip-trust` trusts the repository, those of the
 * repository are left away (address of the model, tool servers, hooks, limits), and its tools and rules work all the same.
 */
function distrust({ scratch }: CliRun): Record<string, string> {
  return {
    GEMINI_CLI_TRUST_WORKSPACE: '',
    GEMINI_CLI_TRUSTED_FOLDERS_PATH: path.join(scratch, 'trusted-folders.json'),
  };
}

function settingsOf({ mcp, limits, telemetryUrl }: CliRun): object {
  return {
    security: {
      // `useExternal`: it would look at the key once more, and read `.gemini/.env` of the repository for that
      auth: { selectedType: AUTH, enforcedType: AUTH, useExternal: true },
      folderTrust: { enabled: true },
      // commands of the agent need no key of a model
      environmentVariableRedaction: { enabled: true },
    },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: ATTEMPTS },
    advanced: { ignoreLocalEnv: true },
    telemetry: telemetryOf(telemetryUrl),
    ...(limits.turns === undefined ? {} : { model: { maxSessionTurns: limits.turns } }),
    mcpServers: mcp === undefined ? {} : { [mcp.name]: { httpUrl: mcp.url, trust: true } },
  };
}

function telemetryOf(url: string | undefined): object {
  const exporter = { target: 'local', otlpEndpoint: url, otlpProtocol: 'http', logPrompts: false };
  return url === undefined ? { enabled: false } : { enabled: true, ...exporter };
}

function modelVariables({ model }: CliRun): Record<string, string> {
  switch (model.via) {
    case 'provider':
      // empty means the vendor's own address, which no file can then replace
      return { GOOGLE_GEMINI_BASE_URL: '', GEMINI_API_KEY: model.key.reveal() };
    case 'llmGateway':
      return { GOOGLE_GEMINI_BASE_URL: model.url, GEMINI_API_KEY: model.key?.reveal() ?? 'none' };
    case 'bedrock':
      throw routeNotSupported('gemini-cli', model, 'provider, llmGateway');
    default:
      return {};
  }
}
