import type * as http from 'node:http';
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { CREDENTIALS } from '../../sigv4';
import { call, jwt, post, until, useBridge } from './fixture';
import { consentError, events, json, SESSION, StandIn, TOKEN } from './stand-in';

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'cli', version: '1' } },
};

describe('a gateway with IAM', () => {
  const use = useBridge();

  test('gets signed requests, and the CLI its answers', async () => {
    const initialized = await post(use.url, INITIALIZE);
    expect(initialized.json.result.protocolVersion).toBe('2025-06-18');
    expect(initialized.headers.get('mcp-session-id')).toBe(SESSION);
    const called = await post(use.url, call(7));
    expect(called.json.id).toBe(7);
    expect(use.gateway.faults).toEqual([]);
    expect(use.gateway.methods()).toEqual(['initialize', 'tools/call']);
  });

  test('gets the headers of the protocol, and no other of the CLI', async () => {
    const kept = { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25', 'last-event-id': '42' };
    await post(use.url, call(1), {
      ...kept,
      authorization: 'Bearer other',
      cookie: 'a=b',
      'x-lab': '1',
      'x-amz-date': '2',
    });
    const [{ headers }] = use.gateway.seen;
    expect(headers).toMatchObject({ ...kept, accept: 'application/json, text/event-stream' });
    expect(Object.keys(headers).sort()).toEqual(
      [
        ...Object.keys(kept),
        ...['accept', 'accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host'],
        ...['user-agent', 'x-amz-date', 'x-amz-security-token'],
      ].sort(),
    );
    expect(use.gateway.faults).toEqual([]);
  });

  test.each([
    ['alone', { 'x-codex-turn-metadata': { cwd: '/mnt/workspace/secret' } }, { _meta: {} }],
    ['beside others', { 'x-codex-turn-metadata': {}, progressToken: 3 }, { _meta: { progressToken: 3 } }],
  ])("does not get Codex's metadata, %s", async (_, _meta, rest) => {
    await post(use.url, call(1, 'gh___get_issue', { _meta }));
    const { message, body } = use.gateway.seen[0];
    expect(message.params).toEqual({ name: 'gh___get_issue', arguments: { n: 1 }, ...rest });
    expect(body.toString()).not.toContain('x-codex');
  });

  test('gets what it needs not know as it is', async () => {
    const text = '{ "jsonrpc":"2.0",  "id": 1.0, "method": "tools/call", "params": {"name":"ä"} }';
    await post(use.url, text);
    expect(use.gateway.seen[0].body.toString()).toBe(text);
  });

  test('gets a batch, and its failure answers each message', async () => {
    use.gateway.handler = (_, response) => json(response, {}, 500);
    const { json: answers } = await post(use.url, [call(1), call(2), { jsonrpc: '2.0', method: 'notifications/x' }]);
    expect(answers.map((one: any) => one.id)).toEqual([1, 2]);
  });

  test('server/discover is answered here: the CLI goes on with initialize', async () => {
    const { status, json: answer } = await post(use.url, {
      jsonrpc: '2.0',
      id: 9,
      method: 'server/discover',
      params: {},
    });
    expect(status).toBe(200);
    expect(answer).toEqual({ jsonrpc: '2.0', id: 9, error: { code: -32601, message: 'method not found' } });
    expect(use.gateway.seen).toEqual([]);
  });

  test('a shell in the microVM has a path of its own', async () => {
    expect((await post(`${new URL(use.url).origin}/mcp`, call(1))).json.id).toBe(1);
  });

  test('events arrive one by one, not at the end', async () => {
    let stream: http.ServerResponse | undefined;
    use.gateway.handler = (_, response) => {
      stream = response;
      events(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { n: 1 } });
    };
    const response = await fetch(use.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call(1)),
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader.read()).toMatchObject({ value: expect.stringContaining('"n":1') });
    stream!.end(`data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n`);
    expect(await reader.read()).toMatchObject({ value: 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n' });
    expect((await reader.read()).done).toBe(true);
  });

  test('GET is the stream of the server, with what changes in its lists', async () => {
    use.gateway.handler = (_, response) => {
      events(response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      response.end();
    };
    const response = await fetch(use.url, { headers: { accept: 'text/event-stream', 'last-event-id': '5' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(await response.text()).toContain('list_changed');
    expect(use.gateway.seen[0].headers['last-event-id']).toBe('5');
    expect(use.gateway.faults).toEqual([]);
  });

  test.each([
    ['GET', 405],
    ['DELETE', 200],
  ])('%s passes, with its status %d', async (method, status) => {
    expect((await fetch(use.url, { method, headers: { 'mcp-session-id': SESSION } })).status).toBe(status);
    expect(use.gateway.seen[0].headers['mcp-session-id']).toBe(SESSION);
  });

  test('calls one after the other share a connection, and many at once work', async () => {
    const ports = new Set<unknown>();
    const { handler } = use.gateway;
    use.gateway.handler = (seen, response) => {
      ports.add(response.socket?.remotePort);
      handler(seen, response);
    };
    for (let id = 1; id <= 5; id++) {
      await post(use.url, call(id));
    }
    expect(ports.size).toBe(1);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, id) => post(use.url, call(id))));
    expect(answers.map(({ json: answer }) => answer.id)).toEqual(Array.from({ length: 40 }, (_, id) => id));
  });

  test('a tool may take its time, on a new connection and on one that rested', async () => {
    use.gateway.handler = ({ message }, response) =>
      void setTimeout(() => json(response, { jsonrpc: '2.0', id: message.id, result: {} }), 6_500);
    expect((await post(use.url, call(1))).json).toMatchObject({ id: 1, result: {} });
    expect((await post(use.url, call(2))).json).toMatchObject({ id: 2, result: {} });
    // between two calls longer than connections rest
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect((await post(use.url, call(3))).json).toMatchObject({ id: 3, result: {} });
  }, 60_000);

  test('a session that ended is told as it is', async () => {
    use.gateway.handler = (_, response) => json(response, {}, 404);
    expect((await post(use.url, call(1), { 'mcp-session-id': 'old' })).status).toBe(404);
  });

  test('a notification is passed on', async () => {
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await post(use.url, message)).status).toBe(202);
    expect(use.gateway.seen[0].message).toEqual(message);
  });

  test.each(['POST', 'GET'])('a CLI that goes away takes its %s with it', async (method) => {
    use.gateway.handler = (_, response) => events(response, {});
    const leave = new AbortController();
    const body = method === 'POST' ? JSON.stringify(call(1)) : undefined;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(use.url, { method, body, headers, signal: leave.signal });
    await response.body!.getReader().read();
    leave.abort();
    await until(() => use.gateway.seen[0].aborted);
  });

  test('a job that is closed ends its requests, and its path is gone', async () => {
    use.gateway.handler = (_, response) => events(response, {});
    const response = await fetch(use.url);
    await use.bridge.close({ job: 'job-1' });
    await expect(response.text()).rejects.toThrow('terminated');
    await until(() => use.gateway.seen[0].aborted);
    expect((await post(use.url, call(1))).status).toBe(404);
  });

  test('what the CLI reads holds no credential', async () => {
    const { text, headers } = await post(use.url, call(1));
    const all = text + JSON.stringify([...headers]) + use.url;
    Object.values({ ...CREDENTIALS, TOKEN }).forEach((secret) => expect(all).not.toContain(secret));
  });
});

