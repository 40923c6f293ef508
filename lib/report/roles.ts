import { ATTACHED, HOLDERS, attachmentsOf, holdersOf, managedPolicy, policiesOf } from '../template/holders';
import type { Resource } from '../template/resource';
import type { AppView } from './app-view';
import { type Entry, type Section, entry, sorted, sortedBy } from './reader/facts';
import { documentsOf, exceptionsIn, facts, merged, readStatements } from './reader/statements';
import type { Reader } from './reader/reader';
import type { Check } from '../checks/rules/check';
import { CHECKS } from '../checks/rules';
import { isEverything } from '../checks/rules/roles';
import { allows, statementsIn } from '../template/policies';
import type { Value } from '../template/value';
import { type Accepted, isWithin } from './accepted';
import { memoized } from '../template/memoized';

/** Who may do what: roles, users and groups with all that they hold. */
export function rolesSection(reader: Reader, app: AppView): Section {
  const own = reader.resourcesOf(...HOLDERS).map((holder) => holderEntry(holder, reader, app));
  const added = reader.resourcesOf('AWS::IAM::UserToGroupAddition').map((addition) =>
    entry({
      name: reader.about(addition.get('GroupName')),
      kind: 'group to which users are added',
      users: sorted(addition.get('Users').items.flatMap((user) => reader.about(user) ?? [])),
    }),
  );
  return {
    id: 'identities',
    title: 'Roles',
    none: 'The stack has no role, user or group.',
    headings: true,
    entries: sortedBy([...own, ...added, ...othersOf(reader, app)], ({ name = '' }) => name),
  };
}

function holderEntry(holder: Resource, reader: Reader, app: AppView): Entry {
  const policies = policiesOf(holder);
  const managed = holder.get('ManagedPolicyArns').items.filter((arn) => managedPolicy(arn, holder) === undefined);
  return entry({
    name: reader.nameOf(holder),
    kind: holder.type.slice('AWS::IAM::'.length).toLowerCase(),
    physicalName: reader.text(holder.get(`${holder.type.slice('AWS::IAM::'.length)}Name`)),
    assumedBy: trustOf(holder, reader),
    managedPolicies: sorted(managed.flatMap((arn) => reader.text(arn) ?? [])),
    permissionsBoundary: reader.about(holder.get('PermissionsBoundary')),
    groups: sorted(reader.texts(holder.get('Groups'))),
    ...rights(policies, reader, app),
  });
}

/** the one action that everybody needs for it is not said */
function trustOf(holder: Resource, reader: Reader): Entry[] {
  return merged(readStatements(holder.get('AssumeRolePolicyDocument'), reader)).flatMap(
    ({ effect, principals, actions, conditions }) => {
      const all = principals.length > 0 ? principals : ['unknown principal'];
      const isUsual = actions.length === 1 && actions[0] === 'sts:AssumeRole';
      return (holder.get('AssumeRolePolicyDocument').absent ? [] : all).map((principal) =>
        entry({
          name: effect === 'Allow' ? principal : `${effect.toLowerCase()}: ${principal}`,
          actions: isUsual ? [] : actions,
          conditions,
        }),
      );
    },
  );
}

function rights(policies: Resource[], reader: Reader, app: AppView): Record<string, Entry[]> {
  const statements = policies.flatMap(documentsOf).flatMap((document) => readStatements(document, reader));
  const wildcards = policies.flatMap((policy) => wildcardsOf(policy, app));
  const unique = new Map(wildcards.map((wildcard) => [JSON.stringify(wildcard), wildcard]));
  return { ...facts(statements), wildcards: sortedBy([...unique], ([key]) => key).map(([, wildcard]) => wildcard) };
}

/** policies of this stack for roles that the app does not make */
function othersOf(reader: Reader, app: AppView): Entry[] {
  const attached = [...heldByOthers(reader)].map(([name, policies]) =>
    entry({ name, kind: 'role that the app does not make', ...rights(policies, reader, app) }),
  );
  const loose = looseIn(reader).map((policy) =>
    entry({ name: reader.nameOf(policy), kind: 'policy attached to nobody', ...rights([policy], reader, app) }),
  );
  return [...attached, ...loose];
}

