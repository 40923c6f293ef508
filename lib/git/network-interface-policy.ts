import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeUnlessChanged } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';

const ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** What the role of a function in a VPC must be allowed, and its code must not. */
export function networkInterfacePolicy(scope: Construct, role: iam.IRole): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(scope, 'NetworkPolicy', {
    description: `Network interfaces of ${scope.node.path}`,
    roles: [role],
    statements: [
      new iam.PolicyStatement({ sid: 'Interfaces', actions: ACTIONS, resources: ['*'] }),
      new iam.PolicyStatement({
        sid: 'NotForTheCode',
        effect: iam.Effect.DENY,
        actions: ACTIONS,
        resources: ['*'],
        // Lambda names the function in the calls that its code makes
        conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      }),
    ],
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.NETWORK_INTERFACES, { resources: ['*'] });
  return policy;
}
