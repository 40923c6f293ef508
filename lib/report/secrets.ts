import { AGENTCORE } from '../template/resource';
import { memoized } from '../template/memoized';
import type { Value } from '../template/value';
import type { AppView } from './app-view';
import type { Section } from './reader/facts';
import { entry, sorted, sortedBy } from './reader/facts';
import type { Reader } from './reader/reader';
import { holdersThatRead, letInBySecrets } from './secret-readers';
import type { Use } from './secret-readers';

const SECRET = 'AWS::SecretsManager::Secret';

/** Each secret, and what reads it: roles, credential providers, and CloudFormation itself. */
export function secretsSection(reader: Reader, app: AppView): Section {
  const secrets = reader.resourcesOf(SECRET);
  const here = usesIn(reader);
  const all = secrets.length > 0 ? app.readers.flatMap((stack) => usesIn(stack)) : [];
  const own = secrets.map((secret) =>
    entry({
      name: reader.nameOf(secret),
      kind: 'secret',
      key: reader.about(secret.get('KmsKeyId')) ?? 'aws/secretsmanager',
      ...usersOf(
        all.filter(({ of, covers }) => (of === undefined ? covers?.(secret) === true : of === secret)),
        reader,
      ),
    }),
  );
  const elsewhere = new Map<string, Use[]>();
  for (const use of here.filter(({ of }) => of?.template !== reader.template)) {
    const name = use.of === undefined ? use.secret && nameOf(use.secret, reader) : reader.nameOf(use.of);
    if (name !== undefined) {
      elsewhere.set(name, [...(elsewhere.get(name) ?? []), use]);
    }
  }
  const foreign = [...elsewhere].map(([name, uses]) =>
    entry({
      name,
      kind: uses[0].of === undefined ? 'not made by this app' : 'secret of another stack',
      ...usersOf(uses, reader),
    }),
  );
  return {
    id: 'secrets',
    title: 'Secrets and who reads them',
    none: 'The stack has no secret and reads none.',
    entries: sortedBy([...own, ...foreign], ({ name = '' }) => name),
  };
}

/** the secrets of one stack can be read from all others */
const usesIn = memoized((stack: Reader): Use[] => [
  ...holdersThatRead(stack),
  ...letInBySecrets(stack),
  ...providers(stack),
  ...references(stack),
]);

function usersOf(uses: Use[], reader: Reader): Record<string, string[]> {
  const by = (kind: Use['by']): string[] =>
    sorted(uses.filter((use) => use.by === kind).map((use) => userOf(use, reader)));
  return {
    readBy: uses.length > 0 ? by('readBy') : ['nobody in this app'],
    credentialProviders: by('credentialProviders'),
    putInto: by('putInto'),
  };
}

function userOf({ user, where = '' }: Use, reader: Reader): string {
  return `${typeof user === 'string' ? user : reader.nameOf(user)}${where}`;
}

const REFERENCE = /\{\{resolve:(?:secretsmanager|ssm-secure):(.*?)(?::SecretString[^}]*)?\}\}/;

/** the secret itself, also where it stands in a dynamic reference */
function nameOf(secret: Value, reader: Reader): string {
  const text = reader.text(secret) ?? '';
  return REFERENCE.exec(text)?.[1] ?? text;
}

const PROVIDERS = ['ApiKeyCredentialProvider', 'OAuth2CredentialProvider', 'PaymentCredentialProvider'];

function providers(stack: Reader): Use[] {
  return stack.resourcesOf(...PROVIDERS.map((type) => `${AGENTCORE}${type}`)).flatMap((user) =>
    secretIds(user.get()).map((secret) => ({
      secret,
      of: secret.resource,
      by: 'credentialProviders' as const,
      user,
    })),
  );
}

function secretIds(value: Value): Value[] {
  return value.members.flatMap(([key, member]) => (key === 'SecretId' ? [member] : secretIds(member)));
}

/** where CloudFormation writes a secret into a property */
function references(stack: Reader): Use[] {
  const candidates = [...stack.template.resources.values()].filter((user) => user.mentions('{{resolve:s'));
  return candidates.flatMap((user) =>
    user
      .get()
      .texts()
      .filter((value) => value.takesSecret)
      .map((secret) => ({
        secret,
        of: secret.resource?.type === SECRET ? secret.resource : undefined,
        by: 'putInto' as const,
        user,
        where: ` ${secret.path.replace('Properties.', '')}`,
      })),
  );
}
