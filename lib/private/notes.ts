import type { CfnResource } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type { Problem } from './errors';

/** What this library writes into the metadata of resources begins so; the compliance report reads it. */
export const NOTES = 'cdk-coding-agents:';

/** enough for a sentence that an auditor can judge */
const SHORTEST_REASON = 20;

/** Writes something into the template for whoever reviews it: no resource changes by it. */
export function note(resource: CfnResource, name: string, value: unknown): void {
  resource.addMetadata(`${NOTES}${name}`, value);
}

/** What is wrong with a reason that tells a reviewer nothing; undefined if nothing is. */
export function reasonProblem(reason: string, { what, fix }: Pick<Problem, 'what' | 'fix'>): Problem | undefined {
  if (Token.isUnresolved(reason) || reason.trim().length >= SHORTEST_REASON) {
    return undefined;
  }
  return { what, got: reason, allowed: `at least ${SHORTEST_REASON} characters`, fix };
}
