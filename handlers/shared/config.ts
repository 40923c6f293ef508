import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { CONFIG_FILE, MOST_REPOSITORIES } from '../../lib/contract/github-app';
import type { AppConfig } from '../../lib/contract/github-app';
import { isObject } from './json';
import type { Fields } from './json';
import { isOwner, isRepositoryName } from './repository';

/** The settings beside the code. Lambda says where that is. */
export function readSettings(environment: NodeJS.ProcessEnv): Fields {
  const file = path.join(environment.LAMBDA_TASK_ROOT ?? '', CONFIG_FILE);
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`${CONFIG_FILE} beside the code is missing or no JSON`);
  }
  check('all of it', 'an object', isObject(settings));
  return settings as Fields;
}

/** Throws what the setting must be. Its value is not repeated. */
export function check(setting: string, allowed: string, holds: boolean): void {
  if (!holds) {
    throw new Error(`${CONFIG_FILE}: ${setting} must be ${allowed}`);
  }
}

export function isWhole(value: unknown, smallest: number, largest: number): boolean {
  return Number.isInteger(value) && (value as number) >= smallest && (value as number) <= largest;
}

export function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

/** The settings that both functions share. */
export function appConfigOf({ apiUrl, clientId, installationId, repositories }: Fields): AppConfig {
  check(
    'apiUrl',
    'an https URL without query, user and trailing slash',
    typeof apiUrl === 'string' && isApiUrl(apiUrl),
  );
  check('clientId', 'the client id of a GitHub App', typeof clientId === 'string' && /^[\w.-]{1,100}$/.test(clientId));
  check('installationId', 'a positive whole number', isWhole(installationId, 1, Number.MAX_SAFE_INTEGER));
  check(
    'repositories',
    `1 to ${MOST_REPOSITORIES} texts owner/name`,
    isListOfTexts(repositories) && repositories.length <= MOST_REPOSITORIES && repositories.every(isFullName),
  );
  const owners = new Set((repositories as string[]).map((fullName) => fullName.split('/')[0].toLowerCase()));
  check('repositories', 'all of one owner', owners.size === 1);
  return { apiUrl, clientId, installationId, repositories } as AppConfig;
}

function isFullName(text: string): boolean {
  const [owner, name, ...more] = text.split('/');
  return more.length === 0 && name !== undefined && isOwner(owner) && isRepositoryName(name);
}

/** Without TLS only to the machine itself, where tests have their GitHub. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

function isApiUrl(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const url = new URL(text);
  const isEncrypted = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  return isEncrypted && text === url.origin + (url.pathname === '/' ? '' : url.pathname) && !text.endsWith('/');
}
