import { caller, useLoopback } from './fixture';
import type { Reply } from './loopback';

const use = useLoopback();
const HERE = { owner: 'octo-org', repo: 'hello.world' };
const PUSH = { ...HERE, branch: 'topic', message: 'change' };
const REPOSITORY = '/repos/Octo-Org/Hello.World';
const PROTECTED = {
  code: 'PipelineFileProtected',
  message:
    'a file that decides what pipelines run or who must review, such as those in .github, is not changed here: ' +
    'there is no setting yet that allows it, so ask a person to change it',
};

function next(...replies: Reply[]): void {
  use.loopback.faults.api.push(...replies);
}

function json(value: unknown): Reply {
  return { text: JSON.stringify(value) };
}

function sent() {
  return use.loopback.at('api').map((one) => `${one.method} ${one.path}`);
}

const PIPELINES = [
  '.github',
  '.github/workflows',
  '.github/workflows/ci.yml',
  '.github/actions/build/action.yml',
  '.github/dependabot.yml',
  '.GitHub/Workflows/x',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '.gitmodules',
  '.gitlab-ci.yml',
  '.GITLAB-CI.YML',
  '.circleci/config.yml',
  'Jenkinsfile',
  'buildspec.yml',
  'buildspec-release.yml',
  'services/api/buildspec.yaml',
  'release-buildspec.yml',
  '.codecatalyst/workflows/build.yaml',
  'amplify.yml',
  'apps/web/amplify.yml',
  'apprunner.yaml',
  'appspec.yml',
  'cloudbuild.json',
  'cloudbuild-prod.yaml',
  '.tekton/pull-request.yaml',
  '.ebextensions/01.config',
  'Jenkinsfile.release',
  'ci/Jenkinsfile',
  'atlantis.yaml',
  '.mergify.yml',
];

