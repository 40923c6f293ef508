import { allows, ANY_NAME, covering, reaching } from '../../checks/policies';
import type { Resource } from '../../checks/template-resource';
import type { Value } from '../../checks/template-value';
import type { AppView } from './app-view';
import { documentsOf } from './policies';
import type { Reader } from './reader';
import type { Use } from './secrets';

const READ = ['secretsmanager:GetSecretValue'];
const READ_PARAMETER = ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'];

/** The roles, users and groups of a stack whose statements reach a secret or a parameter. */
export function rolesThatRead(stack: Reader, app: AppView): Use[] {
  return app.holders
    .filter(([holder]) => holder.template === stack.template)
    .flatMap(([holder, policies]) => {
      const statements = policies.flatMap(documentsOf).flatMap((document) => document.get('Statement').items);
      const isForbidden = statements.some(forbids);
      return statements.filter(allows).flatMap((statement) => {
        const secrets = isForbidden ? [] : secretsOf(statement);
        return [...secrets, ...parametersOf(statement)].map((arn) => ({
          secret: arn,
          of: arn.resource,
          by: 'readBy' as const,
          user: holder,
          where: statement.get('Condition').empty ? undefined : ' (under conditions)',
          covers: (secret: Resource) => covers(statement, arn, secret),
        }));
      });
    });
}

/** a deny without a condition wins over every allow */
function forbids(statement: Value): boolean {
  const isEverywhere = statement.get('Resource').items.some((resource) => resource.is('*'));
  const isDeny = statement.get('Effect').is('Deny') && statement.get('Condition').empty;
  return isDeny && isEverywhere && covering(statement, READ).length > 0;
}

/** what is known only at deployment counts, unless it is surely something else */
function secretsOf(statement: Value): Value[] {
  if (covering(statement, READ).length === 0) {
    return [];
  }
  const reached = reaching(statement, 'secretsmanager', [`secret:${ANY_NAME}`]);
  const named = statement.get('Resource').items.filter((arn) => !reached.includes(arn) && isSecret(arn));
  return [...reached, ...named];
}

function isSecret({ text = '', resource }: Value): boolean {
  const service = /^arn:[^:]*:([^:]*):/.exec(text)?.[1];
  return resource === undefined
    ? service === undefined || service === 'secretsmanager'
    : resource.type === 'AWS::SecretsManager::Secret';
}

function parametersOf(statement: Value): Value[] {
  return covering(statement, READ_PARAMETER).length === 0
    ? []
    : statement.get('Resource').items.filter(({ text = '' }) => text.includes(':ssm:'));
}

/** a pattern covers also secrets that it does not name */
function covers(statement: Value, arn: Value, secret: Resource): boolean {
  const name = secret.get('Name').literal;
  const names = [`secret:${name === undefined ? '' : `${name}-`}${ANY_NAME}`];
  return reaching(statement, 'secretsmanager', names).includes(arn);
}
