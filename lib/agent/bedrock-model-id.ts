/** One model of a Bedrock route, as agents name it. Not part of the API. */
export interface BoundModel {
  /** what Bedrock takes: the id of a model or profile, or the ARN of a profile of the account */
  readonly id: string;
  /** the ARN of the inference profile; undefined for a foundation model */
  readonly profileArn?: string;
  /** the foundation model behind it */
  readonly modelId: string;
}

/** the families that Claude Code looks for by itself, unless it is told a model for each */
const FAMILIES = ['opus', 'sonnet', 'haiku'] as const;

/**
 * A model for each family of Claude, so that Claude Code probes none that nobody asked for: at each start it would call
 * its default models, and older ones where those are denied.
 *
 * A family that the route lacks is pinned to the ARN of a profile that it has: the id of another family's model does not
 * stop the probes, the ARN of a profile does.
 */
export function familyModelsOf(models: BoundModel[]): Record<string, string> {
  const anyProfile = models.find(({ profileArn }) => profileArn !== undefined)?.profileArn;
  const pins = FAMILIES.map((family) => {
    const own = models.find(({ modelId }) => isOf(family, modelId))?.id;
    return [family, own ?? anyProfile] as const;
  });
  return Object.fromEntries(pins.filter((pin): pin is [(typeof FAMILIES)[number], string] => pin[1] !== undefined));
}

/** The small model of a route with Claude: one of the family Haiku. */
export function smallModelOf(models: BoundModel[]): string | undefined {
  return models.find(({ modelId }) => isOf('haiku', modelId))?.id;
}

function isOf(family: string, modelId: string): boolean {
  return modelId.includes(`claude-${family}-`) || new RegExp(`claude-[0-9-]+-${family}`).test(modelId);
}
