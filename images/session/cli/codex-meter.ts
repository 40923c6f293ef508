import type { CliMeter, CliRun, Tokens } from '../contract';
import { dollarsOf } from './prices';
import { LARGEST_CONVERSATION, plainTextNow } from '../shared/files';
import { rolloutOf, rollouts, tokensOfLine, tokensOfRollout } from './codex-rollout';
import { ifAny, minus, NO_TOKENS } from './outcome';

/** Follows the file of the conversation. */
export class CodexMeter implements CliMeter {
  private readonly known: ReadonlySet<string>;
  private readonly before: Tokens | null;

  constructor(private readonly run: CliRun) {
    this.known = new Set(rollouts(run.home));
    this.before = tokensBefore(run);
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
    // without those before, the part of this run is unknown; of what was before, nothing is
    const tokens = total === null || this.before === null ? null : ifAny(minus(total, this.before));
    const { prices } = this.run.settings;
    return tokens === null ? null : { tokens, dollars: prices === undefined ? null : dollarsOf(tokens, prices) };
  }
}

/** Tokens of a conversation before this run. Its file is the truth: the job before may have been killed. */
export function tokensBefore({ home, continues }: CliRun): Tokens | null {
  if (continues === undefined) {
    return NO_TOKENS;
  }
  const told = tokensOfRollout(rolloutOf(home, continues.conversation));
  return ifAny(told) ?? continues.totals?.tokens ?? told;
}

/** subagents have files too */
function isMainIn(file: string, directory: string): boolean {
  const [first] = (plainTextNow(file, LARGEST_CONVERSATION) ?? '').split('\n', 1);
  return first.includes('"source":"exec"') && first.includes(`"cwd":${JSON.stringify(directory)}`);
}