describe('push_files', () => {
  const files = [
    { path: 'run.sh', content: 'echo' },
    { path: 'src/a.ts', content: 'a' },
    { path: 'new.sh', content: 'new', executable: true },
  ];

  test('makes one commit on top of the branch, and moves the branch without force', async () => {
    const result = await caller(use.loopback)('push_files', { ...PUSH, files });
    expect(result).toEqual({ sha: 'b'.repeat(40), url: 'https://github.com/commit/b', branch: 'topic', files: 3 });
    const at = `${REPOSITORY}/git`;
    expect(sent()).toEqual([
      `GET ${REPOSITORY}`,
      `GET ${at}/ref/heads/topic`,
      `GET ${at}/commits/${'a'.repeat(40)}`,
      `GET ${at}/trees/${'c'.repeat(40)}`,
      `GET ${at}/trees/${'e'.repeat(40)}`,
      `POST ${at}/trees`,
      `POST ${at}/commits`,
      `PATCH ${at}/refs/heads/topic`,
    ]);
    const [tree, commit, move] = use.loopback
      .at('api')
      .slice(-3)
      .map((one) => one.body);
    expect(tree).toEqual({
      base_tree: 'c'.repeat(40),
      tree: [
        // it was executable and stays so
        { path: 'run.sh', content: 'echo', type: 'blob', mode: '100755' },
        { path: 'src/a.ts', content: 'a', type: 'blob', mode: '100644' },
        { path: 'new.sh', content: 'new', type: 'blob', mode: '100755' },
      ],
    });
    expect(commit).toEqual({ message: 'change', tree: 'd'.repeat(40), parents: ['a'.repeat(40)] });
    expect(move).toEqual({ sha: 'b'.repeat(40), force: false });
    expect(use.loopback.mints).toHaveLength(1);
  });

  test('replaces no directory, link or submodule', async () => {
    const push = caller(use.loopback);
    for (const path of ['src', 'link', 'module', 'src/module']) {
      const { error } = await push('push_files', { ...PUSH, files: [files[0], { path, content: '' }] });
      expect([path, error]).toEqual([
        path,
        expect.objectContaining({ code: 'Unprocessable', reasons: ['not_a_file'] }),
      ]);
    }
    expect(sent().filter((one) => !one.startsWith('GET'))).toEqual([]);
  });

  test('puts no file below what is no directory', async () => {
    const push = caller(use.loopback);
    for (const path of ['run.sh/x', 'link/x', 'module/x/y', 'src/link/x']) {
      const { error } = await push('push_files', { ...PUSH, files: [{ path, content: '', executable: true }] });
      const reasons = ['parent_is_not_a_directory'];
      expect([path, error]).toEqual([path, expect.objectContaining({ code: 'Unprocessable', reasons })]);
    }
    expect(sent().filter((one) => !one.startsWith('GET'))).toEqual([]);
  });

  test('reads each directory once, and none that is new', async () => {
    const paths = ['src/a.ts', 'src/b.ts', 'src/src/c.ts', 'new/d.ts', 'new/deep/e.ts', 'f.ts'];
    const event = { ...PUSH, files: paths.map((path) => ({ path, content: '' })) };
    expect((await caller(use.loopback)('push_files', event)).files).toBe(6);
    // the root, src and src/src
    expect(sent().filter((one) => one.startsWith('GET') && one.includes('/trees/'))).toHaveLength(3);
  });

  test.each([
    ['in a directory that GitHub does not list in full', { truncated: true, tree: [] }, 'files in smaller directories'],
    [
      'in more than 100 directories',
      { tree: Array.from({ length: 100 }, (_, i) => ({ path: `d${i}`, mode: '040000', sha: 's' })) },
      'files in fewer directories',
    ],
  ])('%s: refused', async (_, root, expected) => {
    next(json({ default_branch: 'main' }), json({ object: { sha: 'x' } }), json({ tree: { sha: 'y' } }), json(root));
    const many = Array.from({ length: 100 }, (_, i) => ({ path: `d${i}/a`, content: '' }));
    const { error } = await caller(use.loopback)('push_files', { ...PUSH, files: many });
    expect(error).toMatchObject({ code: 'TooLarge', argument: 'files', expected });
  });

  test.each([{}, { tree: [7] }, { tree: [{ path: 'a', mode: '100644' }] }])('a tree that is %j', async (root) => {
    next(json({ default_branch: 'main' }), json({ object: { sha: 'x' } }), json({ tree: { sha: 'y' } }), json(root));
    expect((await caller(use.loopback)('push_files', { ...PUSH, files })).error.code).toBe('MalformedResponse');
  });

  test.each(['infra/main.tf', 'src/Deploy.sh', 'src/x.secret.json'])(
    'refuses %s, which the team added',
    async (path) => {
      const call = caller(use.loopback, { protectedPaths: ['/infra', 'deploy.sh', '*.secret.json'] });
      const { error } = await call('push_files', { ...PUSH, files: [{ path, content: '' }] });
      expect(error).toEqual(PROTECTED);
      expect((await call('push_files', { ...PUSH, files: [{ path: '.tekton/a.yaml', content: '' }] })).error).toEqual(
        PROTECTED,
      );
      expect(use.loopback.seen).toEqual([]);
    },
  );

  test.each(PIPELINES)('refuses %s', async (path) => {
    const { error } = await caller(use.loopback)('push_files', { ...PUSH, files: [files[0], { path, content: '' }] });
    expect(error).toEqual(PROTECTED);
    expect(use.loopback.seen).toEqual([]);
  });

  test.each([
    '.githubs',
    '.github.md',
    'src/.github/a',
    'github/workflows/a.yml',
    'src/Jenkinsfile.ts',
    'CODEOWNERS.md',
    'src/codeowners',
    'src/buildspec.ts',
    'docs/amplify.md',
    'infra/main.tf',
  ])('allows %s', async (path) => {
    const { error } = await caller(use.loopback)('push_files', { ...PUSH, files: [{ path, content: '' }] });
    expect(error).toBeUndefined();
  });

  test.each([
    ['there twice', [files[0], files[0]]],
    [
      'a directory of another',
      [
        { path: 'a/b', content: '' },
        { path: 'a', content: '' },
      ],
    ],
  ])('refuses a path that is %s', async (_, files) => {
    const { error } = await caller(use.loopback)('push_files', { ...PUSH, files });
    expect(error).toMatchObject({ code: 'InvalidRequest', argument: 'files' });
    expect(use.loopback.seen).toEqual([]);
  });

  test('says so when others pushed meanwhile', async () => {
    const moved = { status: 422, text: '{"message":"Update is not a fast forward"}' };
    const answers = [{ default_branch: 'main' }, { object: { sha: 'x' } }, { tree: { sha: 'y' } }, { tree: [] }];
    next(...[...answers, { sha: 'z' }, { sha: 'w' }].map(json), moved);
    const one = [{ path: 'a', content: '', executable: false }];
    const { error } = await caller(use.loopback)('push_files', { ...PUSH, files: one });
    expect(error).toMatchObject({ code: 'Conflict', reasons: ['not_a_fast_forward'] });
  });
});

