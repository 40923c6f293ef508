import { secretIn } from '../../contract/secret-patterns';
import type { Assembly } from '../../template/assembly';
import { memoized } from '../../template/memoized';
import type { Resource } from '../../template/resource';
import { AGENTCORE } from '../../template/resource';
import type { Value } from '../../template/value';
import { UNKNOWN } from '../../template/value';
import type { Check } from './check';
import { DEVELOPER_GUIDE, errorCheck, warningCheck } from './check';

/** the properties of providers that take the value of a credential */
const CREDENTIALS = ['ApiKey', 'ClientSecret', 'ApiKeySecret', 'WalletSecret', 'AppSecret', 'AuthorizationPrivateKey'];
const USER_INFO = new RegExp(`\\bhttps?://[^/?#\\s:@]*:[^/?#\\s@${UNKNOWN}]+@`, 'i');

const PROVIDERS = [
  `${AGENTCORE}ApiKeyCredentialProvider`,
  `${AGENTCORE}OAuth2CredentialProvider`,
  `${AGENTCORE}PaymentCredentialProvider`,
];

/** what is written where the value will be put after deployment; as words of their own, for a secret can hold their letters */
const PLACEHOLDER =
  /^[*x.\s-]*$|^[<{$].*[>}]$|(^|[^a-z0-9])((change|replace|set|fill)([-_ ]?(me|it|this|in))?|to[-_ ]?do|placeholder|dummy|example)($|[^a-z0-9])/i;

/** headers that say who calls */
const CREDENTIAL_HEADER = /^(proxy-)?authorization$|^cookie$|token|secret|api-?key/i;

const guard = true;

export const CREDENTIAL_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'AC_CREDENTIAL_NOT_PLAINTEXT',
      title: 'no credential may stand in a template',
      text: 'Templates are kept by CloudFormation, in buckets and in build logs, and read by many.',
      fix: 'Revoke this credential, store a new one in AWS Secrets Manager, and refer to that: SecretSource EXTERNAL with SecretId and JsonKey.',
      source: `${DEVELOPER_GUIDE}security-credentials-management.html`,
      resourceTypes: [`${AGENTCORE}*`, 'AWS::SecretsManager::Secret'],
    },
    (resource) => {
      const given = credentialsOf(resource).filter(({ literal = '' }) => literal !== '');
      const found = resource
        .get()
        .texts()
        .filter((value) => !isVariable(value) && holdsCredential(value));
      const more = resource.type.endsWith('::Harness') ? headersOf(resource) : valueOfSecret(resource);
      return [...new Set([...given, ...found, ...more].map(({ path }) => path))];
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_ENVIRONMENT_WITHOUT_SECRETS',
      title: 'no secret may be put into environment variables',
      text: 'Whoever may describe the runtime or function reads its environment, and so does every program that an agent starts.',
      fix: 'Take the variable away: call the service through a gateway that holds the credential, or read the secret where it is used.',
      source: `${DEVELOPER_GUIDE}security-credentials-management.html`,
      resourceTypes: [`${AGENTCORE}Runtime`, `${AGENTCORE}Harness`, 'AWS::Lambda::Function'],
    },
    (resource) =>
      [...resource.get('EnvironmentVariables').members, ...resource.get('Environment', 'Variables').members]
        .map(([, value]) => value)
        .filter((value) => value.takesSecret || holdsCredential(value))
        .map(({ path }) => path),
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_EXTERNAL_SECRET_CONFIGURED',
      title: 'a credential provider must say which secret it uses',
      text: 'EXTERNAL means a secret of this account, which the provider finds by its id and a key in its JSON object.',
      fix: 'Set the SecretConfig beside the SecretSource, with SecretId and JsonKey; or give the provider a key at all.',
      source:
        'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-oauth2credentialprovider-secretreference.html',
      resourceTypes: PROVIDERS,
    },
    (provider) => [...missingReferences(provider), ...missingKey(provider)],
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_CREDENTIAL_ROTATION_FOLLOWED',
      title: 'a credential provider must refer to a secret, not copy it',
      text: 'A dynamic reference is read once at deployment: the copy goes stale when the secret is rotated.',
      fix: 'Set the SecretSource to EXTERNAL, with SecretId and JsonKey in the SecretConfig.',
      source:
        'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-oauth2credentialprovider-secretreference.html',
      resourceTypes: PROVIDERS,
    },
    (provider) =>
      credentialsOf(provider)
        .filter(({ takesSecret }) => takesSecret)
        .map(({ path }) => path),
    { guard },
  ),
];

