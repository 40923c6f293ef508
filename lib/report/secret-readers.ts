import { HOLDERS, policiesOf, roleNamed } from '../template/holders';
import { ANY_NAME, SECRETS_POLICIES, allows, covering, coversArn, listedOfAws, reaching } from '../template/policies';
import type { Resource } from '../template/resource';
import type { Value } from '../template/value';
import type { Reader } from './reader/reader';
import { documentsOf, possibleStatements, principalsOf } from './reader/statements';
import { heldByOthers, looseIn } from './roles';

const READ = ['secretsmanager:GetSecretValue'];
const READ_PARAMETER = ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'];

/** policies of AWS that read every secret of an account */
const READS_ALL = [...SECRETS_POLICIES, 'AdministratorAccess', 'PowerUserAccess'];

/** what a reader is called whose right is known only at deployment */
const PERHAPS = 'perhaps: known only at deployment';

const SECRET = 'AWS::SecretsManager::Secret';

/** Something that reads a secret. */
export interface Use {
  /** the secret as it is written; undefined if no secret is named */
  readonly secret?: Value;
  readonly of?: Resource;
  readonly by: 'readBy' | 'credentialProviders' | 'putInto';
  /** by its name if the app does not make it */
  readonly user: Resource | string;
  /** more about the user */
  readonly where?: string;
  /** for what names no resource of the app */
  readonly covers?: (secret: Resource) => boolean;
}

/** Somebody who holds policies. */
interface Holder {
  readonly user: Resource | string;
  readonly policies: Resource[];
  /** what of AWS reads every secret */
  readonly ofAws?: Value[];
}

type Read = Pick<Use, 'secret' | 'of' | 'where' | 'covers'>;

/** Who has policies of a stack that reach a secret or a parameter, whether the app makes them or not. */
export function holdersThatRead(stack: Reader): Use[] {
  return [...own(stack), ...foreign(stack), ...loose(stack)].flatMap((holder) => usesOf(holder));
}

function own(stack: Reader): Holder[] {
  return stack.resourcesOf(...HOLDERS).map((user) => ({
    user,
    policies: policiesOf(user),
    ofAws: listedOfAws(user, READS_ALL),
  }));
}

function foreign(stack: Reader): Holder[] {
  return [...heldByOthers(stack)].map(([name, policies]) => ({ user: `${name} (not made by this app)`, policies }));
}

function loose(stack: Reader): Holder[] {
  return looseIn(stack).map((policy) => ({ user: `whoever holds ${stack.nameOf(policy)}`, policies: [policy] }));
}

function usesOf({ user, policies, ofAws = [] }: Holder): Use[] {
  const statements = policies.flatMap(documentsOf).flatMap(possibleStatements);
  const isForbidden = statements.some(({ statement, isCertain }) => isCertain && forbids(statement));
  const reads = statements.flatMap(({ statement, isCertain }) => [
    ...(isForbidden ? [] : secretsOf(statement, isCertain)),
    ...parametersOf(statement),
  ]);
  const byAws = isForbidden ? [] : ofAws.map(({ text = '' }) => text.slice(text.lastIndexOf('/') + 1));
  const all = byAws.map((name) => ({ where: ` (by ${name})`, covers: () => true }));
  return [...reads, ...all].map((read) => ({ ...read, by: 'readBy' as const, user }));
}

/** a deny without a condition wins over every allow */
function forbids(statement: Value): boolean {
  const isEverywhere = statement.get('Resource').items.some((resource) => resource.is('*'));
  const isDeny = statement.get('Effect').is('Deny') && statement.get('Condition').empty;
  return isDeny && isEverywhere && covering(statement, READ).length > 0;
}

function secretsOf(statement: Value, isCertain: boolean): Read[] {
  if (statement.parts !== undefined) {
    return [{ where: ` (${PERHAPS})`, covers: () => true }];
  }
  const isPossible = statement.get('Effect').unknown || statement.get('Action').items.some(({ unknown }) => unknown);
  const isRead = covering(statement, READ).length > 0;
  if (statement.get('Effect').is('Deny') || !(isRead || isPossible)) {
    return [];
  }
  return resourcesOf(statement).map(({ arn, isOnly }) => ({
    secret: arn,
    of: secretNamed(arn),
    where: whereOf(statement, isCertain && isOnly && isRead && allows(statement)),
    covers: (secret) => covers(statement, arn, secret),
  }));
}

