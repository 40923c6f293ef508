import type { CliRun } from '../contract';

/**
 * The model that Claude Code takes for each family if it is told none, by Anthropic's name and for the pinned version.
 * integration/clients/test/bedrock-models.test.ts fails where a new version has others.
 */
const DEFAULTS = {
  opus: 'claude-opus-5-5',
  sonnet: 'claude-sonnet-4-5-20250929',
  haiku: 'claude-haiku-4-5-20251001',
} as const;

/** What it means by the names of families: models that its role may call. */
export function familyVariables(run: CliRun): Record<string, string> {
  return Object.fromEntries(
    Object.entries(familiesOf(run)).map(([family, id]) => [`ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`, id]),
  );
}

/**
 * On Bedrock it tries its default models at each start, and older ones where those are denied: calls that nobody asked
 * for. It does so for each family whose variable names a model of another family. A default that is said to be another
 * model is not tried.
 *
 * It also reads this the other way round, and would reckon a model at the price of the first name that leads to it:
 * so the model's own name comes first.
 */
export function modelOverrides(run: CliRun): Record<string, string> {
  const foreign = run.model.via === 'bedrock' ? Object.entries(familiesOf(run)).filter(isForeign) : [];
  return Object.fromEntries([
    ...foreign.map(([, id]) => [nameOf(id), id]),
    ...foreign.map(([family, id]) => [DEFAULTS[family as keyof typeof DEFAULTS], id]),
  ]) as Record<string, string>;
}

function familiesOf({ settings: { familyModels, smallModel } }: CliRun): Record<string, string> {
  return { ...familyModels, ...(smallModel === undefined ? {} : { haiku: smallModel }) };
}

/** behind an ARN of the account it sees no family, and tries nothing */
function isForeign([family, id]: [string, string]): boolean {
  return family in DEFAULTS && !id.startsWith('arn:') && !new RegExp(`claude-([0-9-]+-)?${family}`).test(id);
}

/** Anthropic's name for a model of Bedrock: no geography and provider, no version of the API. */
function nameOf(id: string): string {
  return id.replace(/^.*anthropic\./, '').replace(/-v\d+(:\d+)?$/, '');
}
