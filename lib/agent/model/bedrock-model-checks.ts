import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';

const MODEL_ID = /^[a-z0-9-]{1,63}[.][A-Za-z0-9-]+([.:][A-Za-z0-9-]+)*$/;
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

export function checkModelId(modelId: string): void {
  if (!Token.isUnresolved(modelId) && !MODEL_ID.test(modelId)) {
    throw invalidValue('InvalidModelId', {
      what: 'this is not a Bedrock model id',
      got: modelId,
      allowed: '<provider>.<model>, for example anthropic.claude-opus-4-6-v1; no ARN, no wildcard',
      fix: 'take the id from `aws bedrock list-foundation-models`',
    });
  }
}

/** the model behind a profile is read from the id of the profile */
export function parts(profileId: string): string[] {
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
