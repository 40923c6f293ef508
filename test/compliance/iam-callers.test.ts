import type { FullApp } from './apps';
import { ask } from './iam-simulator';
import { app, arnOf, deployed, question } from './questions';

type GrantName = keyof FullApp['callers'];

const ACTIONS = {
  invoke: ['InvokeAgentRuntime', 'InvokeAgentRuntimeWithWebSocketStream'],
  forUser: ['InvokeAgentRuntimeForUser', 'InvokeAgentRuntimeWithWebSocketStreamForUser'],
  exec: ['InvokeAgentRuntimeCommand'],
  shell: ['InvokeAgentRuntimeCommandShell'],
  stop: ['StopRuntimeSession'],
  nobody: ['GetAgentCard', 'UpdateAgentRuntime', 'DeleteAgentRuntime', 'DeleteAgentRuntimeEndpoint'],
};
const ALL = Object.values(ACTIONS).flat();
const GRANTED: Record<GrantName, string[]> = {
  invoke: ACTIONS.invoke,
  forUser: [...ACTIONS.invoke, ...ACTIONS.forUser],
  exec: ACTIONS.exec,
  shell: ACTIONS.shell,
  stop: ACTIONS.stop,
  live: ACTIONS.invoke,
};
const GRANTS = Object.keys(GRANTED) as GrantName[];

/** What a caller may do at an endpoint. AgentCore checks a call on the runtime and on the endpoint. */
async function allowedAt(grant: GrantName, runtimeArn: string, endpoint: string): Promise<string[]> {
  const role = deployed.role(app.callers[grant].role);
  const allowed: string[] = [];
  for (const action of ALL) {
    const runtime = await ask(role, question(`bedrock-agentcore:${action}`, runtimeArn));
    const way = await ask(role, question(`bedrock-agentcore:${action}`, `${runtimeArn}/runtime-endpoint/${endpoint}`));
    if (runtime === 'Allowed' && way === 'Allowed') {
      allowed.push(action);
    }
  }
  return allowed;
}

describe.each(GRANTS)('a caller with the grant %s', (grant) => {
  test('may do exactly that at the endpoint live', async () => {
    expect(await allowedAt(grant, arnOf.claude, 'live')).toEqual(GRANTED[grant]);
  });

  test(grant === 'live' ? 'may not use DEFAULT' : 'may do the same at DEFAULT', async () => {
    expect(await allowedAt(grant, arnOf.claude, 'DEFAULT')).toEqual(grant === 'live' ? [] : GRANTED[grant]);
  });

  test.each(['live2', 'liv'])('may not use an endpoint %s that nobody granted', async (endpoint) => {
    expect(await allowedAt(grant, arnOf.claude, endpoint)).toEqual([]);
  });

  test.each(['DEFAULT', 'live'])('may do nothing with the endpoint %s of another agent', async (endpoint) => {
    expect(await allowedAt(grant, arnOf.codex, endpoint)).toEqual([]);
  });
});
