import type { Check } from './check';
import { AGENTCORE } from '../../template/resource';
import { DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';
import { WITH_ENDPOINTS, endpointsOf, isPrivateAddress } from '../../template/endpoints';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';

const OUTBOUND = `${DEVELOPER_GUIDE}gateway-outbound-auth.html`;
const TARGET = [`${AGENTCORE}GatewayTarget`];
const guard = true;

/** the provider that a type of credential needs */
const PROVIDERS: [type: string, provider: string][] = [
  ['OAUTH', 'OauthCredentialProvider'],
  ['API_KEY', 'ApiKeyCredentialProvider'],
];

/** the kinds of target that the gateway calls over the network, and may call without a credential */
const CALLED = [
  ['Mcp', 'McpServer'],
  ['Mcp', 'OpenApiSchema'],
  ['Mcp', 'ApiGateway'],
  ['Http', 'Passthrough'],
  ['Inference', 'Provider'],
];

export const TARGET_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_ENDPOINT_HTTPS',
      title: 'tools and identity providers must be called by https',
      text: 'Credentials and tokens go with each call, and the addresses of identity providers decide whom to trust.',
      fix: 'Use an https URL.',
      source: OUTBOUND,
      resourceTypes: [...WITH_ENDPOINTS, `${AGENTCORE}WorkloadIdentity`],
    },
    (resource) => [
      ...endpointsOf(resource)
        .filter(({ url }) => /^http:/i.test(url))
        .map(({ path }) => path),
      ...returnUrlsOf(resource)
        .filter(({ text = '' }) => /^http:/i.test(text) && !isLoopback(text))
        .map(({ path }) => path),
    ],
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_ENDPOINT_PUBLIC_ADDRESS',
      title: 'an endpoint must not be a private or metadata address, unless a private endpoint leads there',
      text: 'Without a private endpoint AgentCore calls from its own network: such an address is not the one of the VPC, and may be one of a metadata service.',
      fix: 'Name a public host, or set PrivateEndpoint.',
      source: `${DEVELOPER_GUIDE}gateway-target-MCPservers.html`,
      resourceTypes: WITH_ENDPOINTS,
    },
    (resource) =>
      endpointsOf(resource)
        .filter(({ url, isPrivate }) => !isPrivate && isPrivateAddress(url))
        .map(({ path }) => path),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_TARGET_CREDENTIAL_CONFIGURED',
      title: 'a target must be called with a credential',
      text: 'Without one the service on the other side knows neither the gateway nor the person, and serves everybody else too.',
      fix: 'Set CredentialProviderConfigurations; if the service is meant for everybody, acknowledge this with that reason.',
      source: OUTBOUND,
      resourceTypes: TARGET,
    },
    (target) => {
      const credentials = target.get('CredentialProviderConfigurations');
      const called = CALLED.some((kind) => !target.get('TargetConfiguration', ...kind).empty);
      return at(credentials.path, called && credentials.empty);
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_TARGET_PROVIDER_CONFIGURED',
      title: 'a target with an OAuth or API key credential must name its provider',
      text: 'The type of a credential says how it is sent; where it comes from says the provider.',
      fix: 'Set CredentialProvider.OauthCredentialProvider.ProviderArn or ApiKeyCredentialProvider.ProviderArn.',
      source: OUTBOUND,
      resourceTypes: TARGET,
    },
    (target) =>
      target.get('CredentialProviderConfigurations').items.flatMap((credential) =>
        PROVIDERS.filter(([type]) => credential.get('CredentialProviderType').is(type))
          .map(([, provider]) => credential.get('CredentialProvider', provider, 'ProviderArn'))
          .filter(({ absent }) => absent)
          .map(({ path }) => path),
      ),
    { guard },
  ),
];

/** where a browser is sent with the result of a consent */
function returnUrlsOf(resource: Resource): Value[] {
  return [
    ...resource
      .get('CredentialProviderConfigurations')
      .items.map((credential) => credential.get('CredentialProvider', 'OauthCredentialProvider', 'DefaultReturnUrl')),
    ...resource.get('AllowedResourceOauth2ReturnUrls').items,
  ];
}

/** a program on the laptop of the person, which cannot have a certificate (RFC 8252) */
function isLoopback(url: string): boolean {
  return /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/i.test(url);
}
