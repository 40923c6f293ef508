import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { cedarSchema } from '../../lib/gateway/policy/cedar-schema';
import type { Call } from './cedar-engine';
import {
  checkedDecision,
  contextOf,
  decision,
  findings,
  findingsOf,
  GITHUB,
  GH_READ,
  JIRA,
  SLACK,
  TARGETS,
} from './cedar-engine';

const repositories = ToolPolicy.repositories(['acme/web', 'acme/api', 'tools/*']);
const strict = ToolPolicy.repositories(['acme/web'], { targets: ['github', 'gh-read'], requireRepository: true });
const deny = ToolPolicy.deny(['slack___post_message', 'gh-read___get_me']);
const coders = ToolPolicy.writesRequire('groups', ['coders', 'Domain Admins']);
const scoped = ToolPolicy.writesRequire('scope', ['tools:write']);
const team = ToolPolicy.permitCallers('department', ['platform'], { targets: ['github', 'jira'] });
const all = ToolPolicy.permitAll();

test.each([
  ['permitAll', [all]],
  ['permitTargets', [ToolPolicy.permitTargets(['github', 'jira'])]],
  ['permitCallers', [team]],
  ['permitCallers, every target', [ToolPolicy.permitCallers('groups', ['coders'])]],
  ['readOnly', [ToolPolicy.readOnly()]],
  ['repositories', [repositories]],
  ['repositories, whole owners only', [ToolPolicy.repositories(['acme/*'])]],
  ['repositories, required', [strict]],
  ['writesRequire', [coders]],
  ['writesRequire, by scope', [scoped]],
  ['all of them', [all, team, ToolPolicy.readOnly(), repositories, strict, coders, scoped]],
])('%s passes the strict validator', (_, policies) => {
  expect(findings(policies)).toEqual([]);
});

test('deny passes the strict validator where the tools are known', () => {
  expect(findings([ToolPolicy.deny(['slack___post_message', 'github___push_files'])])).toEqual([]);
});

test('custom Cedar passes the strict validator', () => {
  const custom = ToolPolicy.fromCedar(`
    @id("office hours") // only then
    forbid(principal, action in [AgentCore::Action::"CallTool"], resource == AgentCore::Gateway::"${ToolPolicy.GATEWAY_ARN}")
    unless { context.system.now.toTime() < duration("18h") };`);
  expect(findings([custom])).toEqual([]);
});

test.each([
  ['an action that does not exist', 'action == AgentCore::Action::"github___nope"', 'true', /nope/],
  ['an input that no tool has', 'action in AgentCore::Action::"slack"', 'context.input.channel == "x"', /attribute/],
  [
    'a number compared as an integer',
    'action == AgentCore::Action::"slack___search"',
    'context.input has score && context.input.score < 3',
    /Long/,
  ],
  [
    'a claim that may be missing',
    'action in AgentCore::Action::"slack"',
    'principal is AgentCore::OAuthUser && principal.getTag("x") == "y"',
    /tag/,
  ],
])('the validator of these tests refuses %s', (_, action, when, finding) => {
  const statement = `permit(principal, ${action}, resource == AgentCore::Gateway::"x") when { ${when} };`;
  expect(findingsOf([statement], cedarSchema(TARGETS)).join()).toMatch(finding);
});

const issue = { owner: 'acme', repo: 'web', number: 1 };
const files = [{ path: 'a', content: 'b' }];

const user = (target: string, tool: string, input: object = {}, claims: object = { sub: 'u' }): Call =>
  ({ target, tool, input, claims }) as Call;

