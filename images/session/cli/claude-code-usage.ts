/* What Claude Code says of tokens and dollars in its `result`. */
import type { CliRun, Tokens, Totals } from '../contract';
import { isObject } from '../shared/json';
import type { Fields } from '../shared/json';
import { amount, known, minus, NO_TOKENS, plus } from './outcome';

/** Totals of the conversation. */
export function totalsOf(result: Fields): Totals {
  const { modelUsage } = result;
  return {
    tokens: isObject(modelUsage) ? usageOf(modelUsage) : null,
    dollars: known(result, 'total_cost_usd'),
  };
}

/** Of this run. Newer results name what came since the last one; older ones totals only. */
export function ownPart(totals: Totals, result: Fields, { continues }: CliRun): Totals {
  if (continues === undefined) {
    return totals;
  }
  const own = result.model_usage_since_last_result;
  if (isObject(own)) {
    return { tokens: usageOf(own), dollars: costOf(own) };
  }
  return difference(totals, continues.totals ?? { tokens: null, dollars: null });
}

function difference({ tokens, dollars }: Totals, before: Totals): Totals {
  return {
    tokens: tokens === null || before.tokens === null ? null : minus(tokens, before.tokens),
    dollars: dollars === null || before.dollars === null ? null : Math.max(0, dollars - before.dollars),
  };
}

/** Of all models, subagents included; the field `usage` leaves those out. */
function usageOf(models: Fields): Tokens {
  return Object.values(models)
    .filter(isObject)
    .map((model) => ({
      input: amount(model, 'inputTokens'),
      output: amount(model, 'outputTokens'),
      cacheRead: amount(model, 'cacheReadInputTokens'),
      cacheWrite: amount(model, 'cacheCreationInputTokens'),
    }))
    .reduce(plus, NO_TOKENS);
}

/** null where the cost of one of them is left away */
function costOf(models: Fields): number | null {
  const costs = Object.values(models).map((model) => (isObject(model) ? known(model, 'costUSD') : null));
  return costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}
