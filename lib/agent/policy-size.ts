import type * as iam from 'aws-cdk-lib/aws-iam';
import { describe } from '../private/errors';
import { LARGEST_POLICY, policySize } from '../private/policy-size';

/** IAM would refuse the policy in the middle of a deployment. Measured late, since mixins add mounts. */
export function policySizeProblems(policy: iam.ManagedPolicy): string[] {
  const size = policySize(policy);
  if (size <= LARGEST_POLICY) {
    return [];
  }
  return [
    describe({
      what: `what agent '${policy.node.scope?.node.path}' may do does not fit into one policy of IAM`,
      got: `about ${size} characters`,
      allowed: `at most ${LARGEST_POLICY}`,
      fix: 'name fewer models or regions, use one application inference profile a model, or mount fewer file systems',
    }),
  ];
}
