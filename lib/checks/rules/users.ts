import type { Check } from './check';
import { AGENTCORE } from '../../template/resource';
import { DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';

const ON_BEHALF_OF = `${DEVELOPER_GUIDE}on-behalf-of-token-exchange.html`;
const TARGET = [`${AGENTCORE}GatewayTarget`];
const guard = true;

/** vendors that exchange tokens: one by a configuration, the other by itself */
const EXCHANGING_VENDORS = ['CustomOauth2', 'MicrosoftOauth2'];
const EXCHANGING_TARGETS = ['McpServer', 'OpenApiSchema'];

/** Targets that act as the person who calls. */
export const USER_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_ON_BEHALF_OF_USER_TOKEN',
      title: 'a target that acts on behalf of the caller needs a gateway that takes her token',
      text: 'What is exchanged is the token with which the caller came. Behind AWS_IAM there is none.',
      fix: 'Set AuthorizerType of the gateway to CUSTOM_JWT, or give the target another grant type.',
      source: ON_BEHALF_OF,
      resourceTypes: TARGET,
    },
    (target) => grantsOf(target, 'TOKEN_EXCHANGE').flatMap(({ path }) => at(path, lacksTokens(target))),
  ),
  errorCheck(
    {
      id: 'AC_ON_BEHALF_OF_PROVIDER',
      title: 'a target that acts on behalf of the caller needs a provider that exchanges tokens',
      text: 'Only CustomOauth2 with an OnBehalfOfTokenExchangeConfig, and MicrosoftOauth2 by itself, exchange tokens.',
      fix: 'Set OnBehalfOfTokenExchangeConfig in CustomOauth2ProviderConfig; use CustomOauth2 for other vendors.',
      source: ON_BEHALF_OF,
      resourceTypes: TARGET,
    },
    (target) =>
      grantsOf(target, 'TOKEN_EXCHANGE').flatMap(({ oauth }) =>
        at(oauth.get('ProviderArn').path, cannotExchange(oauth.get('ProviderArn').resource)),
      ),
  ),
  errorCheck(
    {
      id: 'AC_ON_BEHALF_OF_TARGET',
      title: 'only MCP servers and OpenAPI targets can be called on behalf of the caller',
      text: 'Lambda, Smithy and API Gateway targets know no exchanged token.',
      fix: 'Put an MCP server or an OpenAPI description before the service, or let the target act as the gateway.',
      source: `${DEVELOPER_GUIDE}gateway-outbound-auth.html`,
      resourceTypes: TARGET,
    },
    (target) => {
      const kinds = target.get('TargetConfiguration', 'Mcp').members.map(([kind]) => kind);
      const cannot =
        kinds.length > 0 && !kinds.some((kind) => EXCHANGING_TARGETS.includes(kind) || kind.startsWith('Fn::'));
      return grantsOf(target, 'TOKEN_EXCHANGE').flatMap(({ path }) => at(path, cannot));
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_CONSENT_USER_TOKEN',
      title: 'a target that needs the consent of the caller needs a gateway that takes her token',
      text: 'A consent is kept for a person. Behind AWS_IAM nobody is known, and the service refuses the target.',
      fix: 'Set AuthorizerType of the gateway to CUSTOM_JWT, or give the target another grant type.',
      source: `${DEVELOPER_GUIDE}gateway-target-MCPservers.html`,
      resourceTypes: TARGET,
    },
    (target) => grantsOf(target, 'AUTHORIZATION_CODE').flatMap(({ path }) => at(path, lacksTokens(target))),
  ),
  warningCheck(
    {
      id: 'AC_CONSENT_TOOL_SCHEMA',
      title: 'an MCP server that needs the consent of the caller needs a tool schema',
      text: 'To list its tools the service asks an administrator to consent in a browser within ten minutes: a pipeline waits and fails. DYNAMIC listing does not work with a consent either.',
      fix: 'Set McpServer.McpToolSchema with the tools that callers may see.',
      source: `${DEVELOPER_GUIDE}gateway-target-MCPservers.html`,
      resourceTypes: TARGET,
    },
    (target) => {
      const server = target.get('TargetConfiguration', 'Mcp', 'McpServer');
      const schema = server.get('McpToolSchema');
      return at(schema.path, grantsOf(target, 'AUTHORIZATION_CODE').length > 0 && !server.absent && schema.absent);
    },
    { guard },
  ),
];

function grantsOf(target: Resource, grant: string): { oauth: Value; path: string }[] {
  return target
    .get('CredentialProviderConfigurations')
    .items.map((credential) => credential.get('CredentialProvider', 'OauthCredentialProvider'))
    .filter((oauth) => oauth.get('GrantType').is(grant))
    .map((oauth) => ({ oauth, path: oauth.get('GrantType').path }));
}

function lacksTokens(target: Resource): boolean {
  const gateway = target.get('GatewayIdentifier').resource;
  const type = gateway?.type === `${AGENTCORE}Gateway` ? gateway.get('AuthorizerType').literal : undefined;
  return type !== undefined && type !== 'CUSTOM_JWT';
}

function cannotExchange(provider: Resource | undefined): boolean {
  if (provider?.type !== `${AGENTCORE}OAuth2CredentialProvider`) {
    return false;
  }
  const vendor = provider.get('CredentialProviderVendor').literal;
  const custom = provider.get('Oauth2ProviderConfigInput', 'CustomOauth2ProviderConfig');
  return (
    vendor !== undefined &&
    (!EXCHANGING_VENDORS.includes(vendor) ||
      (vendor === 'CustomOauth2' && custom.get('OnBehalfOfTokenExchangeConfig').absent))
  );
}
