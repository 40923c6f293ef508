/*
 * What the parts of the session server agree on.
 *
 *   caller --/invocations--> server --(process group)--> CLI --http--> bridge --SigV4 or JWT--> gateway
 *                              |                                          ^
 *                           journal (/mnt/workspace/.agent)               | a process of its own
 *
 * Nothing secret or unique is made before the first job: on platform version V2 all sessions start from one snapshot.
 * For the same reason the server itself speaks no TLS: OpenSSL's random state would be shared between sessions. All that
 * leaves the microVM leaves it from the bridge, a process that is started with the first job.
 */
import type { CliName, LimitSettings, PriceSettings, RouteSettings } from '../../lib/agent/session-settings';

// ---- jobs ----------------------------------------------------------------------------------------------------------

/** What `/invocations` takes in order to start a job. All bounds are checked before anything runs. */
export interface JobRequest {
  /** what the agent shall do; at most 1,000,000 characters */
  readonly prompt: string;
  /** an https URL, or owner/name at github.com; cloned into the workspace unless it is there */
  readonly repository?: string;
  /** checked out, and made from the default branch if it does not exist */
  readonly branch?: string;
  /** a command that judges the work, run by `bash -c` in the repository after the agent ended */
  readonly test?: string;
  readonly limits?: LimitSettings;
  /** id of a job whose conversation goes on, in its directory */
  readonly continues?: string;
  /** as whom git commits */
  readonly author?: { readonly name: string; readonly email: string };
}

/** Requests about jobs that exist. `op` is left away for a new job. */
export type JobQuery =
  | { readonly op: 'list' }
  | { readonly op: 'get'; readonly job: string }
  /** events after this id, then what is new until the job ends */
  | { readonly op: 'attach'; readonly job: string; readonly after?: number }
  | { readonly op: 'cancel'; readonly job: string };

export type JobStatus =
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  /** a bound of turns, minutes or dollars */
  | 'limitReached'
  /** its microVM ended while it ran; never reported as done */
  | 'interrupted';

/** Why a job did not succeed. Stable: callers branch on them. */
export type ErrorCode =
  | 'AgentFailed' // the CLI said so itself
  | 'AgentCrashed' // it ended without a final record
  | 'AgentNotStarted' // the program could not be run
  | 'ConversationNotFound' // nothing to continue
  | 'ModelAccessDenied' // 401, 403
  | 'ModelThrottled' // 429, quota
  | 'ModelRequestInvalid' // 400
  | 'ModelUnavailable' // 5xx, no connection
  | 'ModelKeyUnavailable' // the Token Vault gave none
  | 'GatewayUnavailable' // pre-flight: not reachable, or 5xx
  | 'GatewayAccessDenied' // pre-flight: 401, 403, no token
  | 'RepositoryUnavailable' // clone or checkout failed
  | 'TestsFailed'
  | 'TurnLimit'
  | 'TimeLimit'
  | 'DollarLimit'
  | 'Cancelled'
  | 'Interrupted';

/** Tokens of one job, never of the conversation before it. Input excludes what was read from or written to the cache. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** One shape for all CLIs. Null means unknown: never 0, never guessed. */
export interface JobResult {
  readonly status: Exclude<JobStatus, 'running'>;
  readonly errorCode: ErrorCode | null;
  /** one sentence for people; holds no secret */
  readonly message: string | null;
  /** the last words of the agent */
  readonly text: string | null;
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly turns: number | null;
  readonly tokens: Tokens | null;
  readonly dollars: number | null;
  /** the CLI's own figure, or reckoned from a price table */
  readonly dollarsFrom: 'cli' | 'prices' | null;
  /** the CLI's id of the conversation */
  readonly conversation: string | null;
  readonly tests: { readonly exitCode: number | null; readonly durationMs: number } | null;
}