describe('branches', () => {
  test('a new one starts at the default branch', async () => {
    expect(await caller(use.loopback)('create_branch', { ...HERE, branch: 'new' })).toEqual({
      ref: 'refs/heads/new',
      sha: 'a'.repeat(40),
    });
    expect(sent()).toEqual([
      'GET /repos/Octo-Org/Hello.World',
      'GET /repos/Octo-Org/Hello.World/git/ref/heads/main',
      'POST /repos/Octo-Org/Hello.World/git/refs',
    ]);
    expect(use.loopback.at('api')[2].body).toEqual({ ref: 'refs/heads/new', sha: 'a'.repeat(40) });
  });

  test('or at the one that is named', async () => {
    await caller(use.loopback)('create_branch', { ...HERE, branch: 'new', from_branch: 'release/1' });
    expect(sent()[0]).toBe('GET /repos/Octo-Org/Hello.World/git/ref/heads/release/1');
  });

  test('one is deleted', async () => {
    expect(await caller(use.loopback)('delete_branch', { ...HERE, branch: 'old' })).toEqual({ deleted: true });
    expect(sent()).toEqual(['DELETE /repos/Octo-Org/Hello.World/git/refs/heads/old']);
  });
});

describe('files', () => {
  const file = (content: Buffer, more = {}) =>
    json({
      type: 'file',
      encoding: 'base64',
      path: 'a',
      sha: 's',
      size: 1,
      content: content.toString('base64'),
      ...more,
    });

  test('a text', async () => {
    const result = await caller(use.loopback)('get_file_contents', { ...HERE, path: 'src/a.ts' });
    expect(result).toEqual({ path: 'src/a.ts', sha: 'a'.repeat(40), size: 12, text: 'one\ntwo\nthree' });
  });

  test.each([
    [2, 2, '2-2 of 3', 'two'],
    [2, undefined, '2-3 of 3', 'two\nthree'],
    [undefined, 2, '1-2 of 3', 'one\ntwo'],
    [1, 99, '1-3 of 3', 'one\ntwo\nthree'],
  ])('lines %s to %s', async (start_line, end_line, lines, text) => {
    const range = JSON.parse(JSON.stringify({ start_line, end_line })) as object;
    const result = await caller(use.loopback)('get_file_contents', { ...HERE, path: 'a', ...range });
    expect(result).toMatchObject({ lines, text });
  });

  test('a byte order mark stays', async () => {
    next(file(Buffer.from('\ufeffx')));
    expect((await caller(use.loopback)('get_file_contents', { ...HERE, path: 'a' })).text).toBe('\ufeffx');
  });

  test.each([Buffer.from([0xff, 0xfe, 0x00]), Buffer.from('a\0b')])('what is no text: %j', async (content) => {
    next(file(content));
    const result = await caller(use.loopback)('get_file_contents', { ...HERE, path: 'a' });
    expect(result).toEqual({ path: 'a', sha: 's', size: 1, binary: true });
  });

  test('above 1 MB', async () => {
    next(file(Buffer.from(''), { encoding: 'none', content: '' }));
    expect((await caller(use.loopback)('get_file_contents', { ...HERE, path: 'a' })).error.code).toBe('TooLarge');
  });

  test('a directory is no file, and the other way round', async () => {
    next(json({ type: 'dir', entries: [] }));
    const noFile = await caller(use.loopback)('get_file_contents', { ...HERE, path: 'a' });
    const noDirectory = await caller(use.loopback)('list_directory', { ...HERE, path: 'a' });
    expect(noFile.error).toMatchObject({ code: 'Unprocessable', reasons: ['not_a_file'] });
    expect(noDirectory.error).toMatchObject({ code: 'Unprocessable', reasons: ['not_a_directory'] });
  });

  test('the root directory', async () => {
    next(json({ type: 'dir', entries: [{ name: 'src', type: 'dir', size: 0, sha: 's', url: 'u' }] }));
    expect(await caller(use.loopback)('list_directory', HERE)).toEqual({
      items: [{ name: 'src', type: 'dir', size: 0, sha: 's' }],
    });
    expect(sent()).toEqual(['GET /repos/Octo-Org/Hello.World/contents/']);
  });

  test('one is deleted as it was seen', async () => {
    const event = { ...HERE, path: 'a b', branch: 'topic', message: 'away' };
    expect(await caller(use.loopback)('delete_file', event)).toEqual({
      sha: 'b'.repeat(40),
      url: 'https://github.com/commit/b',
    });
    const [, look, away] = use.loopback.at('api');
    expect(look.query.get('ref')).toBe('topic');
    expect(away.body).toEqual({ message: 'away', sha: 'a'.repeat(40), branch: 'topic' });
  });

  test.each(PIPELINES)('%s is not deleted', async (path) => {
    const { error } = await caller(use.loopback)('delete_file', { ...HERE, path, branch: 'topic', message: 'away' });
    expect(error).toEqual(PROTECTED);
    expect(use.loopback.seen).toEqual([]);
  });
});

