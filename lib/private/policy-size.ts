import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { describe } from './errors';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const LARGEST_POLICY = 6144;

/** what stands in for what is known only at deployment; the partition of a known region is known too */
const PSEUDO: Record<string, string> = {
  'AWS::AccountId': '1'.repeat(12),
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
};
const ID_LENGTH = 22;
const ARN_LENGTH = { AccessPointArn: 130, CredentialProviderArn: 200, other: 90 };

/** About how many characters of a document IAM counts. */
export function policySize(policy: iam.ManagedPolicy): number {
  // without resolving tokens, which take more room than what they stand for: enough for nearly every policy
  const unresolved = JSON.stringify(policy.document.toJSON()).length;
  return unresolved <= LARGEST_POLICY / 2
    ? unresolved
    : JSON.stringify(deployed(Stack.of(policy).resolve(policy.document))).length;
}

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
    case 'Fn::GetAtt': {
      const attribute = (argument as string[])[1] as keyof typeof ARN_LENGTH;
      return 'x'.repeat(ARN_LENGTH[attribute] ?? ARN_LENGTH.other);
    }
    case 'Fn::Join':
      return (deployed((argument as [string, unknown[]])[1]) as string[]).join((argument as [string, unknown[]])[0]);
    default:
      return name.startsWith('Fn::')
        ? 'x'.repeat(ARN_LENGTH.other)
        : Object.fromEntries(entries.map(([k, v]) => [k, deployed(v)]));
  }
}
