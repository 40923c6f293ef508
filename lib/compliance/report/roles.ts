import type { Resource } from '../../checks/template-resource';
import { reasonFor } from './accepted';
import type { AppView } from './app-view';
import type { Entry, Section } from './facts';
import { entry, sorted, sortedBy } from './facts';
import { ATTACHED, attachedTo, documentsOf, HOLDERS } from './policies';
import type { Reader } from './reader';
import { facts, merged, statementsIn } from './statements';

/** Who may do what: roles, users and groups with all that they hold. */
export function rolesSection(reader: Reader, app: AppView): Section {
  const own = reader.resourcesOf(...HOLDERS).map((holder) => holderEntry(holder, reader, app));
  return {
    id: 'identities',
    title: 'Roles',
    none: 'The stack has no role, user or group.',
    headings: true,
    entries: sortedBy([...own, ...othersOf(reader, app)], ({ name = '' }) => name),
  };
}

function holderEntry(holder: Resource, reader: Reader, app: AppView): Entry {
  const policies = app.policiesOf(holder);
  const managed = holder
    .get('ManagedPolicyArns')
    .items.filter(({ resource }) => !resource || !policies.includes(resource));
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
  return merged(statementsIn(holder.get('AssumeRolePolicyDocument'), reader)).flatMap(
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
  const statements = policies
    .flatMap(documentsOf)
    .flatMap((document) => (document.absent ? [] : statementsIn(document, reader)));
  const wildcards = policies.flatMap((policy) => wildcardsOf(policy, app));
  const unique = new Map(wildcards.map((wildcard) => [JSON.stringify(wildcard), wildcard]));
  return { ...facts(statements), wildcards: sortedBy([...unique], ([key]) => key).map(([, wildcard]) => wildcard) };
}

const WILDCARDS = new WeakMap<AppView, WeakMap<Resource, Entry[]>>();

/** a policy can have many holders */
function wildcardsOf(policy: Resource, app: AppView): Entry[] {
  const known = WILDCARDS.get(app) ?? new WeakMap<Resource, Entry[]>();
  WILDCARDS.set(app, known);
  const wildcards = known.get(policy) ?? findWildcards(policy, app);
  known.set(policy, wildcards);
  return wildcards;
}

function findWildcards(policy: Resource, app: AppView): Entry[] {
  // acknowledgements name things the way they are named in the stack of the policy
  const home = app.readerOf(policy);
  const accepted = app.acceptedIn(policy.template);
  return documentsOf(policy)
    .filter(({ absent }) => !absent)
    .flatMap((document) => statementsIn(document, home))
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) => [
      ...actions.filter(isBroad).map((action) => ['Action', action]),
      ...resources.filter(isBroad).map((resource) => ['Resource', resource]),
    ])
    .map(([kind, name]) => {
      const reason = reasonFor(`${kind}::${name}`, home.nameOf(policy), accepted);
      return entry({ name, reason, unexplained: reason === undefined ? 'no reason is given' : undefined });
    });
}

function isBroad(text: string): boolean {
  return /[*?]|^everything except /.test(text.replace(/\$\{[^}]*\}/g, ''));
}

/** policies of this stack for roles that the app does not make */
function othersOf(reader: Reader, app: AppView): Entry[] {
  const held = new Map<string, Resource[]>();
  for (const policy of reader.resourcesOf(...ATTACHED)) {
    const others = attachedTo(policy).filter(
      ({ resource }) => resource === undefined || !HOLDERS.includes(resource.type),
    );
    for (const name of sorted(others.flatMap((other) => reader.text(other) ?? []))) {
      held.set(name, [...(held.get(name) ?? []), policy]);
    }
  }
  const attached = [...held].map(([name, policies]) =>
    entry({ name, kind: 'role that the app does not make', ...rights(policies, reader, app) }),
  );
  const loose = reader
    .resourcesOf('AWS::IAM::ManagedPolicy')
    .filter((policy) => attachedTo(policy).length === 0 && !app.isHeld(policy))
    .map((policy) =>
      entry({ name: reader.nameOf(policy), kind: 'policy attached to nobody', ...rights([policy], reader, app) }),
    );
  return [...attached, ...loose];
}
