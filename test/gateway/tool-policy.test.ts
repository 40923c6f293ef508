import { Lazy } from 'aws-cdk-lib';
import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { describe as rendered } from '../../lib/private/errors';
import { thrownBy } from '../fixture';
import { contextOf, GATEWAY, GH_READ, GITHUB, JIRA, SLACK } from './cedar-engine';
import type { PolicyTarget } from '../../lib/gateway/policy/cedar-context';

const token = Lazy.string({ produce: () => 'x' });
const HEAD = 'permit(principal, action, resource is AgentCore::Gateway)';
const ONE = 'one statement: permit(principal, action, resource) when { ... };';

test.each([
  [
    'EmptyPolicyList',
    () => ToolPolicy.permitTargets([]),
    'the list of targets is empty; allowed: at least one entry; add an entry, or remove the policy',
  ],
  ['EmptyPolicyList', () => ToolPolicy.deny([]), 'the list of tools is empty'],
  ['EmptyPolicyList', () => ToolPolicy.repositories([]), 'repositories is empty'],
  ['EmptyPolicyList', () => ToolPolicy.permitCallers('a', ['b'], { targets: [] }), 'the list of targets is empty'],
  [
    'EmptyPolicyList',
    () => ToolPolicy.repositories(['a/b'], { requireRepository: true }),
    'targets (with requireRepository) is empty',
  ],
  [
    'InvalidToolName',
    () => ToolPolicy.deny(['slack/post']),
    "this is not the name of a tool of a gateway (got 'slack/post'); allowed: <target>___<tool> with three underscores, as clients see it; copy the name from the client's list of tools",
  ],
  ['InvalidToolName', () => ToolPolicy.deny(['slack__post']), "got 'slack__post'"],
  ['InvalidToolName', () => ToolPolicy.deny(['sl_ack___post']), "got 'sl_ack___post'"],
  ['InvalidToolName', () => ToolPolicy.deny([token]), "got '<known only at deployment>'"],
  [
    'InvalidPolicyRepository',
    () => ToolPolicy.repositories(['web']),
    "this is not the name of a repository (got 'web'); allowed: owner/name, or owner/* for every repository of an owner, written out; copy the part of its URL that follows the host",
  ],
  ['InvalidPolicyRepository', () => ToolPolicy.repositories(['acme/..']), "got 'acme/..'"],
  ['InvalidPolicyRepository', () => ToolPolicy.repositories(['*/web']), "got '*/web'"],
  ['InvalidPolicyRepository', () => ToolPolicy.repositories(['acme/we*']), "got 'acme/we*'"],
  ['InvalidPolicyRepository', () => ToolPolicy.repositories(['a/b/c']), "got 'a/b/c'"],
  ['InvalidPolicyRepository', () => ToolPolicy.repositories([`a/${token}`]), 'known only at deployment'],
  [
    'InvalidPolicyClaim',
    () => ToolPolicy.writesRequire('my claim', ['x']),
    "this is not the name of a token claim (got 'my claim'); allowed: letters, digits, and _ . : / -; copy the name from a decoded token of your identity provider",
  ],
  ['InvalidPolicyClaim', () => ToolPolicy.permitCallers(token, ['x']), 'known only at deployment'],
  [
    'InvalidPolicyClaimValue',
    () => ToolPolicy.writesRequire('groups', []),
    `claim 'groups' is compared with nothing; allowed: at least one value of ASCII characters without " \\ *, and without a space at either end; give a value that the token carries, such as the id of a group`,
  ],
  ...['', ' a', 'a ', 'a*', 'a"b', 'a\\b', 'ä', 'a\n', 'x'.repeat(256), token].map(
    (value): [string, () => unknown, string] => [
      'InvalidPolicyClaimValue',
      () => ToolPolicy.writesRequire('groups', ['ok', value]),
      "claim 'groups' is compared with a value that cannot be found in a list",
    ],
  ),
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar('allow everything to everyone, always;'),
    `the Cedar statement does not start with permit(...) or forbid(...) (got 'allow everything to everyone, always;'); allowed: ${ONE}; split several statements into a policy each`,
  ],
  ['InvalidCedar', () => ToolPolicy.fromCedar(HEAD), 'is not exactly one statement with a semicolon at its end'],
  ['InvalidCedar', () => ToolPolicy.fromCedar(`${HEAD};\n${HEAD};`), 'is not exactly one statement'],
  ['InvalidCedar', () => ToolPolicy.fromCedar(`${HEAD} when { "a };`), 'has a quote or a bracket that is not closed'],
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar(`${HEAD} when { (true };`),
    'has a quote or a bracket that is not closed',
  ],
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar(`${HEAD} when { [true };`),
    'has a quote or a bracket that is not closed',
  ],
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar(`${HEAD} when { {true };`),
    'has a quote or a bracket that is not closed',
  ],
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar(`${HEAD} when guardrails { x };`),
    'the Cedar statement uses guardrails or temporal conditions, which are not Cedar',
  ],
  ['InvalidCedar', () => ToolPolicy.fromCedar(`${HEAD} when\ntemporal { x };`), 'create a CfnPolicy of aws-cdk-lib'],
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar('forbid(principal, action, resource);'),
    "leaves the resource open (got 'forbid(principal, action, resource);'); allowed: resource is AgentCore::Gateway; name the type of the resource",
  ],
  [
    'InvalidCedar',
    () =>
      ToolPolicy.fromCedar('permit(principal, action == AgentCore::Action::"a___b", resource is AgentCore::Gateway);'),
    'leaves the resource open although it names actions',
  ],
  [
    'InvalidCedar',
    () => ToolPolicy.fromCedar('permit(resource is A);'),
    "has 22 characters (got 'permit(resource is A);'); allowed: at least 35 characters",
  ],
  [
    'InvalidPolicyName',
    () => ToolPolicy.fromCedar(`${HEAD};`, { name: 'no-hyphens' }),
    "this is not the name of a policy (got 'no-hyphens'); allowed: a letter, then letters, digits and underscores, at most 48 in all; leave it away for a generated name",
  ],
  ['InvalidPolicyName', () => ToolPolicy.fromCedar(`${HEAD};`, { name: 'a'.repeat(49) }), 'not the name of a policy'],
  ['InvalidPolicyName', () => ToolPolicy.fromCedar(`${HEAD};`, { name: token }), 'known only at deployment'],
  [
    'InvalidPolicyText',
    () => ToolPolicy.fromCedar(`${HEAD};`, { ignoreFindings: ' ' }),
    'ignoreFindings is empty; allowed: at least one character; say it in a sentence, or leave it away',
  ],
  ['InvalidPolicyText', () => ToolPolicy.fromCedar(`${HEAD};`, { description: '' }), 'description is empty'],
  [
    'InvalidPolicyText',
    () => ToolPolicy.fromCedar(`${HEAD};`, { description: 'x'.repeat(4097) }),
    'description is too long; allowed: 1 to 4096 characters',
  ],
])('%s %#', (code, make, text) => {
  const error = thrownBy(make);
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});

