import { CATALOGUE } from '../../../lib/contract/catalogue';
import { argumentsOf } from '../../../lib/contract/catalogue/tool';
import { caller, rowNamed, useLoopback } from './fixture';
import { sample } from './samples';

const use = useLoopback();
const CANARY = 'canary-of-the-caller';
const HERE = { owner: 'octo-org', repo: 'hello.world' };

async function refused(tool: string, event: unknown) {
  const result = await caller(use.loopback)(tool, event);
  // nothing is sent, nothing is repeated
  expect(use.loopback.seen).toEqual([]);
  expect(JSON.stringify(result) + use.log.lines.join('')).not.toContain(CANARY);
  return result.error;
}

describe.each(CATALOGUE.map((row) => [row.name] as const))('%s', (name) => {
  const good = sample(rowNamed(name), true);
  const args = argumentsOf(rowNamed(name));

  test.each(['unknown', '__proto__', 'constructor', 'permissions', 'token'])('an argument %s more', async (more) => {
    const event = JSON.parse(JSON.stringify(good).replace('{', `{${JSON.stringify(more)}:"${CANARY}",`));
    expect(await refused(name, event)).toEqual({
      code: 'InvalidRequest',
      message: 'an argument is missing, unknown or not as the schema of the tool says',
      expected: `only ${Object.keys(args).join(', ')}`,
    });
  });

  test.each(Object.keys(args).map((argument) => [argument]))('%s of another type', async (argument) => {
    const wrong = [null, CANARY, '', -1, 1.5, 1e300, [], {}, [null], [[]], [{ [CANARY]: 1 }], { [CANARY]: 1 }, NaN];
    const isText = args[argument].type === 'string' && args[argument].values === undefined;
    for (const value of isText ? wrong.filter((one) => typeof one !== 'string') : wrong) {
      const error = await refused(name, { ...good, [argument]: value });
      expect(error).toMatchObject({ code: 'InvalidRequest' });
    }
  });

  const required = Object.keys(args).filter((argument) => args[argument].optional !== true);
  test.each(required.map((argument) => [argument]))('without %s', async (argument) => {
    const { [argument]: _, ...event } = good;
    expect(await refused(name, event)).toEqual({
      code: 'InvalidRequest',
      message: expect.any(String),
      argument,
      expected: args[argument].description,
    });
  });
});

