import { objectOf } from '../shared/json';
import { createBranch, deleteBranch, textOf } from './branches';
import { deleteFile, getFileContents, getPullRequestDiff, listDirectory } from './contents';
import { picked } from './fields';
import { plainTool } from './plain-tool';
import type { Result } from './plain-tool';
import { pushFiles } from './push-files';
import { partsOf } from './route';
import { search } from './search';
import type { Session } from './session';

/** GitHub wants to know again where the comment is that is replied to. */
async function replyToComment(session: Session): Promise<Result> {
  const { row, values } = session;
  const comment = objectOf((await session.send('comment', { path: { comment_id: values.commentId } })).text);
  const answer = await session.send('reply', {
    path: partsOf(row, values).path,
    body: {
      body: values.body,
      commit_id: textOf(comment.commit_id),
      path: textOf(comment.path),
      in_reply_to: values.commentId,
    },
  });
  return picked(objectOf(answer.text), row.fields);
}

/** The tools that are more than one request with its answer. */
const OWN: Readonly<Record<string, (session: Session) => Promise<Result>>> = {
  add_reply_to_pull_request_comment: replyToComment,
  create_branch: createBranch,
  delete_branch: deleteBranch,
  delete_file: deleteFile,
  get_file_contents: getFileContents,
  get_pull_request_diff: getPullRequestDiff,
  list_directory: listDirectory,
  push_files: pushFiles,
  search_code: (session) => search(session),
  search_issues: (session) => search(session, 'is:issue'),
  search_pull_requests: (session) => search(session, 'is:pr'),
  search_repositories: (session) => search(session),
};

export function runTool(session: Session): Promise<Result> {
  return (OWN[session.row.name] ?? plainTool)(session);
}
