import { AGENTCORE, type Resource } from '../template/resource';
import type { Value } from '../template/value';
import type { AppView } from './app-view';
import { authorizerOf } from './authorizer';
import { type Entry, type Section, entry, sorted, sortedBy } from './reader/facts';
import type { Reader } from './reader/reader';
import { createHash } from 'node:crypto';

/** Gateways, their tools, and as whom each tool acts. */
export function toolsSection(reader: Reader, app: AppView): Section {
  const of = (type: string, write: (resource: Resource) => Entry): Entry[] =>
    sortedBy(reader.resourcesOf(`${AGENTCORE}${type}`).map(write), ({ name = '' }) => name);
  return {
    id: 'tools',
    title: 'Tools and as whom they act',
    none: 'The stack has no gateway and no tool.',
    headings: true,
    entries: [
      ...of('Gateway', (gateway) => gatewayEntry(gateway, reader, app)),
      ...of('GatewayTarget', (target) => targetEntry(target, reader, app)),
      ...of('ApiKeyCredentialProvider', (provider) => providerEntry(provider, 'API key', reader)),
      ...of('OAuth2CredentialProvider', (provider) => providerEntry(provider, 'OAuth', reader)),
      ...of('Policy', (policy) => cedarEntry(policy, reader)),
      ...of('ConsentPortal', (portal) => portalEntry(portal, reader)),
      ...of('GatewayRule', (rule) => ruleEntry(rule, reader)),
      ...of('WorkloadIdentity', (identity) => identityOf(identity, reader)),
    ],
  };
}

function gatewayEntry(gateway: Resource, reader: Reader, app: AppView): Entry {
  return entry({
    name: reader.nameOf(gateway),
    kind: 'gateway',
    role: reader.about(gateway.get('RoleArn')),
    authorizer: reader.text(gateway.get('AuthorizerType')),
    ...authorizerOf(gateway, reader),
    ...policiesOf(gateway, reader, app),
    interceptors: sorted(
      gateway.get('InterceptorConfigurations').items.flatMap((one) => {
        const points = reader.texts(one.get('InterceptionPoints')).join(', ');
        return `${points}: ${reader.about(one.get('Interceptor', 'Lambda', 'Arn'))}`;
      }),
    ),
    firewall: reader.lines(gateway.get('WafConfiguration')),
    exceptionLevel: reader.text(gateway.get('ExceptionLevel')),
  });
}

/** a policy belongs to an engine, and the gateway says how its engine counts */
function policiesOf(gateway: Resource, reader: Reader, app: AppView): Entry {
  const configuration = gateway.get('PolicyEngineConfiguration');
  if (configuration.absent) {
    return { policyMode: 'no policy engine: every caller may call every tool' };
  }
  const engine = configuration.get('Arn').resource;
  const policies = app.readers
    .flatMap((other) => other.resourcesOf(`${AGENTCORE}Policy`))
    .filter((policy) => engine !== undefined && policy.get('PolicyEngineId').resource === engine);
  return entry({
    policyMode: reader.text(configuration.get('Mode')) ?? 'not said',
    policyEngine: reader.about(configuration.get('Arn')),
    policyCount: policies.length,
    policies: sorted(policies.map((policy) => policyText(policy, reader))),
  });
}

function policyText(policy: Resource, reader: Reader): string {
  const mode = reader.text(policy.get('EnforcementMode'));
  const description = reader.text(policy.get('Description'));
  const name = reader.text(policy.get('Name')) ?? reader.nameOf(policy);
  return `${name}${mode === undefined ? '' : ` (${mode})`}${description === undefined ? '' : `: ${description}`}`;
}

/** the text itself: a policy may change and keep its name */
function cedarEntry(policy: Resource, reader: Reader): Entry {
  const definition = policy.get('Definition');
  const cedar = reader.text(definition.get('Cedar', 'Statement'));
  return entry({
    name: reader.nameOf(policy),
    kind: 'policy on tool calls',
    policyEngine: reader.about(policy.get('PolicyEngineId')),
    validation: reader.text(policy.get('ValidationMode')),
    cedar: cedar === undefined ? reader.lines(definition) : linesOf(cedar),
  });
}

