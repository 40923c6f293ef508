/*
 * What code in a session must never do, whatever is granted to its role. One list: the construct writes it into the Deny
 * list, a grant that it outweighs is a warning, and tests ask an IAM simulator about every action that it means.
 *
 * A pattern that ends in a noun without an s, such as ec2:*NatGateway, denies changing and leaves describing.
 */

/** what an agent could make or rewrite in order to widen its own rights */
const GUARDING_FAMILIES = ['AgentRuntime', 'Gateway', 'Policy', 'Harness'];

function of(service: string, ...names: string[]): string[] {
  return names.map((name) => `${service}:${name}`);
}

/** The denied actions, by the id of their statement. */
export const DENIED_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  NoLongLivedCredential: [
    ...of('bedrock-agentcore', 'CompleteResourceTokenAuth', 'GetResourceOauth2Token', 'GetResourcePaymentToken'),
    // who signs with the key of a GitHub App or an OAuth client is that App or client
    'kms:Sign',
  ],
  NoActingForNamedUsers: of(
    'bedrock-agentcore',
    'GetWorkloadAccessTokenForUserId',
    'InvokeAgentRuntimeForUser',
    'InvokeAgentRuntimeWithWebSocketStreamForUser',
  ),
  NoControlPlane: [
    ...of(
      'bedrock-agentcore',
      ...GUARDING_FAMILIES.flatMap((family) => ['Create', 'Update', 'Delete'].map((verb) => `${verb}${family}*`)),
      '*CapacityProvider',
      // an instance with the sessions and volumes on it
      '*CapacityProviderSession',
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
      'InvokeAgentRuntimeProxy',
      'ManageAdminPolicy',
      'ManageResourceScopedPolicy',
      'PutSystemLogEvents',
      'SetTokenVaultCMK',
      'SynchronizeGatewayTargets',
      'TagResource',
      'UntagResource',
    ),
    'iam:*',
  ],
  NoOtherCode: [
    'cloudformation:*',
    ...of('lambda', 'Add*', 'Create*', 'Delete*', 'Publish*', 'Put*', 'Remove*', 'Update*'),
    ...of('ssm', 'SendCommand', 'StartSession'),
  ],
  // routes, gateways and connections that lead out, groups, access lists and endpoints that keep in, and what filters names
  NoWayAroundTheNetwork: [
    ...of(
      'ec2',
      '*ClientVpnRoute',
      '*InternetGateway',
      '*NatGateway',
      '*VpcPeeringConnection',
      '*VpnConnection',
      '*VpnConnectionRoute',
      '*VpnGateway',
      'Associate*',
      'AuthorizeSecurityGroup*',
      'CreateClientVpn*',
      'CreateFlowLogs',
      'CreateNetworkAcl*',
      'CreateRoute*',
      'CreateTransitGateway*',
      'CreateVpcEndpoint*',
      'DeleteFlowLogs',
      'DeleteNetworkAcl*',
      'DeleteRoute*',
      'DeleteVpcEndpoint*',
      'Disassociate*',
      'EnableVgwRoutePropagation',
      'ModifyManagedPrefixList',
      'ModifyNetworkInterfaceAttribute',
      'ModifySecurityGroupRules',
      'ModifySubnetAttribute',
      'ModifyTransitGateway*',
      'ModifyVpc*',
      'Replace*',
      'RevokeSecurityGroup*',
    ),
    'network-firewall:*',
    'route53resolver:*',
  ],
  NoOpeningOfData: [
    ...of('elasticfilesystem', '*FileSystemPolicy'),
    ...of('kms', 'CreateGrant', 'PutKeyPolicy'),
    ...of('s3', 'BypassGovernanceRetention', 'DeleteBucketPolicy', 'PutBucketPolicy', 'PutLifecycleConfiguration'),
    ...of('s3files', '*FileSystemPolicy'),
  ],
  // what was done, and whoever is woken by it
  NoBlinding: [
    ...of('cloudtrail', 'Delete*', 'Put*', 'Stop*', 'Update*'),
    ...of('cloudwatch', 'Delete*', 'DisableAlarmActions', 'Put*Alarm*', 'SetAlarmState', 'StopMetricStreams'),
    ...of(
      'logs',
      '*KmsKey',
      'CreateDelivery',
      'CreateLogDelivery',
      'Delete*',
      'PutAccountPolicy',
      'PutDataProtectionPolicy',
      'PutDelivery*',
      'PutDestination*',
      'PutRetentionPolicy',
      'PutSubscriptionFilter',
      'UpdateDeliveryConfiguration',
      'UpdateLogDelivery',
    ),
    ...of('sns', 'DeleteTopic', 'SetSubscriptionAttributes', 'SetTopicAttributes', 'Unsubscribe'),
    ...of('xray', 'DeleteResourcePolicy', 'PutEncryptionConfig', 'UpdateTraceSegmentDestination'),
  ],
};

/** Denied besides, except for the key of the agent's own model. */
export const DENIED_BUT_FOR_ITS_KEY: readonly string[] = ['bedrock-agentcore:GetResourceApiKey', 'secretsmanager:*'];

/** Whether everything that a granted action or pattern means is denied. */
export function isDenied(action: string, denied: readonly string[]): boolean {
  return denied.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action));
}