const DECISIONS: [string, ToolPolicy[], Call, string][] = [
  ['nothing permits', [ToolPolicy.permitTargets(['jira'])], user('slack', 'search', { query: 'x' }), 'deny'],
  ['permitAll permits', [all], user('slack', 'search', { query: 'x' }), 'allow'],
  ['permitAll permits tools nobody knew', [all], user('jira', 'anything'), 'allow'],
  ['permitAll permits IAM principals', [all], { target: 'slack', tool: 'search', input: { query: 'x' } }, 'allow'],
  ['permitTargets permits a named target', [ToolPolicy.permitTargets(['jira'])], user('jira', 'anything'), 'allow'],
  [
    'permitTargets is for this gateway',
    [ToolPolicy.permitTargets(['jira'])],
    { ...user('jira', 'anything'), gateway: 'arn:other' },
    'deny',
  ],

  ['readOnly: a read-only target', [ToolPolicy.readOnly()], user('gh-read', 'get_me'), 'allow'],
  ['readOnly: a read tool of a mixed target', [ToolPolicy.readOnly()], user('github', 'get_issue', issue), 'allow'],
  ['readOnly: a write tool', [ToolPolicy.readOnly()], user('github', 'create_issue', { ...issue, title: 't' }), 'deny'],
  ['readOnly: an unknown tool', [ToolPolicy.readOnly()], user('jira', 'get_issue'), 'deny'],

  ['deny: a named tool', [all, deny], user('slack', 'post_message', { channel: 'c', text: 't' }), 'deny'],
  ['deny: a named tool of an unknown set', [all, deny], user('gh-read', 'get_me'), 'deny'],
  ['deny: another tool', [all, deny], user('slack', 'search', { query: 'x' }), 'allow'],
  ['deny alone permits nothing', [deny], user('slack', 'search', { query: 'x' }), 'deny'],

  ['repositories: a listed one', [all, repositories], user('github', 'get_issue', issue), 'allow'],
  [
    'repositories: another of the owner',
    [all, repositories],
    user('github', 'get_issue', { ...issue, repo: 'x' }),
    'deny',
  ],
  [
    'repositories: same name, other owner',
    [all, repositories],
    user('github', 'get_issue', { ...issue, owner: 'x' }),
    'deny',
  ],
  [
    'repositories: all of an owner',
    [all, repositories],
    user('github', 'get_issue', { ...issue, owner: 'tools', repo: 'w' }),
    'allow',
  ],
  [
    'repositories: pairs do not mix',
    [all, ToolPolicy.repositories(['acme/web', 'tools/cli'])],
    user('github', 'get_issue', { ...issue, owner: 'tools' }),
    'deny',
  ],
  ['repositories: another case', [all, repositories], user('github', 'get_issue', { ...issue, owner: 'Acme' }), 'deny'],
  ['repositories: a path', [all, repositories], user('github', 'get_issue', { ...issue, repo: 'web/../x' }), 'deny'],
  ['repositories: an owner in part', [all, repositories], user('github', 'list_issues', { owner: 'acme' }), 'deny'],
  ['repositories: a whole owner', [all, repositories], user('github', 'list_issues', { owner: 'tools' }), 'allow'],
  ['repositories: no repository', [all, repositories], user('github', 'rate_limit'), 'allow'],
  ['repositories: a service without any', [all, repositories], user('slack', 'search', { query: 'x' }), 'allow'],
  [
    'repositories: unknown tools, listed',
    [all, repositories],
    user('gh-read', 'get_file', { owner: 'acme', repo: 'web', path: 'p' }),
    'allow',
  ],
  [
    'repositories: unknown tools, not listed',
    [all, repositories],
    user('gh-read', 'get_file', { owner: 'acme', repo: 'x' }),
    'deny',
  ],
  ['repositories: unknown tools, repo only', [all, repositories], user('gh-read', 'get_file', { repo: 'web' }), 'deny'],
  [
    'repositories: unknown tools, none',
    [all, repositories],
    user('gh-read', 'search_code', { query: 'repo:evil/x' }),
    'allow',
  ],
  [
    'repositories: inputs of other types',
    [all, repositories],
    user('gh-read', 'x', { owner: ['acme'], repo: { a: 1 } }),
    'deny',
  ],
  ['required: none named', [all, strict], user('gh-read', 'search_code', { query: 'repo:evil/x' }), 'deny'],
  ['required: listed', [all, strict], user('gh-read', 'get_file', { owner: 'acme', repo: 'web' }), 'allow'],
  ['required: another target', [all, strict], user('jira', 'get_issue'), 'allow'],

  ['claim: none', [all, coders], user('github', 'push_files', { ...issue, files }), 'deny'],
  ['claim: the value', [all, coders], user('github', 'push_files', {}, { groups: 'coders' }), 'allow'],
  ['claim: in a list', [all, coders], user('github', 'push_files', {}, { groups: ['a', 'coders'] }), 'allow'],
  ['claim: with a space', [all, coders], user('github', 'push_files', {}, { groups: ['Domain Admins', 'b'] }), 'allow'],
  [
    'claim: part of an element',
    [all, coders],
    user('github', 'push_files', {}, { groups: ['ex-coders', 'coders2'] }),
    'deny',
  ],
  ['claim: quotes in an element', [all, coders], user('github', 'push_files', {}, { groups: ['x"coders"y'] }), 'deny'],
  ['claim: a word of a string', [all, coders], user('github', 'push_files', {}, { groups: 'not coders' }), 'deny'],
  ['claim: null', [all, coders], user('github', 'push_files', {}, { groups: null }), 'deny'],
  ['claim: reading is free', [all, coders], user('github', 'get_issue', issue), 'allow'],
  ['claim: unknown tools count as writes', [all, coders], user('jira', 'get_issue'), 'deny'],
  ['claim: a read-only target is free', [all, coders], user('gh-read', 'anything'), 'allow'],
  ['scope: words', [all, scoped], user('github', 'push_files', {}, { scope: 'openid tools:write' }), 'allow'],
  ['scope: first', [all, scoped], user('github', 'push_files', {}, { scope: 'tools:write openid' }), 'allow'],
  ['scope: between', [all, scoped], user('github', 'push_files', {}, { scope: 'a tools:write b' }), 'allow'],
  ['scope: a list', [all, scoped], user('github', 'push_files', {}, { scope: ['a', 'tools:write'] }), 'allow'],
  ['scope: a longer word', [all, scoped], user('github', 'push_files', {}, { scope: 'tools:write:all x' }), 'deny'],

  ['callers: with the claim', [team], user('jira', 'x', {}, { department: 'platform' }), 'allow'],
  ['callers: without', [team], user('jira', 'x', {}, { department: 'sales' }), 'deny'],
  ['callers: another target', [team], user('slack', 'search', {}, { department: 'platform' }), 'deny'],
  ['callers: IAM principals', [team], { target: 'jira', tool: 'x' }, 'deny'],
  [
    'combination: each must let it through',
    [all, repositories, coders],
    user('github', 'push_files', { owner: 'acme', repo: 'x', files }, { groups: 'coders' }),
    'deny',
  ],
  [
    'combination: readers read everywhere, coders write where listed',
    [ToolPolicy.readOnly(), ToolPolicy.permitCallers('groups', ['coders'], { targets: ['github'] }), repositories],
    user('github', 'push_files', { owner: 'acme', repo: 'api', files }, { groups: ['coders'] }),
    'allow',
  ],
];

