import { memoized } from '../../template/memoized';
import { statementsIn } from '../../template/policies';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';
import type { Entry } from './facts';
import { entry, sorted, sortedBy } from './facts';
import type { Reader } from './reader';

const ALL_BUT = 'everything except ';

const KINDS: Record<string, string> = {
  AWS: '',
  CanonicalUser: 'canonical user ',
  Federated: 'federated ',
  Service: 'service ',
};

/** What a policy document says, in a form that does not depend on how it is cut into statements. */
export interface Statement {
  readonly effect: string;
  readonly principals: string[];
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions: string[];
}

/** A statement, and whether a condition of the template decides about it. */
interface Possible {
  readonly statement: Value;
  readonly isCertain: boolean;
}

const readBy = memoized((reader: Reader) => memoized((document: Value) => readAll(document, reader)));

/** The statements of a policy document; one that is known only at deployment is shown as it is written. */
export function readStatements(document: Value, reader: Reader): Statement[] {
  return readBy(reader)(document);
}

/** a document can be JSON in a text, a statement alone, or a list of them */
function readAll({ document }: Value, reader: Reader): Statement[] {
  if (document.parts !== undefined) {
    return [opaque(reader.text(document))];
  }
  const statements = document.get('Statement');
  const alone = statements.absent ? document.items.filter((one) => !one.get('Effect').absent) : [];
  return [...statements.items, ...alone].map((statement) =>
    statement.parts === undefined ? read(statement, reader) : opaque(reader.text(statement)),
  );
}

function opaque(text: string | undefined): Statement {
  return { effect: 'Unknown', principals: [], actions: [], resources: [], conditions: [text ?? ''] };
}

function read(statement: Value, reader: Reader): Statement {
  return {
    effect: reader.text(statement.get('Effect')) ?? 'Unknown',
    principals: principalsOf(statement, reader),
    actions: either(statement, 'Action', reader),
    resources: either(statement, 'Resource', reader),
    conditions: conditionsIn(statement.get('Condition'), reader),
  };
}

/** Whom a statement is about. */
export function principalsOf(statement: Value, reader: Reader): string[] {
  return [
    ...principalsIn(statement.get('Principal'), '', reader),
    ...principalsIn(statement.get('NotPrincipal'), ALL_BUT, reader),
  ];
}

function either(statement: Value, name: string, reader: Reader): string[] {
  return [...sorted(reader.texts(statement.get(name))), ...exceptionsIn(statement, name, reader)];
}

/** What NotAction or NotResource says, as one text. */
export function exceptionsIn(statement: Value, name: string, reader: Reader): string[] {
  const but = sorted(reader.texts(statement.get(`Not${name}`)));
  return but.length > 0 ? [`${ALL_BUT}${but.join(', ')}`] : [];
}

function principalsIn(principal: Value, prefix: string, reader: Reader): string[] {
  if (principal.absent) {
    return [];
  }
  if (principal.parts !== undefined) {
    return [`${prefix}${reader.text(principal)}`];
  }
  return sorted(
    principal.members.flatMap(([kind, who]) => reader.texts(who).map((name) => `${prefix}${KINDS[kind] ?? ''}${name}`)),
  );
}

function conditionsIn(condition: Value, reader: Reader): string[] {
  if (condition.parts !== undefined) {
    return [reader.text(condition) ?? ''];
  }
  return sorted(
    condition.members.flatMap(([operator, keys]) =>
      keys.members.length === 0
        ? [`${operator} ${reader.text(keys)}`]
        : keys.members.map(([key, values]) => `${operator} ${key}: ${sorted(reader.texts(values)).join(', ')}`),
    ),
  );
}

/** Statements about the same resources under the same conditions are one. */
export function merged(statements: Statement[]): Statement[] {
  const bySubject = new Map<string, Statement[]>();
  for (const statement of statements) {
    const subject = subjectOf(statement);
    const same = bySubject.get(subject);
    if (same === undefined) {
      bySubject.set(subject, [statement]);
    } else {
      same.push(statement);
    }
  }
  return sortedBy([...bySubject], ([subject]) => subject).map(([, same]) =>
    same.length === 1 ? same[0] : { ...same[0], actions: sorted(same.flatMap(({ actions }) => actions)) },
  );
}

function subjectOf({ effect, principals, resources, conditions }: Statement): string {
  return JSON.stringify([effect, resources, conditions, principals]);
}

/** Allowed and denied, as facts; what is known only at deployment is neither. */
export function facts(statements: Statement[]): Record<string, Entry[]> {
  const all = merged(statements);
  const of = (effect: string): Entry[] =>
    all
      .filter((statement) => statement.effect === effect)
      .map(({ principals, actions, resources, conditions }) => entry({ principals, actions, resources, conditions }));
  const others = all.filter(({ effect }) => effect !== 'Allow' && effect !== 'Deny');
  return {
    allow: of('Allow'),
    deny: of('Deny'),
    unknown: others.map(({ actions, resources, conditions }) => entry({ actions, resources, conditions })),
  };
}

/** The policy documents of a policy, or the inline ones of a role, user or group. */
export function documentsOf(resource: Resource): Value[] {
  const documents = [
    ...resource.get('Policies').items.map((policy) => policy.get('PolicyDocument')),
    resource.get('PolicyDocument'),
  ];
  return documents.filter(({ absent }) => !absent);
}

/** The statements of a document, those of both branches of a condition too; one that stays unknown is given as it is. */
export function possibleStatements(document: Value): Possible[] {
  const documents = document.document.alternatives;
  return documents.flatMap((one) => {
    const statements = one.document.parts === undefined ? statementsIn(one) : [one.document];
    return statements.flatMap(({ alternatives }) =>
      alternatives
        .flatMap(({ items }) => items)
        .map((statement) => ({ statement, isCertain: documents.length === 1 && alternatives.length === 1 })),
    );
  });
}
