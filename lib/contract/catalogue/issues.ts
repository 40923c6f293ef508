import { DIRECTION, formed, line, list, oneOf, optional, PAGES, text, whole } from './arguments';
import { read, tool, write } from './tool';
import type { ToolRow } from './tool';

const ISSUES = '/repos/{owner}/{repo}/issues';
const ONE = { issue_number: whole('Number of the issue') };
const LABEL = line('Name of a label');
const BRIEF = ['number', 'title', 'state', 'url=html_url'];
const ISSUE = [
  ...BRIEF,
  'state_reason',
  'user=user.login',
  'labels=labels.name',
  'assignees=assignees.login',
  'milestone=milestone.title',
  'comments',
  'created_at',
  'updated_at',
  'closed_at',
  'body',
];
export const COMMENT = ['id', 'user=user.login', 'created_at', 'updated_at', 'url=html_url', 'body'];

/** Reading and writing issues. */
export const ISSUE_TOOLS: readonly ToolRow[] = [
  tool({
    name: 'get_issue',
    toolset: 'issues',
    description: 'Gets an issue: title, body, state, labels, assignees.',
    requests: `GET ${ISSUES}/{issue_number}`,
    permission: read('issues'),
    path: ONE,
    fields: ISSUE,
  }),
  tool({
    name: 'get_issue_comments',
    toolset: 'issues',
    description: 'Gets the comments of an issue, oldest first.',
    requests: `GET ${ISSUES}/{issue_number}/comments`,
    permission: read('issues'),
    path: ONE,
    query: {
      since: optional(formed('date', 'Only updated from this time on, such as 2026-01-31T00:00:00Z')),
      ...PAGES,
    },
    fields: COMMENT,
  }),
  tool({
    name: 'list_issues',
    toolset: 'issues',
    description: 'Lists issues of a repository, without pull requests: a page can hold fewer than asked for.',
    requests: `GET ${ISSUES}`,
    permission: read('issues'),
    query: {
      state: optional(oneOf('State. Default: open', ['open', 'closed', 'all'])),
      labels: optional(list('Only issues with all of these labels', LABEL, 20)),
      assignee: optional(formed('login', 'Only issues assigned to this user')),
      creator: optional(formed('login', 'Only issues of this user')),
      since: optional(formed('date', 'Only updated from this time on, such as 2026-01-31T00:00:00Z')),
      sort: optional(oneOf('Sorted by', ['created', 'updated', 'comments'])),
      direction: DIRECTION,
      ...PAGES,
    },
    // GitHub lists pull requests as issues
    without: 'pull_request',
    fields: ISSUE,
  }),
  tool({
    name: 'create_issue',
    toolset: 'issues',
    description: 'Creates an issue.',
    requests: `POST ${ISSUES}`,
    permission: write('issues'),
    body: {
      title: line('Title'),
      body: optional(text('Text, in Markdown')),
      labels: optional(list('Labels', LABEL, 20)),
      assignees: optional(list('Users to assign', formed('login', 'Login of a user'), 10)),
      milestone: optional(whole('Number of a milestone')),
    },
    fields: BRIEF,
  }),
  tool({
    name: 'add_issue_comment',
    toolset: 'issues',
    description: 'Adds a comment to an issue. For a pull request use add_pull_request_comment.',
    requests: `POST ${ISSUES}/{issue_number}/comments`,
    permission: write('issues'),
    path: ONE,
    body: { body: text('Text, in Markdown') },
    fields: ['id', 'url=html_url'],
  }),
  tool({
    name: 'add_issue_labels',
    toolset: 'issues',
    description: 'Adds labels to an issue; those it has stay. Returns all labels of the issue.',
    requests: `POST ${ISSUES}/{issue_number}/labels`,
    permission: write('issues'),
    path: ONE,
    body: { labels: list('Labels to add', LABEL, 20) },
    fields: ['name'],
  }),
];
