/* One credential of each format that is looked for, in the words of the table. None of them is one. */
const LONG = 'aB3'.repeat(40);

export const SECRETS: [kind: string, secret: string][] = [
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((start): [string, string] => [
    'a GitHub token',
    start + LONG.slice(0, 36),
  ]),
  ['a GitLab token', 'glpat-aB3_dE6-gH9jK2mN5pQ8'],
  ['a GitLab token', 'glpat-aB3_dE6-gH9jK2mN5pQ8.01.abcdefghi'],
  ['a signed token (JWT)', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'],
  ['a signed token (JWT)', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.'],
  ...['xoxa', 'xoxb', 'xoxc', 'xoxd', 'xoxe', 'xoxp', 'xoxr', 'xoxs', 'xapp'].map((start): [string, string] => [
    'a Slack token',
    `${start}-1-A0123456789-0123456789012-${LONG}`,
  ]),
  ['an Atlassian token', `ATATT3xFfGF0${LONG}=0A1B2C3D`],
  ['an Atlassian token', `ATSTT3xFfGF0${LONG}=0A1B2C3D`],
  ['an Atlassian token', `ATCTT3xFfGF0${LONG}=0A1B2C3D`],
  ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
  ['an AWS access key', 'ASIAIOSFODNN7EXAMPLE'],
  ['an AWS session token', `IQoJb3JpZ2luX2VjE${LONG}/+${LONG}==`],
  ['an AWS session token', `FwoGZXIvYXdzE${LONG}/+${LONG}==`],
  ['an AWS session token', `FQoGZXIvYXdzE${LONG}/+${LONG}==`],
  ['a Basic credential', `Basic ${Buffer.from('me@example.com:token-of-mine').toString('base64')}`],
  ['a Basic credential', `Authorization: Basic ${Buffer.from('user:password').toString('base64')}`],
  ['a Basic credential', `authorization":"Basic ${Buffer.from('user:password').toString('base64')}`],
  ['an Anthropic key', `sk-ant-api03-${LONG}`],
  ['an OpenAI key', `sk-${LONG.slice(0, 48)}`],
  ['an OpenAI key', `sk-proj-${LONG}_-${LONG}`],
  ['an OpenAI key', `sk-svcacct-${LONG}`],
  ['a Google API key', `AIza${LONG.slice(0, 35)}`],
  ['an npm token', `npm_${LONG.slice(0, 36)}`],
];

/** What only looks like one. */
export const HARMLESS = [
  'Basic authentication/authorization with a user name and a password',
  'authorization. Basic authentication is refused',
  'Authorization: Basic <key>',
  'task-0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0',
  'octo-org/ghs_docs',
  'ATLASSIAN_SITE=example.atlassian.net',
  'xoxb- and xoxp- are tokens of Slack',
  'npm_config_cache=/mnt/cache/npm',
  'glpat- is for GitLab',
];
