import { BrokerError } from './errors';

export interface Repository {
  readonly owner: string;
  readonly name: string;
}

/** with the underscore of a managed user */
const OWNER = /^[A-Za-z0-9_-]{1,39}$/;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;

export function isOwner(text: string): boolean {
  return OWNER.test(text);
}

export function isRepositoryName(text: string): boolean {
  return NAME.test(text) && text !== '.' && text !== '..';
}

/** The repositories that may be used. GitHub does not regard case, and neither does this. */
export class AllowList {
  private readonly repositories: Map<string, Repository>;

  constructor(fullNames: readonly string[]) {
    this.repositories = new Map(
      fullNames.map((fullName) => {
        const [owner, name] = fullName.split('/');
        return [fullName.toLowerCase(), { owner, name }];
      }),
    );
  }

  /** As the settings write it. */
  public find(owner: string, name: string): Repository {
    const found = this.repositories.get(`${owner}/${name}`.toLowerCase());
    // lower case of a character outside ASCII can be a letter inside it
    if (found === undefined || !isOwner(owner) || !isRepositoryName(name)) {
      throw new BrokerError('NotAllowed');
    }
    return found;
  }
}
