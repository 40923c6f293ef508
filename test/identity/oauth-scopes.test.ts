import { Lazy, Stack } from 'aws-cdk-lib';
import { checkScopes, warnOfBroadScopes } from '../../lib/identity/oauth/scopes';
import { messages, thrownBy } from '../fixture';

test.each<[string, string[], string]>([
  ['OAuthScopeCount', [], 'scopes is empty (got 0); allowed: 1 to 100'],
  ['OAuthScopeCount', Array.from({ length: 101 }, (_, i) => `s${i}`), 'scopes lists too many (got 101)'],
  ['InvalidOAuthScope', ['repo user'], `(got 'repo user'); allowed: one scope in each entry`],
  ['InvalidOAuthScope', ['repo,user'], `(got 'repo,user')`],
  ['InvalidOAuthScope', [''], 'an entry of scopes is not one scope'],
  ['InvalidOAuthScope', ['a"b'], 'no space, comma, quote or backslash'],
  ['InvalidOAuthScope', ['a\\b'], 'no space, comma, quote or backslash'],
  ['InvalidOAuthScope', ['x'.repeat(129)], '1 to 128 characters'],
  ['OAuthScopeTwice', ['a', 'read:jira-work', 'read:jira-work'], `(got 'read:jira-work')`],
])('%s: %j', (code, scopes, part) => {
  const error = thrownBy(() => checkScopes(scopes));
  expect(error.code).toBe(code);
  expect(error.text).toContain(part);
});

test.each([
  [['x'.repeat(128)]],
  [Array.from({ length: 100 }, (_, i) => `s${i}`)],
  [['api://app/.default', 'https://www.googleapis.com/auth/calendar', 'search:read.public', 'urn:x+y']],
  [Lazy.list({ produce: () => [] })],
  [[Lazy.string({ produce: () => 'a b' })]],
])('%j is accepted', (scopes) => {
  expect(() => checkScopes(scopes)).not.toThrow();
});

test.each([
  'repo',
  'delete_repo',
  'admin:org',
  'admin',
  'admin.users:write',
  'write:org',
  'workflow',
  'manage:jira-project',
  'Directory.ReadWrite.All',
  'https://www.googleapis.com/auth/cloud-platform',
  '*',
])('%s is very broad', (scope) => {
  const stack = new Stack();
  warnOfBroadScopes(stack, ['read:user', scope]);
  expect(messages({ stack }).join()).toContain(`the scopes of this identity allow very much (got '${scope}')`);
  expect(messages({ stack }).join()).toContain('cdk-coding-agents:broadOAuthScope');
});

test.each(['read:user', 'repo:status', 'public_repo', 'read:jira-work', 'channels:history', 'administrator-read'])(
  '%s is not',
  (scope) => {
    const stack = new Stack();
    warnOfBroadScopes(stack, [scope]);
    expect(messages({ stack })).toEqual([]);
  },
);
