/* The policies that all agents share, as the two apps without the library write them. */
import { Aws } from 'aws-cdk-lib';

export interface SharedPolicy {
  readonly description: string;
  readonly statements: object[];
}

const DENIED: Record<string, string[]> = {
  NoLongLivedCredential: [
    'bedrock-agentcore:CompleteResourceTokenAuth',
    'bedrock-agentcore:GetResourceOauth2Token',
    'bedrock-agentcore:GetResourcePaymentToken',
    'kms:Sign',
  ],
  NoActingForNamedUsers: [
    'bedrock-agentcore:GetWorkloadAccessTokenForUserId',
    'bedrock-agentcore:InvokeAgentRuntimeForUser',
    'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser',
  ],
  NoControlPlane: [
    'bedrock-agentcore:*CapacityProvider',
    'bedrock-agentcore:*ConsentPortal',
    'bedrock-agentcore:*CredentialProvider',
    'bedrock-agentcore:*ResourcePolicy',
    'bedrock-agentcore:*WorkloadIdentity',
    'bedrock-agentcore:BatchPutGatewayRateLimits',
    'bedrock-agentcore:CreateAgentRuntime*',
    'bedrock-agentcore:CreateBrowser*',
    'bedrock-agentcore:CreateCodeInterpreter',
    'bedrock-agentcore:CreateGateway*',
    'bedrock-agentcore:CreateHarness*',
    'bedrock-agentcore:CreatePolicy*',
    'bedrock-agentcore:DeleteAgentRuntime*',
    'bedrock-agentcore:DeleteBrowser*',
    'bedrock-agentcore:DeleteCodeInterpreter',
    'bedrock-agentcore:DeleteGateway*',
    'bedrock-agentcore:DeleteHarness*',
    'bedrock-agentcore:DeletePolicy*',
    'bedrock-agentcore:InvokeAgentRuntimeCommand*',
    'bedrock-agentcore:ManageAdminPolicy',
    'bedrock-agentcore:ManageResourceScopedPolicy',
    'bedrock-agentcore:SetTokenVaultCMK',
    'bedrock-agentcore:SynchronizeGatewayTargets',
    'bedrock-agentcore:TagResource',
    'bedrock-agentcore:UntagResource',
    'bedrock-agentcore:UpdateAgentRuntime*',
    'bedrock-agentcore:UpdateGateway*',
    'bedrock-agentcore:UpdateHarness*',
    'bedrock-agentcore:UpdatePolicy*',
    'iam:*',
  ],
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

export const GUARDRAIL: SharedPolicy = {
  description: 'What coding agents may never do, whatever is granted to them',
  statements: [
    ...Object.entries(DENIED).map(([Sid, Action]) => ({ Sid, Effect: 'Deny', Action, Resource: '*' })),
    { Sid: 'NoApiKey', Effect: 'Deny', Action: 'bedrock-agentcore:GetResourceApiKey', Resource: '*' },
    { Sid: 'NoSecret', Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' },
    {
      Sid: 'NoSecureParameter',
      Effect: 'Deny',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringLike: { 'kms:ViaService': ['secretsmanager.*.amazonaws.com', 'ssm.*.amazonaws.com'] } },
    },
  ],
};

export const TELEMETRY: SharedPolicy = {
  description: 'Telemetry and registry login of coding agents: calls for which IAM knows no resource',
  statements: [
    {
      Sid: 'Traces',
      Effect: 'Allow',
      Action: [
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:PutSpans',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ],
      Resource: '*',
    },
    {
      Sid: 'Metrics',
      Effect: 'Allow',
      Action: 'cloudwatch:PutMetricData',
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': 'bedrock-agentcore' } },
    },
    { Sid: 'RegistryLogin', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    { Sid: 'FindProfiles', Effect: 'Allow', Action: 'bedrock:ListInferenceProfiles', Resource: '*' },
    { Sid: 'FindLogGroups', Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: '*' },
  ],
};

export function arn(service: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}
