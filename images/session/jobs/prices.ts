import { factsOf } from '../../../lib/agent/cli-facts';
import type { CliName, PriceSettings, Tokens } from '../contract';

/** Whether an agent says itself what a job cost. For the others only prices in the settings do: none are guessed. */
export function namesDollars(cli: CliName): boolean {
  return factsOf(cli).namesDollars;
}

/** What the tokens cost. A price of the cache that is left away is that of input. */
export function dollarsOf(tokens: Tokens, { input, output, cacheRead, cacheWrite }: PriceSettings): number {
  const perMillion =
    tokens.input * input +
    tokens.output * output +
    tokens.cacheRead * (cacheRead ?? input) +
    tokens.cacheWrite * (cacheWrite ?? input);
  return perMillion / 1_000_000;
}
