import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { BoundModel } from './bedrock-model-id';

/**
 * Codex reaches Bedrock by the endpoint that speaks OpenAI's API. IAM knows it as a service of its own, whose rights are
 * on projects; without one a request belongs to the project `default`.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/security-iam-projects.html
 */
export function mantleStatement(stack: Stack, models: BoundModel[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['bedrock-mantle:CreateInference'],
    resources: [stack.formatArn({ service: 'bedrock-mantle', resource: 'project', resourceName: 'default' })],
    conditions: { StringEquals: { 'bedrock-mantle:Model': models.map(({ id }) => id) } },
  });
}
