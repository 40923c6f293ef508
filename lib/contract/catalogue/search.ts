import { formed, oneOf, optional, PAGES } from './arguments';
import { read, tool } from './tool';
import type { ToolRow } from './tool';

const QUERY = {
  query: formed(
    'query',
    "What to look for, in GitHub's search syntax. The repository is added: repo:, org: and user: are refused",
  ),
};
const ORDER = { order: optional(oneOf('Order', ['asc', 'desc'])), ...PAGES };
const FOUND = [
  'number',
  'title',
  'state',
  'user=user.login',
  'labels=labels.name',
  'comments',
  'created_at',
  'updated_at',
  'url=html_url',
];
const SORT = optional(oneOf('Sorted by. Default: best match', ['comments', 'reactions', 'created', 'updated']));

/** Search, in one repository at a time: the token of a call reaches no other. */
export const SEARCH_TOOLS: readonly ToolRow[] = [
  tool({
    name: 'search_issues',
    toolset: 'issues',
    description: 'Searches the issues of a repository.',
    requests: 'GET /search/issues',
    permission: read('issues'),
    own: QUERY,
    query: { sort: SORT, ...ORDER },
    list: 'items',
    fields: FOUND,
  }),
  tool({
    name: 'search_pull_requests',
    toolset: 'pull_requests',
    description: 'Searches the pull requests of a repository.',
    requests: 'GET /search/issues',
    permission: read('pull_requests'),
    own: QUERY,
    query: { sort: SORT, ...ORDER },
    list: 'items',
    fields: FOUND,
  }),
  tool({
    name: 'search_code',
    toolset: 'repos',
    description: 'Searches the code of the default branch of a repository. Returns paths and matching fragments.',
    requests: 'GET /search/code',
    permission: read('contents'),
    own: QUERY,
    query: PAGES,
    accept: 'application/vnd.github.text-match+json',
    list: 'items',
    fields: ['path', 'sha', 'fragments=text_matches.fragment', 'url=html_url'],
  }),
  tool({
    name: 'search_repositories',
    toolset: 'repos',
    description: 'Tells whether a repository matches a query, by its name, description, readme or topics.',
    requests: 'GET /search/repositories',
    permission: read('metadata'),
    own: QUERY,
    query: PAGES,
    list: 'items',
    fields: ['full_name', 'description', 'default_branch', 'language', 'topics', 'url=html_url'],
  }),
];