/** The policies of a stack that are for somebody whom the app does not make, by name. */
export function heldByOthers(reader: Reader): Map<string, Resource[]> {
  const held = new Map<string, Resource[]>();
  for (const policy of reader.resourcesOf(...ATTACHED)) {
    const others = attachmentsOf(policy).filter(({ holder }) => holder === undefined);
    for (const name of sorted(others.flatMap(({ named }) => reader.text(named) ?? []))) {
      held.set(name, [...(held.get(name) ?? []), policy]);
    }
  }
  return held;
}

/** The policies of a stack that nobody in the app holds, and that no policy says is for anybody else. */
export function looseIn(reader: Reader): Resource[] {
  return reader
    .resourcesOf('AWS::IAM::ManagedPolicy')
    .filter((policy) => attachmentsOf(policy).length === 0 && holdersOf(policy).length === 0);
}

/** A wildcard of a statement. */
interface Wildcard {
  readonly kind: 'Action' | 'Resource';
  readonly text: string;
  readonly path: string;
  readonly statement: Value;
}

const foundIn = memoized((app: AppView) => memoized((policy: Resource) => findWildcards(policy, app)));

/** The wildcards that a policy allows, each with why it is accepted; a policy can have many holders. */
function wildcardsOf(policy: Resource, app: AppView): Entry[] {
  return foundIn(app)(policy);
}

function findWildcards(policy: Resource, app: AppView): Entry[] {
  // acknowledgements name things the way they are named in the stack of the policy
  const home = app.readerOf(policy);
  const accepted = app.acceptedIn(policy.template).filter((one) => isAbout(one, home.nameOf(policy)));
  return documentsOf(policy)
    .flatMap(statementsIn)
    .filter(allows)
    .flatMap((statement) => wildcardsIn(statement, home))
    .map((wildcard) => entry({ name: wildcard.text, ...explanation(wildcard, policy, accepted) }));
}

function wildcardsIn(statement: Value, reader: Reader): Wildcard[] {
  return (['Action', 'Resource'] as const).flatMap((kind) => {
    const written = statement.get(kind).items.map((value) => ({ text: reader.text(value) ?? '', path: value.path }));
    const all = [
      ...written.filter(({ text }) => isBroad(text)),
      ...exceptionsIn(statement, kind, reader).map((text) => ({ text, path: statement.get(`Not${kind}`).path })),
    ];
    return all.map((one) => ({ kind, statement, ...one }));
  });
}

function isBroad(text: string): boolean {
  return /[*?]/.test(text) && /[*?]/.test(text.replace(/\$\{[^}]*\}/g, ''));
}

const NAG = /IAM5$/;
const OURS = /::(AC_(?:\w+_GRANT_NAMED|SERVICE_ROLE_NOT_ADMIN))$/;

function isAbout({ at, rule }: Accepted, policy: string): boolean {
  return isWithin(policy, at) && (NAG.test(rule) || OURS.test(rule));
}

/** a rule of ours explains what it finds and nothing else; one of cdk-nag may have been accepted for all that comes */
function explanation(wildcard: Wildcard, policy: Resource, accepted: Accepted[]): Record<string, string | undefined> {
  const exact = accepted.find(({ finding }) => finding === `${wildcard.kind}::${wildcard.text}`);
  const whole = accepted.filter(({ finding }) => finding === undefined);
  const ours = whole.find(({ rule }) => finds(OURS.exec(rule)?.[1], wildcard, policy));
  const reason = (exact ?? ours)?.reason;
  const general = whole.find(({ rule }) => NAG.test(rule))?.reason;
  return reason === undefined && general !== undefined
    ? { reason: general, unexplained: 'the reason was given for every wildcard of the policy, not for this one' }
    : { reason, unexplained: reason === undefined ? 'no reason is given' : undefined };
}

function finds(id: string | undefined, { statement, path }: Wildcard, policy: Resource): boolean {
  if (id === 'AC_SERVICE_ROLE_NOT_ADMIN') {
    return isEverything(statement);
  }
  const check = CHECKS.find(({ rule }) => rule.id === id);
  return check !== undefined && pathsFoundBy(check)(policy).has(path);
}

const pathsFoundBy = memoized((check: Check) => memoized((policy: Resource) => new Set(check.find(policy))));
