import type { JobRecord, JobResult } from '../contract';
import { causeOf, log, warn } from '../shared/log';
import { addEvent, repaired, resultOf } from '../journal/event-file';
import type { Journal } from '../journal/journal';
import { endLeft } from './orphans';
import { isTime } from '../journal/record';

/**
 * Writes down, once, how a job ended whose microVM or server ended. It counts as done only if its result had been
 * written. Where nothing can be written, it is told all the same, and written at the next question.
 */
export async function settled(record: JobRecord, journal: Journal): Promise<JobRecord> {
  const file = journal.eventsOf(record.id);
  // where only the server ended, the agent may have gone on
  const orphans = await endLeft(new Set([record.id]));
  const last = await repaired(file).catch(() => undefined);
  const written = resultOf(last);
  // the agent can write there too
  const endedAt = last !== undefined && isTime(last.at) ? last.at : record.startedAt;
  const result = written ?? interrupted(record, endedAt);
  const { status, conversation } = result;
  const ended: JobRecord = { ...record, status, endedAt, result, conversation: conversation ?? record.conversation };
  try {
    if (written === undefined) {
      await addEvent(file, (last?.id ?? 0) + 1, new Date(), { type: 'result', result });
    }
    await journal.save(ended);
    log('job.settled', { job: record.id, status, orphans });
  } catch (error) {
    warn('journal.lost', { job: record.id, cause: causeOf(error) });
  }
  return ended;
}

function interrupted({ startedAt, conversation }: JobRecord, endedAt: string): JobResult {
  return {
    status: 'interrupted',
    errorCode: 'Interrupted',
    message: 'the microVM or the server of the job ended while it ran',
    text: null,
    exitCode: null,
    durationMs: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)),
    turns: null,
    tokens: null,
    dollars: null,
    dollarsFrom: null,
    conversation,
    tests: null,
  };
}
