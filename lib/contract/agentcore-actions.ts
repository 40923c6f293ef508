/*
 * The actions of Amazon Bedrock AgentCore, by what they give. Rules and the compliance report judge grants by this table,
 * and name an action that is not in it. It has every action of the service authorization reference, which a test
 * compares, and those that AWS documents elsewhere only.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html
 */

const PREFIX = 'bedrock-agentcore:';

/**
 * Reach what runs in a session past the agent: a command, a shell, or a server on an open port.
 *
 * https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-session-endpoints.html
 */
export const INSIDE_A_SESSION = actions(
  'InvokeAgentRuntimeCommand',
  'InvokeAgentRuntimeCommandShell',
  'InvokeAgentRuntimeProxy',
);

/** Call an agent in the name of a user whom the caller chooses. */
export const AS_ANY_USER = actions('InvokeAgentRuntimeForUser', 'InvokeAgentRuntimeWithWebSocketStreamForUser');

/** Get the token of a workload identity, by which AgentCore Identity gives out credentials. */
export const WORKLOAD_TOKENS = actions(
  'GetWorkloadAccessToken',
  'GetWorkloadAccessTokenForJWT',
  'GetWorkloadAccessTokenForUserId',
);

/** Get a credential out of the Token Vault. */
export const CREDENTIALS = actions('GetResourceApiKey', 'GetResourceOauth2Token', 'GetResourcePaymentToken');

/** Run, change or end EC2 instances with the sessions and volumes on them. */
const INSTANCES = actions(
  'CreateCapacityProvider',
  'DeleteCapacityProvider',
  'DeleteCapacityProviderSession',
  'PassCapacityProvider',
  'PutSystemLogEvents',
  'UpdateCapacityProvider',
);

/** Call an agent or a tool, or end a session. */
const CALLS = actions(
  'InvokeAgentRuntime',
  'InvokeAgentRuntimeWithWebSocketStream',
  'InvokeHarness',
  'InvokeGateway',
  'InvokeCodeInterpreter',
  'InvokeBrowser',
  'InvokeRegistryMcp',
  'InvokeWebSearch',
  'StopRuntimeSession',
  'GetAgentCard',
);

