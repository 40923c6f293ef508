import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { writeShellEnvironment } from '../../../images/session/shared/shell-environment';
import { useLoopback } from '../../git/handler/fixture';
import { CREDENTIALS } from '../../sigv4';
import { FUNCTION_ARN, Hub } from './hub';

const use = useLoopback();
let hub: Hub;

beforeEach(async () => {
  hub = await Hub.start(use.loopback);
  const library = hub.commit('octo-org/second', { 'lib.txt': 'library' });
  hub.commit('Octo-Org/Hello.World', { 'a.txt': 'one' }, { lib: [hub.urlOf('octo-org/second'), library] });
  hub.commit('octo-org/other', { 'a.txt': 'secret' });
});
afterEach(async () => {
  expect(hub.faults).toEqual([]);
  await hub.stop();
});

const clone = (name = 'Octo-Org/Hello.World', ...more: string[]) =>
  hub.gitCommand(['clone', '-q', ...more, hub.urlOf(name), 'repo']);
const inRepo = (...args: string[]) => hub.gitCommand(args, {}, path.join(hub.home, 'repo'));
const read = (file: string) => readFileSync(path.join(hub.home, 'repo', file), 'utf8');

function nothingIsLeft(): void {
  const secrets = [...use.loopback.mints.map(({ token }) => token), CREDENTIALS.AWS_SECRET_ACCESS_KEY];
  for (const secret of secrets) {
    // grep ends with 1 if it finds nothing
    expect(() => execFileSync('grep', ['-r', secret, hub.home])).toThrow(expect.objectContaining({ status: 1 }));
  }
}

test('a private repository is cloned, with a token to read it alone, and fetched', async () => {
  expect(await clone()).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(read('a.txt')).toBe('one');
  expect(use.loopback.mints).toMatchObject([{ repository: 'Hello.World', permissions: { contents: 'read' } }]);
  hub.commit('Octo-Org/Hello.World', { 'a.txt': 'two' });
  expect(await inRepo('pull', '-q')).toMatchObject({ status: 0, stderr: '' });
  expect(read('a.txt')).toBe('two');
  nothingIsLeft();
});

test('so are its submodules, each with a token of its own', async () => {
  expect(await clone(undefined, '--recurse-submodules')).toMatchObject({ status: 0 });
  expect(read('lib/lib.txt')).toBe('library');
  expect(use.loopback.mints.map(({ repository }) => repository)).toEqual(['Hello.World', 'second']);
  nothingIsLeft();
});

test('a repository that is not allow-listed is refused, and git asks nobody else', async () => {
  const { status, stderr } = await clone('octo-org/other');
  expect(status).toBe(128);
  expect(stderr).toContain(
    `git credential: this repository is not allow-listed for this agent (got '${hub.urlOf('octo-org/other')}'); ` +
      'allowed: repositories of the GitCredential of this agent; add it to `repositories` of the GitCredential',
  );
  expect(stderr).toContain('fatal: credential helper');
  expect(use.loopback.mints).toEqual([]);
});

test('a submodule that is not allow-listed fails alone', async () => {
  const commit = hub.commit('octo-org/other', { 'b.txt': 'more' });
  hub.commit('octo-org/1', { 'a.txt': 'main' }, { lib: [hub.urlOf('octo-org/other'), commit] });
  const { status, stderr } = await clone('octo-org/1', '--recurse-submodules');
  expect(status).not.toBe(0);
  expect(stderr).toContain('not allow-listed');
  expect(read('a.txt')).toBe('main');
  expect(existsSync(path.join(hub.home, 'repo', 'lib', 'b.txt'))).toBe(false);
});

describe('push', () => {
  const change = async () => {
    await clone();
    writeFileSync(path.join(hub.home, 'repo', 'a.txt'), 'mine');
    await inRepo('commit', '-qam', 'a change');
    return inRepo('push', '-q', 'origin', 'HEAD:agent');
  };

  test('is refused by GitHub', async () => {
    const { status, stderr } = await change();
    expect(status).toBe(128);
    expect(stderr).toContain('403');
    nothingIsLeft();
  });

  test('works where the function gives tokens for it', async () => {
    hub.allowPush = true;
    expect(await change()).toMatchObject({ status: 0, stderr: '' });
    expect((await inRepo('ls-remote', 'origin', 'agent')).stdout).toContain('refs/heads/agent');
    nothingIsLeft();
  });
});

test('a shell that does not have the variables finds them in the file of the server', async () => {
  const environment = hub.environment();
  writeShellEnvironment(path.join(hub.folder, 'agent'), environment);
  const bare = { GIT_CREDENTIAL_FUNCTION: undefined, AWS_ENDPOINT_URL_LAMBDA: undefined };
  const { status } = await hub.gitCommand(['clone', '-q', hub.urlOf('octo-org/second'), 'repo'], bare);
  expect(status).toBe(0);
  const file = readFileSync(path.join(hub.folder, 'agent', 'environment'), 'utf8');
  expect(file).toContain(`GIT_CREDENTIAL_FUNCTION=${FUNCTION_ARN}\n`);
  Object.values(CREDENTIALS).forEach((secret) => expect(file).not.toContain(secret));
});

describe('the configuration of the image', () => {
  test.each([
    ['ssh://git@gitlab.example/a/b.git', "transport 'ssh' not allowed"],
    ['http://127.0.0.1:1/a/b.git', "transport 'http' not allowed"],
    ['git://127.0.0.1/a/b.git', "transport 'git' not allowed"],
    ['ext::sh -c true', "transport 'ext' not allowed"],
  ])('%s is not reached', async (url, text) => {
    expect((await hub.gitCommand(['ls-remote', url])).stderr).toContain(text);
  });

  test.each(['git@github.com:acme/web.git', 'ssh://git@github.com/acme/web.git'])('%s becomes https', async (url) => {
    const { stdout } = await hub.gitCommand(['ls-remote', '--get-url', url]);
    expect(stdout).toBe('https://github.com/acme/web.git\n');
  });

  test('helpers of a base image are forgotten', async () => {
    const { stdout } = await hub.gitCommand(['config', '--get-all', 'credential.helper']);
    expect(stdout.split('\n')[0]).toBe('');
    expect(stdout.trim()).toMatch(/git-credential\.mjs$/);
  });

  test('a folder can be cloned, and belong to somebody else', async () => {
    await clone();
    expect(await hub.gitCommand(['clone', '-q', path.join(hub.home, 'repo'), 'copy'])).toMatchObject({ status: 0 });
    expect((await hub.gitCommand(['config', 'safe.directory'])).stdout).toBe('*\n');
  });
});
