import { statementsIn } from '../../template/policies';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';

/** The policy documents of a policy, or the inline ones of a role, user or group. */
export function documentsOf(resource: Resource): Value[] {
  const documents = [
    ...resource.get('Policies').items.map((policy) => policy.get('PolicyDocument')),
    resource.get('PolicyDocument'),
  ];
  return documents.filter(({ absent }) => !absent);
}

/** A statement, and whether a condition of the template decides about it. */
export interface Possible {
  readonly statement: Value;
  readonly isCertain: boolean;
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
