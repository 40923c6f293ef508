/* What a repository, or an agent that worked in its clone before, can make the server's git do. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { DONE, isAlive, until, useSessions } from '../session';
import type { TestSession } from '../session';

const { session, workspace } = useSessions();
const repository = 'https://git.example/octo/app';
const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
let remotes: string;

function git(directory: string, ...args: string[]): void {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', ...IDENTITY };
  execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], { cwd: directory, env, stdio: 'ignore' });
}

/** a remote with one commit */
function remote(fill: (folder: string) => void): void {
  const folder = path.join(remotes, 'octo', 'app.git');
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet');
  git(folder, 'config', 'receive.denyCurrentBranch', 'ignore');
  writeFileSync(path.join(folder, 'README.md'), 'one');
  fill(folder);
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'one');
  git(folder, 'branch', 'other');
}

async function withRemotes(more: NodeJS.ProcessEnv = {}): Promise<TestSession> {
  const environment = {
    GIT_ALLOW_PROTOCOL: 'https:file',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.file://${remotes}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://git.example/',
    ...more,
  };
  return session({ environment });
}

beforeEach(() => {
  remotes = workspace();
});

test.each([
  ['what never ends', '/dev/zero'],
  ['nothing', '/nonexistent'],
  ['itself', '.gitattributes'],
])('a link to %s in the place of .gitattributes is not followed', async (_, target) => {
  remote((folder) => symlinkSync(target, path.join(folder, '.gitattributes')));
  expect((await (await withRemotes()).run([DONE], { repository })).result.status).toBe('succeeded');
});

test('hooks and watchers that an agent left in the clone do not run before the next one', async () => {
  remote(() => undefined);
  const one = await withRemotes();
  const { directory } = await one.run([DONE], { repository });
  const ran = path.join(remotes, 'ran');
  const script = `#!/bin/sh\necho "$0" >> ${ran}\n`;
  for (const name of ['post-checkout', 'post-merge', 'reference-transaction']) {
    writeFileSync(path.join(directory, '.git', 'hooks', name), script, { mode: 0o755 });
  }
  const watcher = path.join(remotes, 'watcher');
  writeFileSync(watcher, script, { mode: 0o755 });
  git(directory, 'config', 'core.fsmonitor', watcher);
  git(directory, 'config', 'core.hooksPath', '.git/hooks');
  const { result } = await one.run([DONE], { repository, branch: 'other' });
  expect([result.status, existsSync(ran)]).toEqual(['succeeded', false]);
});

test('what runs for git has none of the secrets of a job, and ends with it', async () => {
  remote((folder) => writeFileSync(path.join(folder, '.gitattributes'), '* filter=spy\n'));
  const seen = path.join(remotes, 'seen');
  const spy = path.join(remotes, 'spy');
  writeFileSync(spy, `#!/bin/sh\nenv > ${seen}\nsleep 600 >/dev/null 2>&1 & echo $! >> ${seen}.pid\ncat\n`, {
    mode: 0o755,
  });
  const one = await withRemotes({
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_1: 'filter.spy.smudge',
    GIT_CONFIG_VALUE_1: spy,
    AGENT_SETTINGS: '{}',
    MCP_GATEWAY_AUTH: 'iam',
  });
  await one.run(
    [DONE],
    { repository },
    { authorization: 'Bearer canary-caller', workloadaccesstoken: 'canary-workload' },
  );
  const environment = readFileSync(seen, 'utf8');
  expect(environment).toContain('AGENT_JOB=');
  expect(environment).not.toMatch(/canary|MCP_GATEWAY|AGENT_SETTINGS|KEY=sk/);
  const pid = Number(readFileSync(`${seen}.pid`, 'utf8').split('\n')[0]);
  await until(() => !existsSync(`/proc/${pid}/environ`) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
});

test('a process that git leaves behind, with its output in the hand, does not hold the job', async () => {
  remote(() => undefined);
  const bin = workspace();
  const left = path.join(bin, 'left');
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  writeFileSync(
    path.join(bin, 'git'),
    `#!/bin/bash\nenv -i setsid bash -c 'echo $$ >${left}; exec sleep 120' &\nexec ${real} "$@"\n`,
  );
  chmodSync(path.join(bin, 'git'), 0o755);
  const one = await withRemotes({ PATH: `${bin}:${process.env.PATH}` });
  const { result } = await one.run([DONE], { repository });
  expect(result.status).toBe('succeeded');
  const pid = Number(readFileSync(left, 'utf8'));
  expect(isAlive(pid)).toBe(true);
  process.kill(pid);
});
