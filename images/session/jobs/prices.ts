import type { CliName, PriceSettings, Tokens } from '../contract';
import type { SessionSettings } from '../../../lib/agent/session-settings';

/** The day of the list prices below. Settings of the runtime go before them. */
export const PRICES_DATED = '2025-11-01';

/*
 * Dollars per million tokens, of providers whose CLIs name no price. Only models with one price for all lengths of input;
 * what is missing here is unknown, and stays so. Regional models on Bedrock have other prices and are not meant.
 * https://platform.openai.com/docs/pricing, https://ai.google.dev/gemini-api/docs/pricing
 */
const LIST: Readonly<Record<string, PriceSettings>> = {
  'gpt-5': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5-codex': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5-mini': { input: 0.25, output: 2, cacheRead: 0.025 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5, cacheRead: 0.03 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4, cacheRead: 0.01 },
};

/** These name dollars themselves. */
const OWN_FIGURES: readonly CliName[] = ['claude-code', 'opencode'];

/** The prices to reckon with, or undefined if they are not known. */
export function pricesOf({ prices, model, route }: SessionSettings): PriceSettings | undefined {
  if (prices !== undefined) {
    return prices;
  }
  // an LLM gateway may send the same name elsewhere, and AWS has its own prices
  return route?.via === 'provider' && model !== undefined && Object.hasOwn(LIST, model) ? LIST[model] : undefined;
}

export function namesDollars(cli: CliName): boolean {
  return OWN_FIGURES.includes(cli);
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
