import type { CliMeter, CliRun, Tokens } from '../contract';
import { dollarsOf } from '../jobs/prices';
import { LARGEST_CONVERSATION, plainTextNow } from '../shared/files';
import { rolloutOf, rollouts, tokensOfLine, tokensOfRollout } from './codex-rollout';
import { minus, NO_TOKENS } from './outcome';

/** Follows the file of the conversation. */
export class CodexMeter implements CliMeter {
  private readonly known: ReadonlySet<string>;
  private readonly before: Tokens;

  constructor(private readonly run: CliRun) {
    this.known = new Set(rollouts(run.home));
    this.before = tokensBefore(run) ?? NO_TOKENS;
  }

  public find(): Promise<string | null> {
    const { home, directory, continues } = this.run;
    const file =
      continues === undefined
        ? rollouts(home).find((one) => !this.known.has(one) && isMainIn(one, directory))
        : rolloutOf(home, continues.conversation);
    return Promise.resolve(file ?? null);
  }

  public line(line: string): ReturnType<CliMeter['line']> {
    const total = tokensOfLine(line);
    if (total === null) {
      return null;
    }
    const tokens = minus(total, this.before);
    const { prices } = this.run.settings;
    return { tokens, dollars: prices === undefined ? null : dollarsOf(tokens, prices) };
  }
}

/** Tokens of a conversation before this run. Its file is the truth: the job before may have been killed. */
export function tokensBefore({ home, continues }: CliRun): Tokens | null {
  if (continues === undefined) {
    return NO_TOKENS;
  }
  return tokensOfRollout(rolloutOf(home, continues.conversation)) ?? continues.totals?.tokens ?? null;
}

/** subagents have files too */
function isMainIn(file: string, directory: string): boolean {
  const [first] = (plainTextNow(file, LARGEST_CONVERSATION) ?? '').split('\n', 1);
  return first.includes('"source":"exec"') && first.includes(`"cwd":${JSON.stringify(directory)}`);
}
