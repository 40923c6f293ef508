/* The last line of defence: nothing that is stored, sent or logged should hold a secret in the first place. */
import { REMOVED, withoutSecrets } from '../../../lib/contract/secret-patterns';

/** shorter ones are words, and a text without them could not be read */
const SHORTEST = 8;
/** whoever cuts a text must look at so much more of it: half a secret is not seen */
export const LONGEST_SECRET = 8 * 1024;

/** The text without what looks like a credential. */
export const scrubbed = withoutSecrets;

/** Takes out what looks like a credential, and the secrets that one job holds. */
export class Scrubber {
  private secrets: readonly string[] = [];

  /** Adds a secret, also as it stands in a URL and in JSON. */
  public add(secret: string): void {
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
    const longest = [...new Set([...this.secrets, ...forms])].filter((form) => form.length >= SHORTEST);
    // one can be the beginning of another
    this.secrets = longest.sort((one, other) => other.length - one.length);
  }

  public forget(): void {
    this.secrets = [];
  }

  public text(text: string): string {
    let rest = text;
    for (const secret of this.secrets) {
      rest = rest.replaceAll(secret, REMOVED);
    }
    return scrubbed(rest);
  }

  /** All texts in a value of JSON, however deep. Keys are ours and stay. */
  public value<T>(value: T): T {
    return this.any(value) as T;
  }

  private any(value: unknown): unknown {
    if (typeof value === 'string') {
      return this.text(value);
    }
    if (Array.isArray(value)) {
      return value.map((one: unknown) => this.any(one));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.any(one)]));
    }
    return value;
  }
}
