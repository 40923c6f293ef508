import { Lazy, Token } from 'aws-cdk-lib';
import { thrownBy } from '../fixture';
import { makeBroker, makeCredential } from './fixture';

const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIE'.repeat(20)}\n-----END RSA PRIVATE KEY-----`;
const TOKEN = 'ghs_1234567890_eyJhbGciOi.eyJpc3MiOi.abcdef';

/** both constructs check the same */
const MAKERS = { GitHubAppBroker: makeBroker, GitCredential: makeCredential };

describe.each(Object.entries(MAKERS))('%s refuses', (_, make) => {
  const refused = (props: Record<string, unknown>) => thrownBy(() => make(props));

  test.each([
    ['', 'clientId is empty'],
    ['my-app', "clientId is not the client id of a GitHub App (got 'my-app')"],
    ['Iv', "clientId is not the client id of a GitHub App (got 'Iv')"],
    ['0123', "clientId is not the client id of a GitHub App (got '0123')"],
  ])('clientId %j', (clientId, text) => {
    const error = refused({ clientId });
    expect(error.code).toBe('InvalidGitHubAppClientId');
    expect(error.text).toContain(text);
    expect(error.text).toContain(
      "; allowed: 'Iv' and letters and digits, or the number of the App; copy it from the settings page of the App",
    );
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53, 'abc'])('installationId %p', (installationId) => {
    const error = refused({ installationId });
    expect(error.code).toBe('InvalidInstallationId');
    expect(error.text).toContain(
      `installationId is not the number of an installation (got '${installationId}'); allowed: a positive whole number; copy it from the end of the URL of the settings page of the installation`,
    );
  });

  test.each([
    ['acme/*', "a repository is a pattern, and each must be named (got 'acme/*')"],
    ['acme/web?', 'a repository is a pattern, and each must be named'],
    ['https://github.com/acme/web', 'a repository is a URL'],
    ['https://github.com/acme/web', ": 'acme/web'"],
    ['git@github.com:acme/web.git', ": 'acme/web'"],
    ['github.com/acme/web', 'a repository is a URL'],
    ['https://github.com/acme/web/tree/main', ": 'acme/web'"],
    ['https://github.com/octocat_acme/tool.git', ": 'octocat_acme/tool'"],
    ['acme/web.git', "a repository ends in .git (got 'acme/web.git')"],
    ['acme/web.git', ": 'acme/web'"],
    ['acme/web.GIT', 'a repository ends in .git'],
    ['web', "a repository has no owner (got 'web')"],
    ['', 'a repository has no owner'],
    ['acme/', 'a repository is not of the form owner/name'],
    ['/web', 'a repository is not of the form owner/name'],
    ['acme/..', 'a repository is not of the form owner/name'],
    ['acme/.', 'a repository is not of the form owner/name'],
    ['acme/a/b', 'a repository is not of the form owner/name'],
    ['acme/a b', 'a repository is not of the form owner/name'],
    ['-acme/web', 'a repository is not of the form owner/name'],
    ['a--b/web', 'a repository is not of the form owner/name'],
    ['acmé/web', 'a repository is not of the form owner/name'],
    [`${'a'.repeat(40)}/web`, 'a repository is not of the form owner/name'],
    [`acme/${'a'.repeat(101)}`, 'a repository is not of the form owner/name'],
    [`acme/${'a'.repeat(101)}`, 'allowed: owner/name: up to 39 letters, digits and single hyphens'],
  ])('repository %j: %s', (repository, text) => {
    const error = refused({ repositories: ['acme/fine', repository] });
    expect(error.code).toBe('InvalidRepositories');
    expect(error.text).toContain(text);
  });

  test.each([
    'octo.acme/tool',
    'octo acme/tool',
    '_acme/tool',
    'octocat_toolongcode/tool',
    'a/b/acme/tool',
    'x@acme/tool',
    'https://github.com/orgs/acme',
  ])('repository %j, without naming a repository of another owner', (repository) => {
    const { text } = refused({ repositories: [repository] });
    expect(text).toMatch(/write it as the page of the repository shows it$/);
  });

  test('a repository of a managed user is one', () => {
    expect(() => refused({ repositories: ['octocat_acme/tool'] })).toThrow('nothing was thrown');
  });

  test('the password in the URL of a repository, without printing it', () => {
    const { text } = refused({ repositories: ['https://me:hunter2@github.com/acme/web'] });
    expect(text).toContain("(got 'https://github.com/acme/web')");
    expect(text).not.toContain('hunter2');
  });

  test.each<[string, string[], string]>([
    [
      'none',
      [],
      'repositories is empty, which GitHub takes for every repository of the installation; allowed: 1 to 500 repositories; list those that the agents work on',
    ],
    [
      '501',
      Array.from({ length: 501 }, (_x, i) => `acme/r${i}`),
      'there are more repositories than GitHub takes for one token (got 501); allowed: 1 to 500; make several brokers, each for its part',
    ],
    [
      'those of two owners',
      ['acme/web', 'ACME/api', 'other/web'],
      "the repositories belong to several owners (got 'ACME, other'); allowed: one owner: a GitHub App is installed for each of them separately; make one for each owner, with its installationId",
    ],
    [
      'the same in upper case',
      ['acme/web', 'Acme/WEB'],
      "a repository is listed twice; GitHub does not tell upper from lower case (got 'Acme/WEB'); allowed: each repository once; remove one of them",
    ],
  ])('repositories: %s', (_name, repositories, text) => {
    const error = refused({ repositories });
    expect(error.code).toBe('InvalidRepositories');
    expect(error.text).toContain(text);
  });

  test.each([
    ['http://github.example.com', 'host is more than the name of a host', ": 'github.example.com'"],
    ['https://github.com', 'host is more than the name of a host', ": 'github.com'"],
    ['https://api.github.com/', 'host is more than the name of a host', ": 'github.com'"],
    ['github.example.com/../evil', 'host is more than the name of a host', ": 'github.example.com'"],
    ['github.example.com:8443', 'host is more than the name of a host', ": 'github.example.com'"],
    ['github.example.com?x', 'host is more than the name of a host', ''],
    ['api.github.com', 'host is not where people open GitHub', ": 'github.com'"],
    ['www.github.com', 'host is not where people open GitHub', ": 'github.com'"],
    ['api.acme.ghe.com', 'host is not where people open GitHub', ": 'acme.ghe.com'"],
    ['ghe.com', 'host is not where people open GitHub', ''],
    ['169.254.169.254', 'host is an address of a machine', ''],
    ['::1', 'host is more than the name of a host', ''],
    ['localhost', 'host is an address of a machine', ''],
    ['github.localhost', 'host is an address of a machine', ''],
    ['github', 'host is not a host name', ''],
    ['', 'host is not a host name', ''],
    ['git hub.example.com', 'host is not a host name', ''],
    ['-x.example.com', 'host is not a host name', ''],
  ])('host %j', (host, flaw, suggestion) => {
    const error = refused({ host });
    expect(error.code).toBe('InvalidGitHubHost');
    expect(error.text).toContain(
      `${flaw} (got '${host}'); allowed: 'github.com', '<subdomain>.ghe.com' or the host name of a GitHub Enterprise Server; give what stands in the browser between https:// and the next slash${suggestion}`,
    );
  });

  test('the password in a host, without printing it', () => {
    const { text } = refused({ host: 'https://me:hunter2@github.example.com' });
    expect(text).toContain("(got 'https://github.example.com')");
    expect(text).not.toContain('hunter2');
  });

  test.each<[string, unknown]>([
    ['clientId', Lazy.string({ produce: () => 'Iv23liAbCdEfGhIjKlMn' })],
    ['installationId', Token.asNumber({ Ref: 'Parameter' })],
    ['host', Lazy.string({ produce: () => 'github.com' })],
  ])('%s known only at deployment', (prop, value) => {
    const error = refused({ [prop]: value });
    expect(error.code).toBe('GitHubAppNotLiteral');
    expect(error.text).toContain(
      `${prop} is known only at deployment; allowed: a literal: it is packed with the code of the function, and a reviewer has to see it; write it out, or read it from the context of the app`,
    );
  });

  test('a repository known only at deployment', () => {
    const error = refused({ repositories: ['acme/web', Lazy.string({ produce: () => 'acme/api' })] });
    expect(error.code).toBe('GitHubAppNotLiteral');
    expect(error.text).toContain('repositories[1] is known only at deployment');
  });

  test.each([
    ['missing', undefined, 'the private key of the GitHub App is missing'],
    ['text', PEM, 'the private key of the GitHub App is given as text, and would be plain text for everyone'],
  ])('a key that is %s', (_name, key, text) => {
    const error = refused({ key });
    expect(error.code).toBe('GitHubAppKeyMissing');
    expect(error.text).toContain(
      `${text}; allowed: GitHubAppKey.kms(...) or GitHubAppKey.secret(...), one of them; store it in KMS: see docs/github-app.md`,
    );
    expect(error.text).not.toContain('MIIE');
  });

  test.each<[string, Record<string, unknown>]>([
    ['a private key', { clientId: PEM }],
    ['a private key', { host: PEM }],
    ['a private key', { repositories: [PEM] }],
    ['a GitHub token', { clientId: TOKEN }],
    ['a GitHub token', { host: `${TOKEN}@github.example.com` }],
    ['a GitHub token', { repositories: [`https://${TOKEN}@github.com/acme/web`] }],
  ])('%s where a name belongs, without printing it', (kind, props) => {
    const error = refused(props);
    expect(error.code).toBe('SecretInPlainText');
    expect(error.text).toContain(`${Object.keys(props)[0]}`);
    expect(error.text).toContain(`holds what looks like ${kind}, and is plain text`);
    expect(error.text).not.toContain('MIIE');
    expect(error.text).not.toContain('ghs_');
  });
});

test('a token in the name of a tool is not printed either', () => {
  const error = thrownBy(() => makeBroker({ tools: [TOKEN] }));
  expect(error.code).toBe('SecretInPlainText');
  expect(error.text).not.toContain('ghs_');
});

test('tools known only at deployment are refused', () => {
  const error = thrownBy(() => makeBroker({ tools: [Lazy.string({ produce: () => 'get_issue' })] }));
  expect(error.code).toBe('GitHubAppNotLiteral');
});

test('a credential in the reason for deletes and merges is refused', () => {
  const reason = `because of ${TOKEN}`;
  const error = thrownBy(() => makeBroker({ tools: ['delete_file'], allowSensitivePermissions: { reason } }));
  expect(error.code).toBe('SecretInPlainText');
});
