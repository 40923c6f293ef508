import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startBridge } from '../../../images/session/bridge/client';
import { call, environmentOf, post, PROGRAM, until, useBridge } from './fixture';
import { consentError, events, json, mcp, SESSION, StandIn, TOKEN } from './stand-in';

describe('check', () => {
  const use = useBridge('jwt');

  test('asks for the tools as a CLI does, and leaves no session', async () => {
    expect(await use.bridge.check({ job: 'job-1' })).toEqual({ ok: true, tools: 2 });
    expect(use.gateway.methods()).toEqual(['initialize', 'notifications/initialized', 'tools/list', 'DELETE']);
    const sessions = use.gateway.seen.map(({ headers }) => headers['mcp-session-id']);
    expect(sessions).toEqual([undefined, SESSION, SESSION, SESSION]);
    expect(use.gateway.seen[2].headers['mcp-protocol-version']).toBe('2025-11-25');
    expect(use.gateway.faults).toEqual([]);
  });

  test('reads answers that come as events, of streams that stay open', async () => {
    use.gateway.handler = (seen, response) => {
      const { id, method } = seen.message ?? {};
      if (id === undefined) {
        return mcp(seen, response);
      }
      const result = method === 'initialize' ? { protocolVersion: '2025-06-18' } : { tools: [{}] };
      events(response, { jsonrpc: '2.0', method: 'notifications/message' }, { jsonrpc: '2.0', id, result });
    };
    expect(await use.bridge.check({ job: 'job-1' })).toEqual({ ok: true, tools: 1 });
    expect(use.gateway.seen[2].headers['mcp-protocol-version']).toBe('2025-06-18');
  });

  test('is content where the list of tools waits for consent', async () => {
    use.gateway.handler = (seen, response) =>
      seen.message?.method === 'tools/list'
        ? json(response, consentError(2, 'https://x.amazonaws.com/'))
        : mcp(seen, response);
    expect(await use.bridge.check({ job: 'job-1' })).toEqual({ ok: true, tools: 0 });
  });

  test.each([
    ['refuses the token', 401, {}, 'GatewayAccessDenied', 'the gateway does not accept the token of the caller'],
    ['lacks a right', 403, {}, 'GatewayAccessDenied', 'the token of the caller does not allow this'],
    ['fails', 500, {}, 'GatewayUnavailable', 'the gateway has an error'],
    ['answers with an error', 200, { error: { message: 'no' } }, 'GatewayUnavailable', 'does not accept this request'],
    ['answers nothing of use', 200, 'hello', 'GatewayUnavailable', 'does not accept this request'],
  ])('a gateway that %s', async (_, status, body, errorCode, text) => {
    use.gateway.handler = (__, response) => json(response, body, status);
    const check = await use.bridge.check({ job: 'job-1' });
    expect(check).toEqual({ ok: false, errorCode, message: expect.stringContaining(text) });
    expect(JSON.stringify(check)).not.toContain(TOKEN);
  });

  test('of a job that is not open', async () => {
    await expect(use.bridge.check({ job: 'other' })).rejects.toThrow("this job is not open (got 'other')");
  });
});

describe('modelKey', () => {
  const use = useBridge('iam', ({ url }) => ({ AWS_ENDPOINT_URL_BEDROCK_AGENTCORE: url }));
  const REQUEST = { credentialProvider: 'anthropic', workloadToken: 'canary-workload-token' };

  test('asks the Token Vault', async () => {
    use.gateway.handler = (_, response) => json(response, { apiKey: 'canary-key' });
    expect(await use.bridge.modelKey(REQUEST)).toEqual({ key: 'canary-key' });
    const [{ method, path, message }] = use.gateway.seen;
    expect([method, path]).toEqual(['POST', '/identities/api-key']);
    expect(message).toEqual({
      resourceCredentialProviderName: 'anthropic',
      workloadIdentityToken: 'canary-workload-token',
    });
    expect(use.gateway.faults).toEqual([]);
  });

  test.each([
    [401, {}, 'the workload access token of the invocation is not accepted'],
    [400, { 'x-amzn-errortype': 'UnauthorizedException:http://x' }, 'the workload access token'],
    [403, {}, 'the role of this session may not read the key of the model'],
    [404, {}, 'the credential provider of the model does not exist'],
    [500, {}, 'try again; it answered status 500'],
    [200, {}, 'the Token Vault gave no key'],
  ])('%d %j', async (status, headers, text) => {
    use.gateway.handler = (_, response) => json(response, { message: 'canary-key' }, status, headers);
    const error: any = await use.bridge.modelKey(REQUEST).catch((thrown: unknown) => thrown as any);
    expect(error).toMatchObject({ code: 'ModelKeyUnavailable', message: expect.stringContaining(text) });
    expect(error.message).toContain("(got 'anthropic')");
    expect(error.message).not.toContain('canary');
  });
});

