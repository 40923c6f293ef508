import type { CliRun } from '../contract';
import { Scrubber } from '../shared/scrub';

/** those of agents are short; what is longer could not be an argument with the rest of the command */
const LONGEST_CONVERSATION = 1000;

/** Whether this can be the id of a conversation. It is kept as it is or not at all: half of an id leads nowhere. */
export function isConversation(id: string, { model }: CliRun): boolean {
  if (id.length > LONGEST_CONVERSATION) {
    return false;
  }
  const scrubber = new Scrubber();
  if (model.via === 'provider' || (model.via === 'llmGateway' && model.key !== undefined)) {
    scrubber.add(model.key?.reveal() ?? '');
  }
  return scrubber.text(id) === id;
}
