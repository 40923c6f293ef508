import { existsSync } from 'node:fs';
import type { CliName, JobRecord } from '../contract';
import { SessionError } from '../shared/problem';

/** The job, if its conversation can go on. */
export function goesOn(record: JobRecord, agent: CliName): JobRecord & { readonly conversation: string } {
  const { id, conversation } = record;
  const why = obstacle(record, agent);
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

function obstacle({ cli, conversation, directory }: JobRecord, agent: CliName): string | undefined {
  if (cli !== agent) {
    return `is one of ${cli}`;
  }
  if (conversation === null) {
    return 'has no conversation: it ended before the agent began one';
  }
  return existsSync(directory) ? undefined : 'worked in a directory that is gone';
}