describe('the default branch', () => {
  const CHANGES: [tool: string, event: object][] = [
    ['push_files', { ...HERE, message: 'm', files: [{ path: 'a', content: '' }] }],
    ['delete_file', { ...HERE, message: 'm', path: 'a' }],
  ];

  test.each(CHANGES)('is not changed by %s', async (tool, event) => {
    expect(await caller(use.loopback)(tool, { ...event, branch: 'main' })).toEqual({
      error: {
        code: 'DefaultBranchProtected',
        message:
          'the default branch is not changed here without review: push to another branch and open a pull request; ' +
          'a broker allows it with allowDefaultBranch: true',
      },
    });
    expect(sent()).toEqual([`GET ${REPOSITORY}`]);
  });

  test.each(CHANGES)('is changed by %s where that is allowed, and not looked up', async (tool, event) => {
    const call = caller(use.loopback, { allowDefaultBranch: true });
    expect((await call(tool, { ...event, branch: 'main' })).error).toBeUndefined();
    expect(sent()).not.toContain(`GET ${REPOSITORY}`);
  });

  test('is looked up once for each token', async () => {
    const call = caller(use.loopback);
    for (const [tool, event] of CHANGES) {
      await call(tool, { ...event, branch: 'topic' });
      await call(tool, { ...event, branch: 'topic', repo: 'second' });
    }
    expect(sent().filter((one) => one.split('/').length === 4)).toEqual([
      `GET ${REPOSITORY}`,
      'GET /repos/octo-org/second',
    ]);
  });

  test('is looked up again with another token', async () => {
    const call = caller(use.loopback, { cacheMinutes: 0 });
    const [[tool, event]] = CHANGES;
    next(json({ default_branch: 'topic' }));
    expect((await call(tool, { ...event, branch: 'topic' })).error.code).toBe('DefaultBranchProtected');
    expect((await call(tool, { ...event, branch: 'topic' })).error).toBeUndefined();
  });
});

