import * as fc from 'fast-check';
import type { Resources } from './fixtures/resources';
import { EITHER, ref } from './fixtures/resources';

// Templates of the tests with something else in one place: what is missing, known only at deployment, or made by a macro.

export const MACRO = { 'Fn::Transform': { Name: 'AWS::Include' } };

/** what nothing can be said of */
export const UNKNOWN_VALUES: readonly unknown[] = [
  undefined,
  ref('Parameter'),
  EITHER,
  'text',
  '{{resolve:ssm:/agents/claude/image}}',
  'Bearer {{resolve:secretsmanager:tools}}',
  'https://user:{{resolve:ssm:password}}@example.com',
  { 'Fn::FindInMap': ['Map', ref('Stage'), 'key'] },
  MACRO,
];

/** one of them */
export function unknownValues(): fc.Arbitrary<unknown> {
  return fc.constantFrom(...UNKNOWN_VALUES);
}

/** the paths to everything below the properties of resources */
export function placesIn(resources: Resources): string[][] {
  return Object.keys(resources).flatMap((id) => pathsIn(resources[id].Properties, [id, 'Properties']));
}

/** to everything that is below, but not into functions */
function pathsIn(value: unknown, path: string[]): string[][] {
  return Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([key, below]) =>
    key.startsWith('Fn::') || key === 'Ref' ? [] : [[...path, key], ...pathsIn(below, [...path, key])],
  );
}

/** the resources with a value in a place, or without what is there */
export function withValue(resources: Resources, path: string[], value: unknown): Resources {
  const copy = structuredClone(resources);
  const last = path.at(-1)!;
  const parent = path.slice(0, -1).reduce<any>((below, key) => below[key], copy);
  if (value !== undefined) {
    parent[last] = value;
  } else if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else {
    delete parent[last];
  }
  return copy;
}
