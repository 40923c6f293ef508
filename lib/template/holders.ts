import { memoized } from './memoized';
import type { Assembly } from './assembly';
import type { Template } from './template';
import type { Resource } from './resource';
import type { Value } from './value';
import { UNKNOWN } from './value';

/** principals that hold policies of their own */
export const HOLDERS = ['AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group'];

/** the policies that are resources of their own */
export const ATTACHED = [
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::UserPolicy',
  'AWS::IAM::GroupPolicy',
];

/** The resource types that hold statements about what somebody may do. */
export const POLICIES = [...HOLDERS, ...ATTACHED];

const MANAGED = 'AWS::IAM::ManagedPolicy';
const KINDS = [...HOLDERS, MANAGED];

/** where a policy says who holds it */
const ATTACHMENTS: [property: string, type: string][] = ['Role', 'User', 'Group'].flatMap((kind) => [
  [`${kind}s`, `AWS::IAM::${kind}`],
  [`${kind}Name`, `AWS::IAM::${kind}`],
]);

/** Somebody whom a policy names, and who that is if the app has them. */
interface Attachment {
  readonly named: Value;
  readonly holder?: Resource;
}

/** Who a policy says it is for. */
export function attachmentsOf(policy: Resource): Attachment[] {
  return ATTACHMENTS.flatMap(([property, type]) =>
    policy.get(property).items.map((named) => ({ named, holder: resourceNamed(named, type, policy.template) })),
  );
}

/** The managed policy of the app that a holder lists, if the app has it. */
export function managedPolicy(arn: Value, holder: Resource): Resource | undefined {
  return resourceNamed(arn, MANAGED, holder.template);
}

/** The role of the app that a value of a resource names, be it by a reference, its ARN or its name. */
export function roleNamed(arn: Value, { template }: Resource): Resource | undefined {
  return resourceNamed(arn, 'AWS::IAM::Role', template);
}

/** What holds a policy, as far as the app tells; a role, user or group holds policies of its own. */
export function holdersOf(policy: Resource): Resource[] {
  return [...(holdingIn(policy.template.assembly).holders.get(policy) ?? [])];
}

/** What a role, user or group holds: itself for its inline policies, and what is attached from either side. */
export function policiesOf(holder: Resource): Resource[] {
  return [...(holdingIn(holder.template.assembly).policies.get(holder) ?? [])];
}

interface Holding {
  readonly policies: Map<Resource, Set<Resource>>;
  readonly holders: Map<Resource, Set<Resource>>;
}

const holdingIn = memoized((assembly: Assembly): Holding => {
  const found: Holding = { policies: new Map(), holders: new Map() };
  for (const holder of assembly.resourcesOf(...HOLDERS)) {
    hold(found, holder, holder);
    const listed = holder.get('ManagedPolicyArns').items.map((arn) => managedPolicy(arn, holder));
    listed.forEach((policy) => policy !== undefined && hold(found, policy, holder));
  }
  for (const policy of assembly.resourcesOf(...ATTACHED)) {
    attachmentsOf(policy).forEach(({ holder }) => holder !== undefined && hold(found, policy, holder));
  }
  return found;
});

function hold({ policies, holders }: Holding, policy: Resource, holder: Resource): void {
  add(policies, holder, policy);
  add(holders, policy, holder);
}

function add(map: Map<Resource, Set<Resource>>, key: Resource, value: Resource): void {
  const known = map.get(key);
  if (known === undefined) {
    map.set(key, new Set([value]));
  } else {
    known.add(value);
  }
}

function resourceNamed(value: Value, type: string, template: Template): Resource | undefined {
  if (value.resource !== undefined) {
    return value.resource.type === type ? value.resource : undefined;
  }
  const name = nameIn(value.text, type);
  if (name === undefined) {
    return undefined;
  }
  const names = namesIn(template.assembly);
  return names.get(template)?.get(name) ?? names.get(undefined)?.get(name);
}

/** the name at the end of an ARN, or a name alone; policies of AWS are none of the app */
function nameIn(text: string | undefined, type: string): string | undefined {
  const [, account, arn] = /^arn:[^:]*:iam::([^:]*):[a-z]+\/(?:.*\/)?([^/]+)$/.exec(text ?? '') ?? [];
  const name = arn ?? (/[:/]/.test(text ?? ':') ? undefined : text);
  return name === undefined || account === 'aws' || name.includes(UNKNOWN) ? undefined : keyOf(type, name);
}

function keyOf(type: string, name: string): string {
  return `${type} ${name.toLowerCase()}`;
}

/** by type and name; the names of one stack, and those that only one stack has */
type Names = Map<Template | undefined, Map<string, Resource | undefined>>;

const namesIn = memoized((assembly: Assembly): Names => {
  const names: Names = new Map();
  for (const type of KINDS) {
    for (const resource of assembly.resourcesOf(type)) {
      const name = resource.get(`${type.slice('AWS::IAM::'.length)}Name`).literal;
      if (name !== undefined) {
        [undefined, resource.template].forEach((of) => remember(names, of, keyOf(type, name), resource));
      }
    }
  }
  return names;
});

/** what is there twice means neither */
function remember(names: Names, of: Template | undefined, key: string, resource: Resource): void {
  const known = names.get(of) ?? new Map<string, Resource | undefined>();
  known.set(key, known.has(key) ? undefined : resource);
  names.set(of, known);
}