function credentialsOf(resource: Resource): Value[] {
  return PROVIDERS.includes(resource.type) ? configurationsOf(resource).flatMap(credentials) : [];

  function credentials(configuration: Value): Value[] {
    return CREDENTIALS.map((name) => configuration.get(name)).filter(({ absent }) => !absent);
  }
}

/** the objects in which a provider is given its credentials: its own properties, or those of its vendor */
function configurationsOf(provider: Resource): Value[] {
  const inputs = ['Oauth2ProviderConfigInput', 'ProviderConfigurationInput'].map((name) => provider.get(name));
  return [provider.get(), ...inputs.flatMap(({ members }) => members.map(([, value]) => value))];
}

/** environment variables have a rule of their own */
function isVariable({ path }: Value): boolean {
  return path.startsWith('Properties.EnvironmentVariables.');
}

function holdsCredential(value: Value): boolean {
  const { text = '' } = value;
  const isOpen = text.includes(UNKNOWN);
  return (
    secretIn(text) !== undefined || USER_INFO.test(text) || (isOpen && value.defaults.some((one) => secretIn(one)))
  );
}

/** what a harness sends to MCP servers to be known there */
function headersOf(resource: Resource): Value[] {
  return resource
    .get('Tools')
    .items.flatMap((tool) => tool.get('Config', 'RemoteMcp', 'Headers').members)
    .filter(([name, { literal = '' }]) => CREDENTIAL_HEADER.test(name) && literal !== '')
    .map(([, value]) => value);
}

/** The value of a secret that credential providers refer to, if it stands in the template. */
function valueOfSecret(resource: Resource): Value[] {
  if (resource.type !== 'AWS::SecretsManager::Secret') {
    return [];
  }
  const keys = keysIn(resource.template.assembly).get(resource) ?? [];
  const value = resource.get('SecretString');
  return keys.some((key) => fieldsOf(value, key).some(({ literal = '' }) => !PLACEHOLDER.test(literal))) ? [value] : [];
}

/** the secrets that providers refer to, with the keys of their JSON that are read */
type Keys = Map<Resource, (string | undefined)[]>;

const keysIn = memoized((assembly: Assembly): Keys => {
  const keys: Keys = new Map();
  for (const config of assembly.resourcesOf(...PROVIDERS).flatMap((provider) => configsIn(provider.get()))) {
    const { resource } = config.get('SecretId');
    if (resource !== undefined) {
      keys.set(resource, [...(keys.get(resource) ?? []), config.get('JsonKey').literal]);
    }
  }
  return keys;
});

function configsIn(value: Value): Value[] {
  const below = value.members.flatMap(([, member]) => configsIn(member));
  return value.get('SecretId').absent || value.members.length === 0 ? below : [value, ...below];
}

function fieldsOf(value: Value, key: string | undefined): Value[] {
  const { document } = value;
  return document === value || key === undefined ? document.texts() : [document.get(key)];
}

function missingReferences(provider: Resource): string[] {
  return configurationsOf(provider).flatMap((configuration) =>
    configuration.members
      .filter(([name, value]) => /(Secret|Key)Source$/.test(name) && value.is('EXTERNAL'))
      .map(([name]) => configuration.get(name.replace(/Source$/, 'Config')))
      .flatMap((config) => [config.get('SecretId'), config.get('JsonKey')])
      .filter(({ absent }) => absent)
      .map(({ path }) => path),
  );
}

function missingKey(provider: Resource): string[] {
  const [key, source] = [provider.get('ApiKey'), provider.get('ApiKeySecretSource')];
  const none = key.absent && (source.absent || source.is('MANAGED'));
  return provider.type.endsWith('::ApiKeyCredentialProvider') && none ? [key.path] : [];
}
