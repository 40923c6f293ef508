import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const ID = 'CodingAgentsGuardrail';

/** what an agent could rewrite in order to widen its own rights */
const GUARDING_FAMILIES = ['AgentRuntime', 'Gateway', 'Policy', 'Harness'];

/**
 * What code inside a microVM must never do, whatever is granted to its role later.
 *
 * Any process there can read the credentials of the role from the metadata service. So the role must not reach a
 * long-lived credential, act for a user whom it merely names, or change what guards it.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-credentials-management.html
 */
const DENIED: Record<string, string[]> = {
  NoLongLivedCredential: [
    'bedrock-agentcore:CompleteResourceTokenAuth',
    'bedrock-agentcore:GetResourceApiKey',
    'bedrock-agentcore:GetResourceOauth2Token',
    'bedrock-agentcore:GetResourcePaymentToken',
    'secretsmanager:*',
  ],
  NoActingForNamedUsers: [
    'bedrock-agentcore:GetWorkloadAccessTokenForUserId',
    'bedrock-agentcore:InvokeAgentRuntimeForUser',
    'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser',
  ],
  NoControlPlane: [
    ...GUARDING_FAMILIES.flatMap((family) => ['Create', 'Update', 'Delete'].map((verb) => `${verb}${family}*`)),
    '*CapacityProvider',
    '*ConsentPortal',
    '*CredentialProvider',
    '*ResourcePolicy',
    '*WorkloadIdentity',
    'BatchPutGatewayRateLimits',
    'ManageAdminPolicy',
    'ManageResourceScopedPolicy',
    'SetTokenVaultCMK',
    'SynchronizeGatewayTargets',
  ]
    .map((action) => `bedrock-agentcore:${action}`)
    .concat('iam:*'),
};

/** The explicit Deny list, one for all agents of a stack: it is the same for each and counts once. */
export function guardrailPolicyOf(scope: Construct): iam.ManagedPolicy {
  const stack = Stack.of(scope);
  const present = stack.node.tryFindChild(ID);
  if (present !== undefined) {
    return present as iam.ManagedPolicy;
  }
  return new iam.ManagedPolicy(stack, ID, {
    description: 'What coding agents may never do, whatever is granted to them',
    statements: Object.entries(DENIED).map(
      ([sid, actions]) => new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, actions, resources: ['*'] }),
    ),
  });
}
