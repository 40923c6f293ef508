import { BlockList, isIP } from 'node:net';
import { AGENTCORE } from './resource';
import type { Resource } from './resource';
import type { Value } from './value';
import { UNKNOWN } from './value';

/** A URL that AgentCore calls. */
interface Endpoint {
  readonly url: string;
  readonly path: string;
  /** whether it is reached through a VPC */
  readonly isPrivate: boolean;
}

export const WITH_ENDPOINTS = [
  `${AGENTCORE}Gateway`,
  `${AGENTCORE}GatewayTarget`,
  `${AGENTCORE}Harness`,
  `${AGENTCORE}OAuth2CredentialProvider`,
  `${AGENTCORE}Runtime`,
];

/** The URLs that AgentCore calls for a resource: tools, identity providers, authorization servers. */
export function endpointsOf(resource: Resource): Endpoint[] {
  return resource.type === `${AGENTCORE}GatewayTarget` ? targetEndpoints(resource) : identityEndpoints(resource);
}

function targetEndpoints(target: Resource): Endpoint[] {
  const configuration = target.get('TargetConfiguration');
  const isPrivate = !target.get('PrivateEndpoint').empty;
  return [
    ...urls(configuration.get('Mcp', 'McpServer', 'Endpoint'), isPrivate),
    ...urls(configuration.get('Http', 'Passthrough', 'Endpoint'), isPrivate),
    ...urls(configuration.get('Inference', 'Provider', 'Endpoint'), isPrivate),
    ...serversOf(configuration.get('Mcp', 'OpenApiSchema', 'InlinePayload'), isPrivate),
  ];
}

/** where an OpenAPI description sends calls to; only JSON is read */
function serversOf({ text = '', path }: Value, isPrivate: boolean): Endpoint[] {
  if (!text.trimStart().startsWith('{')) {
    return [];
  }
  try {
    const { servers } = JSON.parse(text) as { servers?: { url?: unknown }[] };
    return (servers ?? []).flatMap(({ url }) => (typeof url === 'string' ? [{ url, path, isPrivate }] : []));
  } catch {
    return [];
  }
}

function identityEndpoints(resource: Resource): Endpoint[] {
  const authorizer = resource.get('AuthorizerConfiguration', 'CustomJWTAuthorizer');
  const input = resource.get('Oauth2ProviderConfigInput');
  const custom = input.get('CustomOauth2ProviderConfig');
  const metadata = custom.get('OauthDiscovery', 'AuthorizationServerMetadata');
  const included = input.get('IncludedOauth2ProviderConfig');
  const servers = resource.get('Tools').items.map((tool) => tool.get('Config', 'RemoteMcp', 'Url'));
  return [
    ...servers.flatMap((url) => urls(url, false)),
    ...urls(authorizer.get('DiscoveryUrl'), throughVpc(authorizer)),
    ...urls(custom.get('OauthDiscovery', 'DiscoveryUrl'), throughVpc(custom)),
    ...['Issuer', 'AuthorizationEndpoint', 'TokenEndpoint'].flatMap((name) => [
      ...urls(metadata.get(name), throughVpc(custom)),
      ...urls(included.get(name), false),
    ]),
  ];
}

function throughVpc(configuration: Value): boolean {
  return !configuration.get('PrivateEndpoint').empty || !configuration.get('PrivateEndpointOverrides').empty;
}

function urls({ text, path }: Value, isPrivate: boolean): Endpoint[] {
  return text === undefined ? [] : [{ url: text, path, isPrivate }];
}

const PRIVATE = new BlockList();
PRIVATE.addSubnet('0.0.0.0', 8);
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('100.64.0.0', 10);
PRIVATE.addSubnet('127.0.0.0', 8);
PRIVATE.addSubnet('169.254.0.0', 16);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('::', 127, 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** Whether a URL leads to the machine itself, a private network or a metadata service. */
export function isPrivateAddress(url: string): boolean {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority === undefined || authority.includes(UNKNOWN) || !URL.canParse(`https://${authority}`)) {
    return false;
  }
  // a URL writes the other spellings of an address, such as decimal ones, in the usual way
  const host = new URL(`https://${authority}`).hostname.replace(/^\[|\]$|\.$/g, '');
  const version = isIP(host);
  return version === 0
    ? /(^|\.)(localhost|local|internal|home\.arpa|intranet|corp|lan)$/i.test(host)
    : PRIVATE.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
