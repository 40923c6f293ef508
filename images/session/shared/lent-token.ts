import type { Hidden } from '../contract';
import { claimsOf } from './claims';
import { hidden } from '../contract/hidden';

/** what the events of a job say of `ofAnother` */
export const TOKEN_OF_ANOTHER = 'somebody else attached to this job; her token is not used for it';

/** `taken`: it takes the place of the one before. `kept`: it is the same, older, or none. */
type Renewal = 'taken' | 'kept' | 'ofAnother';

/**
 * The token of the caller who started a job. Whoever attaches to the job later may renew it, and never lend another
 * user's: else the job of one would act with the rights of the other.
 */
export class LentToken {
  private current?: Hidden;

  constructor(authorization: string | undefined) {
    const token = tokenIn(authorization);
    this.current = token === undefined ? undefined : hidden(token);
  }

  public get token(): Hidden | undefined {
    return this.current;
  }

  /** As a header. */
  public get authorization(): string | undefined {
    return this.current === undefined ? undefined : `Bearer ${this.current.reveal()}`;
  }

  /** Where there was no token there is nobody to compare with, so none is taken. */
  public renew(authorization: string | undefined): Renewal {
    const [before, after] = [this.current?.reveal(), tokenIn(authorization)];
    if (before === undefined || after === undefined || before === after) {
      return 'kept';
    }
    if (!isOfSameUser(before, after)) {
      return 'ofAnother';
    }
    if (endOf(after) < endOf(before)) {
      return 'kept';
    }
    this.current = hidden(after);
    return 'taken';
  }

  public forget(): void {
    this.current = undefined;
  }
}

/** what cannot stand in a header cannot be a token */
function tokenIn(authorization: string | undefined): string | undefined {
  return /^(?:Bearer +)?([\x21-\x7e]{1,16384})$/i.exec(authorization?.trim() ?? '')?.[1];
}

/** By what the tokens say; the runtime has checked both. Of tokens that say nothing nobody knows. */
function isOfSameUser(one: string, other: string): boolean {
  const [before, after] = [claimsOf(one), claimsOf(other)];
  return ['iss', 'sub'].every((name) => typeof before?.[name] === 'string' && before[name] === after?.[name]);
}

/** a token that names no end has none */
function endOf(token: string): number {
  const end = claimsOf(token)?.exp;
  return typeof end === 'number' ? end : Infinity;
}
