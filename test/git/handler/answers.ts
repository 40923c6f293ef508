/* Short answers in GitHub's form, by route. The real ones are larger: those of the description are used elsewhere. */

const USER = { login: 'octocat', id: 1 };
const SHA = 'a'.repeat(40);
const ISSUE = {
  number: 7,
  title: 'It breaks',
  state: 'open',
  user: USER,
  labels: [{ name: 'bug' }, { name: 'p1' }],
  assignees: [],
  body: 'How it breaks',
  html_url: 'https://github.com/octo-org/hello.world/issues/7',
  repository_url: 'https://api.github.com/repos/octo-org/hello.world',
  node_id: 'never shown',
};
const PULL = {
  ...ISSUE,
  draft: false,
  head: { ref: 'feature', sha: SHA },
  base: { ref: 'main' },
  requested_reviewers: [USER],
  mergeable: true,
};
const COMMENT = { id: 9, user: USER, body: 'A comment', html_url: 'https://github.com/c/9' };
const COMMIT = { sha: 'b'.repeat(40), html_url: 'https://github.com/commit/b' };
const FILE = { type: 'file', encoding: 'base64', path: 'src/a.ts', sha: SHA, size: 12 };
const REPO = '/repos/{owner}/{repo}';

export const ANSWERS: Readonly<Record<string, unknown>> = {
  [`GET ${REPO}`]: { full_name: 'octo-org/hello.world', default_branch: 'main', topics: [], node_id: 'never shown' },
  [`GET ${REPO}/issues`]: [ISSUE, { ...ISSUE, number: 8, pull_request: { url: 'x' } }],
  [`GET ${REPO}/issues/{issue_number}`]: ISSUE,
  [`GET ${REPO}/issues/{issue_number}/comments`]: [COMMENT],
  [`POST ${REPO}/issues`]: ISSUE,
  [`POST ${REPO}/issues/{issue_number}/comments`]: COMMENT,
  [`POST ${REPO}/issues/{issue_number}/labels`]: [{ name: 'bug', color: 'f00' }],
  [`GET ${REPO}/pulls`]: [PULL],
  [`GET ${REPO}/pulls/{pull_number}`]: PULL,
  [`GET ${REPO}/pulls/{pull_number}/files`]: [{ filename: 'a.ts', status: 'modified', patch: '@@ -1 +1 @@' }],
  [`GET ${REPO}/pulls/{pull_number}/comments`]: [{ ...COMMENT, path: 'a.ts', line: 3 }],
  [`POST ${REPO}/pulls`]: PULL,
  [`PATCH ${REPO}/pulls/{pull_number}`]: PULL,
  [`POST ${REPO}/pulls/{pull_number}/comments`]: COMMENT,
  [`GET ${REPO}/pulls/comments/{comment_id}`]: { ...COMMENT, path: 'a.ts', commit_id: SHA },
  [`POST ${REPO}/pulls/{pull_number}/requested_reviewers`]: PULL,
  [`PUT ${REPO}/pulls/{pull_number}/merge`]: { merged: true, sha: SHA, message: 'merged' },
  [`GET ${REPO}/branches`]: [{ name: 'main', commit: { sha: SHA }, protected: true }],
  [`GET ${REPO}/git/ref/{ref}`]: { ref: 'refs/heads/main', object: { sha: SHA } },
  [`POST ${REPO}/git/refs`]: { ref: 'refs/heads/new', object: { sha: SHA } },
  [`PATCH ${REPO}/git/refs/{ref}`]: { ref: 'refs/heads/main', object: { sha: COMMIT.sha } },
  [`GET ${REPO}/git/commits/{commit_sha}`]: { sha: SHA, tree: { sha: 'c'.repeat(40) } },
  [`GET ${REPO}/git/trees/{tree_sha}`]: {
    truncated: false,
    tree: [
      { path: 'run.sh', mode: '100755', type: 'blob', sha: SHA },
      { path: 'a.ts', mode: '100644', type: 'blob', sha: SHA },
      { path: 'src', mode: '040000', type: 'tree', sha: 'e'.repeat(40) },
      { path: 'link', mode: '120000', type: 'blob', sha: SHA },
      { path: 'module', mode: '160000', type: 'commit', sha: SHA },
    ],
  },
  [`POST ${REPO}/git/trees`]: { sha: 'd'.repeat(40) },
  [`POST ${REPO}/git/commits`]: COMMIT,
  [`GET ${REPO}/contents/{path}`]: { ...FILE, content: Buffer.from('one\ntwo\nthree').toString('base64') },
  [`DELETE ${REPO}/contents/{path}`]: { commit: COMMIT },
  [`GET ${REPO}/commits/{ref}/check-runs`]: {
    total_count: 1,
    check_runs: [{ id: 1, name: 'test', status: 'completed', conclusion: 'failure', output: { title: 'red' } }],
  },
  [`GET ${REPO}/check-runs/{check_run_id}/annotations`]: [{ path: 'a.ts', start_line: 1, message: 'wrong' }],
  [`GET ${REPO}/actions/runs`]: { total_count: 1, workflow_runs: [{ id: 5, name: 'ci', head_branch: 'main' }] },
  [`GET ${REPO}/actions/runs/{run_id}`]: { id: 5, name: 'ci', head_branch: 'main' },
  [`GET ${REPO}/actions/runs/{run_id}/jobs`]: {
    total_count: 1,
    jobs: [{ id: 6, name: 'build', steps: [{ number: 1, name: 'npm ci', conclusion: 'success', started_at: 'x' }] }],
  },
  'GET /search/issues': { total_count: 1, items: [ISSUE] },
  'GET /search/code': {
    total_count: 2,
    items: [
      {
        path: 'a.ts',
        repository: { full_name: 'octo-org/hello.world' },
        text_matches: [{ fragment: 'const a' }],
      },
      { path: 'other.ts', repository: { full_name: 'evil/hello.world' } },
    ],
  },
  'GET /search/repositories': { total_count: 1, items: [{ full_name: 'octo-org/hello.world', topics: ['cdk'] }] },
};

const DIFF = 'diff --git a/a.ts b/a.ts\n@@ -1 +1 @@\n-old\n+new\n';

const PATTERNS = Object.keys(ANSWERS)
  .concat(`DELETE ${REPO}/git/refs/{ref}`)
  .map((route) => {
    const pattern = route
      .replace(/[.]/g, '\\.')
      .replace(/\{(path|ref)\}/g, '(?:.*)')
      .replace(/\{\w+\}/g, '[^/]+');
    return { route, pattern: new RegExp(`^${pattern}$`) };
  });

/** The route in the words of the catalogue, and the text to answer with. */
export function answerTo(
  method: string,
  path: string,
  accept: string,
): { route: string; status: number; text: string } {
  const route = PATTERNS.find(({ pattern }) => pattern.test(`${method} ${path}`))?.route;
  if (route === undefined) {
    return { route: `${method} ${path}`, status: 404, text: '{"message":"Not Found"}' };
  }
  if (accept === 'application/vnd.github.diff') {
    return { route, status: 200, text: DIFF };
  }
  if (route.startsWith('DELETE') && route.includes('/git/refs/')) {
    return { route, status: 204, text: '' };
  }
  return { route, status: method === 'POST' ? 201 : 200, text: JSON.stringify(ANSWERS[route]) };
}
