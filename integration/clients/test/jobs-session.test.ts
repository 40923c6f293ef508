/* How jobs of real coding agents end with their session, and without their tools. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
// @ts-expect-error it is plain JavaScript
import bundle from '../../../scripts/bundle.mjs';
import { type Agent, AGENTS } from '../lib/agents.ts';
import { JobBench } from '../lib/job-bench.ts';
import type { Session } from '../lib/session.ts';
import { ProxyRecorder } from '../lib/silence.ts';

const { claude, codex, gemini, openCode } = AGENTS;
const proxy = new ProxyRecorder();
let bench: JobBench;

before(async () => {
  await (bundle as () => Promise<void>)();
  await proxy.start();
});
after(() => proxy.stop());
beforeEach(async () => {
  bench = await new JobBench(proxy.environment).start();
});
afterEach(() => bench.stop());

for (const agent of [claude, codex, gemini, openCode]) {
  test(`${agent.name}: a job whose server is killed is reported as interrupted by the next one`, async () => {
    const { session, job } = await atWork(agent);
    await session.signal('SIGKILL');
    await session.start();
    const { status, result } = await session.get(job);
    assert.deepEqual([status, result?.errorCode], ['interrupted', 'Interrupted']);
    assert.ok(result?.conversation);
    const watch = await session.attach(job, 0);
    assert.equal((await watch.result()).status, 'interrupted');
    assert.deepEqual(session.agentProcesses(), []);
  });
}

for (const agent of [claude, codex, gemini]) {
  test(`${agent.name}: SIGTERM to the server interrupts the job, and leaves nothing behind`, async () => {
    const { session, job, watch } = await atWork(agent);
    const result = watch.result();
    const code = await session.signal('SIGTERM');
    assert.deepEqual([code, (await result).status, (await result).errorCode], [0, 'interrupted', 'Interrupted']);
    assert.deepEqual(session.agentProcesses(), []);
    await session.start();
    assert.equal((await session.get(job)).status, 'interrupted');
  });
}

test('codex: a job that is cancelled says so, with the tokens it took', async () => {
  const { session, job, watch } = await atWork(codex);
  await session.cancel(job);
  const { status, errorCode, tokens } = await watch.result();
  assert.deepEqual([status, errorCode], ['cancelled', 'Cancelled']);
  assert.deepEqual(tokens, { input: 1000, output: 50, cacheRead: 200, cacheWrite: 0 });
});

test('claude-code: a job that is cancelled does not know its tokens', async () => {
  const { session, job, watch } = await atWork(claude);
  await session.cancel(job);
  const { status, tokens, dollars } = await watch.result();
  assert.deepEqual([status, tokens, dollars], ['cancelled', null, null]);
});

test('with the gateway down no agent is started', async () => {
  const session = await bench.session(codex, 'jwt');
  bench.gateway.isDown = true;
  const { result, events } = await session.run({ prompt: 'go' });
  assert.deepEqual([result.status, result.errorCode], ['failed', 'GatewayUnavailable']);
  assert.ok(events.some((event) => event.type === 'step' && event.name === 'gateway' && event.status === 'failed'));
  assert.deepEqual(bench.model.seen, []);
});

test('with a token that the gateway refuses no agent is started', async () => {
  const session = await bench.session(codex, 'jwt');
  session.token = 'token-of-somebody-else';
  const { result } = await session.run({ prompt: 'go' });
  assert.deepEqual([result.status, result.errorCode], ['failed', 'GatewayAccessDenied']);
  assert.deepEqual(bench.model.seen, []);
  assert.deepEqual(session.filesWith('token-of-somebody-else'), []);
});

for (const agent of [codex, gemini]) {
  test(`${agent.name}: its commands do not get the key of the model`, async () => {
    const session = await bench.session(agent, 'iam');
    bench.model.script = [agent.shell('env > seen.txt'), agent.shell('cat seen.txt'), { text: 'done' }];
    const { result } = await session.run({ prompt: 'look', test: `! grep -q '${bench.gateway.modelKey}' seen.txt` });
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
  });
}

/** A job that has called a tool and now waits for its model. */
async function atWork(
  agent: Agent,
): Promise<{ session: Session; job: string; watch: Awaited<ReturnType<Session['begin']>> }> {
  const session = await bench.session(agent, 'iam');
  bench.model.script = [agent.shell('echo one'), { text: 'never said' }];
  bench.model.silentFrom = 1;
  const waiting = bench.model.reached(1);
  const watch = await session.begin({ prompt: 'go' });
  const job = await watch.job();
  await waiting;
  return { session, job, watch };
}
