import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { invalid } from './errors';

const made = new WeakMap<Stack, Map<string, IConstruct>>();

/**
 * The one construct of this id that the agents of a stack share; `make` creates it on first use.
 *
 * What somebody else put there under the same id is refused: it would pass for ours, a Deny list for example.
 */
export function oncePerStack<T extends IConstruct>(scope: IConstruct, id: string, make: (stack: Stack) => T): T {
  const stack = Stack.of(scope);
  const ours = made.get(stack) ?? new Map<string, IConstruct>();
  made.set(stack, ours);
  const present = ours.get(id);
  if (present !== undefined) {
    return present as T;
  }
  if (stack.node.tryFindChild(id) !== undefined) {
    throw invalid(scope, 'ReservedId', {
      what: `the construct id '${id}' is taken in stack '${stack.node.path}'`,
      got: id,
      allowed: 'any other id: the library keeps what the agents of a stack share under it',
      fix: 'rename your construct',
    });
  }
  const created = make(stack);
  ours.set(id, created);
  return created;
}