/** lists of actions get a line for each */
function linesOf(cedar: string): string[] {
  const lines = cedar.split(/\n|(?<=,) (?=\w+::\w+::")/).map((line) => line.trim());
  return lines.filter((line) => line !== '');
}

function targetEntry(target: Resource, reader: Reader, app: AppView): Entry {
  const gateway = target.get('GatewayIdentifier');
  const [kind, configuration] = kindOf(target.get('TargetConfiguration'));
  const credentials = target.get('CredentialProviderConfigurations').items;
  const passed = (key: string): string[] => sorted(reader.texts(target.get('MetadataConfiguration', key)));
  return entry({
    name: reader.nameOf(target),
    kind: 'tool target',
    target: reader.text(target.get('Name')),
    gateway: reader.about(gateway),
    policyMode:
      gateway.resource?.type === `${AGENTCORE}Gateway`
        ? policiesOf(gateway.resource, reader, app).policyMode
        : undefined,
    protocol: kind,
    where: sorted(placesIn(configuration, reader)),
    actsAs: credentials.length > 0 ? credentials.map((one) => identityEntry(one, reader)) : [{ name: NOBODY }],
    privateEndpoint: reader.lines(target.get('PrivateEndpoint')),
    passedHeaders: passed('AllowedRequestHeaders'),
    passedQuery: passed('AllowedQueryParameters'),
    returnedHeaders: passed('AllowedResponseHeaders'),
    tools: sorted(toolsIn(configuration, reader)),
  });
}

const NOBODY = 'nobody: no credential is sent';

function kindOf(configuration: Value): [kind: string, below: Value] {
  const [[protocol, value] = ['unknown', configuration]] = configuration.members;
  const [[kind, below] = ['', value]] = value.members;
  return [[protocol, kind].filter(Boolean).join(' '), below];
}

/** everything that says where a call goes, without the long descriptions of tools */
function placesIn(value: Value, reader: Reader): string[] {
  return value.members.flatMap(([key, member]) => {
    if (key === 'InlinePayload') {
      return [];
    }
    const about = member.parts === undefined ? undefined : reader.about(member);
    if (about !== undefined) {
      return [`${key}: ${about}`];
    }
    return member.members.length > 0
      ? placesIn(member, reader).map((line) => `${key}.${line}`)
      : reader.texts(member).map((text) => `${key}: ${text}`);
  });
}

const GRANTS: Record<string, string> = {
  AUTHORIZATION_CODE: 'the user who consented (AUTHORIZATION_CODE)',
  CLIENT_CREDENTIALS: 'a client of its own (CLIENT_CREDENTIALS)',
  TOKEN_EXCHANGE: 'the caller, on behalf of whom a token is exchanged (TOKEN_EXCHANGE)',
};

function identityEntry(credential: Value, reader: Reader): Entry {
  const type = reader.text(credential.get('CredentialProviderType')) ?? 'unknown';
  const [[, provider] = ['', credential]] = credential.get('CredentialProvider').members;
  const grant = reader.text(provider.get('GrantType')) ?? 'CLIENT_CREDENTIALS';
  const names: Record<string, string> = {
    API_KEY: 'a bot with an API key',
    CALLER_IAM_CREDENTIALS: 'the caller, by IAM credentials',
    GATEWAY_IAM_ROLE: 'the role of the gateway',
    JWT_PASSTHROUGH: 'the caller, whose token is passed on',
    OAUTH: GRANTS[grant] ?? grant,
  };
  return entry({
    name: names[type] ?? type,
    provider: reader.about(provider.get('ProviderArn')),
    scopes: sorted(reader.texts(provider.get('Scopes'))),
    parameters: reader.lines(provider.get('CustomParameters')),
    returnUrl: reader.text(provider.get('DefaultReturnUrl')),
    service: reader.text(provider.get('Service')),
  });
}

function providerEntry(provider: Resource, kind: string, reader: Reader): Entry {
  const config = provider.get('Oauth2ProviderConfigInput');
  return entry({
    name: reader.nameOf(provider),
    kind: `${kind} credential provider`,
    vendor: reader.text(provider.get('CredentialProviderVendor')),
    secret: reader.about(provider.get('ApiKeySecretConfig', 'SecretId')),
    configuration: config.members
      .flatMap(([, of]) => reader.lines(of))
      .filter((line) => !line.startsWith('ClientSecret:')),
  });
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** The tools that stand in the template: their names, or the operations of a description. */
function toolsIn(configuration: Value, reader: Reader): string[] {
  const inline = [configuration.get('ToolSchema'), configuration.get('McpToolSchema'), configuration];
  return inline.flatMap((schema) => payload(schema.get('InlinePayload'), reader));
}

function payload(given: Value, reader: Reader): string[] {
  const { document } = given;
  if (given.absent) {
    return [];
  }
  if (document.parts !== undefined) {
    return [unread(document, reader)];
  }
  const operations = document
    .get('paths')
    .members.flatMap(([path, methods]) =>
      methods.members
        .filter(([method]) => METHODS.includes(method.toLowerCase()))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
  const tools = document.get('tools').absent ? document : document.get('tools');
  const names = tools.items.map((tool) => [tool.get('Name'), tool.get('name')].find(({ absent }) => !absent));
  const found = [...operations, ...names.flatMap((name) => (name === undefined ? [] : (reader.text(name) ?? [])))];
  return found.length > 0 ? found : [unread(given, reader)];
}

/** no tool of it can be named, but a change of it can be seen */
function unread(given: Value, reader: Reader): string {
  const text = reader.text(given) ?? '';
  return `what a description says that is no JSON of tools (${createHash('sha256').update(text).digest('hex').slice(0, 12)})`;
}

/** Where people consent that agents act for them. */
function portalEntry(portal: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(portal),
    kind: 'consent portal',
    role: reader.about(portal.get('ExecutionRoleArn')),
    signIn: reader.about(portal.get('IdpConfig', 'CredentialProviderArn')),
    scopes: sorted(reader.texts(portal.get('IdpConfig', 'Scopes'))),
    gateways: sorted(portal.get('Sources').items.flatMap((source) => reader.about(source.get('Identifier')) ?? [])),
  });
}

/** What a gateway does with some calls: where they go, and with what. */
function ruleEntry(rule: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(rule),
    kind: 'gateway rule',
    gateway: reader.about(rule.get('GatewayIdentifier')),
    priority: reader.text(rule.get('Priority')),
    when: reader.lines(rule.get('Conditions')),
    does: reader.lines(rule.get('Actions')),
  });
}

/** A name under which agents get tokens, and where a browser may be sent with a consent. */
export function identityOf(identity: Resource, reader: Reader): Entry {
  return entry({
    name: reader.nameOf(identity),
    kind: 'workload identity',
    returnUrls: sorted(reader.texts(identity.get('AllowedResourceOauth2ReturnUrls'))),
  });
}
