/* Real coding agents do jobs in the session server as it is shipped, with scripted models. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AgentEvent, JobResult } from '../../../images/session/contract/index.ts';
import { pinsIn } from '../../../scripts/images/pins.ts';
import { CREDENTIALS } from '../../../test/sigv4.ts';
import { type Agent, AGENTS, packageOf } from '../lib/agents.ts';
import { versionOf } from '../lib/sandbox.ts';
import { useJobBench } from '../lib/use-job-bench.ts';

const { claude, codex, gemini, openCode } = AGENTS;
const FILE = 'new.txt';
const PINS = pinsIn(fileURLToPath(new URL('../../../images', import.meta.url)));

const use = useJobBench();

for (const agent of [claude, codex, gemini, openCode]) {
  test(`${agent.name}: what is installed is what ships`, () => {
    assert.equal(versionOf(packageOf(agent.name)), PINS[agent.name].version);
  });

  test(`${agent.name}: does a job with the caller's token, which it never sees, and goes on with it`, async () => {
    const { gateway, model } = use.bench;
    const session = await use.bench.session(agent, 'jwt');
    model.script = work(agent, session.work);
    const found = use.bench.watchProcesses(session, [gateway.token, gateway.workloadToken], [gateway.modelKey]);

    const first = await session.begin({ prompt: '- add the file', test: `test "$(cat ${FILE})" = hi` });
    const job = await first.job();
    const { id } = await first.until(({ type }) => type === 'tool');
    await first.close();
    const second = await session.attach(job, id);
    const result = await second.result();

    assertWorked(agent, result);
    assert.equal(result.tests?.exitCode, 0);
    assert.equal(readFileSync(path.join(session.work, FILE), 'utf8').trim(), 'hi');
    assert.equal(gateway.toolCalls, 1);
    assert.deepEqual(gateway.refused, []);
    assert.ok(model.seen.some(({ prompt }) => prompt.includes('- add the file')));
    assert.deepEqual(found(), { looks: model.seen.length, exposed: [] });

    const all = await session.attach(job, 0);
    await all.result();
    const idsSeen = [...first.seen.filter((seen) => seen.id <= id), ...second.seen].map((seen) => seen.id);
    assert.deepEqual(
      idsSeen,
      all.seen.map((seen) => seen.id),
    );
    assertTold(all.seen.map(({ event }) => event));

    // what it needs to go on is in the workspace
    await session.nextMicroVm();
    const next = await session.run({ prompt: 'and again', continues: job });
    assertWorked(agent, next.result);
    assert.equal(next.result.conversation, result.conversation);
    assert.deepEqual(session.agentProcesses(), []);
    // nothing was installed
    assert.ok(!existsSync(path.join(session.home, '.npm')));
    for (const secret of [gateway.token, gateway.workloadToken, gateway.modelKey, CREDENTIALS.AWS_SECRET_ACCESS_KEY]) {
      assert.deepEqual(session.filesWith(secret), []);
    }
  });
}

for (const agent of [claude, codex, openCode]) {
  test(`${agent.name}: does a job on Bedrock, with the role of its session, for its gateway too`, async () => {
    const { gateway, model, metadata } = use.bench;
    const session = await use.bench.bedrock(agent);
    model.script = work(agent, session.work);
    const { result } = await session.run({ prompt: 'add the file' });
    assertWorked(agent, result);
    assert.equal(gateway.toolCalls, 1);
    assert.deepEqual(gateway.refused, []);
    assert.ok(metadata.given > 0);
    assert.ok(model.seen.every(({ headers }) => headers['x-amz-security-token'] === CREDENTIALS.AWS_SESSION_TOKEN));
    assert.ok(model.seen.every(({ headers }) => headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')));
    // on Bedrock, Claude Code lists the inference profiles at each start
    assert.deepEqual(new Set(model.others), new Set(agent === claude ? ['GET /bedrock/inference-profiles'] : []));
  });
}

for (const agent of [claude, codex, gemini, openCode]) {
  test(`${agent.name}: a subagent works outside of the directory too, and nobody is asked`, async () => {
    const { model } = use.bench;
    const session = await use.bench.session(agent, 'iam');
    const outside = path.join(session.root, 'outside');
    mkdirSync(outside);
    const file = path.join(outside, FILE);
    // Gemini CLI writes by its own tool into the directory only, and says so at once
    const write = agent === gemini ? agent.shell(`printf hi > ${file}`) : agent.write(file, 'hi');
    model.subagents.set('look around', [write, agent.shell(`cat ${file} > ${outside}/read.txt`), agent.subagent.end]);
    // the subagents of Codex work beside it
    model.script = [agent.subagent.start('look around'), agent.shell('sleep 4'), { text: 'all is looked at' }];
    const { result } = await session.run({ prompt: 'look', limits: { minutes: 2 } });
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
    assert.equal(result.text, 'all is looked at');
    assert.equal(readFileSync(path.join(outside, 'read.txt'), 'utf8').trim(), 'hi');
  });
}

test('gemini-cli: on Bedrock it is refused', async () => {
  const session = await use.bench.bedrock(gemini);
  const { result } = await session.run({ prompt: 'add the file' });
  assert.deepEqual([result.status, result.errorCode], ['failed', 'AgentNotStarted']);
  assert.match(String(result.message), /gemini-cli cannot reach its model this way/);
});

const CAPS = [
  { agent: claude, limits: { turns: 2 }, errorCode: 'TurnLimit', how: 'by itself' },
  { agent: claude, limits: { dollars: 0.005 }, errorCode: 'DollarLimit', how: 'by itself' },
  { agent: gemini, limits: { turns: 2 }, errorCode: 'TurnLimit', how: 'by itself' },
  { agent: gemini, limits: { dollars: 0.005 }, errorCode: 'DollarLimit', how: 'by the file of its conversation' },
  { agent: codex, limits: { dollars: 0.005 }, errorCode: 'DollarLimit', how: 'by the file of its conversation' },
  { agent: openCode, limits: { turns: 1 }, errorCode: 'TurnLimit', how: 'by its output' },
  { agent: openCode, limits: { dollars: 0.005 }, errorCode: 'DollarLimit', how: 'by its output' },
  { agent: codex, limits: { minutes: 0.05 }, errorCode: 'TimeLimit', how: 'by the clock' },
] as const;
for (const { agent, limits, errorCode, how } of CAPS) {
  test(`${agent.name}: a limit of ${Object.keys(limits)[0]} ends it, ${how}`, async () => {
    const session = await use.bench.session(agent, 'iam');
    use.bench.model.script = [agent.shell('echo one'), agent.shell('echo two'), agent.shell('echo three')];
    // no answer comes any more: only the limit can end it
    use.bench.model.silentFrom = 3;
    const { result } = await session.run({ prompt: 'go on for ever', limits });
    assert.deepEqual([result.status, result.errorCode], ['limitReached', errorCode]);
    assert.deepEqual(session.agentProcesses(), []);
  });
}

test('codex: a limit of turns is refused, for it has none', async () => {
  const session = await use.bench.session(codex, 'iam');
  await assert.rejects(session.begin({ prompt: 'go', limits: { turns: 2 } }), /400 .*LimitNotSupported/);
});

const REFUSALS = [
  { agent: claude, status: 500, errorCode: 'ModelUnavailable' },
  { agent: codex, status: 429, errorCode: 'ModelThrottled' },
  { agent: codex, status: 401, errorCode: 'ModelAccessDenied' },
  { agent: gemini, status: 401, errorCode: 'ModelAccessDenied' },
  { agent: openCode, status: 400, errorCode: 'ModelRequestInvalid' },
] as const;
for (const { agent, status, errorCode } of REFUSALS) {
  test(`${agent.name}: a model that answers ${status} fails the job with ${errorCode}`, async () => {
    const session = await use.bench.session(agent, 'iam');
    use.bench.model.fault = () => ({ status });
    const { result } = await session.run({ prompt: 'go' });
    assert.deepEqual([result.status, result.errorCode], ['failed', errorCode]);
    assert.ok(result.message);
  });
}

test('opencode: a model that answers 429 for ever is asked for ever, in silence, until somebody ends the job', async () => {
  const session = await use.bench.session(openCode, 'iam');
  const askedAgain = new Promise<void>((resolve) => {
    use.bench.model.fault = (number) => {
      if (number === 1) {
        resolve();
      }
      return { status: 429 };
    };
  });
  const watch = await session.begin({ prompt: 'go' });
  const job = await watch.job();
  await askedAgain;
  await session.cancel(job);
  const { status, errorCode } = await watch.result();
  assert.deepEqual([status, errorCode], ['cancelled', 'Cancelled']);
  const told = watch.seen.map(({ event }) => event.type);
  assert.deepEqual(
    told.filter((type) => !['started', 'step', 'result'].includes(type)),
    [],
  );
});

test('no agent called anyone but its model and its gateway', () => {
  assert.deepEqual(use.proxy.called, []);
});

/** Write a file, look at it as tests do, ask the gateway, and say so. */
function work(agent: Agent, directory: string): typeof use.bench.model.script {
  return [
    agent.write(path.join(directory, FILE), 'hi'),
    agent.shell(`cat ${FILE}`),
    agent.tool,
    { text: 'the file is there' },
  ];
}

