import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { acknowledgeUnlessChanged } from '../../private/acknowledge';
import { Acknowledgements } from '../../private/acknowledgements';

/**
 * What the role of a gateway needs to ask its policy engine.
 *
 * CheckAuthorizePermissions, called when the engine is attached, is in no reference. Its resources are known from the
 * errors of accounts where it was missing: an ARN of its own form, with the engine in it.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-permissions.html
 */
export function policyGrants(
  engine: agentcore.PolicyEngine,
  gatewayArnPattern: string,
  key?: kms.IKey,
): iam.PolicyStatement[] {
  const { policyEngineArn } = engine;
  return [
    allow(['GetPolicyEngine'], [policyEngineArn]),
    allow(['AuthorizeAction', 'PartiallyAuthorizeActions'], [policyEngineArn, gatewayArnPattern]),
    allow(['CheckAuthorizePermissions'], [policyEngineArn, gatewayArnPattern, ...targetResources(engine)]),
    ...(key === undefined ? [] : [decrypt(engine, key)]),
  ];
}

/** Acknowledges in the policy that holds these grants what of them is a pattern. */
export function acknowledgePolicyGrants(policy: iam.ManagedPolicy, engine: agentcore.PolicyEngine): void {
  acknowledgeUnlessChanged(policy, Acknowledgements.POLICY_TARGETS, { resources: targetResources(engine) });
}

function allow(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `bedrock-agentcore:${action}`), resources });
}

function targetResources(engine: agentcore.PolicyEngine): string[] {
  return ['/policy-engines', 'policy-engines'].map((resource) =>
    Stack.of(engine).formatArn({
      service: 'bedrock-agentcore',
      resource,
      resourceName: `${engine.policyEngineId}/target-resource/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  );
}

/** who asks an engine needs the key itself; evaluation uses grants that AgentCore makes */
function decrypt(engine: agentcore.PolicyEngine, key: kms.IKey): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': `bedrock-agentcore.${Stack.of(engine).region}.amazonaws.com`,
        'kms:EncryptionContext:aws:bedrock-agentcore-policy:policy-engine-arn': engine.policyEngineArn,
      },
    },
  });
}
