import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeUnlessChanged } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';
import { oncePerStack } from '../private/per-stack';

const ID = 'CodingAgentsTelemetry';

/**
 * The calls that take no resource in IAM, one policy for all agents of a stack.
 *
 * They stand apart so that a wildcard added anywhere else is a finding of its own: cdk-nag judges a policy as a whole,
 * and an acknowledged `*` would hide the next one in the same policy.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html
 */
export function telemetryPolicyOf(scope: Construct): iam.ManagedPolicy {
  return oncePerStack(scope, ID, telemetryPolicy);
}

function telemetryPolicy(stack: Stack): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(stack, ID, {
    description: 'Telemetry and registry login of coding agents: calls for which IAM knows no resource',
    statements: [
      new iam.PolicyStatement({
        sid: 'Traces',
        actions: [
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          // for agents that send OpenTelemetry themselves
          'xray:PutSpans',
          'xray:PutTelemetryRecords',
          'xray:PutTraceSegments',
        ],
        resources: ['*'],
      }),
      new iam.PolicyStatement({
        sid: 'Metrics',
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': 'bedrock-agentcore' } },
      }),
      new iam.PolicyStatement({ sid: 'RegistryLogin', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
      // Claude Code asks at each start which profiles exist
      new iam.PolicyStatement({ sid: 'FindProfiles', actions: ['bedrock:ListInferenceProfiles'], resources: ['*'] }),
      new iam.PolicyStatement({ sid: 'FindLogGroups', actions: ['logs:DescribeLogGroups'], resources: ['*'] }),
    ],
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.TELEMETRY, { resources: ['*'] });
  return policy;
}
