/** One model of a Bedrock route, as agents name it. Not part of the API. */
export interface BoundModel {
  /** what Bedrock takes: the id of a model or profile, or the ARN of a profile of the account */
  readonly id: string;
  /** the foundation model behind it */
  readonly modelId: string;
}

/** the families of Claude that Claude Code calls by name; its small model stands for Haiku */
const FAMILIES = ['opus', 'sonnet'] as const;

/**
 * A model for each family of Claude, so that Claude Code calls none that the route lacks: a subagent that asks for
 * Sonnet gets the main model where the route has no Sonnet.
 *
 * @param models the main one first
 */
export function familyModelsOf(models: BoundModel[]): Record<string, string> {
  return Object.fromEntries(FAMILIES.map((family) => [family, idOf(family, models) ?? models[0].id]));
}

/** The small model of a route with Claude: one of the family Haiku. */
export function smallModelOf(models: BoundModel[]): string | undefined {
  return idOf('haiku', models);
}

function idOf(family: string, models: BoundModel[]): string | undefined {
  return models.find(({ modelId }) => isOf(family, modelId))?.id;
}

function isOf(family: string, modelId: string): boolean {
  return modelId.includes(`claude-${family}-`) || new RegExp(`claude-[0-9-]+-${family}`).test(modelId);
}
