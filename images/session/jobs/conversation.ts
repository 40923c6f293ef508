import type { Scrubber } from '../shared/scrub';

/** those of agents are short; what is longer could not be an argument with the rest of the command */
const LONGEST = 1000;

/** The id of a conversation as an agent names it; null if it cannot be kept as it is, for half of an id leads nowhere. */
export function keptConversation(id: string | null, scrubber: Scrubber): string | null {
  return id !== null && id.length <= LONGEST && scrubber.text(id) === id ? id : null;
}
