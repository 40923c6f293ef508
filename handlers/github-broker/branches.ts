import { isProtected, PIPELINE_FILES } from '../../lib/contract/pipeline-files';
import { BrokerError } from '../shared/errors';
import { isObject, objectOf } from '../shared/json';
import { picked } from './fields';
import type { Result } from './plain-tool';
import type { Session } from './session';

export async function createBranch(session: Session): Promise<Result> {
  const { row, values } = session;
  const from = values.from_branch ?? (await lookUpDefaultBranch(session));
  const sha = await headOf(session, 'from', from as string);
  const answer = await session.send('create', { body: { ref: `refs/heads/${String(values.branch)}`, sha } });
  return picked(objectOf(answer.text), row.fields);
}

export async function deleteBranch(session: Session): Promise<Result> {
  await session.send('delete', { path: { ref: `heads/${String(session.values.branch)}` } });
  return { deleted: true };
}

/** A push to the default branch is a merge that nobody reviewed. */
export async function refuseDefaultBranch(session: Session): Promise<void> {
  if (session.allowDefaultBranch) {
    return;
  }
  // only an administrator can change which one it is, so that it may be known from before
  if (session.values.branch === (await session.defaultBranch(() => lookUpDefaultBranch(session)))) {
    throw new BrokerError('DefaultBranchProtected');
  }
}

/** Files that decide what pipelines run, and those that the platform team added. */
export function refuseProtectedFiles({ protectedPaths }: Session, paths: readonly string[]): void {
  const names = [...PIPELINE_FILES, ...protectedPaths];
  if (paths.some((path) => isProtected(path, names))) {
    throw new BrokerError('PipelineFileProtected');
  }
}

async function lookUpDefaultBranch(session: Session): Promise<string> {
  return textOf(objectOf((await session.send('repository')).text).default_branch);
}

/** The SHA of the commit that a branch is at. */
export async function headOf(session: Session, step: string, branch: string): Promise<string> {
  const { object } = objectOf((await session.send(step, { path: { ref: `heads/${branch}` } })).text);
  return textOf(isObject(object) ? object.sha : undefined);
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new BrokerError('MalformedResponse');
  }
  return value;
}