describe('telemetry', () => {
  const settings = { AGENT_SETTINGS: '{"telemetry":true}', AGENT_LOG_GROUP: '/group', AGENT_LOG_STREAM: 'stream' };
  const use = useBridge('iam', ({ url }) => ({
    ...settings,
    AWS_ENDPOINT_URL_XRAY: url,
    AWS_ENDPOINT_URL_CLOUDWATCH: url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url,
  }));
  const send = (path: string, body: Buffer | string = 'telemetry') =>
    fetch(`${new URL(use.url).origin}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip', 'x-lab': '1' },
    });

  test.each([
    ['/v1/traces', 'xray', {}],
    ['/v1/metrics', 'monitoring', {}],
    ['/v1/logs', 'logs', { 'x-aws-log-group': '/group', 'x-aws-log-stream': 'stream' }],
  ])('%s goes on, signed for %s', async (path, service, headers) => {
    use.gateway.service = service;
    expect((await send(path)).status).toBe(200);
    await until(() => use.gateway.seen.length === 1);
    const [seen] = use.gateway.seen;
    expect(seen.path).toBe(path);
    expect(seen.body.toString()).toBe('telemetry');
    const types = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
    expect(seen.headers).toMatchObject({ ...types, ...headers });
    expect(seen.headers['x-lab']).toBeUndefined();
    expect(use.gateway.faults).toEqual([]);
  });

  test.each(['/v1/other', '/v1/'])('%s is unknown', async (path) => {
    expect((await send(path)).status).toBe(404);
  });

  test('a CLI never waits, and never hears of a failure', async () => {
    use.gateway.handler = () => undefined;
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('/v1/traces')));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await until(() => use.gateway.seen.length >= 4);
    // what CloudWatch does not take in time is dropped
    expect(use.gateway.seen).toHaveLength(4);
  });

  test('more than 5 MB are dropped', async () => {
    expect((await send('/v1/traces', Buffer.alloc(5 * 1024 * 1024 + 1))).status).toBe(200);
    await send('/v1/traces');
    await until(() => use.gateway.seen.length === 1);
    expect(use.gateway.seen[0].body.toString()).toBe('telemetry');
  });
});

test('logs are not taken where no log group is set', async () => {
  const gateway = await StandIn.start();
  const environment = environmentOf(gateway, 'iam', { AGENT_SETTINGS: '{"telemetry":true}' });
  const bridge = startBridge({ program: PROGRAM, environment });
  const { origin } = new URL((await bridge.open({ job: 'a' })).url);
  expect((await fetch(`${origin}/v1/logs`, { method: 'POST', body: 'x' })).status).toBe(404);
  await bridge.stop();
  await gateway.stop();
});

describe('the process', () => {
  const use = useBridge();
  const children = () =>
    execFileSync('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='])
      .toString()
      .split('\n')
      .filter((line) => line.includes('bridge.mjs'))
      .map((line) => Number(line.trim().split(' ')[0]));

  test('starts with the first call, not before', async () => {
    const before = children();
    const bridge = startBridge({ program: PROGRAM, environment: environmentOf(use.gateway, 'iam') });
    expect(children()).toEqual(before);
    await bridge.open({ job: 'a' });
    expect(children()).toHaveLength(before.length + 1);
    await bridge.stop();
    expect(children()).toEqual(before);
  });

  test('that dies fails what waits, tells each job, and is started anew', async () => {
    use.gateway.handler = () => undefined;
    const waiting = use.bridge.check({ job: 'job-1' });
    await until(() => use.gateway.seen.length === 1);
    children().forEach((pid) => process.kill(pid, 'SIGKILL'));
    await expect(waiting).rejects.toThrow('the bridge to the gateway ended (SIGKILL); start the job again');
    expect(use.notices).toEqual([
      { type: 'problem', job: 'job-1', code: 'BridgeEnded', message: expect.stringContaining('lost its tools') },
    ]);
    use.gateway.handler = mcp;
    await use.bridge.close({ job: 'job-1' });
    const { url } = await use.bridge.open({ job: 'job-1' });
    expect((await post(url, call(1))).status).toBe(200);
  });

  test('lives on when the group is told to end: jobs still have their tools', async () => {
    children().forEach((pid) => process.kill(pid, 'SIGTERM'));
    expect((await post(use.url, call(1))).status).toBe(200);
  });

  test('that was stopped takes no call', async () => {
    await use.bridge.stop();
    await expect(use.bridge.open({ job: 'a' })).rejects.toThrow('the bridge was stopped');
  });

  test('holds no token in its arguments or environment', () => {
    const [pid] = children();
    const shown = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
    expect(shown).toContain('MCP_GATEWAY_URL');
    expect(shown).not.toContain(TOKEN);
  });
});

test('a program that is not there', async () => {
  const gateway = await StandIn.start();
  const bridge = startBridge({ program: '/nonexistent/bridge.mjs', environment: environmentOf(gateway, 'iam') });
  await expect(bridge.open({ job: 'a' })).rejects.toThrow('the bridge to the gateway ended (status 1)');
  await bridge.stop();
  await gateway.stop();
});
