import { roleNamed } from '../../template/holders';
import { allows, covering } from '../../template/policies';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';
import { possibleStatements } from './policies';
import type { Reader } from '../../report/reader/reader';
import { PERHAPS, READ, secretNamed } from '../../report/secret-readers';
import type { Use } from '../../report/secrets';
import { principalsOf } from '../../report/reader/statements';

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
