export { AgentCli, type AgentCodeProps, type AgentImageOptions } from './agent/agent-cli';
export { AgentEndpoint, type AgentEndpointOptions, type AgentEndpointProps } from './agent/agent-endpoint';
export { AgentEndpointBase } from './agent/agent-endpoint-base';
export type { AgentObservability } from './agent/agent-observability';
export { type ApplicationInferenceProfileOptions, BedrockModel } from './agent/bedrock-model';
export { CodingAgent } from './agent/coding-agent';
export type { CodingAgentProps } from './agent/coding-agent-props';
export type { CodingAgentAttributes } from './agent/imported-agent';
export { ModelRoute } from './agent/model-route';
export { type Acknowledgement, Acknowledgements } from './compliance/acknowledgements';
export { InboundAuth, type JwtAuthProps } from './identity/inbound-auth';
export { JwtClaim } from './identity/jwt-claim';
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
