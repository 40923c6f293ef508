import type * as http from 'node:http';
import { gzipSync } from 'node:zlib';
import { startBridge } from '../../../images/session/bridge/client';
import { call, environmentOf, post, PROGRAM, until, useBridge } from './fixture';
import { events, json, mcp, StandIn } from './stand-in';

const LIST = { jsonrpc: '2.0', id: 3, method: 'tools/list', params: {} };

describe('a gateway with IAM', () => {
  const use = useBridge();

  test.each([
    [
      401,
      -32001,
      "the gateway refuses the role of this session (got 'status 401'); allowed: roles with bedrock-agentcore:InvokeGateway on this gateway; gateway.grantInvoke(agent)",
    ],
    [403, -32001, 'the gateway refuses the role of this session'],
    [400, -32000, 'the gateway does not accept this request'],
    [404, -32000, 'the gateway does not accept this request'],
    [429, -32000, 'the gateway asks to wait'],
    [500, -32000, 'the gateway has an error'],
    [503, -32000, 'the gateway has an error'],
    [302, -32000, 'the gateway redirects elsewhere, which is refused'],
  ])('%d becomes an error of JSON-RPC', async (status, code, text) => {
    use.gateway.handler = (_, response) => json(response, {}, status, { location: 'http://127.0.0.1:1/' });
    const answer = await post(use.url, call(5));
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ jsonrpc: '2.0', id: 5, error: { code, message: expect.stringContaining(text) } });
    // never twice: the tool may have done its work
    expect(use.gateway.seen).toHaveLength(1);
    await until(() => use.notices.length === 1);
    expect(use.notices[0]).toMatchObject({ type: 'problem', job: 'job-1', message: answer.json.error.message });
  });

  test('the words of the gateway are kept', async () => {
    use.gateway.handler = (_, response) => json(response, { message: 'Maintenance until noon' }, 503);
    expect((await post(use.url, call(1))).json.error.message).toContain("(got 'status 503: Maintenance until noon')");
  });

  test('a policy that denies a tool is told in its own words', async () => {
    const error = { code: -32002, message: 'Tool Execution Denied: not allowed by policy', data: { policy: 'p' } };
    use.gateway.handler = ({ message }, response) => json(response, { jsonrpc: '2.0', id: message.id, error }, 403);
    expect((await post(use.url, call(1))).json).toEqual({ jsonrpc: '2.0', id: 1, error });
    expect(use.notices).toEqual([]);
  });

  test.each([
    ['that it lists', { data: { supported: ['2025-03-26', '2025-06-18'], requested: 'x' } }, '2025-03-26, 2025-06-18'],
    ['that it names', { message: 'Unsupported protocol version (supported: 2025-06-18)' }, '2025-06-18'],
    ['that it does not name', { message: 'Bad protocol version' }, 'the versions that the gateway was made for'],
  ])('a version of the protocol is refused: those are told %s', async (_, error, allowed) => {
    use.gateway.handler = ({ message }, response) =>
      json(response, { jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'no', ...error } }, 400);
    const { message } = (await post(use.url, { ...LIST, method: 'initialize' })).json.error;
    expect(message).toContain('the gateway does not speak this version of the protocol');
    expect(message).toContain(`; allowed: ${allowed}; `);
  });

  test.each([
    ['tools/list', 429],
    ['tools/list', 503],
    ['initialize', 429],
  ])('%s is sent again when %d says when', async (method, status) => {
    let refusals = 2;
    use.gateway.handler = (seen, response) =>
      refusals-- > 0 ? json(response, {}, status, { 'retry-after': '0' }) : mcp(seen, response);
    const answer = await post(use.url, { ...LIST, method, params: { protocolVersion: '2025-06-18' } });
    expect(answer.json.result).toBeDefined();
    expect(use.gateway.seen).toHaveLength(3);
  });

  test.each([
    ['tools/call', '0'],
    ['tools/list', undefined],
    ['tools/list', '60'],
  ])('%s is not, with Retry-After %s', async (method, after) => {
    use.gateway.handler = (_, response) => json(response, {}, 429, after === undefined ? {} : { 'retry-after': after });
    expect((await post(use.url, { ...LIST, method })).json.error.message).toContain('the gateway asks to wait');
    expect(use.gateway.seen).toHaveLength(1);
  });

  test.each([
    ['POST', { body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }) }],
    ['GET', {}],
    ['DELETE', {}],
  ])('a %s without an id gets status 502', async (method, more) => {
    use.gateway.handler = (_, response) => json(response, {}, 401);
    const response = await fetch(use.url, { method, headers: { 'content-type': 'application/json' }, ...more });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32001 } });
  });

  test('a gateway that is gone is told, and tried three times', async () => {
    await use.gateway.stop();
    const { json: answer } = await post(use.url, call(1));
    expect(answer.error.message).toContain("the gateway cannot be reached (got 'ECONNREFUSED')");
    use.gateway = await StandIn.start();
  });

  test('a connection that breaks before the answer is an error, and nothing is sent twice', async () => {
    use.gateway.handler = (_, response) => void response.socket?.destroy();
    const { json: answer } = await post(use.url, call(1));
    expect(answer.error.message).toContain("the gateway cannot be reached (got 'ECONNRESET')");
    expect(use.gateway.seen).toHaveLength(1);
  });

  test.each([
    [
      'half a body',
      'ECONNRESET',
      (response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{"json');
        setTimeout(() => response.socket?.destroy(), 50);
      },
    ],
    [
      'half a body in chunks',
      'ECONNRESET',
      (response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"json');
        setTimeout(() => response.socket?.destroy(), 50);
      },
    ],
    [
      'cut gzip',
      'Z_BUF_ERROR',
      (response: http.ServerResponse) => {
        const whole = gzipSync(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [], of: 'the gateway' } }));
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
        response.end(whole.subarray(0, 25));
      },
    ],
    [
      'no gzip',
      'Z_DATA_ERROR',
      (response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('plain text');
      },
    ],
    [
      'half a message',
      'NOT_JSON',
      (response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"resu');
      },
    ],
    [
      'the page of a proxy',
      'NOT_JSON',
      (response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>');
      },
    ],
  ])('%s is an error with a notice, and nothing is sent twice', async (_what, name, respond) => {
    use.gateway.handler = (_, response) => respond(response);
    const { status, json: answer } = await post(use.url, call(1));
    expect(status).toBe(200);
    expect(answer).toMatchObject({ id: 1, error: { code: -32000 } });
    expect(answer.error.message).toContain(`the answer of the gateway broke off (got '${name}')`);
    await until(() => use.notices.length === 1);
    expect(use.notices).toMatchObject([{ job: 'job-1', code: 'GatewayUnavailable' }]);
    expect(use.gateway.seen).toHaveLength(1);
  });

  test('a word to a notification, and at the end of a session, is no broken answer', async () => {
    use.gateway.handler = (_, response) => response.writeHead(202, { 'content-type': 'text/plain' }).end('Accepted');
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    expect(await post(use.url, notification)).toMatchObject({ status: 202, text: 'Accepted' });
    const end = await fetch(use.url, { method: 'DELETE', headers: { 'mcp-session-id': 's-1' } });
    expect([end.status, await end.text()]).toEqual([202, 'Accepted']);
    expect(use.notices).toEqual([]);
  });

  test.each([
    ['a large message', 'application/json', `{"jsonrpc":"2.0","id":1,"result":"${'x'.repeat(400_000)}`],
    ['a stream of events', 'text/event-stream', 'data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n'],
  ])('%s that breaks off after its begin is broken for the CLI, with a notice', async (_what, type, begin) => {
    use.gateway.handler = (_, response) => {
      response.writeHead(200, { 'content-type': type }).write(begin);
      setTimeout(() => response.socket?.destroy(), 100);
    };
    await expect(post(use.url, call(1))).rejects.toThrow('terminated');
    await until(() => use.notices.length === 1);
    expect(use.notices).toMatchObject([{ code: 'GatewayUnavailable', message: expect.stringContaining('broke off') }]);
  });

  test('a stream that breaks is broken for the CLI too', async () => {
    use.gateway.handler = (_, response) => {
      events(response, {});
      setTimeout(() => response.socket?.destroy(), 50);
    };
    const response = await fetch(use.url);
    await expect(response.text()).rejects.toThrow('terminated');
    // a gateway ends such streams whenever it likes
    expect(use.notices).toEqual([]);
  });

  test('the same trouble is told once for each job', async () => {
    use.gateway.handler = (_, response) => json(response, {}, 500);
    await post(use.url, call(1));
    await post(use.url, call(2));
    const { url } = await use.bridge.open({ job: 'job-2' });
    await post(url, call(3));
    await until(() => use.notices.length === 2);
    expect(use.notices.map(({ job }) => job)).toEqual(['job-1', 'job-2']);
  });
});