/** What the journal keeps of a job beside its events, as `job.json`. */
export interface JobRecord {
  /** sortable by time; letters, digits and dashes */
  readonly id: string;
  readonly cli: CliName;
  readonly request: JobRequest;
  /** where the agent works */
  readonly directory: string;
  readonly status: JobStatus;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly result: JobResult | null;
  /** which microVM runs it; another one reports it as interrupted */
  readonly owner: string;
  /** the CLI's id of the conversation, as soon as it is known */
  readonly conversation: string | null;
  /** totals of the conversation at the end of the job, for CLIs that only name totals */
  readonly totals: Totals | null;
}

/** Running totals of a conversation. */
export interface Totals {
  readonly tokens: Tokens | null;
  readonly dollars: number | null;
}

/** One vocabulary for all CLIs: what is journaled, streamed and replayed. */
export type AgentEvent =
  | { readonly type: 'started'; readonly job: string; readonly cli: CliName; readonly directory: string }
  /** clone, checkout, pre-flight check, tests */
  | {
      readonly type: 'step';
      readonly name: 'repository' | 'gateway' | 'tests';
      readonly status: 'started' | 'done' | 'failed';
      readonly detail?: string;
    }
  | { readonly type: 'text'; readonly text: string }
  /** input and output are cut to 4 KB */
  | {
      readonly type: 'tool';
      readonly id: string;
      readonly name: string;
      readonly status: 'started' | 'done' | 'failed';
      readonly input?: string;
      readonly output?: string;
    }
  /** so far, of this job */
  | { readonly type: 'usage'; readonly tokens: Tokens; readonly dollars: number | null }
  /** a tool waits until the user opens this URL */
  | { readonly type: 'consent'; readonly url: string; readonly tool: string | null; readonly message: string | null }
  /** something to know that is no failure: a retry, a tool server that went away */
  | { readonly type: 'notice'; readonly code: string; readonly message: string }
  | { readonly type: 'result'; readonly result: JobResult };

/** An event as it is stored and sent: ids count from 1 in each job and are the ids of server-sent events. */
export interface StoredEvent {
  readonly id: number;
  readonly at: string;
  readonly event: AgentEvent;
}

// ---- CLI adapters --------------------------------------------------------------------------------------------------

/** A key that only the environment of the CLI's own process may hold. Prints as `[hidden]`. */
export interface Hidden {
  reveal(): string;
}

/** How the model is reached, with what the Token Vault gave. */
export type ModelAccess =
  | { readonly via: 'none' }
  | { readonly via: 'bedrock'; readonly region: string }
  | { readonly via: 'provider'; readonly key: Hidden }
  | { readonly via: 'llmGateway'; readonly url: string; readonly key?: Hidden };

/** One run of a CLI. */
export interface CliRun {
  readonly job: string;
  readonly prompt: string;
  readonly directory: string;
  /** HOME of the CLI, in the workspace: conversations outlive the microVM */
  readonly home: string;
  /** a fresh directory outside the workspace and the home, deleted after the job: settings of this run, TMPDIR below it */
  readonly scratch: string;
  readonly model: ModelAccess;
  readonly settings: {
    readonly model?: string;
    readonly smallModel?: string;
    readonly effort?: string;
    readonly familyModels?: { readonly [family: string]: string };
    readonly prices?: PriceSettings;
  };
  /** the bridge: a plain local MCP server over streamable HTTP, without credentials */
  readonly mcp?: { readonly name: string; readonly url: string };
  /** the OTLP endpoint of the bridge */
  readonly telemetryUrl?: string;
  readonly limits: LimitSettings;
  /** the conversation to go on with, and its totals so far */
  readonly continues?: { readonly conversation: string; readonly totals: Totals | null };
}

export interface CliCommand {
  readonly file: string;
  readonly args: string[];
  /** added to a clean environment of PATH, HOME, LANG, TMPDIR, AWS region and credentials' source, git author */
  readonly environment: Record<string, string>;
  /** written below `scratch` or `home` before the start; never a secret */
  readonly files: { readonly path: string; readonly content: string }[];
  /** standard input, closed at its end; empty if left away. Prompts go here where the CLI reads them: no limit of length */
  readonly input?: string;
}

