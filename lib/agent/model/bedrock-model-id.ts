import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { GEOGRAPHIES, PROFILE_REGIONS_KEY } from '../../contract/regions';
import { furtherRegions } from '../../private/environments';
import { invalid, invalidValue } from '../../private/errors';

/** the families of Claude that Claude Code calls by name; its small model stands for Haiku */
const FAMILIES = ['opus', 'sonnet'] as const;

const MODEL_ID = /^[a-z0-9-]{1,63}[.][A-Za-z0-9-]+([.:][A-Za-z0-9-]+)*$/;
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

/** One model of a Bedrock route, as agents name it. Not part of the API. */
export interface BoundModel {
  /** what Bedrock takes: the id of a model or profile, or the ARN of a profile of the account */
  readonly id: string;
  /** the foundation model behind it */
  readonly modelId: string;
}

export function checkModelId(modelId: string): void {
  if (!Token.isUnresolved(modelId) && !MODEL_ID.test(modelId)) {
    throw invalidValue('InvalidModelId', {
      what: 'this is not a Bedrock model id',
      got: modelId,
      allowed: '<provider>.<model>, for example anthropic.claude-opus-5-5; no ARN, no wildcard',
      fix: 'take the id from `aws bedrock list-foundation-models`',
    });
  }
}

/** the model behind a profile is read from the id of the profile */
export function idParts(profileId: string): string[] {
  if (Token.isUnresolved(profileId)) {
    throw invalidValue('ProfileNotLiteral', {
      what: 'the id of the inference profile is known only at deployment',
      allowed: 'a literal: the model behind it is read from it',
      fix: 'write it out',
    });
  }
  checkModelId(profileId);
  return profileId.split('.');
}

export function checkRegions(profileId: string, regions: string[]): void {
  const wrong = regions.find((region) => !Token.isUnresolved(region) && !REGION.test(region));
  if (wrong === undefined && regions.length > 0) {
    return;
  }
  throw invalidValue('InvalidProfileRegions', {
    what: `'${profileId}' needs the regions to which it routes: Bedrock checks the right to the model in each of them`,
    got: wrong ?? 'no region',
    allowed: 'region names such as eu-central-1',
    fix: 'list those of `aws bedrock get-inference-profile`',
  });
}

/**
 * Refuses a cross-region profile of AWS that cannot be called from the region of the stack, or that is said to route to
 * regions outside of its geography. A geography that is not known passes, as does a region that is known only at
 * deployment.
 */
export function checkGeography(scope: IConstruct, profileId: string, regions: string[] = []): void {
  const [prefix, ...model] = profileId.split('.');
  const geography = GEOGRAPHIES[prefix];
  if (geography === undefined) {
    return;
  }
  const { region } = Stack.of(scope);
  const further = furtherRegions(scope, PROFILE_REGIONS_KEY);
  const isOutside = (name: string) =>
    !Token.isUnresolved(name) && !geography.regions.test(name) && !further.includes(name);
  if (isOutside(region)) {
    throw invalid(scope, 'InferenceProfileElsewhere', {
      what: `this inference profile serves ${geography.title}, and the agent is in ${region}`,
      got: profileId,
      allowed: profilesFor(region, model.join('.')),
      fix: `use a profile that serves the region of the agent; if AWS serves this region by now, run cdk with -c ${PROFILE_REGIONS_KEY}=${region}, or add it to \`context\` in cdk.json`,
    });
  }
  const odd = regions.find(isOutside);
  if (odd !== undefined) {
    throw invalid(scope, 'InvalidProfileRegions', {
      what: `'${profileId}' serves ${geography.title}, and routes nowhere else`,
      got: odd,
      allowed: `regions of ${geography.title}`,
      fix: `list those of \`aws bedrock get-inference-profile\`; if it routes there by now, run cdk with -c ${PROFILE_REGIONS_KEY}=${odd}, or add it to \`context\` in cdk.json`,
    });
  }
}

/** the ids that the same model would have in profiles for this region; whether AWS offers each differs by model */
function profilesFor(region: string, modelId: string): string {
  const prefixes = Object.entries(GEOGRAPHIES).filter(([, { regions }]) => regions.test(region));
  return prefixes.length === 0
    ? 'no profile that is known here'
    : prefixes.map(([prefix]) => `${prefix}.${modelId}`).join(' or ');
}

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
