export { GatewayMcpOptions, type GatewayMcpOptionsProps } from './gateway-mcp-options';
export {
  GatewayTargetOAuthGrant,
  type GatewayTargetOAuthGrantProps,
  OAuthGrantType,
} from './gateway-target-oauth-grant';
export { GatewayTargetOptions, type GatewayTargetOptionsProps } from './gateway-target-options';
export { JwtAuthorizerOptions, type JwtAuthorizerOptionsProps } from './jwt-authorizer-options';
export { McpServerListing, type McpServerListingProps } from './mcp-server-listing';
export { RuntimeFilesystems, type RuntimeFilesystemsOptions } from './runtime-filesystems';
