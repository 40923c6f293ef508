/* The settings that the image and the constructs pass in variables. lib/contract/session.ts has their types. */
import { CLI_NAMES } from '../../../lib/contract/agents';
import type { CliName } from '../../../lib/contract/agents';
import {
  CLI_VARIABLE,
  GATEWAY_AUTH_VARIABLE,
  GATEWAY_URL_VARIABLE,
  SETTINGS_VARIABLE,
} from '../../../lib/contract/session';
import type { SessionSettings } from '../../../lib/contract/session';
import { isObject, parsed } from './json';
import type { Fields } from './json';
import { SessionError } from './problem';

export interface GatewaySettings {
  readonly url: string;
  readonly auth: 'iam' | 'jwt';
}

/** The coding agent of this image. */
export function cliOf(environment: NodeJS.ProcessEnv): CliName {
  const name = environment[CLI_VARIABLE] ?? '';
  const found = CLI_NAMES.find((one) => one === name);
  if (found === undefined) {
    throw wrong(CLI_VARIABLE, name, CLI_NAMES.join(', '), 'set it in the Dockerfile of the image');
  }
  return found;
}

/** The settings; each of them can be omitted. */
export function settingsOf(environment: NodeJS.ProcessEnv): SessionSettings {
  const text = environment[SETTINGS_VARIABLE] ?? '{}';
  const settings = parsed(text);
  if (!isObject(settings)) {
    throw wrong(SETTINGS_VARIABLE, 'no JSON object', 'the JSON that the construct writes', 'let the construct set it');
  }
  const fault = faultIn(settings);
  if (fault !== undefined) {
    throw wrong(
      `${fault} of ${SETTINGS_VARIABLE}`,
      'a value of another form',
      'the JSON that the construct writes',
      'use the same version of the library and the image',
    );
  }
  return settings;
}

/** The gateway, if the agent has one. */
export function gatewayOf(environment: NodeJS.ProcessEnv): GatewaySettings | undefined {
  const url = environment[GATEWAY_URL_VARIABLE];
  const auth = environment[GATEWAY_AUTH_VARIABLE] ?? 'iam';
  if (url === undefined || url === '') {
    return undefined;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw wrong(GATEWAY_URL_VARIABLE, 'no URL', 'an https URL', 'let the construct set it');
  }
  if (auth !== 'iam' && auth !== 'jwt') {
    throw wrong(GATEWAY_AUTH_VARIABLE, auth, 'iam, jwt', 'let the construct set it');
  }
  return { url, auth };
}

function wrong(name: string, got: string, allowed: string, fix: string): SessionError {
  return new SessionError('InvalidSettings', { what: `${name} cannot be used`, got, allowed, fix });
}

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  model: isText,
  smallModel: isText,
  effort: isText,
  route: isRoute,
  familyModels: (value) => isObject(value) && Object.values(value).every(isText),
  limits: isNumbers(['turns', 'minutes', 'dollars'], []),
  telemetry: (value) => typeof value === 'boolean',
  prices: isNumbers(['input', 'output', 'cacheRead', 'cacheWrite'], ['input', 'output']),
};

/** A newer construct may tell more than this image knows: what is unknown is passed over. */
function faultIn(settings: Fields): string | undefined {
  return Object.keys(CHECKS).find((name) => settings[name] !== undefined && !CHECKS[name](settings[name]));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isNumbers(known: readonly string[], required: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    isObject(value) &&
    required.every((name) => value[name] !== undefined) &&
    known.every((name) => {
      const one = value[name];
      return one === undefined || (typeof one === 'number' && Number.isFinite(one) && one >= 0);
    });
}

function isRoute(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  const { via, url, credentialProvider } = value;
  return (
    via === 'bedrock' ||
    (via === 'provider' && isText(credentialProvider)) ||
    (via === 'llmGateway' && isText(url) && (credentialProvider === undefined || isText(credentialProvider)))
  );
}
