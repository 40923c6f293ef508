/* How jobs of real coding agents end with their session, and without their tools. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, AGENTS } from '../lib/agents.ts';
import type { Session } from '../lib/session.ts';
import { useJobBench } from '../lib/use-job-bench.ts';

const { claude, codex, gemini, openCode } = AGENTS;
const use = useJobBench();

for (const agent of [claude, codex, gemini, openCode]) {
  test(`${agent.name}: a job whose server is killed is reported as interrupted by the next one`, async () => {
    const { session, job } = await atWork(agent);
    // a machine that is slow may take longer to write what the agent said first than the model to be asked
    await session.recorded(job, 'conversation');
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

// Claude Code begins a session anew by itself, Gemini CLI does not
for (const agent of [claude, gemini]) {
  test(`${agent.name}: calls its tools after the gateway ended their session`, async () => {
    const session = await use.bench.session(agent, 'iam');
    const { gateway, model } = use.bench;
    gateway.sessions = new Set();
    model.script = [agent.tool, agent.tool, { text: 'done' }];
    model.before = (step) => void (step === 1 && gateway.sessions?.clear());
    const { result } = await session.run({ prompt: 'list' });
    assert.deepEqual([result.status, result.message, gateway.toolCalls], ['succeeded', null, 2]);
    // that of the check, that of the agent, and the one that the bridge began
    assert.equal(gateway.accepted.filter((method) => method === 'initialize').length, 3);
  });
}

test('claude-code: one that does not exit after its result is ended, and its work is tested', async () => {
  const session = await use.bench.session(claude, 'iam');
  session.wrap('claude', '"$REAL" "$@"\nexec sleep 600');
  use.bench.model.script = [claude.write('new.txt', 'new'), { text: 'done' }];
  const { result, events } = await session.run({ prompt: 'write', test: 'grep -q new new.txt' });
  assert.deepEqual([result.status, result.text, result.tests?.exitCode], ['succeeded', 'done', 0]);
  assert.ok(events.some((event) => event.type === 'notice' && event.code === 'AgentLingered'));
  assert.deepEqual(session.agentProcesses(), []);
});

test('claude-code: work in the background is waited for, longer than a program may take to exit', async () => {
  const session = await use.bench.session(claude, 'iam');
  const command = 'sleep 14; echo ready > late.txt';
  use.bench.model.script = [
    { tool: 'Bash', input: { command, run_in_background: true } },
    { text: 'begun' },
    { text: 'all done' },
  ];
  const { result } = await session.run({ prompt: 'work', test: 'grep -q ready late.txt' });
  assert.deepEqual([result.status, result.tests?.exitCode], ['succeeded', 0]);
});

test('with the gateway down no agent is started', async () => {
  const session = await use.bench.session(codex, 'jwt');
  use.bench.gateway.isDown = true;
  const { result, events } = await session.run({ prompt: 'go' });
  assert.deepEqual([result.status, result.errorCode], ['failed', 'GatewayUnavailable']);
  assert.ok(events.some((event) => event.type === 'step' && event.name === 'gateway' && event.status === 'failed'));
  assert.deepEqual(use.bench.model.seen, []);
});

test('with a token that the gateway refuses no agent is started', async () => {
  const session = await use.bench.session(codex, 'jwt');
  session.token = 'token-of-somebody-else';
  const { result } = await session.run({ prompt: 'go' });
  assert.deepEqual([result.status, result.errorCode], ['failed', 'GatewayAccessDenied']);
  assert.deepEqual(use.bench.model.seen, []);
  assert.deepEqual(session.filesWith('token-of-somebody-else'), []);
});

for (const agent of [codex, gemini]) {
  test(`${agent.name}: its commands do not get the key of the model`, async () => {
    const session = await use.bench.session(agent, 'iam');
    use.bench.model.script = [agent.shell('env > seen.txt'), agent.shell('cat seen.txt'), { text: 'done' }];
    const { result } = await session.run({
      prompt: 'look',
      test: `! grep -q '${use.bench.gateway.modelKey}' seen.txt`,
    });
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
  });
}

test('the search through processes and files finds what is there', async () => {
  const session = await use.bench.session(codex, 'iam');
  // the key of the model has to be in the environment of the agent
  const found = use.bench.watchProcesses(session, [use.bench.gateway.modelKey], ['--ignore-user-config']);
  await session.run({ prompt: 'a text to be found' });
  assert.ok(found().exposed.some((one) => one.startsWith(use.bench.gateway.modelKey)));
  assert.ok(found().exposed.some((one) => one.startsWith('--ignore-user-config')));
  assert.ok(session.filesWith('a text to be found').length > 0);
});

test('custom: an agent with events of ours does a job', async () => {
  const session = await use.bench.custom();
  const usage = { type: 'usage', tokens: { input: 10, output: 5, cacheRead: 0, cacheWrite: 0 }, dollars: 0.5 };
  const end = { type: 'result', result: { status: 'succeeded', text: 'done', turns: 1, conversation: 'c-1' } };
  const lines = [usage, end].map((event) => `echo '${JSON.stringify(event)}'`);
  const program = ['cat > prompt.txt', 'echo "$AGENT_MODEL $AGENT_MCP_NAME $*" > seen.txt', ...lines].join('\n');
  session.describe('own-agent', program, { output: 'events', resume: ['--resume', '{conversation}'] });
  const first = await session.begin({ prompt: '- write', test: 'grep -qx -- "- write" prompt.txt' });
  const result = await first.result();
  assert.deepEqual([result.status, result.text, result.dollars, result.turns], ['succeeded', 'done', 0.5, 1]);
  const test = 'grep -qx "some-model gateway --resume c-1" seen.txt';
  const next = await session.run({ prompt: 'go on', continues: await first.job(), test });
  assert.deepEqual([next.result.status, next.result.message], ['succeeded', null]);
});

test('custom: an agent with plain text does a job, and its exit code says whether it did', async () => {
  const session = await use.bench.custom();
  session.describe('own-agent', 'echo "I was told: $1"; exit "${#1}"', { prompt: 'argument' });
  const { result } = await session.run({ prompt: '12345' });
  assert.deepEqual([result.status, result.errorCode, result.exitCode], ['failed', 'AgentCrashed', 5]);
  assert.equal(result.text, 'I was told: 12345');
});

/** A job that has called a tool and now waits for its model. */
async function atWork(
  agent: Agent,
): Promise<{ session: Session; job: string; watch: Awaited<ReturnType<Session['begin']>> }> {
  const session = await use.bench.session(agent, 'iam');
  use.bench.model.script = [agent.shell('echo one'), { text: 'never said' }];
  use.bench.model.silentFrom = 1;
  const waiting = use.bench.model.reached(1);
  const watch = await session.begin({ prompt: 'go' });
  const job = await watch.job();
  await waiting;
  return { session, job, watch };
}
