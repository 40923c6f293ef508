import './private/cdk-version';
export { AgentCli } from './agent/cli/agent-cli';
export type { AgentImageOptions } from './agent/cli/agent-image';
export type { AgentCodeProps } from './agent/cli/agent-code';
export type {
  AgentCliOptions,
  AgentSessionOptions,
  ClaudeCodeOptions,
  CodexOptions,
  CustomCliOptions,
  OpenCodeOptions,
  PackagedCliOptions,
  VendorCliOptions,
} from './agent/cli/agent-cli-options';
export { AgentEndpoint, type AgentEndpointOptions } from './agent/agent-endpoint';
export { AgentEndpointBase } from './agent/agent-endpoint-base';
export type { AgentObservability, ObservabilityOptions } from './logs/observability-options';
export { type ApplicationInferenceProfileOptions, BedrockModel } from './agent/model/bedrock-model';
export { CodingAgent } from './agent/coding-agent';
export type { CodingAgentProps } from './agent/coding-agent-props';
export type { CodingAgentAttributes } from './agent/imported-agent';
export type { JobLimits } from './agent/cli/job-limits';
export { LlmGatewayAuth, type OpenLlmGatewayOptions } from './agent/model/llm-gateway-auth';
export { type LlmGatewayProps, ModelRoute } from './agent/model/model-route';
export { ReasoningEffort } from './agent/cli/agent-cli-options';
export { AgentAuditTrail } from './audit/agent-audit-trail';
export type { AgentAuditTrailProps } from './audit/agent-audit-trail-props';
export { GitCredential } from './git/git-credential';
export type { GitCredentialProps, PushOptions } from './git/git-credential';
export { GitHubAppBroker } from './git/github-app-broker';
export type { DefaultBranchOptions, GitHubAppBrokerProps, SensitivePermissions } from './git/github-app-broker-props';
export { GitHubAppFunction } from './git/github-app-function';
export { GitHubAppKey } from './git/github-app-key';
export type { GitHubAppOptions } from './git/github-app-options';
export { type IToolBroker } from './identity/contracts';
export { ToolBroker, type ToolBrokerOptions } from './git/tool-broker';
export { AgentCoreChecks } from './checks/agent-core-checks';
export { type CheckRule, CheckSeverity } from './checks/rules/check';
export { type Acknowledgement, Acknowledgements } from './private/acknowledgements';
export { ComplianceReport } from './report/compliance-report';
export type { ClientConfigurationOptions, ClientOAuthOptions } from './gateway/clients/options';
export type { ClientConfiguration } from './gateway/clients/configuration';
export type { ClientOutputsOptions } from './gateway/clients/outputs';
export type { McpGatewayAttributes } from './gateway/mcp-gateway-base';
export { ListingMode } from './mixins/listing-mode';
export { McpClient } from './gateway/clients/mcp-client';
export { McpGateway } from './gateway/mcp-gateway';
export { McpGatewayBase } from './gateway/mcp-gateway-base';
export type { IMcpGateway } from './identity/contracts';
export type { GatewayCedar, GatewayInterceptor, McpGatewayProps } from './gateway/mcp-gateway-props';
export { McpTarget } from './gateway/targets/mcp-target';
export { PrivateEndpoint, type VpcEndpointOptions } from './network/private-endpoint';
export { Rate, RateLimit } from './gateway/limits/rate-limit';
export { SchemaSource } from './mixins/schema-source';
export {
  type FromCedarOptions,
  type PermitCallersOptions,
  type RepositoriesOptions,
  ToolPolicy,
} from './gateway/policy/tool-policy';
export { ToolTarget } from './gateway/targets/tool-target';
export type * from './gateway/targets/tool-target-props';
export { ApiKeyScheme } from './identity/api-key-scheme';
export { ConsentPortal, type ConsentPortalProps } from './identity/consent/consent-portal';
export { DeploymentRights, type DeploymentRightsProps } from './identity/deployment-rights';
export { type JwtAuthProps } from './identity/jwt-rules';
export { InboundAuth } from './identity/inbound-auth';
export { JwtClaim } from './identity/jwt-claim';
export type { OAuthClientProps } from './identity/oauth/client';
export { JwtSigningAlgorithm, type PrivateKeyJwt } from './identity/oauth/private-key-jwt';
export { type AuthorizationServer, OAuthClientAuthentication, type OAuthServerOptions } from './identity/oauth/server';
export { OAuthVendor } from './identity/oauth/vendor';
export type { BotProps } from './identity/outbound/bot';
export type { ClientCredentialsProps } from './identity/outbound/client-credentials';
export { OutboundIdentity } from './identity/outbound/outbound-identity';
export type * from './identity/outbound/outbound-identity';
export {
  ActorToken,
  type MicrosoftOnBehalfOfProps,
  OnBehalfOfGrant,
  type OnBehalfOfProps,
} from './identity/outbound/on-behalf-of-props';
export type { UserConsentProps } from './identity/outbound/user-consent';
export type { SecretReference } from './identity/secret-reference';
export { TokenVaultKey, type TokenVaultKeyProps } from './identity/token-vault-key';
export * as mixins from './mixins';
export { AgentNetwork } from './network/agent-network';
export type {
  AgentNetworkProps,
  AllowBucketOptions,
  FromVpcProps,
  PublicInternetOptions,
} from './network/agent-network-props';
export { Egress, type InternetEgressOptions } from './network/egress';
export type { IAgentNetwork } from './network/contracts';
export type { AlarmContext, AlarmRule, IAlarmSource } from './monitoring/alarms/rule';
export { AlarmKind, AlarmSeverity, AlarmStrategy, type AlarmThresholds } from './monitoring/alarms/kind';
export { AgentAlarms, type AgentAlarmsProps } from './monitoring/alarms/alarms';
export { BedrockUsage } from './monitoring/models/bedrock-usage';
export { AgentDashboard, type AgentDashboardProps } from './monitoring/dashboard/agent-dashboard';
export { DashboardSegment } from './monitoring/dashboard/dashboard-segment';
export { AgentPrices, type AgentPricesProps } from './monitoring/prices';
export type {
  DashboardChoice,
  DashboardContext,
  DashboardCost,
  DashboardGraph,
  DashboardRow,
  DashboardRows,
  DashboardTable,
  IDashboardSegment,
} from './monitoring/segment';
export type { BedrockModelMetrics, ModelPrices } from './monitoring/models/model-rows';
export { TransactionSearch, type TransactionSearchProps } from './logs/transaction-search';
export { Filesystem, type SharedFilesystemOptions } from './storage/filesystem';
export type { IS3FilesAccessPoint, IS3FilesFileSystem } from './storage/s3-files/contracts';
export {
  S3FilesAccessPoint,
  type S3FilesAccessPointAttributes,
  type S3FilesAccessPointOptions,
  type S3FilesAccessPointProps,
} from './storage/s3-files/access-point';
export { S3FilesFileSystem } from './storage/s3-files/file-system';
export type { S3FilesFileSystemAttributes, S3FilesFileSystemProps } from './storage/s3-files/file-system-props';
export { type S3FilesImportRule, S3FilesImportTrigger } from './storage/s3-files/synchronization';
