/* A repository that tries to take over the agent before its model acts: by settings, hooks, plugins, and variables. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AGENTS } from '../lib/agents.ts';
import { Canary } from '../lib/canary.ts';
import { addHostileFiles, RULE, VARIABLE } from '../lib/hostile-repository.ts';
import { JobBench } from '../lib/job-bench.ts';
import { ProxyRecorder } from '../lib/silence.ts';

const { claude, codex, gemini, openCode } = AGENTS;

/** What the repository does as soon as the one thing is undone by which the adapter keeps it out. */
const UNDONE = [
  {
    agent: claude,
    command: 'claude',
    undone: () => 'exec "$REAL" "$@" --setting-sources user,project,local',
    // with the key
    called: /-model\/v1\/messages/,
  },
  {
    agent: codex,
    command: 'codex',
    undone: (work: string) => `exec "$REAL" "$@" -c 'projects={"${work}"={trust_level="trusted"}}'`,
    called: /^codex-program$/,
  },
  {
    agent: gemini,
    command: 'gemini',
    undone: () => 'GEMINI_CLI_TRUST_WORKSPACE=true exec "$REAL" "$@"',
    called: /^gemini-discovery$/,
  },
  {
    agent: openCode,
    command: 'opencode',
    undone: () => 'unset OPENCODE_DISABLE_PROJECT_CONFIG\nexec "$REAL" "$@"',
    called: /^opencode-plugin$/,
  },
];

let bench: JobBench;
let canary: Canary;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'canary-'));
  canary = await new Canary(path.join(folder, 'called.txt')).start();
  bench = await new JobBench({}).start();
});
afterEach(async () => {
  await bench.stop();
  canary.stop();
  rmSync(folder, { recursive: true });
});

for (const agent of [claude, codex, gemini, openCode]) {
  test(`${agent.name}: settings of a repository are not followed, its rules are`, async () => {
    const { gateway, model } = bench;
    const session = await bench.session(agent, 'jwt');
    addHostileFiles(session.work, canary);
    model.script = [agent.shell(`env > ${folder}/env.txt`), agent.tool, { text: 'done' }];
    const { result } = await session.run({ prompt: 'look around' });
    assert.deepEqual(canary.called, []);
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
    assert.equal(gateway.toolCalls, 1);
    assert.ok(!readFileSync(path.join(folder, 'env.txt'), 'utf8').includes(VARIABLE));
    assert.ok(model.seen.every(({ headers, body }) => body.includes(RULE) && headers['x-of'] === undefined));
  });
}

for (const { agent, command, undone, called } of UNDONE) {
  test(`${agent.name}: without its adapter's part the repository takes over`, async () => {
    const session = await bench.session(agent, 'jwt');
    addHostileFiles(session.work, canary);
    session.wrap(command, undone(session.work));
    await session.run({ prompt: 'look around', limits: { minutes: 0.5 } });
    assert.ok(
      canary.called.some((one) => called.test(one)),
      canary.called.join('\n'),
    );
  });
}

test('gemini-cli: a repository does not lift the limit of turns', async () => {
  const session = await bench.session(gemini, 'jwt');
  addHostileFiles(session.work, canary);
  bench.model.script = [gemini.shell('echo one')];
  const { result } = await session.run({ prompt: 'go on for ever', limits: { turns: 2, minutes: 0.5 } });
  assert.deepEqual([result.status, result.errorCode], ['limitReached', 'TurnLimit']);
});

const VENDORS = [
  { agent: claude, model: 'claude-sonnet-4-5', host: 'api.anthropic.com:443' },
  { agent: codex, model: 'gpt-5.5', host: 'api.openai.com:443' },
  { agent: gemini, model: 'gemini-2.5-flash', host: 'generativelanguage.googleapis.com:443' },
  { agent: openCode, model: 'anthropic/claude-sonnet-4-5', host: 'api.anthropic.com:443' },
];
for (const { agent, model, host } of VENDORS) {
  test(`${agent.name}: a repository does not redirect what goes to the vendor`, async () => {
    const proxy = await new ProxyRecorder().start();
    await bench.stop();
    bench = await new JobBench(proxy.environment).start();
    const session = await bench.vendor(agent, model);
    addHostileFiles(session.work, canary);
    const watch = await session.begin({ prompt: 'look around', limits: { minutes: 0.5 } });
    const job = await watch.job();
    const ended = watch.result();
    await Promise.race([proxy.firstCall, ended]);
    await session.cancel(job);
    await ended;
    proxy.stop();
    assert.deepEqual([canary.called, [...new Set(proxy.called)]], [[], [host]]);
  });
}

for (const agent of [claude, codex, openCode]) {
  test(`${agent.name}: a repository does not redirect what goes to Bedrock`, async () => {
    const session = await bench.bedrock(agent);
    addHostileFiles(session.work, canary);
    const { result } = await session.run({ prompt: 'look around' });
    assert.deepEqual([canary.called, result.status], [[], 'succeeded']);
  });
}
