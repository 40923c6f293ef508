import { CATALOGUE } from '../../../lib/contract/catalogue';
import { createBroker } from '../../../handlers/github-broker/broker';
import { signerOf } from '../../../handlers/shared/signer';
import { brokerConfig, KEY_ARN } from './app';
import { caller, contextOf, rowNamed, useLoopback } from './fixture';
import { sample } from './samples';

const use = useLoopback();

describe.each(CATALOGUE.map((row) => [row.name, row] as const))('%s', (name, row) => {
  test.each([false, true])('answers, all arguments: %s', async (withOptional) => {
    if (name === 'list_directory') {
      use.loopback.faults.api.push({ text: '{"type":"dir","entries":[{"name":"a.ts","type":"file","size":1}]}' });
    }
    const result = await caller(use.loopback)(name, sample(row, withOptional));
    expect(result.error).toBeUndefined();
    expect(JSON.stringify(result)).not.toContain('never shown');
    expect(Object.keys(result as object).length).toBeGreaterThan(0);
  });

  test('uses one token, of one repository and the one permission', async () => {
    await caller(use.loopback)(name);
    expect(use.loopback.mints).toEqual([
      expect.objectContaining({
        repository: 'Hello.World',
        permissions: { [row.permission.name]: row.permission.level },
      }),
    ]);
  });

  test('sends what its row says, and nothing else', async () => {
    await caller(use.loopback)(name);
    const sent = use.loopback.at('api').map((one) => one.route);
    expect(sent.length).toBeGreaterThan(0);
    expect(Object.values(row.requests)).toEqual(expect.arrayContaining(sent));
    expect(use.loopback.at('api').map((one) => one.headers.accept)).toEqual(sent.map(() => row.accept));
  });
});

describe('requests', () => {
  test('path, query and body are where GitHub wants them, under its names', async () => {
    await caller(use.loopback)('get_pull_request_files', { ...sample(rowNamed('get_pull_request_files'), true) });
    const [files] = use.loopback.at('api');
    expect(files.path).toBe('/repos/Octo-Org/Hello.World/pulls/3/files');
    expect(Object.fromEntries(files.query)).toEqual({ page: '3', per_page: '3' });
    await caller(use.loopback)('create_issue', { ...sample(rowNamed('create_issue')), labels: ['a', 'b'] });
    expect(use.loopback.at('api')[1].body).toEqual({ title: 'some text', labels: ['a', 'b'] });
  });

  test('a list in a query is joined, a branch to filter by gets its owner', async () => {
    await caller(use.loopback)('list_issues', { owner: 'octo-org', repo: 'hello.world', labels: ['a', 'b c'] });
    await caller(use.loopback)('list_pull_requests', { owner: 'octo-org', repo: 'hello.world', head: 'x/y' });
    const [issues, pulls] = use.loopback.at('api');
    expect(issues.query.get('labels')).toBe('a,b c');
    expect(pulls.query.get('head')).toBe('octo-org:x/y');
  });

  test('paths are encoded, and keep their slashes', async () => {
    const event = { owner: 'octo-org', repo: 'hello.world', path: 'a b/c?d#e%2e', ref: 'x/y&z' };
    await caller(use.loopback)('get_file_contents', event);
    expect(use.loopback.at('api')[0].path).toBe('/repos/Octo-Org/Hello.World/contents/a%20b/c%3Fd%23e%252e');
    expect(use.loopback.at('api')[0].query.get('ref')).toBe('x/y&z');
  });

  test.each(['custom', 'Custom'])('the tool is named in %s', async (field) => {
    const handler = createBroker(brokerConfig(use.loopback.url), signerOf({ KEY_ARN }));
    const custom = { bedrockAgentCoreToolName: 'my-target___get_issue' };
    const context = { ...contextOf(''), clientContext: { [field]: custom } };
    expect(await handler(sample(rowNamed('get_issue')), context)).toMatchObject({ number: 7 });
  });

  test.each([
    ['no context', undefined],
    ['no metadata', { custom: null }],
    ['no name', { custom: {} }],
    ['no target', { custom: { bedrockAgentCoreToolName: 'get_issue' } }],
    ['no such tool', { custom: { bedrockAgentCoreToolName: 't___constructor' } }],
    ['a name that is no text', { custom: { bedrockAgentCoreToolName: ['t___get_issue'] } }],
  ])('%s: refused', async (_, clientContext) => {
    const handler = createBroker(brokerConfig(use.loopback.url), signerOf({ KEY_ARN }));
    const result = await handler(sample(rowNamed('get_issue')), { ...contextOf(''), clientContext });
    expect(result).toMatchObject({ error: { code: 'NotAllowed' } });
    expect(use.loopback.seen).toEqual([]);
  });

  test('a tool that is not switched on is refused', async () => {
    const result = await caller(use.loopback, { tools: ['get_issue'] })('merge_pull_request');
    expect(result.error.code).toBe('NotAllowed');
    expect(use.loopback.seen).toEqual([]);
  });
});

describe('results', () => {
  test('of an issue: what is useful, without what is empty', async () => {
    expect(await caller(use.loopback)('get_issue')).toEqual({
      number: 7,
      title: 'It breaks',
      state: 'open',
      url: 'https://github.com/octo-org/hello.world/issues/7',
      user: 'octocat',
      labels: ['bug', 'p1'],
      body: 'How it breaks',
    });
  });

  test('of a list of issues: no pull requests, and the next page', async () => {
    const next = '<https://api.github.com/repositories/1/issues?per_page=1&page=2>; rel="next", <x?page=9>; rel="last"';
    use.loopback.faults.api.push({ headers: { link: next }, text: '[{"number":1},{"number":2,"pull_request":{}}]' });
    expect(await caller(use.loopback)('list_issues')).toEqual({ items: [{ number: 1 }], nextPage: 2 });
  });

  test('of jobs: their steps', async () => {
    expect(await caller(use.loopback)('list_workflow_jobs')).toEqual({
      items: [{ id: 6, name: 'build', steps: [{ number: 1, name: 'npm ci', conclusion: 'success' }] }],
    });
  });

  test('larger than allowed: cut, and said so', async () => {
    use.loopback.faults.api.push({ text: JSON.stringify({ number: 1, title: 't', body: 'é"'.repeat(5_000) }) });
    const result = await caller(use.loopback, { largestResult: 2_000 })('get_issue');
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(2_000);
    expect(result).toMatchObject({ number: 1, title: 't' });
    expect(result.body).toMatch(/^(é")+é?\[cut\]$/);
    expect(result.truncated).toBe(
      'the result was longer than 2000 characters: texts are cut where they end with [cut]; ask for less',
    );
  });
});
