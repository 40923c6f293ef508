/** What a token must have left when it is handed out: a call, and what follows it, must end before the token does. */
export const LEAST_LEFT_MS = 10 * 60_000;

/** An installation token. It shows itself to nobody who does not ask for it by name. */
export class Token {
  readonly #value: string;

  constructor(
    value: string,
    /** by the clock of GitHub, in milliseconds */
    public readonly expiresAt: number,
  ) {
    this.#value = value;
  }

  public reveal(): string {
    return this.#value;
  }
}