/** Four answers, no more and no less, in a second job too. */
function assertWorked(agent: Agent, result: JobResult): void {
  assert.equal(result.message, null);
  assert.deepEqual([result.status, result.errorCode, result.exitCode], ['succeeded', null, 0]);
  assert.equal(result.text, 'the file is there');
  const { cacheWrite, ...tokens } = result.tokens ?? { cacheWrite: -1 };
  assert.deepEqual(tokens, { input: 4000, output: 200, cacheRead: 800 });
  assert.ok(cacheWrite === 0 || cacheWrite === 400);
  assert.equal(result.turns, agent === codex || agent === gemini ? null : 4);
  assert.equal(result.dollarsFrom, agent === claude ? 'cli' : 'prices');
  assert.ok(result.dollars !== null && result.dollars > 0.015 && result.dollars < 0.019, String(result.dollars));
  assert.ok(result.conversation);
}

function assertTold(events: AgentEvent[]): void {
  const tools = events.filter((event) => event.type === 'tool');
  assert.equal(tools.filter(({ status }) => status === 'started').length, 3);
  assert.equal(tools.filter(({ status }) => status === 'done').length, 3);
  assert.ok(tools.some(({ output }) => output?.includes('ticket 7')));
  assert.ok(events.some((event) => event.type === 'text' && event.text === 'the file is there'));
  assert.ok(events.some((event) => event.type === 'usage'));
  assert.deepEqual([events[0].type, events.at(-1)?.type], ['started', 'result']);
}