describe('a gateway with tokens', () => {
  const use = useBridge('jwt');

  test.each([
    ['that has expired', -60, 401, 'the token of the caller has expired'],
    ['that has not', 600, 401, 'the gateway does not accept the token of the caller'],
    ['without the scopes', 600, 403, 'the token of the caller does not allow this'],
  ])('a token %s', async (_, seconds, status, text) => {
    const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds })).toString('base64url');
    const { url } = await use.bridge.open({ job: 'job-2', authorization: `Bearer h.${claims}.s` });
    use.gateway.handler = (__, response) => json(response, { message: 'no' }, status);
    const { message } = (await post(url, call(1))).json.error;
    expect(message).toContain(text);
    expect(message).not.toContain(claims);
  });
});

test.each([
  ['no gateway', { MCP_GATEWAY_URL: '' }, 'this agent has no gateway'],
  ['a gateway without TLS', { MCP_GATEWAY_URL: 'http://gateway.example/mcp' }, 'the gateway is not reached over https'],
  ['no region', { AWS_REGION: '' }, 'the region of the gateway is not known'],
  ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'has no AWS credentials'],
])('%s: jobs open, the check says it', async (_, more, text) => {
  const gateway = await StandIn.start();
  const bridge = startBridge({ program: PROGRAM, environment: environmentOf(gateway, 'iam', more) });
  await bridge.open({ job: 'job-1' });
  const check = await bridge.check({ job: 'job-1' });
  expect(check).toMatchObject({ ok: false, message: expect.stringContaining(text) });
  await bridge.stop();
  await gateway.stop();
});