/** Read what was made. */
const READS = actions(
  'CheckAuthorizePermissions',
  'GatewayGetWebACLForResource',
  'GatewayListResourcesForWebACL',
  'GetABTest',
  'GetAgentInsight',
  'GetAgentInsightStore',
  'GetAgentRuntime',
  'GetAgentRuntimeEndpoint',
  'GetApiKeyCredentialProvider',
  'GetBatchEvaluation',
  'GetBrowser',
  'GetBrowserProfile',
  'GetBrowserSession',
  'GetCapacityProvider',
  'GetCodeInterpreter',
  'GetCodeInterpreterSession',
  'GetConfigurationBundle',
  'GetConfigurationBundleVersion',
  'GetConsentPortal',
  'GetDataset',
  'GetDatasetGeneration',
  'GetEvaluator',
  'GetEvent',
  'GetGateway',
  'GetGatewayRateLimit',
  'GetGatewayRule',
  'GetGatewayTarget',
  'GetHarness',
  'GetHarnessEndpoint',
  'GetMemory',
  'GetMemoryRecord',
  'GetOauth2CredentialProvider',
  'GetOnlineEvaluationConfig',
  'GetPaymentConnector',
  'GetPaymentCredentialProvider',
  'GetPaymentInstrument',
  'GetPaymentInstrumentBalance',
  'GetPaymentManager',
  'GetPaymentSession',
  'GetPolicy',
  'GetPolicyEngine',
  'GetPolicyEngineSummary',
  'GetPolicyGeneration',
  'GetPolicyGenerationSummary',
  'GetPolicySummary',
  'GetRecommendation',
  'GetRegistry',
  'GetRegistryRecord',
  'GetResourcePolicy',
  'GetTokenVault',
  'GetWorkloadIdentity',
  'ListABTests',
  'ListActors',
  'ListAgentInsightStores',
  'ListAgentInsights',
  'ListAgentRuntimeEndpoints',
  'ListAgentRuntimeVersions',
  'ListAgentRuntimeVersionsByCapacityProvider',
  'ListAgentRuntimes',
  'ListApiKeyCredentialProviders',
  'ListBatchEvaluations',
  'ListBrowserProfiles',
  'ListBrowserSessions',
  'ListBrowsers',
  'ListCapacityProviders',
  'ListCodeInterpreterSessions',
  'ListCodeInterpreters',
  'ListConfigurationBundleVersions',
  'ListConfigurationBundles',
  'ListConsentPortals',
  'ListDatasetExamples',
  'ListDatasetGenerations',
  'ListDatasetVersions',
  'ListDatasets',
  'ListEvaluators',
  'ListEvents',
  'ListGatewayRateLimits',
  'ListGatewayRules',
  'ListGatewayTargets',
  'ListGateways',
  'ListHarnessEndpoints',
  'ListHarnessVersions',
  'ListHarnesses',
  'ListMemories',
  'ListMemoryExtractionJobs',
  'ListMemoryRecords',
  'ListOauth2CredentialProviders',
  'ListOnlineEvaluationConfigs',
  'ListPaymentConnectors',
  'ListPaymentCredentialProviders',
  'ListPaymentInstruments',
  'ListPaymentManagers',
  'ListPaymentSessions',
  'ListPolicies',
  'ListPolicyEngineSummaries',
  'ListPolicyEngines',
  'ListPolicyGenerationAssets',
  'ListPolicyGenerationSummaries',
  'ListPolicyGenerations',
  'ListPolicySummaries',
  'ListRecommendations',
  'ListRegistries',
  'ListRegistryRecords',
  'ListSessions',
  'ListTagsForResource',
  'ListWorkloadIdentities',
  'RetrieveMemoryRecords',
  'SearchRegistryRecords',
);

