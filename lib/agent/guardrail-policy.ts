import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { oncePerStack } from '../private/per-stack';

const ID = 'CodingAgentsGuardrail';

/** what an agent could make or rewrite in order to widen its own rights */
const GUARDING_FAMILIES = ['AgentRuntime', 'Gateway', 'Policy', 'Harness'];

/**
 * What code inside a microVM must never do, whatever is granted to its role later.
 *
 * Any process there can read the credentials of the role from the metadata service. So the role must not reach a
 * long-lived credential, act for a user whom it merely names, change what guards it, or run code as somebody else.
 * An agent that deploys does so as another role, by sts:AssumeRole, which is not denied.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-credentials-management.html
 */
const DENIED: Record<string, string[]> = {
  NoLongLivedCredential: [
    'bedrock-agentcore:CompleteResourceTokenAuth',
    'bedrock-agentcore:GetResourceApiKey',
    'bedrock-agentcore:GetResourceOauth2Token',
    'bedrock-agentcore:GetResourcePaymentToken',
    // who signs with the key of a GitHub App or an OAuth client is that App or client
    'kms:Sign',
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
    'CreateBrowser*',
    'CreateCodeInterpreter',
    'DeleteBrowser*',
    'DeleteCodeInterpreter',
    'InvokeAgentRuntimeCommand*',
    'ManageAdminPolicy',
    'ManageResourceScopedPolicy',
    'SetTokenVaultCMK',
    'SynchronizeGatewayTargets',
    'TagResource',
    'UntagResource',
  ]
    .map((action) => `bedrock-agentcore:${action}`)
    .concat('iam:*'),
  NoOtherCodeNoFence: [
    'cloudformation:*',
    'ec2:AuthorizeSecurityGroup*',
    'ec2:CreateVpcEndpoint*',
    'ec2:ModifySecurityGroupRules',
    'ec2:ModifyVpcEndpoint*',
    'ec2:RevokeSecurityGroup*',
    'elasticfilesystem:*FileSystemPolicy',
    'kms:CreateGrant',
    'kms:PutKeyPolicy',
    'lambda:Add*',
    'lambda:Create*',
    'lambda:Delete*',
    'lambda:Publish*',
    'lambda:Put*',
    'lambda:Remove*',
    'lambda:Update*',
    'logs:Delete*',
    'logs:PutSubscriptionFilter',
    'network-firewall:*',
    'route53resolver:*',
    's3files:*FileSystemPolicy',
    'ssm:SendCommand',
    'ssm:StartSession',
  ],
};

/** The explicit Deny list, one for all agents of a stack: it is the same for each and counts once. */
export function guardrailPolicyOf(scope: Construct): iam.ManagedPolicy {
  return oncePerStack(
    scope,
    ID,
    (stack) =>
      new iam.ManagedPolicy(stack, ID, {
        description: 'What coding agents may never do, whatever is granted to them',
        statements: [
          ...Object.entries(DENIED).map(
            ([sid, actions]) => new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, actions, resources: ['*'] }),
          ),
          secretsThroughKms(),
        ],
      }),
  );
}

/** a secure parameter of Systems Manager is a secret too; plain ones stay readable */
function secretsThroughKms(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NoSecureParameter',
    effect: iam.Effect.DENY,
    actions: ['kms:Decrypt'],
    resources: ['*'],
    conditions: { StringLike: { 'kms:ViaService': ['secretsmanager.*.amazonaws.com', 'ssm.*.amazonaws.com'] } },
  });
}
