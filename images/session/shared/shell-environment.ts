/*
 * What a shell has to know. A shell that AgentCore opens is a `bash --login` that does not get the variables of the
 * runtime, so the server writes those that are no secret into a file at its start, and git's credential helper reads it.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  CLI_VARIABLE,
  GATEWAY_AUTH_VARIABLE,
  GATEWAY_URL_VARIABLE,
  GIT_CREDENTIAL_VARIABLE,
} from '../../../lib/contract/session';

const DIRECTORY = '/tmp/agent';
/** for runs outside an image, where several servers share a machine */
const DIRECTORY_VARIABLE = 'AGENT_ENVIRONMENT_DIRECTORY';
const FILE = 'environment';

/** by name: what is not listed here may be a secret */
const VARIABLES = [
  CLI_VARIABLE,
  GATEWAY_URL_VARIABLE,
  GATEWAY_AUTH_VARIABLE,
  GIT_CREDENTIAL_VARIABLE,
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_ENDPOINT_URL_LAMBDA',
  'NODE_EXTRA_CA_CERTS',
];

export function shellEnvironmentDirectory(environment: NodeJS.ProcessEnv): string {
  return environment[DIRECTORY_VARIABLE] ?? DIRECTORY;
}

/** Writes `<directory>/environment`, lines of KEY=VALUE. A value with a line end is left away. */
export function writeShellEnvironment(directory: string, environment: NodeJS.ProcessEnv): void {
  const lines = VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' || /[\r\n\0]/.test(value) ? [] : [`${name}=${value}\n`];
  });
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const file = path.join(directory, FILE);
  // whole or not at all: a shell may read it, and on a developer's machine a second server write it, at the same moment
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, lines.join(''), { mode: 0o644 });
  renameSync(whole, file);
}

/** The variables in the file; none if there is no file. Names that we never write are passed over. */
export function readShellEnvironment(directory: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path.join(directory, FILE), 'utf8');
  } catch {
    return {};
  }
  const pairs = text.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(pairs.filter(([name]) => VARIABLES.includes(name))) as Record<string, string>;
}
