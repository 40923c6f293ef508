/* What an adapter of a coding agent is given, and what it makes of it. */
import type { CliName } from '../../../lib/contract/agents';
import type { LimitSettings, PriceSettings } from '../../../lib/contract/session';
import type { AgentEvent, ErrorCode, Tokens, Totals } from './jobs';

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

/** Why a job is ended before its agent is done. */
export type StopCause = 'timeLimit' | 'dollarLimit' | 'turnLimit' | 'cancelled' | 'shutdown';

/** Why the process ended. `lingered`: it had named its result, did not exit, and was ended; the result counts. */
export type EndCause = 'exited' | 'lingered' | StopCause;

/**
 * Whether the output so far ends a run. `certain`: by a record that is the last one, with no work left in the background.
 * `likely`: a CLI without such a record said that its model is done. A later record can take both back.
 */
export type Finality = 'none' | 'likely' | 'certain';

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
  /** after the last line; a CLI that does not exit then is ended */
  readonly finality: Finality;
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
