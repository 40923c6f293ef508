import * as http from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startBridge } from '../../../images/session/bridge/client';
import { call, environmentOf, post, PROGRAM, useBridge } from './fixture';
import { StandIn } from './stand-in';

const use = useBridge();

function send(
  headers: http.OutgoingHttpHeaders,
  path = new URL(use.url).pathname,
  method = 'POST',
  body = JSON.stringify(call(1)),
) {
  return new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(use.url);
    http
      .request({ hostname, port, path, method, headers: { 'content-type': 'application/json', ...headers } })
      .on('response', (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end(body);
  });
}

test.each([
  ['its address', (port: string) => ({ host: `127.0.0.1:${port}` }), 200],
  ['its name', (port: string) => ({ host: `localhost:${port}` }), 200],
  ['a name that was made to lead here', (port: string) => ({ host: `rebind.example:${port}` }), 403],
  ['another port', () => ({ host: '127.0.0.1:1' }), 403],
  ['a web page', () => ({ origin: 'https://evil.example' }), 403],
  ['a web page of this machine', (port: string) => ({ origin: `http://127.0.0.1:${port}` }), 403],
  ['a page without an origin', () => ({ origin: 'null' }), 403],
])('%s', async (_, headersFor, status) => {
  expect(await send(headersFor(new URL(use.url).port))).toBe(status);
  expect(use.gateway.seen).toHaveLength(status === 200 ? 1 : 0);
});

test.each(['/', '/jobs', '/jobs/', '/jobs//mcp', '/jobs/job-1/mcp', '/jobs/x/../mcp', '/jobs/%2e/mcp', '/v1/traces'])(
  '%s leads nowhere',
  async (path) => {
    expect(await send({}, path)).toBe(404);
    expect(use.gateway.seen).toEqual([]);
  },
);

test('the path of a job cannot be guessed', () => {
  expect(new URL(use.url).pathname).toMatch(/^\/jobs\/\d{8}T\d{9}-[0-9a-f]{32}\/mcp$/);
});

test.each([
  ['another content type', { 'content-type': 'text/plain' }, '{}', 415],
  ['no JSON', {}, '{', 400],
  ['no JSON-RPC', {}, '{"id":1}', 400],
  ['an empty batch', {}, '[]', 400],
])('%s is refused', async (_, headers, body, status) => {
  expect(await send(headers, undefined, 'POST', body)).toBe(status);
});

test.each(['PUT', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
  expect(await send({}, undefined, method)).toBe(405);
});

test('a request may have 10 MB', async () => {
  const fill = (size: number) => {
    const message = (text: string) => JSON.stringify({ ...call(1), text });
    return message('x'.repeat(size - message('').length));
  };
  const limit = 10 * 1024 * 1024;
  expect((await post(use.url, fill(limit))).status).toBe(200);
  expect((await post(use.url, fill(limit + 1))).status).toBe(413);
  expect(use.gateway.seen).toHaveLength(1);
});

test('headers may have 16 KB', async () => {
  expect(await send({ 'x-large': 'x'.repeat(20_000) })).toBe(431);
});

test('nobody else can reach it', async () => {
  const { port } = new URL(use.url);
  // another address of the loopback network stands for one of the network card
  await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow('fetch failed');
});

test('a port that is taken is told', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const gateway = await StandIn.start();
  const environment = environmentOf(gateway, 'iam', { AGENT_BRIDGE_PORT: String(port) });
  const bridge = startBridge({ program: PROGRAM, environment });
  await expect(bridge.open({ job: 'a' })).rejects.toThrow(`the bridge cannot listen on its port (got ${port})`);
  taken.close();
  await bridge.open({ job: 'a' });
  await bridge.stop();
  await gateway.stop();
});
