import { HOLDERS, holdersOf, policiesOf, roleNamed } from './holders';
import { memoized } from './memoized';
import type { Resource } from './resource';
import type { Value } from './value';
import { UNKNOWN } from './value';

/** with the end that partitions differ in, which may be known only at deployment */
const SERVICE = new RegExp(`^bedrock-agentcore\\.(amazonaws\\.com(\\.cn)?|${UNKNOWN})$`);

const SOME_LETTER = '\uFFFE';
/** Stands for any name in an ARN, with a dash in it, as the service makes them; only a wildcard matches it. */
export const ANY_NAME = `${SOME_LETTER.repeat(8)}-${SOME_LETTER.repeat(10)}`;

/** The policies of AWS that read every secret of an account, and nothing else. */
export const SECRETS_POLICIES = ['AWSSecretsManagerClientReadOnlyAccess', 'SecretsManagerReadWrite'];

const OF_AWS = /:iam::aws:policy\/([^/]+)$/;

const PATTERNS = new Map<string, RegExp>();
const OPEN = new RegExp(`[*?${UNKNOWN}]`);

/** operators that let through only what is named; with IfExists a call without the key passes too */
const NAMING = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/i;

/** what a caller may choose, or what is so of nearly every call */
const SAYS_NOTHING =
  /^aws:(calledvia\w*|currenttime|epochtime|multifactorauth\w+|principaltype|referer|requestedregion|securetransport|tokenissuetime|useragent|viaawsservice)$/;

/** whether a key, in lower case, with these values limits what the rule is about */
type Limit = (key: string, values: Value) => boolean;

/** The statements of the identity policies that a resource holds. */
export function statementsOf(resource: Resource): Value[] {
  const documents = HOLDERS.includes(resource.type)
    ? resource.get('Policies').items.map((policy) => policy.get('PolicyDocument'))
    : [resource.get('PolicyDocument')];
  return documents.flatMap(statementsIn);
}

/** The statements of a policy document, which may be JSON in a text. */
export function statementsIn({ document }: Value): readonly Value[] {
  return document.get('Statement').items;
}

/** Every statement about what a role may do. */
export const statementsFor = memoized((role: Resource): Value[] => policiesOf(role).flatMap(statementsOf));

export function allows(statement: Value): boolean {
  return statement.get('Effect').is('Allow');
}

/** What of a statement covers one of some actions: patterns in Action, or a NotAction that leaves one of them. */
export function covering(statement: Value, actions: readonly string[]): Value[] {
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
    ...statement.get('Resource').items.filter((arn) => coversArn(arn, service, names)),
    ...(names.some((name) => leaves(excluded, (arn) => admits(arn, service, name))) ? [excluded] : []),
  ];
}

/** Whether one of the resources of a statement covers an ARN with one of some names. */
export function coversArn(arn: Value, service: string, names: string[]): boolean {
  return names.some((name) => admits(arn, service, name));
}

/** whether an exclusion is there and surely excludes something else */
function leaves(excluded: Value, excludes: (pattern: Value) => boolean): boolean {
  return !excluded.absent && excluded.items.every((pattern) => !pattern.unknown && !excludes(pattern));
}

/** whether a resource of a statement, which may be unknown in part, covers the ARN of a resource with any name. */
function admits(resource: Value, service: string, name: string): boolean {
  const pattern = resource.text;
  // what starts with an unknown ARN, such as `${Runtime.Arn}/*`, is about that one resource
  if (pattern === undefined || pattern.startsWith(UNKNOWN)) {
    return false;
  }
  const parts = pattern.split(':');
  // a star at the end stands for the parts that are not written
  const [, , ofService, , , ...rest] = pattern.endsWith('*')
    ? [...parts, ...Array<string>(6 - Math.min(6, parts.length)).fill('*')]
    : parts;
  return rest.length > 0 && matches(ofService, service) && matches(rest.join(':'), name);
}

/** Whether a pattern with IAM's wildcards covers a text; what is known only at deployment is one name or a part of one */
export function matches(pattern: string, text: string): boolean {
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

/** The roles that a policy is attached to. */
export function rolesOf(policy: Resource): Resource[] {
  return holdersOf(policy).filter(({ type }) => type === 'AWS::IAM::Role');
}

/** The role with which a resource acts, if the app has it. */
export function roleOf(resource: Resource): Resource | undefined {
  const arns = [
    ...['RoleArn', 'ExecutionRoleArn', 'MemoryExecutionRoleArn', 'EvaluationExecutionRoleArn'].map((name) =>
      resource.get(name),
    ),
    resource.get('PermissionsConfiguration', 'CapacityProviderOperatorRoleArn'),
  ];
  const arn = arns.find(({ absent }) => !absent);
  return arn && roleNamed(arn, resource);
}

/** What a role, user or group lists that is one of these policies of AWS, and not of the account. */
export function listedOfAws(holder: Resource, names: string[]): Value[] {
  return holder.get('ManagedPolicyArns').items.filter(({ text = '' }) => names.includes(OF_AWS.exec(text)?.[1] ?? ''));
}

/** The statements by which AgentCore may assume a role. */
export function trustInAgentCore(role: Resource): Value[] {
  return statementsIn(role.get('AssumeRolePolicyDocument'))
    .filter(allows)
    .filter((statement) => statement.get('Principal', 'Service').items.some(({ text = '' }) => SERVICE.test(text)));
}

/** Whether a condition asks for one of some keys by name, or may do so for all that is known. */
export function isLimitedBy(condition: Value, limits: Limit): boolean {
  return (
    condition.unknown ||
    condition.members.some(([operator, keys]) => {
      const asks = keys.unknown || keys.members.some(([key, values]) => limits(key.toLowerCase(), values));
      return operator.startsWith('Fn::') || (NAMING.test(operator) && asks);
    })
  );
}

/** Whether a condition leaves out most of the world, where the principal is everybody. */
export function limitsCallers(condition: Value): boolean {
  const byNetwork = condition.members.some(([operator, { members }]) => {
    const limits = members.some(([, values]) => values.items.every(({ text = UNKNOWN }) => !/\/0$/.test(text)));
    return /^IpAddress$/i.test(operator) && limits;
  });
  const byService = condition.get('Bool', 'aws:PrincipalIsAWSService').is('true');
  return byNetwork || byService || isLimitedBy(condition, (key, values) => !SAYS_NOTHING.test(key) && areNames(values));
}

/** Whether each value, one of which is enough, leaves something out. */
export function areNames(values: Value): boolean {
  return values.items.every(({ text = UNKNOWN }) => !/^[*?]*$/.test(text));
}

/** Whether a statement is about everybody. */
export function isForEverybody(statement: Value): boolean {
  const principal = statement.get('Principal');
  const kinds = principal.members.map(([, values]) => values);
  const named = [principal, ...kinds.flatMap(({ items }) => items)].some((one) => one.is('*'));
  return named || !statement.get('NotPrincipal').absent;
}
