import type { AppConfig, CatalogueTool } from '../../lib/contract/github-app';
import { appJwt } from './app-jwt';
import type { Clock } from './clock';
import { BrokerError } from './errors';
import type { CallContext, GitHub } from './github';
import { Unauthorized } from './github';
import { isObject, objectOf } from './json';
import type { Answer } from './http';
import type { Fields } from './json';
import type { Repository } from './repository';
import type { Signer } from './signer';
import { LEAST_LEFT_MS, Token } from './token';

export type Permission = CatalogueTool['permission'];

/** What a token is for: always one repository and one permission. */
export interface Scope {
  readonly repository: Repository;
  readonly permission: Permission;
}

/** Has GitHub make installation tokens. */
export class Minter {
  constructor(
    private readonly app: AppConfig,
    private readonly gitHub: GitHub,
    private readonly signer: Signer,
    private readonly clock: Clock,
  ) {}

  public async mint(scope: Scope, context: CallContext): Promise<Token> {
    context.record.mints++;
    try {
      const token = tokenOf(await this.request(scope, context), scope);
      if (token.expiresAt - this.clock.now() < LEAST_LEFT_MS) {
        throw new BrokerError('MalformedResponse');
      }
      return token;
    } catch (error) {
      throw explained(error, scope);
    }
  }

  /** A rejected token of the App has two causes that pass: a clock that is wrong, and a key that was replaced. */
  private async request(scope: Scope, context: CallContext): Promise<Answer> {
    let correctedClock = false;
    try {
      return await this.attempt(scope, context);
    } catch (error) {
      if (!(error instanceof Unauthorized)) {
        throw error;
      }
      correctedClock = this.clock.adopt(error.date);
      if (!correctedClock && !this.signer.forget()) {
        throw new BrokerError('AppRejected');
      }
    }
    try {
      return await this.attempt(scope, context);
    } catch (error) {
      throw error instanceof Unauthorized ? new BrokerError(correctedClock ? 'ClockSkew' : 'AppRejected') : error;
    }
  }

  private async attempt({ repository, permission }: Scope, context: CallContext): Promise<Answer> {
    const token = await appJwt(this.app.clientId, this.clock, this.signer, context.deadline);
    return this.gitHub.request(
      {
        method: 'POST',
        path: `/app/installations/${this.app.installationId}/access_tokens`,
        // without either of them the token could do all that the App can
        body: { repositories: [repository.name], permissions: { [permission.name]: permission.level } },
        accept: 'application/vnd.github+json',
        token,
        // a token that nobody receives ends by itself
        repeatable: true,
      },
      context,
    );
  }
}

/** The codes of a call mean something else when a token is asked for. */
function explained(error: unknown, { permission }: Scope): unknown {
  if (!(error instanceof BrokerError)) {
    return error;
  }
  switch (error.code) {
    case 'NotFound':
    case 'Forbidden':
      return new BrokerError('NotInstalled');
    case 'Unprocessable':
      return error.details.reasons?.includes('does_not_exist') === true
        ? new BrokerError('NotInstalled')
        : new BrokerError('PermissionNotGranted', { permission: `${permission.name}: ${permission.level}` });
    default:
      return error;
  }
}

/** tokens have no fixed form, but one that does not fit into a header is none */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

function tokenOf(answer: Answer, scope: Scope): Token {
  const body = objectOf(answer.text);
  const expiresAt = typeof body.expires_at === 'string' ? Date.parse(body.expires_at) : NaN;
  if (typeof body.token !== 'string' || !TOKEN.test(body.token) || Number.isNaN(expiresAt) || isWider(body, scope)) {
    throw new BrokerError('MalformedResponse');
  }
  return new Token(body.token, expiresAt);
}

/** True for a token that can do more than was asked for. GitHub adds the right to read metadata to every token. */
function isWider(body: Fields, { repository, permission }: Scope): boolean {
  const repositories: unknown[] = Array.isArray(body.repositories) ? body.repositories : [];
  const others = repositories.filter(
    (one) => !isObject(one) || String(one.name).toLowerCase() !== repository.name.toLowerCase(),
  );
  const granted = isObject(body.permissions) ? Object.entries(body.permissions) : [];
  const wanted = [permission, { name: permission.name, level: 'read' }, { name: 'metadata', level: 'read' }];
  const more = granted.filter(([name, level]) => !wanted.some((one) => one.name === name && one.level === level));
  return body.repository_selection === 'all' || others.length > 0 || more.length > 0;
}
