import type { ToolRow } from '../../lib/contract/catalogue/tool';
import type { CallContext, GitHub } from '../shared/github';
import { Unauthorized } from '../shared/github';
import type { Answer } from '../shared/http';
import type { Minter, Scope } from '../shared/minter';
import type { Token } from '../shared/token';
import type { TokenCache } from '../shared/token-cache';
import type { Values } from './arguments';
import type { Parts } from './route';
import { urlPathOf } from './route';

/** What all calls share. */
export interface Services {
  readonly gitHub: GitHub;
  readonly minter: Minter;
  readonly cache: TokenCache;
  /** the default branch of its repository, for as long as a token is used */
  readonly defaultBranches: WeakMap<Token, string>;
  readonly allowDefaultBranch: boolean;
  /** besides the files of pipelines */
  readonly protectedPaths: readonly string[];
}

/** One call of one tool: its steps go to one repository with a token of one permission. */
export class Session {
  /** the tokens that were used, which must not be in the result */
  public readonly secrets = new Set<string>();
  private token?: Promise<Token>;
  private renewed = false;

  constructor(
    private readonly services: Services,
    public readonly row: ToolRow,
    public readonly values: Values,
    public readonly scope: Scope,
    private readonly context: CallContext,
  ) {}

  public get allowDefaultBranch(): boolean {
    return this.services.allowDefaultBranch;
  }

  public get protectedPaths(): readonly string[] {
    return this.services.protectedPaths;
  }

  /** The default branch, looked up once for each token. */
  public async defaultBranch(lookUp: () => Promise<string>): Promise<string> {
    const { defaultBranches } = this.services;
    this.token ??= this.fetchToken();
    const known = defaultBranches.get(await this.token);
    if (known !== undefined) {
      return known;
    }
    const found = await lookUp();
    defaultBranches.set(await this.token, found);
    return found;
  }

  /** Sends the request of a step; owner and repository are filled in. */
  public async send(step: string, parts: Parts = {}): Promise<Answer> {
    this.token ??= this.fetchToken();
    const token = await this.token;
    try {
      return await this.attempt(step, parts, token);
    } catch (error) {
      if (!(error instanceof Unauthorized) || this.renewed) {
        throw error;
      }
    }
    // GitHub did nothing, so that even a change can be sent again
    this.renewed = true;
    this.services.cache.drop(this.scope, token);
    this.token = this.fetchToken();
    return this.attempt(step, parts, await this.token);
  }

  private async fetchToken(): Promise<Token> {
    const { minter, cache } = this.services;
    const { token, hit } = await cache.get(this.scope, () => minter.mint(this.scope, this.context));
    this.context.record.cacheHits += hit ? 1 : 0;
    this.secrets.add(token.reveal());
    return token;
  }

  private attempt(step: string, parts: Parts, token: Token): Promise<Answer> {
    const { owner, name } = this.scope.repository;
    const [method, route] = this.row.requests[step].split(' ');
    return this.services.gitHub.request(
      {
        method,
        path: urlPathOf(route, { ...parts, path: { ...parts.path, owner, repo: name } }),
        body: parts.body,
        accept: this.row.accept,
        token: token.reveal(),
        repeatable: method === 'GET',
      },
      this.context,
    );
  }
}
