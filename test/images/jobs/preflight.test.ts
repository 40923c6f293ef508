import { readFileSync } from 'node:fs';
import { startBridge } from '../../../images/session/bridge/client';
import type { SessionSettings } from '../../../lib/contract/session';
import { PROGRAM, environmentOf } from '../bridge/fixture';
import { REGION, StandIn, TOKEN, consentError, json } from '../bridge/stand-in';
import { DONE, useSessions } from '../session';
import type { TestSession } from '../session';

const { session } = useSessions();
let gateway: StandIn | undefined;

afterEach(async () => gateway?.stop());

async function behind(auth: 'iam' | 'jwt', settings: SessionSettings = {}): Promise<TestSession> {
  gateway = await StandIn.start(auth);
  const more = { AWS_ENDPOINT_URL_BEDROCK_AGENTCORE: gateway.url };
  const environment = environmentOf(gateway, auth, more);
  const bridge = startBridge({ program: PROGRAM, environment });
  return session({
    bridge,
    settings,
    environment: { AWS_REGION: REGION },
    gateway: { url: `${gateway.url}/mcp`, auth },
  });
}

describe('the gateway', () => {
  test('is asked for its tools before the agent starts', async () => {
    const { events, result } = await (await behind('iam')).run([['env', 'MCP_GATEWAY_URL'], DONE]);
    expect(result.status).toBe('succeeded');
    expect(events.slice(1, 3).map(({ event }) => event)).toEqual([
      { type: 'step', name: 'gateway', status: 'started' },
      { type: 'step', name: 'gateway', status: 'done', detail: '2 tools' },
    ]);
    expect(gateway?.methods()).toContain('tools/list');
    expect(gateway?.faults).toEqual([]);
  });

  test('gets the token of the caller, which is in no event and no file', async () => {
    const one = await behind('jwt');
    const { job, result, texts } = await one.run(
      [['text', `it is ${TOKEN}`], DONE],
      {},
      { authorization: `Bearer ${TOKEN}` },
    );
    expect(result.status).toBe('succeeded');
    expect(gateway?.faults).toEqual([]);
    expect(texts).toEqual(['it is [removed]']);
    expect(readFileSync(one.eventsFile(job), 'utf8') + readFileSync(one.recordFile(job), 'utf8')).not.toContain(TOKEN);
  });

  test('without a token of the caller: no agent is started', async () => {
    const { result, events } = await (await behind('jwt')).run([['text', 'ran'], DONE]);
    expect(result).toMatchObject({
      status: 'failed',
      errorCode: 'GatewayAccessDenied',
      message:
        'the gateway wants the token of the caller, and the request had no Authorization header; allow-list that header at the runtime',
      exitCode: null,
    });
    expect(events.map(({ event }) => event.type)).toEqual(['started', 'step', 'step', 'result']);
    expect(events[2].event).toMatchObject({ name: 'gateway', status: 'failed' });
  });

  test.each([
    [403, 'GatewayAccessDenied'],
    [500, 'GatewayUnavailable'],
  ])('that answers %i: no agent is started', async (status, errorCode) => {
    const one = await behind('iam');
    gateway!.handler = (_, response) => json(response, { message: 'no' }, status);
    const { result, texts } = await one.run([['text', 'ran'], DONE]);
    expect(result).toMatchObject({ status: 'failed', errorCode });
    expect(texts).toEqual([]);
  });

  test('that is not there: no agent is started', async () => {
    const one = await behind('iam');
    await gateway!.stop();
    gateway = undefined;
    expect((await one.run([['text', 'ran'], DONE])).result).toMatchObject({ errorCode: 'GatewayUnavailable' });
  });

  test('that wants consent: the job learns the URL', async () => {
    const one = await behind('iam');
    const { handler } = gateway!;
    gateway!.handler = (seen, response) =>
      seen.message?.method === 'tools/call'
        ? json(
            response,
            consentError(
              seen.message.id,
              'https://bedrock-agentcore.eu-west-1.amazonaws.com/identities/oauth2/authorize?request_uri=1',
            ),
          )
        : handler(seen, response);
    const { events } = await one.run([['callTool', CALL], ['wait', 300], DONE]);
    expect(events.map(({ event }) => event)).toContainEqual({
      type: 'consent',
      url: 'https://bedrock-agentcore.eu-west-1.amazonaws.com/identities/oauth2/authorize?request_uri=1',
      tool: 'gh___get_issue',
      message: 'please agree',
    });
  });
});

/** the agent calls a tool, at the address that the run was given */
const CALL = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"gh___get_issue","arguments":{}}}`;

describe('the key of the model', () => {
  const route: SessionSettings = { route: { via: 'provider', credentialProvider: 'anthropic' } };
  const TOKEN_HEADER = 'x-amzn-bedrock-agentcore-runtime-workload-accesstoken';

  test.each(['workloadaccesstoken', 'x-amz-bedrock-agentcore-identity-wat', TOKEN_HEADER])(
    'comes from the Token Vault with %s, only to the agent',
    async (header) => {
      const one = await behind('iam', route);
      const { handler } = gateway!;
      gateway!.handler = (seen, response) =>
        seen.path.includes('api-key') ? json(response, { apiKey: 'canary-key-0001' }) : handler(seen, response);
      const { result, texts, job } = await one.run([['env', 'FAKE_KEY'], DONE], {}, { [header]: 'workload-token-1' });
      expect(result.status).toBe('succeeded');
      expect(texts).toEqual(['FAKE_KEY=[removed]']);
      expect(readFileSync(one.eventsFile(job), 'utf8')).not.toContain('canary-key');
    },
  );

  test('needs the token of the workload', async () => {
    expect((await (await behind('iam', route)).run([DONE])).result).toMatchObject({
      errorCode: 'ModelKeyUnavailable',
      message:
        'the request had no workload access token, without which the Token Vault gives no key; invoke the agent through AgentCore',
    });
  });

  test('that the Token Vault does not give: no agent is started', async () => {
    const one = await behind('iam', route);
    const { handler } = gateway!;
    gateway!.handler = (seen, response) =>
      seen.path.includes('api-key') ? json(response, { message: 'denied' }, 403) : handler(seen, response);
    const { result, texts } = await one.run([['text', 'ran'], DONE], {}, { [TOKEN_HEADER]: 'workload-token-1' });
    expect([result.errorCode, texts]).toEqual(['ModelKeyUnavailable', []]);
  });
});

test('Bedrock needs a region', async () => {
  const { result } = await (await session({ settings: { route: { via: 'bedrock' } } })).run([DONE]);
  expect(result).toMatchObject({
    errorCode: 'ModelUnavailable',
    message: 'AWS_REGION is not set, so no endpoint of Bedrock is known; set it at the runtime',
  });
});
