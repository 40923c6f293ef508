import * as path from 'node:path';
import { checkBranch, repositoryOf } from '../../../images/session/repository/address';

test.each([
  ['octo/app', 'https://github.com/octo/app', 'github.com/octo/app'],
  ['https://github.com/octo/app.git', 'https://github.com/octo/app.git', 'github.com/octo/app'],
  [
    'https://git.example:8443/group/sub/app/',
    'https://git.example:8443/group/sub/app',
    'git.example_8443/group/sub/app',
  ],
  ['https://work/octo/app', 'https://work/octo/app', 'work_443/octo/app'],
  ['https://[::1]:8443/octo/app', 'https://[::1]:8443/octo/app', '[__1]_8443/octo/app'],
  ['HTTPS://Git.Example/octo/app', 'https://git.example/octo/app', 'git.example/octo/app'],
])('%s', (text, url, folder) => {
  expect(repositoryOf(text)).toEqual({ url, folder: path.normalize(folder) });
});

const ALLOWED =
  'allowed: https://<host>/<owner>/<name>, or <owner>/<name> at github.com; tokens come from the credential helper, never from the URL';

test.each([
  ['http://github.com/octo/app', "the repository is no https URL (got 'http://github.com/octo/app')"],
  ['git@github.com:octo/app.git', "the repository is no https URL (got 'git')"],
  ['ssh://github.com/octo/app', "the repository is no https URL (got 'ssh://github.com/octo/app')"],
  ['file:///etc/app', "the repository is no https URL (got 'file:///etc/app')"],
  ['ext::sh -c id', "the repository is no https URL (got 'ext::sh -c id')"],
  ['--upload-pack=id/x', "the repository is no https URL (got '--upload-pack=id/x')"],
  ['https://user:secret@github.com/octo/app', "the repository holds a user or password (got 'not repeated here')"],
  ['https://token@github.com/octo/app', "the repository holds a user or password (got 'not repeated here')"],
  ['https://github.com/octo/app?token=secret', "the repository has a query or a fragment (got 'github.com')"],
  ['https://github.com/octo/app#main', "the repository has a query or a fragment (got 'github.com')"],
  ['https://github.com/octo', "the repository is no path of owner and name (got 'octo')"],
  ['https://github.com/octo/../app', "the repository is no path of owner and name (got 'octo/../app')"],
  ['https://github.com/octo/.git', "the repository is no path of owner and name (got 'octo/.git')"],
  ['https://github.com/octo/-app', "the repository is no path of owner and name (got 'octo/-app')"],
  ['https://github.com/octo/a%2e%2e', "the repository is no path of owner and name (got 'octo/a%2e%2e')"],
  ['https://../other/precious', "the repository has a host that is not a name or an address (got '..')"],
  ['https://./other/precious', "the repository has a host that is not a name or an address (got '.')"],
  ['https://.agent/jobs/x', "the repository has a host that is not a name or an address (got '.agent')"],
  ['https://git..example/a/b', "the repository has a host that is not a name or an address (got 'git..example')"],
  [
    'https://github.com/acme/web/tree/main',
    "the repository has more than an owner and a name in its path (got 'acme/web/tree/main')",
  ],
  ['octo/..', "the repository is no path of owner and name (got 'octo/..')"],
])('%s is refused', (text, beginning) => {
  expect(() => repositoryOf(text)).toThrow(`${beginning}; ${ALLOWED}`);
});

test.each(['main', 'feature/login', 'a', 'release-1.2', 'ümlaut'])('the branch %s is taken', (name) => {
  expect(() => checkBranch(name)).not.toThrow();
});

test.each([
  '-f',
  '--orphan',
  'a..b',
  'a b',
  'a\nb',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  '@',
  'HEAD',
  '@{-1}',
  '/a',
  'a/',
  'a//b',
  'a.lock',
  '.a',
  'a/.b',
  'a.',
  'x'.repeat(201),
])('the branch %j is refused', (name) => {
  expect(() => checkBranch(name)).toThrow(
    /^the branch has a name that git does not take \(got '[^]*'\); allowed: letters, digits and - _ \. \/, up to 200, not beginning with a dash; name it like feature\/login$/,
  );
});