test.each([
  'forbid(principal, action, resource is AgentCore::Gateway);',
  '@id("a;b") permit (principal == AgentCore::IamEntity::"x", action, resource is AgentCore::Gateway);',
  `${HEAD}\n// a comment; with "quotes\nwhen { principal has id && principal.id like "*//x;\\"*" };`,
  `permit(principal, action in [AgentCore::Action::"github___get_issue", AgentCore::Action::"CallTool"], resource == AgentCore::Gateway::"${ToolPolicy.GATEWAY_ARN}");`,
])('taken as Cedar: %s', (statement) => {
  const policy = ToolPolicy.fromCedar(`\n${statement}\n`);
  expect(policy._statement(contextOf())).toBe(statement.replace(ToolPolicy.GATEWAY_ARN, GATEWAY));
  expect(policy._spec.problems(contextOf())).toEqual([]);
  expect(policy._spec.effect).toBe(statement.startsWith('forbid') ? 'forbid' : 'permit');
});

const odd: PolicyTarget = {
  targetName: 'odd',
  readOnly: false,
  dynamic: false,
  tools: [
    {
      name: 'copy',
      readOnly: false,
      inputSchema: { type: 'object', properties: { owner: { type: 'string' }, repo: { type: 'array' } } },
    },
    { name: 'assign', readOnly: false, inputSchema: { type: 'object', properties: { owner: { type: 'object' } } } },
  ],
};
const named = (action: string): ToolPolicy =>
  ToolPolicy.fromCedar(
    `permit(principal, action == AgentCore::Action::"${action}", resource == AgentCore::Gateway::"x");`,
  );