describe('the event', () => {
  test.each([
    ['null', null],
    ['a list', [CANARY]],
    ['a text', CANARY],
    ['undefined', undefined],
  ])('%s', async (_, event) => {
    const handler = caller(use.loopback);
    const result = await handler('get_issue', event ?? null);
    expect(result.error.code).toBe('InvalidRequest');
  });

  test('of 1 MB', async () => {
    const files = Array.from({ length: 3 }, (_, i) => ({ path: `f${i}`, content: 'x'.repeat(350_000) }));
    const event = { ...HERE, branch: 'main', message: 'm', files };
    expect((await refused('push_files', event)).code).toBe('InvalidRequest');
  });

  test('of duplicate keys: the one that counts is checked', async () => {
    const event = JSON.parse('{"owner":"octo-org","repo":"hello.world","owner":"../x","issue_number":1}') as unknown;
    expect((await refused('get_issue', event)).argument).toBe('owner');
  });

  test('with keys of prototypes inside', async () => {
    const event = JSON.parse(
      '{"owner":"octo-org","repo":"hello.world","branch":"b","message":"m","files":[{"path":"a","content":"c","__proto__":{"x":1}}]}',
    ) as unknown;
    expect((await refused('push_files', event)).code).toBe('InvalidRequest');
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('the repository', () => {
  test.each([
    ['another owner', { owner: 'evil', repo: 'hello.world' }],
    ['another repository', { owner: 'octo-org', repo: 'other' }],
    ['a part of a name', { owner: 'octo-org', repo: 'hello.worl' }],
  ])('%s is not allowed', async (_, where) => {
    expect(await refused('get_issue', { ...where, issue_number: 1 })).toEqual({
      code: 'NotAllowed',
      message: 'this tool or repository is not among those that are allowed here',
    });
  });

  test.each([
    ['a Cyrillic letter', { owner: 'octo-оrg', repo: 'hello.world' }],
    ['the Kelvin sign', { owner: 'octo-org', repo: 'hello.worl\u212a' }],
    ['full width', { owner: 'ｏｃｔｏ-org', repo: 'hello.world' }],
    ['an invisible space', { owner: 'octo-org\u200b', repo: 'hello.world' }],
    ['a slash', { owner: 'octo-org', repo: 'hello.world/../second' }],
    ['two dots', { owner: 'octo-org', repo: '..' }],
    ['one dot', { owner: 'octo-org', repo: '.' }],
    ['a line end', { owner: 'octo-org', repo: 'hello.world\n' }],
    ['an encoded dot', { owner: 'octo-org', repo: 'hello%2Eworld' }],
    ['a wildcard', { owner: 'octo-org', repo: '*' }],
    ['nothing', { owner: '', repo: '' }],
    ['a long name', { owner: 'octo-org', repo: 'x'.repeat(101) }],
  ])('%s is no name', async (_, where) => {
    expect((await refused('get_issue', { ...where, issue_number: 1 })).code).toBe('InvalidRequest');
  });

  test('in other letters is the same', async () => {
    const result = await caller(use.loopback)('get_issue', { owner: 'OCTO-ORG', repo: 'HELLO.world', issue_number: 1 });
    expect(result.number).toBe(7);
    expect(use.loopback.mints[0].repository).toBe('Hello.World');
    expect(use.log.last.repository).toBe('Octo-Org/Hello.World');
  });
});

describe('forms', () => {
  test.each([
    '',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    './a',
    'a/.',
    'a\\b',
    'a\0b',
    'a\u202eb',
    '.git/config',
    'sub/.GIT/config',
    'x'.repeat(4_097),
    'a\ud800b',
  ])('%j is no path', async (path) => {
    expect((await refused('get_file_contents', { ...HERE, path })).argument).toBe('path');
  });

  test.each([
    '',
    'a..b',
    '-a',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\',
    'a@{1}',
    '@',
    '.a',
    'a/.b',
    'a.lock',
    'a.',
    'a//b',
    '/a',
    'a/',
    'a\u200db',
    'a\nb',
    'refs/heads/main',
    'Refs/heads/main',
    'heads/main',
    'HEAD',
  ])('%j is no branch', async (branch) => {
    expect((await refused('create_branch', { ...HERE, branch })).argument).toBe('branch');
  });

  test.each(['main', 'header', 'my/heads/x', 'feature/one', 'release-1.2', 'größe', 'a@b', '1'])(
    '%j is a branch',
    async (branch) => {
      expect((await caller(use.loopback)('create_branch', { ...HERE, branch })).error).toBeUndefined();
    },
  );

  test.each(['2026-01-31', '2026-13-31T00:00:00Z', 'yesterday', '2026-01-31T00:00:00+01:00'])(
    '%j is no time',
    async (since) => {
      expect((await refused('list_issues', { ...HERE, since })).argument).toBe('since');
    },
  );

  test.each(['abc', 'g'.repeat(40), 'a'.repeat(41)])('%j is no SHA', async (head_sha) => {
    expect((await refused('list_workflow_runs', { ...HERE, head_sha })).argument).toBe('head_sha');
  });

  test.each(['octo cat', 'octo/cat', '@octocat', 'x'.repeat(61), ''])('%j is no login', async (login) => {
    const event = { ...HERE, pullNumber: 1, reviewers: [login] };
    expect((await refused('request_pull_request_reviewers', event)).argument).toBe('reviewers[]');
  });

  test.each(['a\0b', 'a\x1bb', 'a\ud800'])('%j is no text', async (body) => {
    expect((await refused('add_issue_comment', { ...HERE, issue_number: 1, body })).argument).toBe('body');
  });

  test('a text has line ends, tabs and characters of two halves', async () => {
    const body = 'a\r\n\tb 👩‍💻 ü';
    await caller(use.loopback)('add_issue_comment', { ...HERE, issue_number: 1, body });
    expect(use.loopback.at('api')[0].body).toEqual({ body });
  });

  test.each([65_536, 65_537])('a comment of %d characters', async (length) => {
    const event = { ...HERE, issue_number: 1, body: 'x'.repeat(length) };
    const result = await caller(use.loopback)('add_issue_comment', event);
    expect(result.error?.code).toBe(length === 65_536 ? undefined : 'InvalidRequest');
  });

  test.each([
    [0, false],
    [1, true],
    [100, true],
    [101, false],
  ])('a page of %d entries', async (perPage, good) => {
    const result = await caller(use.loopback)('list_issues', { ...HERE, perPage });
    expect(result.error === undefined).toBe(good);
  });

  test('a list of too many', async () => {
    const labels = Array.from({ length: 21 }, () => 'x');
    expect((await refused('add_issue_labels', { ...HERE, issue_number: 1, labels })).argument).toBe('labels');
  });

  test('lines that end before they start', async () => {
    const event = { ...HERE, path: 'a', start_line: 5, end_line: 4 };
    expect((await refused('get_file_contents', event)).argument).toBe('end_line');
  });

  test('nothing to change', async () => {
    expect(await refused('update_pull_request', { ...HERE, pullNumber: 1 })).toMatchObject({
      code: 'InvalidRequest',
      expected: 'one of title, body, state, base',
    });
  });
});
