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
  return 'Statement' in value ? [value as PolicyDocument] : Object.values(value).flatMap(documentsIn);
}

export const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());
