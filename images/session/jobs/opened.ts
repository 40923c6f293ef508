import type { JobRecord } from '../contract';
import { causeOf } from '../shared/log';
import { SessionError } from '../shared/problem';
import { Places, findWorkspace } from '../shared/workspace';
import { EventLog } from '../journal/event-log';
import { Journal } from '../journal/journal';

/** A workspace in use. */
export interface Opened {
  readonly places: Places;
  readonly journal: Journal;
  readonly persistent: boolean;
}

/** Finds the workspace and makes room for the journal. */
export function opened(environment: NodeJS.ProcessEnv): Opened {
  try {
    const { root, persistent } = findWorkspace(environment);
    const places = new Places(root);
    return { places, journal: new Journal(places.jobs), persistent };
  } catch (error) {
    throw notWritable(error);
  }
}

/** Writes the record of a new job down, and begins its events. */
export async function logFor(record: JobRecord, journal: Journal): Promise<EventLog> {
  try {
    journal.create(record.id);
    await journal.save(record);
    return await EventLog.create(journal.eventsOf(record.id));
  } catch (error) {
    // else it would be listed as a job that cannot be read
    await journal.remove(record.id);
    throw notWritable(error);
  }
}

function notWritable(error: unknown): SessionError {
  return new SessionError('WorkspaceUnavailable', {
    what: 'the workspace cannot be written',
    got: causeOf(error),
    allowed: 'a mounted and writable workspace with space left',
    fix: 'look at the storage of the session; ENOSPC means that it is full',
  });
}