/** Make, change and delete, or record what agents do. */
const CHANGES = actions(
  'AddDatasetExamples',
  'AllowVendedLogDeliveryForResource',
  'AuthorizeAction',
  'BatchCreateMemoryRecords',
  'BatchDeleteMemoryRecords',
  'BatchPutGatewayRateLimits',
  'BatchUpdateMemoryRecords',
  'CompleteResourceTokenAuth',
  'ConnectBrowserAutomationStream',
  'ConnectBrowserLiveViewStream',
  'CreateABTest',
  'CreateAgentRuntime',
  'CreateAgentRuntimeEndpoint',
  'CreateApiKeyCredentialProvider',
  'CreateBrowser',
  'CreateBrowserProfile',
  'CreateCodeInterpreter',
  'CreateConfigurationBundle',
  'CreateConsentPortal',
  'CreateDataset',
  'CreateDatasetVersion',
  'CreateEvaluator',
  'CreateEvent',
  'CreateGateway',
  'CreateGatewayRateLimit',
  'CreateGatewayRule',
  'CreateGatewayTarget',
  'CreateHarness',
  'CreateHarnessEndpoint',
  'CreateMemory',
  'CreateOauth2CredentialProvider',
  'CreateOnlineEvaluationConfig',
  'CreatePaymentConnector',
  'CreatePaymentCredentialProvider',
  'CreatePaymentInstrument',
  'CreatePaymentManager',
  'CreatePaymentSession',
  'CreatePolicy',
  'CreatePolicyEngine',
  'CreateRegistry',
  'CreateRegistryRecord',
  'CreateWorkloadIdentity',
  'DeleteABTest',
  'DeleteAgentRuntime',
  'DeleteAgentRuntimeEndpoint',
  'DeleteApiKeyCredentialProvider',
  'DeleteBatchEvaluation',
  'DeleteBrowser',
  'DeleteBrowserProfile',
  'DeleteCodeInterpreter',
  'DeleteConfigurationBundle',
  'DeleteConsentPortal',
  'DeleteDataset',
  'DeleteDatasetExamples',
  'DeleteDatasetGeneration',
  'DeleteEvaluator',
  'DeleteEvent',
  'DeleteGateway',
  'DeleteGatewayRateLimit',
  'DeleteGatewayRule',
  'DeleteGatewayTarget',
  'DeleteHarness',
  'DeleteHarnessEndpoint',
  'DeleteMemory',
  'DeleteMemoryRecord',
  'DeleteOauth2CredentialProvider',
  'DeleteOnlineEvaluationConfig',
  'DeletePaymentConnector',
  'DeletePaymentCredentialProvider',
  'DeletePaymentInstrument',
  'DeletePaymentManager',
  'DeletePaymentSession',
  'DeletePolicy',
  'DeletePolicyEngine',
  'DeleteRecommendation',
  'DeleteRegistry',
  'DeleteRegistryRecord',
  'DeleteResourcePolicy',
  'DeleteWorkloadIdentity',
  'Evaluate',
  'GatewayAssociateWebACL',
  'GatewayDisassociateWebACL',
  'IngestData',
  'ManageAdminPolicy',
  'ManageResourceScopedPolicy',
  'PartiallyAuthorizeActions',
  'ProcessPayment',
  'PutResourcePolicy',
  'ResetTokenVaultKeyMaterial',
  'RotatePaymentConnectorCredentials',
  'SaveBrowserSessionProfile',
  'SetTokenVaultCMK',
  'StartBatchEvaluation',
  'StartBrowserSession',
  'StartCodeInterpreterSession',
  'StartDatasetGeneration',
  'StartMemoryExtractionJob',
  'StartPolicyGeneration',
  'StartRecommendation',
  'StopBatchEvaluation',
  'StopBrowserSession',
  'StopCodeInterpreterSession',
  'SubmitRegistryRecordForApproval',
  'SynchronizeGatewayTargets',
  'TagResource',
  'UntagResource',
  'UpdateABTest',
  'UpdateAgentInsight',
  'UpdateAgentInsightStore',
  'UpdateAgentRuntime',
  'UpdateAgentRuntimeEndpoint',
  'UpdateApiKeyCredentialProvider',
  'UpdateBrowserStream',
  'UpdateConfigurationBundle',
  'UpdateConsentPortal',
  'UpdateDataset',
  'UpdateDatasetExamples',
  'UpdateEvaluator',
  'UpdateGateway',
  'UpdateGatewayRateLimit',
  'UpdateGatewayRule',
  'UpdateGatewayTarget',
  'UpdateHarness',
  'UpdateHarnessEndpoint',
  'UpdateMemory',
  'UpdateOauth2CredentialProvider',
  'UpdateOnlineEvaluationConfig',
  'UpdatePaymentConnector',
  'UpdatePaymentCredentialProvider',
  'UpdatePaymentManager',
  'UpdatePolicy',
  'UpdatePolicyEngine',
  'UpdateRegistry',
  'UpdateRegistryRecord',
  'UpdateRegistryRecordStatus',
  'UpdateWorkloadIdentity',
);

const KNOWN = new Set(
  [
    ...INSIDE_A_SESSION,
    ...AS_ANY_USER,
    ...WORKLOAD_TOKENS,
    ...CREDENTIALS,
    ...INSTANCES,
    ...CALLS,
    ...READS,
    ...CHANGES,
  ].map((action) => action.toLowerCase()),
);

/** Every action that this table has, in lower case: IAM does not distinguish the case of actions. */
export function knownActions(): readonly string[] {
  return [...KNOWN];
}

/** Whether an action of a policy, which may be a pattern, is one of AgentCore that stands for nothing in this table. */
export function isUnknownAction(action: string): boolean {
  const pattern = action.toLowerCase();
  if (!pattern.startsWith(PREFIX) || KNOWN.has(pattern)) {
    return false;
  }
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const matching = new RegExp(`^${source}$`, 's');
  return !/[*?]/.test(pattern) || ![...KNOWN].some((known) => matching.test(known));
}

function actions(...names: string[]): readonly string[] {
  return names.map((name) => `${PREFIX}${name}`);
}
