/*
 * What construct and function agree on. Functions are bundled without aws-cdk-lib, so nothing here may import it.
 *
 * The settings travel as `config.json` beside the code: the environment of a function holds 4 KB, too little for 500
 * repositories. ARNs are known only at deployment and travel as variables.
 */

/** The name of the settings file beside the code. */
export const CONFIG_FILE = 'config.json';

/** ARN of the KMS key that signs (exclusive with the two below). */
export const KEY_ARN_VARIABLE = 'KEY_ARN';
/** ARN of the secret that holds the private key as PEM, and the field of its JSON. */
export const SECRET_ARN_VARIABLE = 'SECRET_ARN';
export const SECRET_FIELD_VARIABLE = 'SECRET_FIELD';

/** Where the functions put their metrics; the first dimension is the name of the function. */
export const METRIC_NAMESPACE = 'CodingAgents/Broker';
export const METRIC_DIMENSION = 'Broker';
/** Errors are counted by their code, too. */
export const METRIC_CODE_DIMENSION = 'Code';
export const METRICS = {
  calls: 'Calls',
  errors: 'Errors',
  /** tokens that GitHub was asked for */
  mints: 'Mints',
  cacheHits: 'CacheHits',
  /** answers of GitHub that said to wait */
  rateLimits: 'RateLimits',
  /** of a call, in milliseconds */
  duration: 'Duration',
} as const;

/** Bounds of `BrokerConfig.largestResult`, in characters. */
export const RESULT_BOUNDS = { smallest: 1_000, largest: 1_000_000 } as const;
/** A token lives 60 minutes and is not handed out in its last ten. */
export const LONGEST_CACHE_MINUTES = 50;
/** What GitHub takes in one request for a token. */
export const MOST_REPOSITORIES = 500;

export interface AppConfig {
  /** https://api.github.com, https://api.<sub>.ghe.com or https://<host>/api/v3; no trailing slash */
  readonly apiUrl: string;
  /** the client id of the GitHub App: the issuer of its tokens */
  readonly clientId: string;
  readonly installationId: number;
  /** owner/name, all of one owner; compared without regard to case */
  readonly repositories: string[];
}

export interface BrokerConfig extends AppConfig {
  /** names out of the catalogue: what may be called */
  readonly tools: string[];
  /** characters of a result, the rest is cut off and said so */
  readonly largestResult: number;
  /** how long a token is used again; 0 for never */
  readonly cacheMinutes: number;
  /** whether files of the default branch may be changed without a pull request; false if left away */
  readonly allowDefaultBranch?: boolean;
  /** files that are not changed, besides those of `lib/contract/pipeline-files`; in its notation */
  readonly protectedPaths?: readonly string[];
}

/**
 * What git's credential helper is given: a token for the contents of one repository. Each call makes a token, and
 * requests for tokens count against the same hourly limit of the GitHub App as those of its brokers.
 */
export interface CredentialConfig extends AppConfig {
  /** whether a token may push too; false if left away */
  readonly allowPush?: boolean;
}

/** What the catalogue says of each tool. See `lib/contract/catalogue`. */
export interface CatalogueTool {
  readonly name: string;
  readonly toolset: string;
  readonly description: string;
  /** JSON Schema within Gateway's subset: type, description, properties, required, items */
  readonly inputSchema: ToolInput;
  /** the one permission that the token for a call carries */
  readonly permission: { readonly name: string; readonly level: 'read' | 'write' };
  /** off unless switched on by name: deletes, merges */
  readonly sensitive?: boolean;
}

export interface ToolInput {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';
  readonly description?: string;
  readonly properties?: { readonly [name: string]: ToolInput };
  readonly required?: readonly string[];
  readonly items?: ToolInput;
}
