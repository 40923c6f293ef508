import type { Assembly } from './assembly';
import type { Resource } from './template-resource';
import type { Value } from './template-value';
import { UNKNOWN } from './template-value';

const SERVICE = 'bedrock-agentcore.amazonaws.com';

/** The resource types that hold statements about what a role may do. */
export const POLICIES = ['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];

/** The statements of the identity policies that a resource holds. */
export function statementsOf(resource: Resource): Value[] {
  const documents =
    resource.type === 'AWS::IAM::Role'
      ? resource.get('Policies').items.map((policy) => policy.get('PolicyDocument'))
      : [resource.get('PolicyDocument')];
  return documents.flatMap((document) => document.get('Statement').items);
}

export function allows(statement: Value): boolean {
  return statement.get('Effect').is('Allow');
}

/** The actions of a statement that, as patterns, cover one of some actions. */
export function covering(statement: Value, actions: string[]): Value[] {
  return statement
    .get('Action')
    .items.filter(({ text = '' }) => actions.some((action) => matches(text.toLowerCase(), action.toLowerCase())));
}

/** Stands for any name in an ARN; only a wildcard matches it. */
export const ANY_NAME = '\uFFFE';

/** Whether a resource of a statement, which may be unknown in part, covers the ARN of a resource with any name. */
export function admits(resource: Value, service: string, name: string): boolean {
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
    .filter((statement) => statement.get('Principal', 'Service').items.some((service) => service.is(SERVICE)));
}

/** The role with which a resource acts, if the app has it. */
export function roleOf(resource: Resource): Resource | undefined {
  const arn = resource.type.endsWith('::Harness') || resource.type.endsWith('Custom') ? 'ExecutionRoleArn' : 'RoleArn';
  const role = resource.get(arn).resource;
  return role?.type === 'AWS::IAM::Role' ? role : undefined;
}

const PATTERNS = new Map<string, RegExp>();

/** IAM's wildcards; what is known only at deployment is one name or a part of one */
function matches(pattern: string, text: string): boolean {
  let compiled = PATTERNS.get(pattern);
  if (compiled === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    compiled = new RegExp(`^${source.replaceAll(UNKNOWN, `[^:/${ANY_NAME}]+`)}$`, 's');
    PATTERNS.set(pattern, compiled);
  }
  return compiled.test(text);
}
