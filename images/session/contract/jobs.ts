/* What a caller asks for and gets: jobs, their events and results. */
import type { CliName } from '../../../lib/contract/agents';
import type { LimitSettings } from '../../../lib/contract/session';

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