test.each([
  [
    ToolPolicy.permitTargets(['githb']),
    contextOf(),
    "it names a target that the gateway does not have (got 'githb'); allowed: github, jira, slack, gh-read; did you mean 'github'?",
  ],
  [
    ToolPolicy.permitTargets(['a']),
    contextOf([]),
    "it names a target that the gateway does not have (got 'a'); allowed: none yet; add the target to the gateway",
  ],
  [
    ToolPolicy.deny(['github___get_isue']),
    contextOf(),
    "it names a tool that target 'github' does not have (got 'github___get_isue'); allowed: github___get_issue, github___list_issues, github___create_issue, github___rate_limit, github___push_files; did you mean 'github___get_issue'?",
  ],
  [ToolPolicy.deny(['gh___x']), contextOf(), "it names a target that the gateway does not have (got 'gh___x')"],
  [named('slack___post'), contextOf(), "it names a tool that target 'slack' does not have (got 'slack___post')"],
  [named('slac'), contextOf(), "it names a target that the gateway does not have (got 'slac')"],
  [
    ToolPolicy.readOnly(),
    contextOf([JIRA]),
    'no target has a tool that is known to change nothing, so nobody could call anything; allowed: a read-only target, or one whose tools are known at synthesis; make a target read-only or give it a tool schema, or permit targets by name',
  ],
  [
    ToolPolicy.writesRequire('groups', ['x']),
    contextOf([GH_READ]),
    'no target has a tool that changes something, so it would guard nothing; allowed: at least one target that is not read-only; remove the policy',
  ],
  [
    ToolPolicy.writesRequire('groups', ['x']),
    contextOf([GITHUB], false),
    "it looks at claims of a token, and callers of this gateway bring none (got 'inboundAuth without tokens'); allowed: a gateway with InboundAuth.jwt; use InboundAuth.jwt, or compare principal.id in ToolPolicy.fromCedar",
  ],
  [ToolPolicy.permitCallers('groups', ['x']), contextOf([GITHUB], false), 'it looks at claims of a token'],
  [
    ToolPolicy.permitCallers('groups', ['x'], { targets: ['nope'] }),
    contextOf(),
    'it names a target that the gateway does not have',
  ],
  [
    ToolPolicy.repositories(['a/b']),
    contextOf([SLACK]),
    'no tool of its targets takes owner or repo, so it would guard nothing; allowed: at least one target whose tools name a repository; remove it, or name the targets that it is for',
  ],
  [ToolPolicy.repositories(['a/b'], { targets: ['nope'] }), contextOf(), 'it names a target that'],
  [
    ToolPolicy.repositories(['a/b']),
    contextOf([GITHUB, odd]),
    "it cannot check a tool whose owner or repo is not a string (got 'odd___copy'); allowed: tools with string inputs owner and repo; name the targets that the list is for, without this one, and deny this tool with ToolPolicy.deny",
  ],
  [
    ToolPolicy.repositories(['a/b'], { targets: ['odd'], requireRepository: true }),
    contextOf([odd]),
    "(got 'odd___assign')",
  ],
])('problem %#', (policy, context, text) => {
  const problems = policy._spec.problems(context).map(rendered).join('\n');
  expect(problems).toContain(text);
});

test.each([
  ToolPolicy.permitAll(),
  ToolPolicy.readOnly(),
  ToolPolicy.permitTargets(['slack']),
  ToolPolicy.deny(['gh-read___anything', 'slack___search']),
  ToolPolicy.repositories(['acme/web']),
  named('jira'),
  named('jira___anything'),
  named('Mcp'),
])('no problem %#', (policy) => {
  expect(policy._spec.problems(contextOf(undefined, false))).toEqual([]);
});

test('a long list of names is shortened', () => {
  const targets = Array.from({ length: 12 }, (_, i) => ({ ...JIRA, targetName: `t${i}` }));
  const [problem] = ToolPolicy.permitTargets(['t99'])._spec.problems(contextOf(targets));
  expect(problem.allowed).toMatch(/^(t\d+, ){9}t\d+ and 2 more$/);
});
