import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import type { JobRequest } from '../contract';
import { repositoryOf } from '../repository/address';
import { CheckoutError, checkOut } from '../repository/checkout';
import { Git, GitError } from '../repository/git';
import type { Places } from '../shared/workspace';
import { JobFailure } from './errors';
import type { RunningJob } from './running-job';

/** Where a new job works. Nothing is made yet. */
export function directoryOf({ repository }: Pick<JobRequest, 'repository'>, places: Places): string {
  if (repository === undefined) {
    return places.work;
  }
  const directory = path.join(places.root, repositoryOf(repository).folder);
  // what is there is deleted and made anew, so a mistake in reading an address must not lead out of the workspace
  if (!directory.startsWith(path.join(places.root, path.sep)) || directory.startsWith(places.own)) {
    throw new Error(`${directory} is not a place for a repository`);
  }
  return directory;
}

/** Makes the directory of a job: an empty one, or the repository on its branch. */
export async function prepareDirectory(job: RunningJob, environment: Record<string, string>): Promise<void> {
  const {
    request,
    record: { directory },
  } = job;
  if (request.repository === undefined) {
    mkdirSync(directory, { recursive: true });
    return;
  }
  const { url } = repositoryOf(request.repository);
  job.emit({ type: 'step', name: 'repository', status: 'started', detail: url });
  try {
    const branch = request.branch === undefined ? {} : { branch: request.branch };
    const { detail, notices } = await checkOut(new Git(environment, job.signal), { url, directory, ...branch });
    notices.forEach(({ code, message }) => job.notice(code, message));
    job.emit({ type: 'step', name: 'repository', status: 'done', detail });
  } catch (error) {
    job.signal.throwIfAborted();
    throw new JobFailure('RepositoryUnavailable', messageOf(error));
  }
}

function messageOf(error: unknown): string {
  if (error instanceof CheckoutError) {
    return error.message;
  }
  if (error instanceof GitError) {
    const said = error.said.trim().split('\n').slice(-5).join(' ');
    return `${error.message}: ${said || 'git gave no reason'}`;
  }
  const { code } = error as { code?: unknown };
  return code === 'ENOENT' ? 'the image has no git' : `the workspace cannot be used (${String(code)})`;
}
