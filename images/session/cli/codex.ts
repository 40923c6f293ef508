import { binaryOf, factsOf } from '../../../lib/contract/agents';
import type { CliAdapter, CliCommand, CliRun } from '../contract';
import { CodexMeter } from './codex-meter';
import { CodexReader } from './codex-reader';
import { KEY_VARIABLE } from './model';

export const codex: CliAdapter = {
  name: 'codex',
  limits: factsOf('codex').limits,
  command,
  reader: (run) => new CodexReader(run),
  meter: (run) => new CodexMeter(run),
};

function command(run: CliRun): CliCommand {
  const { settings, continues, model } = run;
  const settingsOfRun = [...SILENCE, ...modelSettings(run), ...toolSettings(run), ...telemetrySettings(run)];
  const options = [
    ...['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
    // All settings are below; those of an earlier job or of the agent itself are not read. So nothing trusts the
    // repository, and its `.codex` is not read either. Called untrusted, it would lose its AGENTS.md too.
    ...['--ignore-user-config'],
    ...settingsOfRun.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ...(settings.model === undefined ? [] : ['-m', settings.model]),
  ];
  const key = model.via === 'provider' || model.via === 'llmGateway' ? model.key : undefined;
  return {
    file: binaryOf('codex'),
    // `resume` knows no --cd: the runner starts it in the directory
    args:
      continues === undefined ? ['exec', ...options, '-'] : ['exec', 'resume', ...options, continues.conversation, '-'],
    environment: key === undefined ? {} : { [KEY_VARIABLE]: key.reveal() },
    files: [],
    input: run.prompt,
  };
}

type Setting = readonly [key: string, value: string];

/** A string of TOML; JSON's form of it is one. */
function text(value: string): string {
  return JSON.stringify(value);
}

const SILENCE: readonly Setting[] = [
  ['check_for_update_on_startup', 'false'],
  ['analytics.enabled', 'false'],
  ['feedback.enabled', 'false'],
  ['web_search', text('disabled')],
  ['features.plugins', 'false'],
  // it would wait for ever for a network that is not there
  ['features.unbounded_connection_retries', 'false'],
  // it would write all variables into a file
  ['features.shell_snapshot', 'false'],
  // commands of the agent need no key of a model
  ['shell_environment_policy.exclude', JSON.stringify([KEY_VARIABLE])],
];

const PROVIDER = 'agent';
const OPENAI = 'https://api.openai.com/v1';
const RETRIES = '4';

function modelSettings({ model, settings: { effort } }: CliRun): Setting[] {
  const reasoning: Setting[] = effort === undefined ? [] : [['model_reasoning_effort', text(effort)]];
  switch (model.via) {
    case 'bedrock':
      return [
        ...reasoning,
        ['model_provider', text('amazon-bedrock')],
        ['model_providers.amazon-bedrock.aws.region', text(model.region)],
      ];
    case 'provider':
      return [...reasoning, ...endpoint('OpenAI API', OPENAI, true)];
    case 'llmGateway':
      return [...reasoning, ...endpoint('LLM gateway', model.url, model.key !== undefined)];
    default:
      return reasoning;
  }
}

/** A provider of our own in all cases: retries of the built-in one cannot be bounded. */
function endpoint(name: string, url: string, hasKey: boolean): Setting[] {
  const prefix = `model_providers.${PROVIDER}`;
  return [
    ['model_provider', text(PROVIDER)],
    [`${prefix}.name`, text(name)],
    [`${prefix}.base_url`, text(url)],
    [`${prefix}.wire_api`, text('responses')],
    [`${prefix}.request_max_retries`, RETRIES],
    [`${prefix}.stream_max_retries`, RETRIES],
    ...(hasKey ? [[`${prefix}.env_key`, text(KEY_VARIABLE)] as Setting] : []),
  ];
}

function toolSettings({ mcp }: CliRun): Setting[] {
  if (mcp === undefined) {
    return [];
  }
  // without `required` the agent works on with its tools gone; names in dotted keys cannot be quoted
  return [['mcp_servers', `{${text(mcp.name)}={url=${text(mcp.url)},required=true}}`]];
}

function telemetrySettings({ telemetryUrl }: CliRun): Setting[] {
  if (telemetryUrl === undefined) {
    return [];
  }
  const exporter = (signal: string): string =>
    `{otlp-http={endpoint=${text(`${telemetryUrl}/v1/${signal}`)},protocol="binary"}}`;
  return [
    ['otel.exporter', exporter('logs')],
    ['otel.trace_exporter', exporter('traces')],
    ['otel.metrics_exporter', exporter('metrics')],
    ['otel.log_user_prompt', 'false'],
  ];
}
