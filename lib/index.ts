export { AgentCli } from './agent/agent-cli';
export type {
  AgentCliOptions,
  AgentCodeProps,
  AgentImageOptions,
  AgentSessionOptions,
  ClaudeCodeOptions,
  CodexOptions,
  CustomCliOptions,
  OpenCodeOptions,
  PackagedCliOptions,
  VendorCliOptions,
} from './agent/agent-cli-options';
export { AgentEndpoint, type AgentEndpointOptions, type AgentEndpointProps } from './agent/agent-endpoint';
export { AgentEndpointBase } from './agent/agent-endpoint-base';
export type { AgentObservability } from './agent/agent-observability';
export { type ApplicationInferenceProfileOptions, BedrockModel } from './agent/bedrock-model';
export { CodingAgent } from './agent/coding-agent';
export type { CodingAgentProps } from './agent/coding-agent-props';
export type { CodingAgentAttributes } from './agent/imported-agent';
export type { JobLimits } from './agent/job-limits';
export { LlmGatewayAuth, type OpenLlmGatewayOptions } from './agent/llm-gateway-auth';
export { type LlmGatewayProps, ModelRoute } from './agent/model-route';
export { ReasoningEffort } from './agent/reasoning-effort';
export { AgentAuditTrail } from './audit/agent-audit-trail';
export type { AgentAuditTrailProps } from './audit/agent-audit-trail-props';
export { GitCredential } from './broker/git-credential';
export type { GitCredentialProps, PushOptions } from './broker/git-credential-props';
export { GitHubAppBroker } from './broker/github-app-broker';
export type {
  DefaultBranchOptions,
  GitHubAppBrokerProps,
  SensitivePermissions,
} from './broker/github-app-broker-props';
export { GitHubAppFunction } from './broker/github-app-function';
export { GitHubAppKey } from './broker/github-app-key';
export type { GitHubAppOptions } from './broker/github-app-options';
export { type IToolBroker, ToolBroker, type ToolBrokerOptions } from './broker/tool-broker';
export { AgentCoreChecks } from './checks/agent-core-checks';
export { type CheckRule, CheckSeverity } from './checks/check-rule';
export { type Acknowledgement, Acknowledgements } from './compliance/acknowledgements';
export { ComplianceReport } from './compliance/report';
export type {
  ClientConfiguration,
  ClientConfigurationOptions,
  ClientOAuthOptions,
} from './gateway/client-configuration';
export type { ClientOutputsOptions } from './gateway/client-outputs';
export type { McpGatewayAttributes } from './gateway/imported-gateway';
export { ListingMode } from './gateway/listing-mode';
export { McpClient } from './gateway/mcp-client';
export { McpGateway } from './gateway/mcp-gateway';
export { McpGatewayBase } from './gateway/mcp-gateway-base';
export type { GatewayCedar, GatewayInterceptor, IMcpGateway, McpGatewayProps } from './gateway/mcp-gateway-props';
export { McpTarget } from './gateway/mcp-target';
export { PrivateEndpoint, type VpcEndpointOptions } from './gateway/private-endpoint';
export { Rate } from './gateway/rate';
export { RateLimit } from './gateway/rate-limit';
export { SchemaSource } from './gateway/schema-source';
export {
  type FromCedarOptions,
  type PermitCallersOptions,
  type RepositoriesOptions,
  ToolPolicy,
} from './gateway/tool-policy';
export { ToolTarget } from './gateway/tool-target';
export type * from './gateway/tool-target-props';
export { ApiKeyScheme } from './identity/api-key-scheme';
export { ConsentPortal, type ConsentPortalProps } from './identity/consent-portal';
export { DeploymentRights, type DeploymentRightsProps } from './identity/deployment-rights';
export { InboundAuth, type JwtAuthProps } from './identity/inbound-auth';
export { JwtClaim } from './identity/jwt-claim';
export type { OAuthClientProps } from './identity/oauth-client';
export { JwtSigningAlgorithm, type PrivateKeyJwt } from './identity/oauth-private-key-jwt';
export { type AuthorizationServer, OAuthClientAuthentication, type OAuthServerOptions } from './identity/oauth-server';
export { OAuthVendor } from './identity/oauth-vendor';
export type { BotProps } from './identity/outbound-bot';
export type { ClientCredentialsProps } from './identity/outbound-client-credentials';
export { OutboundIdentity } from './identity/outbound-identity';
export {
  ActorToken,
  type MicrosoftOnBehalfOfProps,
  OnBehalfOfGrant,
  type OnBehalfOfProps,
} from './identity/outbound-on-behalf-of-props';
export type { GatewayRoleOptions, NoIdentityOptions } from './identity/outbound-simple';
export type { UserConsentProps } from './identity/outbound-user-consent';
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
export type { IAgentNetwork } from './network/network';
export type { AlarmContext, AlarmRule, IAlarmSource } from './observability/alarm';
export { AlarmKind, AlarmSeverity } from './observability/alarm-kind';
export { AlarmStrategy, type AlarmThresholds } from './observability/alarm-strategy';
export { AgentAlarms, type AgentAlarmsProps } from './observability/alarms';
export { BedrockUsage } from './observability/bedrock-usage';
export { AgentDashboard, type AgentDashboardProps } from './observability/dashboard';
export { DashboardSegment } from './observability/dashboard-segment';
export type { ObservabilityOptions } from './observability/observability-options';
export { AgentPrices, type AgentPricesProps } from './observability/prices';
export type {
  DashboardChoice,
  DashboardContext,
  DashboardCost,
  DashboardGraph,
  DashboardRow,
  DashboardRows,
  DashboardTable,
  IDashboardSegment,
} from './observability/segment';
export type { BedrockModelMetrics, ModelPrices } from './observability/segments/models';
export { TransactionSearch, type TransactionSearchProps } from './observability/transaction-search';
export { Filesystem, type SharedFilesystemOptions } from './storage/filesystem';
export type { IS3FilesAccessPoint, IS3FilesFileSystem } from './storage/s3-files';
export {
  S3FilesAccessPoint,
  type S3FilesAccessPointAttributes,
  type S3FilesAccessPointOptions,
  type S3FilesAccessPointProps,
} from './storage/s3-files-access-point';
export { S3FilesFileSystem } from './storage/s3-files-file-system';
export type { S3FilesFileSystemAttributes, S3FilesFileSystemProps } from './storage/s3-files-file-system-props';
export { type S3FilesImportRule, S3FilesImportTrigger } from './storage/s3-files-synchronization';
