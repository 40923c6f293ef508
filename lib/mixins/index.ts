export * from './customer-managed-key';
export * from './gateway-mcp-options';
export * from './gateway-target-oauth-grant';
export * from './gateway-target-options';
export * from './jwt-authorizer-options';
export * from './mcp-server-listing';
export * from './runtime-filesystems';
