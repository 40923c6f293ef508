import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { CliName, JobRecord } from '../contract';
import { SessionError } from '../shared/problem';
import type { Scrubber } from '../shared/scrub';

/** It becomes an argument of the CLI: never one that is taken for an option. Kiro's is a directory. */
const CONVERSATION = /^[A-Za-z0-9/][^\p{Cc}]{0,1000}$/u;

/** those of agents are short; what is longer could not be an argument with the rest of the command */
const LONGEST_KEPT = 1000;

/** The job, if its conversation can go on. */
export function goesOn(record: JobRecord, agent: CliName, root: string): JobRecord & { readonly conversation: string } {
  const { id, conversation } = record;
  const why = obstacle(record, agent, root);
  if (conversation === null || why !== undefined) {
    throw new SessionError('ConversationNotFound', {
      what: `this job cannot go on: it ${why}`,
      got: id,
      allowed: `a job of ${agent} in this workspace`,
      fix: 'leave continues away to begin anew',
    });
  }
  return { ...record, conversation };
}

function obstacle({ cli, conversation, directory }: JobRecord, agent: CliName, root: string): string | undefined {
  if (cli !== agent) {
    return `is one of ${cli}`;
  }
  if (conversation === null) {
    return 'has no conversation: it ended before the agent began one';
  }
  // the journal lies where the agent can write
  if (!CONVERSATION.test(conversation)) {
    return 'names its conversation in a form that no agent uses';
  }
  if (!path.resolve(directory).startsWith(path.resolve(root) + path.sep)) {
    return 'worked outside the workspace';
  }
  return existsSync(directory) ? undefined : 'worked in a directory that is gone';
}

/** The id of a conversation as an agent names it; null if it cannot be kept as it is, for half of an id leads nowhere. */
export function keptConversation(id: string | null, scrubber: Scrubber): string | null {
  return id !== null && id.length <= LONGEST_KEPT && scrubber.text(id) === id ? id : null;
}
