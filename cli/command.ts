/** Where a command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** What the shell is told. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command of `npx cdk-coding-agents`. */
export interface Command {
  /** one line for the list of commands */
  readonly summary: string;
  /** what `help <command>` prints */
  readonly usage: string;
  readonly run: (args: string[], output: Output) => ExitCode | Promise<ExitCode>;
}

/** The arguments make no sense: the usage is printed after the text. */
export class UsageError extends Error {}
