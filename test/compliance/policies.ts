import type { PolicyDocument, Statement } from './deployment';
import type { Deployment } from './deployment';

export interface PlacedStatement {
  readonly path: string;
  readonly type: string;
  readonly statement: Statement;
}

/** Every statement of every policy in the templates: of roles, keys, buckets, endpoints and services. */
export function statementsOf(deployment: Deployment): PlacedStatement[] {
  return deployment
    .resources()
    .flatMap(({ path, type, properties }) =>
      documentsIn(properties).flatMap(({ Statement }) => Statement.map((statement) => ({ path, type, statement }))),
    );
}

function documentsIn(value: unknown): PolicyDocument[] {
  if (typeof value === 'string') {
    // X-Ray takes its policy as text
    return value.startsWith('{"Version"') ? [JSON.parse(value) as PolicyDocument] : [];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return isPolicy(value) ? [value] : Object.values(value).flatMap(documentsIn);
}

/** Cedar has statements too, and so have data protection policies: the one as text, the other without an effect */
function isPolicy(value: object): value is PolicyDocument {
  return 'Statement' in value && Array.isArray(value.Statement) && value.Statement.every((item) => 'Effect' in item);
}

export const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());
