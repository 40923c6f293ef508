import type { PriceSettings, Tokens } from '../contract';

/** The cost of the tokens. A price of the cache that is omitted is that of input. */
export function dollarsOf(tokens: Tokens, { input, output, cacheRead, cacheWrite }: PriceSettings): number {
  const perMillion =
    tokens.input * input +
    tokens.output * output +
    tokens.cacheRead * (cacheRead ?? input) +
    tokens.cacheWrite * (cacheWrite ?? input);
  return perMillion / 1_000_000;
}
