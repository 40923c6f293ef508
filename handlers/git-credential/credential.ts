import type { CredentialConfig } from '../../lib/contract/github-app';
import { Clock } from '../shared/clock';
import { BrokerError } from '../shared/errors';
import { GitHub } from '../shared/github';
import { isObject } from '../shared/json';
import { handlerOf } from '../shared/lambda';
import type { Handler } from '../shared/lambda';
import { Minter } from '../shared/minter';
import { AllowList } from '../shared/repository';
import type { Signer } from '../shared/signer';

/** What git's credential helper prints, by git's own names. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  /** seconds since 1970 */
  readonly password_expiry_utc: number;
}

/** the name that GitHub wants beside an installation token */
const USERNAME = 'x-access-token';
/** clone and fetch; never `workflows`, so that GitHub refuses a push that changes a workflow */
const READ = { name: 'contents', level: 'read' } as const;
/** and push */
const WRITE = { name: 'contents', level: 'write' } as const;

/**
 * The function behind git's credential helper. It keeps no token: what it gives away leaves it, and each asker has
 * one of her own. So each call asks GitHub for a token, and shares the hourly limit of the GitHub App with its brokers.
 *
 * It answers roles that invoke it directly, never a gateway, whose answers a model reads.
 */
export function createCredential(config: CredentialConfig, signer: Signer): Handler<Credential> {
  const clock = new Clock();
  const minter = new Minter(config, new GitHub(config.apiUrl, clock), signer, clock);
  const allowed = new AllowList(config.repositories);
  const host = gitHostOf(config.apiUrl);
  const permission = config.allowPush === true ? WRITE : READ;

  return handlerOf(async (event, context, { clientContext }) => {
    if (isGiven(clientContext)) {
      throw new BrokerError('NotAllowed');
    }
    const { owner, name } = repositoryOf(event, host);
    const repository = allowed.find(owner, name);
    context.record.repository = `${repository.owner}/${repository.name}`;
    context.record.permission = `${permission.name}:${permission.level}`;
    const token = await minter.mint({ repository, permission }, context);
    return {
      username: USERNAME,
      password: token.reveal(),
      password_expiry_utc: Math.floor(token.expiresAt / 1000),
    };
  });
}

/** A gateway says there which tool it calls; how Lambda passes on that nobody said anything is not documented. */
function isGiven(clientContext: unknown): boolean {
  return !['{}', '""'].includes(JSON.stringify(clientContext ?? {}));
}

/** Where git goes, for the host of the API: api.github.com, api.<sub>.ghe.com or <host>/api/v3. */
export function gitHostOf(apiUrl: string): string {
  const { host, pathname } = new URL(apiUrl);
  return pathname === '/' ? host.replace(/^api\./, '') : host;
}

const FIELDS = ['protocol', 'host', 'path'];
/** with or without the ending and a slash, as people type it; large files are asked for below it */
const PATH = /^([A-Za-z0-9_-]{1,39})\/([A-Za-z0-9._-]{1,110}?)(?:\.git)?\/?(?:\/info\/lfs)?$/;

function repositoryOf(event: unknown, host: string): { owner: string; name: string } {
  if (!isObject(event) || Object.keys(event).some((field) => !FIELDS.includes(field))) {
    throw new BrokerError('InvalidRequest');
  }
  const match = typeof event.path === 'string' ? PATH.exec(event.path) : null;
  if (match === null || typeof event.protocol !== 'string' || typeof event.host !== 'string') {
    throw new BrokerError('InvalidRequest');
  }
  if (event.protocol !== 'https' || event.host.toLowerCase() !== host) {
    throw new BrokerError('NotAllowed');
  }
  return { owner: match[1], name: match[2] };
}
