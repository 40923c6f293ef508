import type { Assembly } from './assembly';
import type { Resource } from './template-resource';
import type { Value } from './template-value';
import { UNKNOWN } from './template-value';

/** with the end that partitions differ in, which may be known only at deployment */
const SERVICE = new RegExp(`^bedrock-agentcore\\.(amazonaws\\.com(\\.cn)?|${UNKNOWN})$`);

/** principals that hold policies of their own */
const PRINCIPALS = ['AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group'];

/** The resource types that hold statements about what somebody may do. */
export const POLICIES = [
  ...PRINCIPALS,
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::UserPolicy',
  'AWS::IAM::GroupPolicy',
];

/** The statements of the identity policies that a resource holds. */
export function statementsOf(resource: Resource): Value[] {
  const documents = PRINCIPALS.includes(resource.type)
    ? resource.get('Policies').items.map((policy) => policy.get('PolicyDocument'))
    : [resource.get('PolicyDocument')];
  return documents.flatMap((document) => document.get('Statement').items);
}

export function allows(statement: Value): boolean {
  return statement.get('Effect').is('Allow');
}

/** What of a statement covers one of some actions: patterns in Action, or a NotAction that leaves one of them. */
export function covering(statement: Value, actions: string[]): Value[] {
  const wanted = actions.map((action) => action.toLowerCase());
  const covered = statement.get('Action').items.filter(({ text = '' }) => {
    const pattern = text.toLowerCase();
    return wanted.some((action) => matches(pattern, action));
  });
  const excluded = statement.get('NotAction');
  const covers = ({ text = '' }: Value, action: string): boolean => matches(text.toLowerCase(), action);
  return wanted.some((action) => leaves(excluded, (pattern) => covers(pattern, action)))
    ? [...covered, excluded]
    : covered;
}

/** What of a statement covers the ARN of a resource with any name: in Resource, or a NotResource that leaves it. */
export function reaching(statement: Value, service: string, names: string[]): Value[] {
  const excluded = statement.get('NotResource');
  return [
    ...statement.get('Resource').items.filter((arn) => names.some((name) => admits(arn, service, name))),
    ...(names.some((name) => leaves(excluded, (arn) => admits(arn, service, name))) ? [excluded] : []),
  ];
}

/** whether an exclusion is there and surely excludes something else */
function leaves(excluded: Value, excludes: (pattern: Value) => boolean): boolean {
  return !excluded.absent && excluded.items.every((pattern) => !pattern.unknown && !excludes(pattern));
}

const SOME_LETTER = '\uFFFE';
/** Stands for any name in an ARN, with a dash in it, as the service makes them; only a wildcard matches it. */
export const ANY_NAME = `${SOME_LETTER.repeat(8)}-${SOME_LETTER.repeat(10)}`;

/** whether a resource of a statement, which may be unknown in part, covers the ARN of a resource with any name. */
function admits(resource: Value, service: string, name: string): boolean {
  const pattern = resource.text;
  if (pattern === undefined) {
    return false;
  }
  const parts = pattern.split(':');
  // a star at the end stands for the parts that are not written
  const [, , ofService, , , ...rest] = pattern.endsWith('*')
    ? [...parts, ...Array<string>(6 - Math.min(6, parts.length)).fill('*')]
    : parts;
  return rest.length > 0 && matches(ofService, service) && matches(rest.join(':'), name);
}

/** Who holds which policy, as far as the app tells; a role holds policies of its own. */
interface Holders {
  readonly roles: Map<Resource, Resource[]>;
  readonly statements: Map<Resource, Value[]>;
}

const HOLDERS = new WeakMap<Assembly, Holders>();

/** The roles that a policy is attached to. */
export function rolesOf(policy: Resource): Resource[] {
  return holdersIn(policy.template.assembly).roles.get(policy) ?? [];
}

/** Every statement about what a role may do. */
export function statementsFor(role: Resource): Value[] {
  return holdersIn(role.template.assembly).statements.get(role) ?? [];
}

function holdersIn(assembly: Assembly): Holders {
  const known = HOLDERS.get(assembly);
  if (known !== undefined) {
    return known;
  }
  const found: Holders = { roles: new Map(), statements: new Map() };
  for (const role of assembly.resourcesOf('AWS::IAM::Role')) {
    const attached = role.get('ManagedPolicyArns').items.map(({ resource }) => resource);
    [role, ...attached].filter((policy) => policy !== undefined).forEach((policy) => hold(found, policy, role));
  }
  for (const policy of assembly.resourcesOf(...POLICIES)) {
    const named = [...policy.get('Roles').items, ...policy.get('RoleName').items].map(({ resource }) => resource);
    named.filter((role) => role !== undefined).forEach((role) => hold(found, policy, role));
  }
  HOLDERS.set(assembly, found);
  return found;
}

function hold({ roles, statements }: Holders, policy: Resource, role: Resource): void {
  roles.set(policy, [...(roles.get(policy) ?? []), role]);
  statements.set(role, [...(statements.get(role) ?? []), ...statementsOf(policy)]);
}

/** The statements by which AgentCore may assume a role. */
export function trustInAgentCore(role: Resource): Value[] {
  return role
    .get('AssumeRolePolicyDocument', 'Statement')
    .items.filter(allows)
    .filter((statement) => statement.get('Principal', 'Service').items.some(({ text = '' }) => SERVICE.test(text)));
}

/** The role with which a resource acts, if the app has it. */
export function roleOf(resource: Resource): Resource | undefined {
  const arn = resource.type.endsWith('::Harness') || resource.type.endsWith('Custom') ? 'ExecutionRoleArn' : 'RoleArn';
  const role = resource.get(arn).resource;
  return role?.type === 'AWS::IAM::Role' ? role : undefined;
}

const PATTERNS = new Map<string, RegExp>();
const OPEN = new RegExp(`[*?${UNKNOWN}]`);

/** IAM's wildcards; what is known only at deployment is one name or a part of one */
function matches(pattern: string, text: string): boolean {
  if (!OPEN.test(pattern)) {
    return pattern === text;
  }
  let compiled = PATTERNS.get(pattern);
  if (compiled === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    compiled = new RegExp(`^${source.replaceAll(UNKNOWN, `[^:/${SOME_LETTER}]+`)}$`, 's');
    PATTERNS.set(pattern, compiled);
  }
  return compiled.test(text);
}
