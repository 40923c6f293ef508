import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { describe } from '../private/errors';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LARGEST = 6144;

/** what stands in for what is known only at deployment; the partition of a known region is known too */
const PSEUDO: Record<string, string> = {
  'AWS::AccountId': '1'.repeat(12),
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
};
const ID_LENGTH = 22;
const ARN_LENGTH = { AccessPointArn: 130, other: 90 };

/** IAM would refuse the policy in the middle of a deployment. Measured late, since mixins add mounts. */
export function policySizeProblems(policy: iam.ManagedPolicy): string[] {
  // without resolving tokens, which take more room than what they stand for: enough for nearly every policy
  if (JSON.stringify(policy.document.toJSON()).length <= LARGEST / 2) {
    return [];
  }
  const size = JSON.stringify(deployed(Stack.of(policy).resolve(policy.document))).length;
  if (size <= LARGEST) {
    return [];
  }
  return [
    describe({
      what: `what agent '${policy.node.scope?.node.path}' may do does not fit into one policy of IAM`,
      got: `about ${size} characters`,
      allowed: `at most ${LARGEST}`,
      fix: 'name fewer models or regions, use one application inference profile a model, or mount fewer file systems',
    }),
  ];
}

/** the document about as CloudFormation hands it to IAM */
function deployed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(deployed);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  const [[name, argument]] = entries;
  switch (name) {
    case 'Ref':
      return PSEUDO[argument as string] ?? 'x'.repeat(ID_LENGTH);
    case 'Fn::GetAtt':
      return 'x'.repeat((argument as string[])[1] === 'AccessPointArn' ? ARN_LENGTH.AccessPointArn : ARN_LENGTH.other);
    case 'Fn::Join':
      return (deployed((argument as [string, unknown[]])[1]) as string[]).join((argument as [string, unknown[]])[0]);
    default:
      return name.startsWith('Fn::')
        ? 'x'.repeat(ARN_LENGTH.other)
        : Object.fromEntries(entries.map(([k, v]) => [k, deployed(v)]));
  }
}