/** Why the process ended, as far as the runner had a part in it. */
export type EndCause = 'exited' | 'timeLimit' | 'dollarLimit' | 'turnLimit' | 'cancelled' | 'shutdown';

export interface CliExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly cause: EndCause;
  /** the end of standard error, at most 64 KB, scrubbed */
  readonly stderr: string;
}

/** What the adapter makes of a finished run; the runner adds time, tests and exit code. */
export interface CliOutcome {
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'limitReached' | 'interrupted';
  readonly errorCode: ErrorCode | null;
  readonly message: string | null;
  readonly text: string | null;
  readonly turns: number | null;
  readonly tokens: Tokens | null;
  readonly dollars: number | null;
  readonly dollarsFrom: 'cli' | 'prices' | null;
  readonly conversation: string | null;
  readonly totals: Totals | null;
}

/** Reads one run. Stateful; one for each run. */
export interface CliReader {
  /** one line of standard output, without its end; at most 10 MB, longer ones are cut */
  line(line: string): AgentEvent[];
  /** known after the first lines */
  readonly conversation: string | null;
  /** so far in this job; null where the CLI tells nothing before its end */
  readonly spent: { readonly turns: number | null; readonly tokens: Tokens | null; readonly dollars: number | null };
  finish(exit: CliExit): CliOutcome;
}

export interface CliAdapter {
  readonly name: CliName;
  /** bounds that this CLI can hold; a job that asks for another is refused before it starts */
  readonly limits: readonly ('turns' | 'minutes' | 'dollars')[];
  /** pure: writes nothing, starts nothing */
  command(run: CliRun): CliCommand;
  reader(run: CliRun): CliReader;
  /** a file of the CLI that grows while it runs and names its spending, for CLIs whose output does not; its lines go to `line` of this */
  readonly meter?: (run: CliRun) => CliMeter;
}

/** Follows a file that the CLI itself writes. */
export interface CliMeter {
  /** the file, as soon as it exists */
  find(): Promise<string | null>;
  line(line: string): { readonly tokens: Tokens; readonly dollars: number | null } | null;
}

// ---- bridge --------------------------------------------------------------------------------------------------------

/** Requests of the server to the bridge process, over the IPC channel of `child_process.fork`. */
export interface BridgeCalls {
  /** opens a local MCP server for one job; the token is kept in memory until `close` */
  open(request: { job: string; authorization?: string }): Promise<{ url: string }>;
  /** initialize and tools/list at the gateway: most CLIs run happily to their end with their tools gone */
  check(request: { job: string }): Promise<GatewayCheck>;
  close(request: { job: string }): Promise<void>;
  /** GetResourceApiKey, with the workload access token of the request */
  modelKey(request: { credentialProvider: string; workloadToken: string }): Promise<{ key: string }>;
}

export type GatewayCheck =
  | { readonly ok: true; readonly tools: number }
  | { readonly ok: false; readonly errorCode: 'GatewayUnavailable' | 'GatewayAccessDenied'; readonly message: string };

/** What the bridge tells the server unasked. */
export type BridgeNotice =
  | {
      readonly type: 'consent';
      readonly job: string;
      readonly url: string;
      readonly tool: string | null;
      readonly message: string | null;
    }
  | { readonly type: 'problem'; readonly job: string; readonly code: string; readonly message: string };

/** The bridge as the server sees it: `images/session/bridge/client.ts` makes it. */
export interface Bridge extends BridgeCalls {
  onNotice(listener: (notice: BridgeNotice) => void): void;
  /** ends the process */
  stop(): Promise<void>;
}

export type { CliName, LimitSettings, PriceSettings, RouteSettings };
