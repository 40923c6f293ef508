import { checkClientOptions } from './checks';
import type { ClientInstruction } from './dialect';
import type { McpClient } from './mcp-client';
import type { ClientConfigurationOptions, ClientGateway } from './options';

/** What to hand to the user of a client. It holds no secret. */
export interface ClientConfiguration {
  /**
   * A line for a terminal that enters the server into the configuration of the user.
   *
   * @default - the client has none that would do the same; use the file
   */
  readonly command?: string;

  /** The file that the client reads; `~` is the home of the user, a path without it lies in the project. */
  readonly filePath: string;

  /**
   * The file with this server only. Where the client already has such a file, merge it; in TOML, lines before the first
   * `[...]` go to the top of the file.
   *
   * Claude Code asks before it uses servers of a project; without a terminal, start it with
   * `--mcp-config .mcp.json --strict-mcp-config`.
   */
  readonly fileContent: string;

  /**
   * A line for a terminal that signs the user in.
   *
   * @default - nobody signs in, or the client does it from its own window
   */
  readonly signInCommand?: string;

  /**
   * The addresses to register at the identity provider, exactly as they are. Empty without `oauth`, and for Codex where
   * the URL of the gateway is known only at deployment, since a hash of it is part of the address.
   */
  readonly redirectUris: string[];
}

/** where headless clients look for the token */
const TOKEN_VARIABLE = 'MCP_GATEWAY_TOKEN';

/** signs what a client sends to a gateway that is guarded by IAM; reads the usual AWS credentials */
const SIGNING_PROXY = 'mcp-proxy-for-aws==1.7.0';
const DEFAULT_NAME = 'tools';
const DEFAULT_PORT = 8765;

/**
 * The configuration of one client for a gateway.
 *
 * Errors: options that do not fit how the gateway is guarded, or that the client cannot express.
 */
export function renderClientConfiguration(
  gateway: ClientGateway,
  client: McpClient,
  options: ClientConfigurationOptions = {},
): ClientConfiguration {
  checkClientOptions(gateway, client, options);
  const { filePath } = client._dialect;
  const server = { name: options.serverName ?? DEFAULT_NAME, url: gateway.url };
  if (options.oauth !== undefined) {
    const { clientId, callbackPort = DEFAULT_PORT, scopes = [] } = options.oauth;
    const entry = { ...server, clientId, callbackPort, scopes };
    return {
      ...client._dialect.signIn(entry),
      filePath,
      signInCommand: client._dialect.signInCommand?.(server.name),
      redirectUris: client._dialect.redirectUris(entry),
    };
  }
  return { ...unattended(gateway, client, options, server), filePath, redirectUris: [] };
}

function unattended(
  gateway: ClientGateway,
  { _dialect }: McpClient,
  { headersHelper }: ClientConfigurationOptions,
  server: { name: string; url: string },
): ClientInstruction {
  if (!gateway.usesJwt) {
    const args = [SIGNING_PROXY, gateway.url, '--service', 'bedrock-agentcore', '--region', gateway.region];
    return _dialect.proxy({ name: server.name, command: 'uvx', args });
  }
  if (headersHelper !== undefined && _dialect.helper !== undefined) {
    return _dialect.helper({ ...server, helper: headersHelper });
  }
  return _dialect.token({ ...server, variable: TOKEN_VARIABLE });
}
