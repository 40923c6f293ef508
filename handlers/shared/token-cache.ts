import { createHash } from 'node:crypto';
import type { AppConfig } from '../../lib/contract/github-app';
import type { Clock } from './clock';
import type { Scope } from './minter';
import { LEAST_LEFT_MS } from './token';
import type { Token } from './token';

const MINUTE_MS = 60_000;

interface Entry {
  readonly token: Token;
  readonly until: number;
}

/** Tokens by what they are for. While one is being made, all who want the same wait for it. */
export class TokenCache {
  private readonly entries = new Map<string, Entry>();
  private readonly inFlight = new Map<string, Promise<Token>>();

  constructor(
    private readonly app: AppConfig,
    private readonly cacheMinutes: number,
    private readonly clock: Clock,
  ) {}

  /** The token, and whether it was there. */
  public async get(scope: Scope, mint: () => Promise<Token>): Promise<{ token: Token; hit: boolean }> {
    if (this.cacheMinutes === 0) {
      return { token: await mint(), hit: false };
    }
    const key = keyOf(this.app, scope);
    const entry = this.entries.get(key);
    if (entry !== undefined && this.isGood(entry)) {
      return { token: entry.token, hit: true };
    }
    const waiting = this.inFlight.get(key);
    if (waiting !== undefined) {
      return { token: await waiting, hit: true };
    }
    const minting = this.fill(key, mint).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, minting);
    return { token: await minting, hit: false };
  }

  /** Forgets a token that GitHub did not accept, unless another has taken its place. */
  public drop(scope: Scope, token: Token): void {
    const key = keyOf(this.app, scope);
    if (this.entries.get(key)?.token === token) {
      this.entries.delete(key);
    }
  }

  private async fill(key: string, mint: () => Promise<Token>): Promise<Token> {
    const token = await mint();
    this.entries.forEach((entry, old) => {
      if (!this.isGood(entry)) {
        this.entries.delete(old);
      }
    });
    this.entries.set(key, { token, until: this.clock.now() + this.cacheMinutes * MINUTE_MS });
    return token;
  }

  private isGood({ token, until }: Entry): boolean {
    const now = this.clock.now();
    return now < until && token.expiresAt - now >= LEAST_LEFT_MS;
  }
}

/** The same key for the same token, and for no other. */
export function keyOf(app: AppConfig, { repository, permission }: Scope): string {
  const parts = {
    host: new URL(app.apiUrl).host,
    installation: app.installationId,
    repository: `${repository.owner}/${repository.name}`.toLowerCase(),
    permission: permission.name,
    level: permission.level,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