describe('search', () => {
  test.each([
    ['search_issues', 'x repo:Octo-Org/Hello.World is:issue'],
    ['search_pull_requests', 'x repo:Octo-Org/Hello.World is:pr'],
    ['search_code', 'x repo:Octo-Org/Hello.World'],
    ['search_repositories', 'x repo:Octo-Org/Hello.World'],
  ])('%s is of one repository', async (tool, q) => {
    const result = await caller(use.loopback)(tool, { ...HERE, query: 'x' });
    expect(use.loopback.at('api')[0].query.get('q')).toBe(q);
    expect(result.items).toHaveLength(1);
  });

  test.each(['repo:evil/x', 'x org:evil', '-user:me', 'REPO:evil/x', 'a"repo:x', 'x (owner:evil)', 'repo :x', ' ', ''])(
    '%j is refused',
    async (query) => {
      const { error } = await caller(use.loopback)('search_code', { ...HERE, query });
      expect(error).toMatchObject({ code: 'InvalidRequest', argument: 'query' });
    },
  );

  test('what was found elsewhere is left out', async () => {
    const here = 'https://api.github.com/repos/octo-org/hello.world';
    const urls = [here, `${here}2`, 'https://api.github.com/repos/evil/hello.world', undefined];
    next(json({ items: urls.map((repository_url, number) => ({ number, repository_url })) }));
    const result = await caller(use.loopback)('search_issues', { ...HERE, query: 'a OR b' });
    expect(result).toEqual({ items: [{ number: 0 }] });
  });

  test.each([
    ['here', { items: [{ number: 0 }], nextPage: 2 }],
    ['elsewhere', { items: [] }],
  ])('a next page of what is %s', async (where, expected) => {
    const repository_url = `https://api.github.com/repos/${where === 'here' ? 'octo-org' : 'evil'}/hello.world`;
    const link = '<https://api.github.com/search/issues?q=x&page=2>; rel="next"';
    next({ ...json({ items: [{ number: 0, repository_url }] }), headers: { link } });
    expect(await caller(use.loopback)('search_issues', { ...HERE, query: 'x' })).toEqual(expected);
  });
});

test('a reply says where the comment is that it replies to', async () => {
  const event = { ...HERE, pullNumber: 3, commentId: 9, body: 'yes' };
  expect(await caller(use.loopback)('add_reply_to_pull_request_comment', event)).toMatchObject({ id: 9 });
  expect(sent()).toEqual([
    'GET /repos/Octo-Org/Hello.World/pulls/comments/9',
    'POST /repos/Octo-Org/Hello.World/pulls/3/comments',
  ]);
  expect(use.loopback.at('api')[1].body).toEqual({
    body: 'yes',
    commit_id: 'a'.repeat(40),
    path: 'a.ts',
    in_reply_to: 9,
  });
});

test('a diff is a text', async () => {
  const { diff } = await caller(use.loopback)('get_pull_request_diff', { ...HERE, pullNumber: 1 });
  expect(diff).toBe('diff --git a/a.ts b/a.ts\n@@ -1 +1 @@\n-old\n+new\n');
});

test.each([
  ['list_issues', '{}'],
  ['get_issue', '"text"'],
  ['list_check_runs', '{"check_runs":{}}'],
  ['search_code', '{"items":null}'],
  ['create_branch', '{"default_branch":7}'],
  ['list_directory', '{"type":"dir"}'],
  ['get_issue', '<html>'],
  ['get_issue', ''],
])('%s with an answer %j', async (tool, text) => {
  next({ text });
  expect((await caller(use.loopback)(tool)).error.code).toBe('MalformedResponse');
});
