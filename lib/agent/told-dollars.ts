import { factsOf, type RouteKind } from './cli-facts';
import type { CliName } from './session-settings';

/** Where an agent that names dollars elsewhere knows no price: it would say 0. */
const UNPRICED: Partial<Record<CliName, readonly RouteKind[]>> = {
  // the names of a gateway's models mean nothing to it
  opencode: ['llmGateway'],
};

/** Whether an agent says itself what a job cost, on this way to its model. The server asks too: nothing of CDK here. */
export function tellsDollars(name: CliName, route: RouteKind | undefined): boolean {
  return factsOf(name).namesDollars && (route === undefined || UNPRICED[name]?.includes(route) !== true);
}