function whereOf(statement: Value, isCertain: boolean): string | undefined {
  const conditions = statement.get('Condition').empty ? undefined : ' (under conditions)';
  return isCertain ? conditions : ` (${PERHAPS})`;
}

/** what is known only at deployment counts, unless it is surely something else */
function resourcesOf(statement: Value): { readonly arn: Value; readonly isOnly: boolean }[] {
  const excluded = statement.get('NotResource');
  const named = statement.get('Resource').items.flatMap(({ alternatives }) =>
    alternatives
      .flatMap(({ items }) => items)
      .filter((arn) => coversArn(arn, 'secretsmanager', [`secret:${ANY_NAME}`]) || isSecret(arn))
      .map((arn) => ({ arn, isOnly: alternatives.length === 1 })),
  );
  const reachesOthers = reaching(statement, 'secretsmanager', [`secret:${ANY_NAME}`]).includes(excluded);
  return reachesOthers ? [...named, { arn: excluded, isOnly: true }] : named;
}

function isSecret(arn: Value): boolean {
  const service = /^arn:[^:]*:([^:]*):/.exec(arn.text ?? '')?.[1];
  return arn.resource === undefined
    ? service === undefined || service === 'secretsmanager'
    : secretNamed(arn)?.type === SECRET;
}

/** The secret of the app that an ARN is about; an attachment of a secret to a database stands for it. */
function secretNamed({ resource }: Value): Resource | undefined {
  return resource?.type === 'AWS::SecretsManager::SecretTargetAttachment'
    ? secretNamed(resource.get('SecretId'))
    : resource;
}

function parametersOf(statement: Value): Read[] {
  return !allows(statement) || covering(statement, READ_PARAMETER).length === 0
    ? []
    : statement
        .get('Resource')
        .items.filter(({ text = '' }) => text.includes(':ssm:'))
        .map((arn) => ({ secret: arn, of: arn.resource, where: whereOf(statement, true) }));
}

/** a pattern covers also secrets that it does not name */
function covers(statement: Value, arn: Value, secret: Resource): boolean {
  const name = secret.get('Name').literal;
  const names = [`secret:${name === undefined ? '' : `${name}-`}${ANY_NAME}`];
  return arn === statement.get('NotResource')
    ? reaching(statement, 'secretsmanager', names).includes(arn)
    : coversArn(arn, 'secretsmanager', names);
}

/** Whom the policies of secrets let read them: roles and accounts of others, as a rule. */
export function letInBySecrets(stack: Reader): Use[] {
  return stack.resourcesOf('AWS::SecretsManager::ResourcePolicy').flatMap((policy) => {
    const secret = policy.get('SecretId');
    return possibleStatements(policy.get('ResourcePolicy')).flatMap(({ statement, isCertain }) =>
      readersIn(statement, policy, stack).map((user) => ({
        secret,
        of: secretNamed(secret),
        by: 'readBy' as const,
        user,
        where: conditionsOf(statement, isCertain),
      })),
    );
  });
}

function readersIn(statement: Value, policy: Resource, stack: Reader): (Resource | string)[] {
  if (statement.parts !== undefined) {
    return ['somebody'];
  }
  if (!allows(statement) || covering(statement, READ).length === 0) {
    return [];
  }
  const named = statement.get('Principal', 'AWS').items.map((arn) => ({ arn, role: roleNamed(arn, policy) }));
  const roles = named.flatMap(({ role }) => role ?? []);
  const ofRoles = named.filter(({ role }) => role !== undefined).map(({ arn }) => stack.text(arn));
  return [...roles, ...principalsOf(statement, stack).filter((principal) => !ofRoles.includes(principal))];
}

function conditionsOf(statement: Value, isCertain: boolean): string {
  const conditions = statement.get('Condition').empty ? '' : ', under conditions';
  return isCertain && statement.parts === undefined
    ? ` (by the policy of the secret${conditions})`
    : ` (${PERHAPS}, by the policy of the secret)`;
}
