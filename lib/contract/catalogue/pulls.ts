import { DIRECTION, flag, formed, line, list, oneOf, optional, PAGES, text, whole } from './arguments';
import { COMMENT } from './issues';
import { read, tool, write } from './tool';
import type { ToolRow } from './tool';

const PULLS = '/repos/{owner}/{repo}/pulls';
const PULL = `${PULLS}/{pull_number}`;
const ONE = { pullNumber: { ...whole('Number of the pull request'), as: 'pull_number' } };
const SIDE = ['LEFT', 'RIGHT'];
const BRIEF = ['number', 'title', 'state', 'draft', 'url=html_url'];
const LISTED = [
  ...BRIEF,
  'user=user.login',
  'head=head.ref',
  'head_sha=head.sha',
  'base=base.ref',
  'labels=labels.name',
  'reviewers=requested_reviewers.login',
  'team_reviewers=requested_teams.slug',
  'created_at',
  'updated_at',
  'merged_at',
  'body',
];
const FULL = [
  ...LISTED,
  'merged',
  'mergeable',
  'mergeable_state',
  'commits',
  'additions',
  'deletions',
  'changed_files',
];

/** Reading and writing pull requests. */
export const PULL_REQUEST_TOOLS: readonly ToolRow[] = [
  tool({
    name: 'get_pull_request',
    toolset: 'pull_requests',
    description: 'Gets a pull request: title, body, state, branches, whether it can be merged.',
    requests: `GET ${PULL}`,
    permission: read('pull_requests'),
    path: ONE,
    fields: FULL,
  }),
  tool({
    name: 'list_pull_requests',
    toolset: 'pull_requests',
    description: 'Lists pull requests of a repository.',
    requests: `GET ${PULLS}`,
    permission: read('pull_requests'),
    query: {
      state: optional(oneOf('State. Default: open', ['open', 'closed', 'all'])),
      // GitHub filters by `owner:branch` only
      head: { ...optional(formed('branch', 'Only from this branch of the same repository')), withOwner: true },
      base: optional(formed('branch', 'Only into this branch')),
      sort: optional(oneOf('Sorted by', ['created', 'updated', 'popularity', 'long-running'])),
      direction: DIRECTION,
      ...PAGES,
    },
    fields: LISTED,
  }),
  tool({
    name: 'get_pull_request_files',
    toolset: 'pull_requests',
    description: 'Lists the changed files of a pull request, each with its patch. Large or binary files have none.',
    requests: `GET ${PULL}/files`,
    permission: read('pull_requests'),
    path: ONE,
    query: PAGES,
    fields: ['filename', 'previous_filename', 'status', 'additions', 'deletions', 'patch'],
  }),
  tool({
    name: 'get_pull_request_diff',
    toolset: 'pull_requests',
    description: 'Gets the diff of a pull request as one text. For a large one use get_pull_request_files.',
    requests: `GET ${PULL}`,
    permission: read('pull_requests'),
    path: ONE,
    accept: 'application/vnd.github.diff',
    fields: [],
  }),
  tool({
    name: 'get_pull_request_review_comments',
    toolset: 'pull_requests',
    description: 'Gets the comments on lines of the diff of a pull request, oldest first.',
    requests: `GET ${PULL}/comments`,
    permission: read('pull_requests'),
    path: ONE,
    query: PAGES,
    fields: [...COMMENT, 'in_reply_to_id', 'path', 'line', 'start_line', 'side', 'commit_id'],
  }),
  tool({
    name: 'create_pull_request',
    toolset: 'pull_requests',
    description: 'Creates a pull request between two branches of the repository.',
    requests: `POST ${PULLS}`,
    permission: write('pull_requests'),
    body: {
      title: line('Title'),
      head: formed('branch', 'Branch with the changes'),
      base: formed('branch', 'Branch to merge into'),
      body: optional(text('Text, in Markdown')),
      draft: optional(flag('Whether it is a draft. Default: false')),
    },
    fields: BRIEF,
  }),
  tool({
    name: 'update_pull_request',
    toolset: 'pull_requests',
    description: 'Changes title, text, base branch or state of a pull request.',
    requests: `PATCH ${PULL}`,
    permission: write('pull_requests'),
    path: ONE,
    body: {
      title: optional(line('New title')),
      body: optional(text('New text, in Markdown')),
      state: optional(oneOf('New state', ['open', 'closed'])),
      base: optional(formed('branch', 'New branch to merge into')),
    },
    oneOf: ['title', 'body', 'state', 'base'],
    fields: BRIEF,
  }),
  tool({
    name: 'add_pull_request_comment',
    toolset: 'pull_requests',
    description: 'Adds a comment to the conversation of a pull request.',
    // for a pull request GitHub asks for its permission, not for that of issues
    requests: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    permission: write('pull_requests'),
    path: { pullNumber: { ...ONE.pullNumber, as: 'issue_number' } },
    body: { body: text('Text, in Markdown') },
    fields: ['id', 'url=html_url'],
  }),
  tool({
    name: 'add_pull_request_review_comment',
    toolset: 'pull_requests',
    description: 'Adds a comment on one or several lines of the diff of a pull request.',
    requests: `POST ${PULL}/comments`,
    permission: write('pull_requests'),
    path: ONE,
    body: {
      body: text('Text, in Markdown'),
      commit_id: formed('sha', 'Full SHA of the commit that is commented on, mostly the head of the pull request'),
      path: formed('path', 'Path of the file'),
      line: whole('Line in the file; the last one, for several lines'),
      side: optional(oneOf('Side of the diff. LEFT for deleted lines. Default: RIGHT', SIDE)),
      start_line: optional(whole('First line, for several lines')),
      start_side: optional(oneOf('Side of the diff of the first line', SIDE)),
    },
    fields: ['id', 'url=html_url'],
  }),
  tool({
    name: 'add_reply_to_pull_request_comment',
    toolset: 'pull_requests',
    description: 'Replies to a comment on lines of the diff.',
    // the request for replies is not for GitHub Apps, according to GitHub's description of it
    requests: {
      comment: `GET ${PULLS}/comments/{comment_id}`,
      reply: `POST ${PULL}/comments`,
    },
    permission: write('pull_requests'),
    path: ONE,
    own: { commentId: whole('Id of the comment, the first of its thread') },
    body: { body: text('Text, in Markdown') },
    fields: ['id', 'url=html_url'],
  }),
  tool({
    name: 'request_pull_request_reviewers',
    toolset: 'pull_requests',
    description: 'Asks users or teams to review a pull request.',
    requests: `POST ${PULL}/requested_reviewers`,
    permission: write('pull_requests'),
    path: ONE,
    body: {
      reviewers: optional(list('Users', formed('login', 'Login of a user'), 15)),
      team_reviewers: optional(list('Teams', formed('slug', 'Slug of a team'), 15)),
    },
    oneOf: ['reviewers', 'team_reviewers'],
    fields: [...BRIEF, 'reviewers=requested_reviewers.login', 'team_reviewers=requested_teams.slug'],
  }),
  tool({
    name: 'merge_pull_request',
    toolset: 'pull_requests',
    description: 'Merges a pull request. Rules of the base branch apply.',
    requests: `PUT ${PULL}/merge`,
    // a merge writes commits: GitHub asks for contents, not for pull requests
    permission: write('contents'),
    sensitive: true,
    path: ONE,
    body: {
      commit_title: optional(line('Title of the merge commit')),
      commit_message: optional(text('Further text of the merge commit')),
      sha: optional(formed('sha', 'Full SHA that the head of the pull request must have')),
      merge_method: { ...optional(oneOf('How it is merged', ['merge', 'squash', 'rebase'])) },
    },
    fields: ['merged', 'sha', 'message'],
  }),
];
