import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { DONE, useSessions } from '../session';
import type { TestSession } from '../session';

const { session, workspace } = useSessions();

/** repositories that git finds behind https://git.example */
let remotes: string;
const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };

function git(directory: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', ...IDENTITY };
  return execFileSync('git', ['-c', 'init.defaultBranch=main', '-c', 'protocol.file.allow=always', ...args], {
    cwd: directory,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** a commit on a branch of a remote */
function push(name: string, file: string, content: string, branch = 'main'): void {
  const remote = path.join(remotes, `${name}.git`);
  const clone = path.join(workspace(), 'clone');
  if (!existsSync(remote)) {
    mkdirSync(remote, { recursive: true });
    git(remote, 'init', '--quiet', '--bare');
  }
  git(remotes, 'clone', '--quiet', remote, clone);
  const isThere = git(clone, 'branch', '-r').includes(`origin/${branch}`);
  git(clone, 'checkout', '--quiet', ...(isThere ? [branch] : ['-B', branch]));
  mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
  writeFileSync(path.join(clone, file), content);
  git(clone, 'add', '.');
  git(clone, 'commit', '--quiet', '-m', `${file} on ${branch}`);
  git(clone, 'push', '--quiet', 'origin', branch);
}

async function withRemotes(folder?: string, more: NodeJS.ProcessEnv = {}): Promise<TestSession> {
  const environment = {
    GIT_ALLOW_PROTOCOL: 'https:file',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `url.file://${remotes}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://git.example/',
    GIT_CONFIG_KEY_1: 'protocol.file.allow',
    GIT_CONFIG_VALUE_1: 'always',
    ...more,
  };
  return session({ environment }, folder);
}

const repository = 'https://git.example/octo/app.git';

beforeEach(() => {
  remotes = workspace();
  push('octo/app', 'README.md', 'one');
  push('octo/app', 'feature.txt', 'two', 'feature');
});

test('a repository is cloned, and the agent works in it', async () => {
  const one = await withRemotes();
  const { directory, texts, events } = await one.run([['pwd'], ['read', 'README.md'], DONE], { repository });
  expect(directory).toBe(path.join(one.workspace, 'git.example', 'octo', 'app'));
  expect(texts).toEqual([directory, 'one']);
  expect(events.slice(1, 3).map(({ event }) => event)).toEqual([
    { type: 'step', name: 'repository', status: 'started', detail: repository },
    { type: 'step', name: 'repository', status: 'done', detail: 'cloned, on main' },
  ]);
});

test('a branch that exists is checked out, with what others pushed since', async () => {
  const one = await withRemotes();
  expect((await one.run([['read', 'feature.txt'], DONE], { repository, branch: 'feature' })).texts).toEqual(['two']);
  push('octo/app', 'feature.txt', 'three', 'feature');
  const { texts, events } = await one.run([['read', 'feature.txt'], DONE], { repository, branch: 'feature' });
  expect(texts).toEqual(['three']);
  expect(events[2].event).toMatchObject({ status: 'done', detail: 'fetched, on feature' });
});

test('a branch that does not exist is made from the default branch, without one to follow', async () => {
  const one = await withRemotes();
  const { directory } = await one.run([DONE], { repository, branch: 'feature' });
  await one.run([DONE], { repository, branch: 'agent/new-one' });
  expect(git(directory, 'branch', '--show-current')).toBe('agent/new-one');
  expect(git(directory, 'rev-parse', 'HEAD')).toBe(git(directory, 'rev-parse', 'origin/main'));
  expect(git(directory, 'for-each-ref', '--format=%(upstream)', 'refs/heads/agent/new-one')).toBe('');
});

test('an empty repository can be begun on a branch', async () => {
  mkdirSync(path.join(remotes, 'octo', 'empty.git'));
  git(path.join(remotes, 'octo', 'empty.git'), 'init', '--quiet', '--bare');
  const { result, directory } = await (
    await withRemotes()
  ).run([DONE], { repository: 'https://git.example/octo/empty', branch: 'first' });
  expect(result.status).toBe('succeeded');
  expect(git(directory, 'branch', '--show-current')).toBe('first');
});

test('work that is not committed is never left behind for another branch', async () => {
  const one = await withRemotes();
  const { directory } = await one.run([['write', ['README.md', 'mine']], DONE], { repository });
  const { result, events } = await one.run([['text', 'ran'], DONE], { repository, branch: 'feature' });
  expect(result).toMatchObject({
    status: 'failed',
    errorCode: 'RepositoryUnavailable',
    message: `${directory} is on main and holds work that is not committed, so feature is not checked out; commit it, for example by a job that continues the one before, or ask for the same branch`,
  });
  expect(events.at(-2)?.event).toMatchObject({ type: 'step', name: 'repository', status: 'failed' });
  expect(readFileSync(path.join(directory, 'README.md'), 'utf8')).toBe('mine');
  // on the same branch it goes on
  expect((await one.run([['read', 'README.md'], DONE], { repository, branch: 'main' })).texts).toEqual(['mine']);
});

test('commits that went apart are left as they are, and said', async () => {
  const one = await withRemotes();
  const { directory } = await one.run([DONE], { repository, branch: 'main' });
  writeFileSync(path.join(directory, 'mine.txt'), 'mine');
  git(directory, 'add', '.');
  git(directory, 'commit', '--quiet', '-m', 'mine');
  push('octo/app', 'README.md', 'theirs');
  const { events, texts } = await one.run([['read', 'README.md'], DONE], { repository, branch: 'main' });
  expect(texts).toEqual(['one']);
  expect(events.map(({ event }) => event)).toContainEqual({
    type: 'notice',
    code: 'BranchDiverged',
    message: 'main and origin/main both have new commits; it is left as it is',
  });
});

test('submodules come along; without those of other transports the job works, with a notice', async () => {
  push('octo/part', 'part.txt', 'part');
  const clone = path.join(workspace(), 'clone');
  git(remotes, 'clone', '--quiet', path.join(remotes, 'octo/app.git'), clone);
  git(clone, 'submodule', 'add', '--quiet', path.join(remotes, 'octo/part.git'), 'part');
  git(clone, 'config', '-f', '.gitmodules', 'submodule.part.url', 'https://git.example/octo/part.git');
  git(clone, 'commit', '--quiet', '-am', 'part');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
  expect((await (await withRemotes()).run([['read', 'part/part.txt'], DONE], { repository })).texts).toEqual(['part']);
  git(clone, 'config', '-f', '.gitmodules', 'submodule.part.url', 'ext::sh -c id');
  git(clone, 'commit', '--quiet', '-am', 'bad');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
  const { result, events, directory } = await (await withRemotes()).run([DONE], { repository });
  expect(result.status).toBe('succeeded');
  expect(noticesIn(events)).toEqual([['SubmoduleMissing', expect.stringContaining("transport 'ext' not allowed")]]);
  expect(existsSync(path.join(directory, 'README.md'))).toBe(true);
});

test('a submodule that could not be fetched is fetched by the next job, and work in the others stays', async () => {
  push('octo/one', 'one.txt', 'one');
  push('octo/two', 'two.txt', 'two');
  const clone = path.join(workspace(), 'clone');
  git(remotes, 'clone', '--quiet', path.join(remotes, 'octo/app.git'), clone);
  for (const name of ['one', 'two']) {
    git(clone, 'submodule', 'add', '--quiet', path.join(remotes, `octo/${name}.git`), name);
    git(clone, 'config', '-f', '.gitmodules', `submodule.${name}.url`, `https://git.example/octo/${name}.git`);
  }
  git(clone, 'commit', '--quiet', '-am', 'parts');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
  renameSync(path.join(remotes, 'octo/two.git'), path.join(remotes, 'octo/away.git'));
  const one = await withRemotes();
  const first = await one.run([['read', 'one/one.txt'], ['write', ['one/one.txt', 'mine']], DONE], { repository });
  expect(first.result.status).toBe('succeeded');
  expect(first.texts).toEqual(['one']);
  expect(noticesIn(first.events)).toEqual([['SubmoduleMissing', expect.stringContaining('octo/two')]]);
  renameSync(path.join(remotes, 'octo/away.git'), path.join(remotes, 'octo/two.git'));
  const second = await one.run([['read', 'two/two.txt'], ['read', 'one/one.txt'], DONE], { repository });
  expect(noticesIn(second.events)).toEqual([]);
  expect(second.texts).toEqual(['two', 'mine']);
});

test('a submodule that cannot be fetched keeps no job from another branch, nor the others from their commits', async () => {
  push('octo/one', 'one.txt', 'one');
  const clone = path.join(workspace(), 'clone');
  git(remotes, 'clone', '--quiet', path.join(remotes, 'octo/app.git'), clone);
  for (const name of ['gone', 'one']) {
    git(clone, 'submodule', 'add', '--quiet', path.join(remotes, 'octo/one.git'), name);
    git(clone, 'config', '-f', '.gitmodules', `submodule.${name}.url`, `https://git.example/octo/${name}.git`);
  }
  git(clone, 'commit', '--quiet', '-am', 'parts');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
  const one = await withRemotes();
  await one.run([DONE], { repository, branch: 'main' });
  push('octo/one', 'one.txt', 'newer');
  git(clone, '-C', 'one', 'pull', '--quiet', path.join(remotes, 'octo/one.git'), 'main');
  git(clone, 'commit', '--quiet', '-am', 'newer part');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
  const next = await one.run([['read', 'one/one.txt'], DONE], { repository, branch: 'main' });
  expect([next.result.status, next.texts]).toEqual(['succeeded', ['newer']]);
  expect(noticesIn(next.events)).toEqual([['SubmoduleMissing', expect.stringContaining('submodule gone')]]);
  expect((await one.run([DONE], { repository, branch: 'feature' })).result.status).toBe('succeeded');
});

test.each([
  ['a tag', ['tag', 'origin/HEAD']],
  ['a branch', ['branch', 'origin/HEAD']],
])('%s that is called as a remote branch is not taken for one', async (_what, command) => {
  const one = await withRemotes();
  const { directory } = await one.run([DONE], { repository, branch: 'feature' });
  git(directory, ...command);
  git(directory, 'tag', 'origin/main');
  const { result } = await one.run([DONE], { repository, branch: 'agent/new-one' });
  expect(result.message ?? '').toBe('');
  expect(git(directory, 'rev-parse', 'agent/new-one')).toBe(git(directory, 'rev-parse', 'refs/remotes/origin/main'));
  expect((await one.run([DONE], { repository, branch: 'main' })).result.status).toBe('succeeded');
});

test('a branch origin/HEAD may be asked for, and does not break the next job', async () => {
  const one = await withRemotes();
  expect((await one.run([DONE], { repository, branch: 'origin/HEAD' })).result.status).toBe('succeeded');
  const { result, directory } = await one.run([DONE], { repository, branch: 'agent/next' });
  expect(result.status).toBe('succeeded');
  expect(git(directory, 'branch', '--show-current')).toBe('agent/next');
});

function noticesIn(events: Awaited<ReturnType<TestSession['run']>>['events']): unknown[] {
  return events.flatMap(({ event }) => (event.type === 'notice' ? [[event.code, event.message]] : []));
}

test('a repository that is not there', async () => {
  const { result } = await (await withRemotes()).run([DONE], { repository: 'https://git.example/octo/none' });
  expect(result).toMatchObject({ status: 'failed', errorCode: 'RepositoryUnavailable' });
  expect(result.message).toMatch(/^git clone failed with exit code 128: .*octo\/none/);
});

test('a clone that was broken off is not taken for one', async () => {
  const one = await withRemotes();
  const half = path.join(one.workspace, 'git.example', 'octo', '.app+clone');
  mkdirSync(half, { recursive: true });
  writeFileSync(path.join(half, 'litter'), '');
  const { directory } = await one.run([DONE], { repository });
  expect([existsSync(half), existsSync(path.join(directory, 'litter'))]).toEqual([false, false]);
});

describe('a lock that git left when it was killed', () => {
  const lockOf = (directory: string, name = 'index.lock') => path.join(directory, '.git', name);

  test('does not keep the next job from another branch', async () => {
    const one = await withRemotes();
    const { directory } = await one.run([DONE], { repository });
    ['index.lock', 'HEAD.lock'].forEach((name) => writeFileSync(lockOf(directory, name), ''));
    const { texts } = await one.run([['read', 'feature.txt'], DONE], { repository, branch: 'feature' });
    expect([texts, existsSync(lockOf(directory))]).toEqual([['two'], false]);
  });

  test('stays while a git of somebody works there', async () => {
    const one = await withRemotes();
    const { directory } = await one.run([DONE], { repository });
    writeFileSync(lockOf(directory), '');
    // it waits for its input
    const other = spawn('git', ['cat-file', '--batch'], { cwd: directory, stdio: ['pipe', 'ignore', 'ignore'] });
    const { result } = await one.run([DONE], { repository, branch: 'feature' });
    other.kill('SIGKILL');
    expect(result.message).toContain('Another git process seems to be running in this repository');
    expect(existsSync(lockOf(directory))).toBe(true);
  });

  test('is not looked for behind a link, and is none if it is a link', async () => {
    const one = await withRemotes();
    const { directory } = await one.run([DONE], { repository });
    symlinkSync('/nonexistent', lockOf(directory));
    await one.run([DONE], { repository, branch: 'feature' });
    expect(lstatSync(lockOf(directory)).isSymbolicLink()).toBe(true);
    rmSync(lockOf(directory));
    const elsewhere = path.join(workspace(), 'elsewhere');
    renameSync(path.join(directory, '.git'), elsewhere);
    symlinkSync(elsewhere, path.join(directory, '.git'));
    writeFileSync(path.join(elsewhere, 'index.lock'), '');
    await one.run([DONE], { repository, branch: 'feature' });
    expect(existsSync(path.join(elsewhere, 'index.lock'))).toBe(true);
  });
});

test('a folder that is something else is left alone', async () => {
  const one = await withRemotes();
  const directory = path.join(one.workspace, 'git.example', 'octo', 'app');
  mkdirSync(directory, { recursive: true });
  expect((await one.run([DONE], { repository })).result.message).toBe(
    `${directory} exists and is no clone of ${repository}; move it away`,
  );
  rmSync(directory, { recursive: true });
});

test('large files: a notice without git-lfs, pulled with it', async () => {
  push('octo/app', '.gitattributes', '*.bin filter=lfs\n');
  const { events } = await (await withRemotes()).run([DONE], { repository });
  const has = events.some(({ event }) => event.type === 'notice' && event.code === 'LfsMissing');
  const bin = workspace();
  writeFileSync(path.join(bin, 'git-lfs'), `#!/bin/sh\necho "$@" >> ${bin}/calls\n`);
  chmodSync(path.join(bin, 'git-lfs'), 0o755);
  await (await withRemotes(undefined, { PATH: `${bin}:${process.env.PATH}` })).run([DONE], { repository });
  expect([has, readFileSync(path.join(bin, 'calls'), 'utf8')]).toEqual([true, 'version\npull\n']);
});

test('a job that is cancelled while git works ends', async () => {
  const bin = workspace();
  writeFileSync(path.join(bin, 'git'), '#!/bin/sh\nsleep 60\n');
  chmodSync(path.join(bin, 'git'), 0o755);
  const one = await withRemotes(undefined, { PATH: `${bin}:${process.env.PATH}` });
  const job = await one.begin([DONE], { repository });
  expect((await one.invoke({ op: 'cancel', job })).json.status).toBe('cancelled');
});

describe('old versions of files', () => {
  const allowFilters = (): string =>
    git(path.join(remotes, 'octo/app.git'), 'config', 'uploadpack.allowFilter', 'true');
  const missing = (clone: string): string[] =>
    git(clone, 'rev-list', '--objects', '--all', '--missing=print')
      .split('\n')
      .filter((line) => line.startsWith('?'));

  test('are left on the server until somebody looks at them, and a job can', async () => {
    push('octo/app', 'large.bin', 'old '.repeat(100_000));
    push('octo/app', 'large.bin', 'new');
    allowFilters();
    const one = await withRemotes();
    const clone = path.join(one.workspace, 'git.example', 'octo', 'app');
    const { result } = await one.run([DONE], { repository, test: 'git log -p --all -- large.bin | grep -c "old "' });
    expect(result).toMatchObject({ status: 'succeeded', tests: { exitCode: 0 } });
    // with the file of the other branch
    const other = await withRemotes();
    await other.run([DONE], { repository });
    expect(missing(path.join(other.workspace, 'git.example', 'octo', 'app'))).toHaveLength(2);
    expect(missing(clone)).toHaveLength(1);
  });

  test('of a server that cannot do this come with the clone', async () => {
    push('octo/app', 'large.bin', 'old');
    push('octo/app', 'large.bin', 'new');
    const one = await withRemotes();
    const { result } = await one.run([DONE], { repository });
    expect(result.status).toBe('succeeded');
    expect(missing(path.join(one.workspace, 'git.example', 'octo', 'app'))).toEqual([]);
  });
});