describe('a gateway that compresses, which it was asked not to', () => {
  const use = useBridge();
  const compressed = (coding: string, compress: (text: string) => Buffer) => {
    use.gateway.handler = ({ message }, response) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': coding };
      const body =
        message?.method === 'tools/list' ? { result: { tools: [{}] } } : consentError(message?.id, 'https://x');
      response
        .writeHead(200, headers)
        .end(compress(JSON.stringify({ result: {}, ...(body as object), id: message?.id })));
    };
  };

  test.each<[string, (text: string) => Buffer]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('with %s is looked into, and what goes on is not compressed', async (coding, compress) => {
    compressed(coding, compress);
    const { json: answer, headers } = await post(use.url, call(1));
    expect(headers.get('content-encoding')).toBeNull();
    expect(answer.result).toMatchObject({ isError: true });
    await until(() => use.notices.length === 1);
    expect(use.notices[0]).toMatchObject({ code: 'ConsentUrlRefused' });
  });

  test('is asked for its tools', async () => {
    use.gateway.handler = ({ message }, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result: { tools: [{}] } })));
    };
    expect(await use.bridge.check({ job: 'job-1' })).toEqual({ ok: true, tools: 1 });
  });

  test('sends events one by one', async () => {
    const stream = createGzip({ flush: constants.Z_SYNC_FLUSH });
    use.gateway.handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      stream.pipe(response);
      stream.write('data: {"n":1}\n\n');
    };
    const response = await fetch(use.url, { headers: { accept: 'text/event-stream' } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader.read()).toMatchObject({ value: 'data: {"n":1}\n\n' });
    stream.end('data: {"n":2}\n\n');
    expect(await reader.read()).toMatchObject({ value: 'data: {"n":2}\n\n' });
    expect((await reader.read()).done).toBe(true);
  });

  test('and answers a notification with nothing', async () => {
    use.gateway.handler = (_, response) => response.writeHead(202, { 'content-encoding': 'gzip' }).end();
    expect((await post(use.url, { jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
  });

  test('in a way that nobody knows: the CLI is told', async () => {
    compressed('zstd', (text) => Buffer.from(text));
    const { json: answer } = await post(use.url, call(4));
    expect(answer.error).toEqual({
      code: -32000,
      message:
        "the gateway answers in a compression that nobody asked for (got 'zstd'); allowed: gzip, x-gzip, deflate, br; look for a proxy before the gateway that compresses, and ignores accept-encoding: identity",
    });
  });
});

describe('a gateway with tokens', () => {
  const use = useBridge('jwt');

  test('gets that of the job', async () => {
    expect((await post(use.url, call(1))).json.id).toBe(1);
    expect(use.gateway.faults).toEqual([]);
    expect(use.gateway.seen[0].headers['x-amz-date']).toBeUndefined();
  });

  test.each([
    ['a token without its scheme', TOKEN],
    ['a scheme in small letters', `bearer ${TOKEN}`],
  ])('%s is taken', async (_, authorization) => {
    const { url } = await use.bridge.open({ job: 'job-2', authorization });
    await post(url, call(1));
    expect(use.gateway.faults).toEqual([]);
  });

  test('has no path for shells', async () => {
    expect((await post(`${new URL(use.url).origin}/mcp`, call(1))).status).toBe(404);
  });

  test('each job has its own, and a newer one of the same user replaces it', async () => {
    const [old, fresh] = [1, 2].map((n) => jwt({ iss: 'i', sub: 'ada', exp: 4_000_000_000 + n }));
    const other = await use.bridge.open({ job: 'job-2', authorization: old });
    expect(other.url).not.toBe(use.url);
    await post(other.url, call(1));
    await use.bridge.renew({ job: 'job-2', authorization: fresh });
    await post(other.url, call(2));
    expect(use.gateway.seen.map(({ headers }) => headers.authorization)).toEqual([old, fresh]);
  });

  test('a job that was closed does not open again, and a token for it changes nothing', async () => {
    await use.bridge.close({ job: 'job-1' });
    const late = { job: 'job-1', authorization: `Bearer ${TOKEN}` };
    await use.bridge.renew(late);
    await expect(use.bridge.open(late)).rejects.toThrow('this job has ended');
    expect((await post(use.url, call(1))).status).toBe(404);
  });

  test.each([
    ['none', undefined],
    ['one that cannot stand in a header', 'Bearer a\r\nx: y'],
  ])('%s: the CLI is told, the gateway is not asked', async (_, authorization) => {
    const { url } = await use.bridge.open({ job: 'job-3', authorization });
    const { json: answer } = await post(url, call(4));
    expect(answer).toEqual({
      jsonrpc: '2.0',
      id: 4,
      error: { code: -32001, message: expect.stringContaining('none came with the invocation') },
    });
    expect(use.gateway.seen).toEqual([]);
    await until(() => use.notices.length === 1);
    expect(use.notices[0]).toMatchObject({ type: 'problem', job: 'job-3', code: 'GatewayAccessDenied' });
  });
});

test('the stand-in notices what is wrong', async () => {
  const gateway = await StandIn.start();
  await post(`${gateway.url}/mcp`, call(1));
  expect(gateway.faults).toEqual(['no signature']);
  await gateway.stop();
});
