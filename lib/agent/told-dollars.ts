import { factsOf, type RouteKind } from '../contract/agents';
import type { CliName } from '../contract/session';

/** How an agent reaches its model, as far as that is known. */
export interface WayToModel {
  readonly via?: RouteKind;
  readonly model?: string;
}

/**
 * Whether an agent says itself what a job cost. Where it knows no price it would say 0. The constructs ask, and the server of
 * a session does: nothing of CDK here.
 */
export function tellsDollars(name: CliName, { via, model = '' }: WayToModel = {}): boolean {
  const { namesDollars, unpriced } = factsOf(name);
  // an ARN says nothing of the model behind it
  const isUnknown = via !== undefined && unpriced?.includes(via) === true;
  return namesDollars && !isUnknown && !(unpriced !== undefined && /(^|\/)arn:/.test(model));
}