test.each(DECISIONS)('%s', (_, policies, call, expected) => {
  expect(decision(policies, call)).toBe(expected);
});

test('a call without arguments is not let through where a repository is required', () => {
  const bare = { target: 'gh-read', tool: 'get_me', claims: {}, isBare: true };
  expect(decision([all, strict], bare)).toBe('deny');
  expect(decision([all, repositories], bare)).toBe('allow');
});

test('calls of known tools fit the schema, so the schema has the shape that AgentCore hands over', () => {
  const policies = [all, repositories, coders];
  const post = { channel: 'c', text: 't', options: { thread: 'x' } };
  const search = { query: 'x', exact: true, score: { __extn: { fn: 'decimal', arg: '0.5' } } };
  const write = { groups: 'coders' };
  const push = { owner: 'acme', repo: 'web', files };
  expect(checkedDecision(policies, user('github', 'get_issue', issue))).toBe('allow');
  expect(checkedDecision(policies, user('github', 'list_issues', { ...issue, number: undefined, labels: ['a'] }))).toBe(
    'allow',
  );
  expect(checkedDecision(policies, user('slack', 'search', search))).toBe('allow');
  expect(checkedDecision(policies, user('slack', 'post_message', post, write))).toBe('allow');
  expect(checkedDecision(policies, user('github', 'push_files', push, write))).toBe('allow');
  expect(() => checkedDecision(policies, user('github', 'get_issue', { ...issue, number: 'one' }))).toThrow(/context/);
  expect(() => checkedDecision(policies, user('github', 'get_issue', { owner: 'acme' }))).toThrow(/context/);
});

test('a statement about tools names its gateway, one about everything a type', () => {
  expect(ToolPolicy.deny(['slack___post_message'])._statement(contextOf())).toBe(
    'forbid(\n  principal,\n  action in [AgentCore::Action::"slack___post_message"],\n' +
      '  resource == AgentCore::Gateway::"arn:aws:bedrock-agentcore:eu-central-1:111122223333:gateway/tools-a1b2c3d4e5"\n);',
  );
  expect(all._statement(contextOf())).toBe('permit(\n  principal,\n  action,\n  resource is AgentCore::Gateway\n);');
});

test('repositories of tools that are known are guarded tool by tool, others by target', () => {
  const statement = ToolPolicy.repositories(['acme/web'])._statement(contextOf([GITHUB, GH_READ, SLACK, JIRA]));
  const actions = [...statement.matchAll(/Action::"([^"]+)"/g)].map(([, name]) => name);
  expect(actions).toEqual([
    'github___get_issue',
    'github___list_issues',
    'github___create_issue',
    'github___push_files',
    'gh-read',
    'jira',
  ]);
});
