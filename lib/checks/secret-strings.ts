import { memoized } from '../template/memoized';
import type { Assembly } from '../template/assembly';
import { AGENTCORE } from './rules/check';
import type { Resource } from '../template/resource';
import type { Value } from '../template/value';

export const PROVIDERS = [
  `${AGENTCORE}ApiKeyCredentialProvider`,
  `${AGENTCORE}OAuth2CredentialProvider`,
  `${AGENTCORE}PaymentCredentialProvider`,
];

/** what is written where the value will be put after deployment; as words of their own, for a secret can hold their letters */
const PLACEHOLDER =
  /^[*x.\s-]*$|^[<{$].*[>}]$|(^|[^a-z0-9])((change|replace|set|fill)([-_ ]?(me|it|this|in))?|to[-_ ]?do|placeholder|dummy|example)($|[^a-z0-9])/i;

/** The value of a secret that credential providers refer to, if it stands in the template. */
export function valueOfSecret(resource: Resource): Value[] {
  if (resource.type !== 'AWS::SecretsManager::Secret') {
    return [];
  }
  const keys = keysIn(resource.template.assembly).get(resource) ?? [];
  const value = resource.get('SecretString');
  return keys.some((key) => fieldsOf(value, key).some(({ literal = '' }) => !PLACEHOLDER.test(literal))) ? [value] : [];
}

function fieldsOf(value: Value, key: string | undefined): Value[] {
  const { document } = value;
  return document === value || key === undefined ? document.texts() : [document.get(key)];
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
