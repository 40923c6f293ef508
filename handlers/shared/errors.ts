/* Every text that leaves a function in case of error is written here: nothing of a request or an answer is repeated. */

const MESSAGES = {
  InvalidRequest: 'an argument is missing, unknown or not as the schema of the tool says',
  NotAllowed: 'this tool or repository is not among those that are allowed here',
  PipelineFileProtected:
    'a file that decides what pipelines run or who must review, such as those in .github, is not changed here: ' +
    'there is no setting yet that allows it, so ask a person to change it',
  DefaultBranchProtected:
    'the default branch is not changed here without review: push to another branch and open a pull request; ' +
    'a broker allows it with allowDefaultBranch: true',
  NotFound: 'GitHub does not find it in this repository',
  NotInstalled: 'the GitHub App is not installed for this repository, or is suspended',
  PermissionNotGranted: 'the GitHub App was not granted the permission that this tool needs',
  Forbidden: 'GitHub refuses this to the GitHub App',
  Conflict: 'the state of the repository does not allow it: it changed meanwhile, is empty, or rules forbid it',
  Unprocessable: 'GitHub does not accept these values',
  TooLarge: 'the answer is too large: ask for less',
  RateLimited: 'GitHub asks to wait',
  ClockSkew: 'the clock of the function differs too much from that of GitHub',
  AppRejected: 'GitHub does not accept the GitHub App: check its client id and private key',
  SigningFailed: 'the private key of the GitHub App could not be used',
  Redirected: 'GitHub redirects elsewhere, which is refused: the repository may have been renamed',
  GitHubUnavailable: 'GitHub cannot be reached or has an error',
  Timeout: 'the time was not enough',
  MalformedResponse: 'GitHub answered in an unexpected form',
  InternalError: 'an error of this function',
} as const;

export type Code = keyof typeof MESSAGES;
export const CODES = Object.keys(MESSAGES) as Code[];

/** What may be said of an error: numbers, and texts out of our own tables. */
export interface Details {
  /** name of the argument that is wrong */
  readonly argument?: string;
  /** what that argument is, as its schema says */
  readonly expected?: string;
  readonly permission?: string;
  readonly reasons?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** true where a change was sent and no answer came: look before you repeat it */
  readonly mayHaveHappened?: boolean;
}

/** An error as it is returned. It is not thrown: what a gateway makes of a thrown error is not documented. */
export interface ErrorResult {
  readonly error: { readonly code: Code; readonly message: string } & Details;
}

export class BrokerError extends Error {
  /** `reason` is for the log only: a name such as ECONNREFUSED or AccessDeniedException */
  constructor(
    public readonly code: Code,
    public readonly details: Details = {},
    public readonly reason?: string,
  ) {
    super(MESSAGES[code]);
    this.name = 'BrokerError';
  }

  public result(): ErrorResult {
    return { error: { code: this.code, message: this.message, ...this.details } };
  }
}

/** The names that systems give to their errors are safe to log; anything else is not. */
export function errorName(name: unknown): string | undefined {
  return typeof name === 'string' && /^[A-Za-z_]{2,60}$/.test(name) ? name : undefined;
}
