/* Sessions of MCP that the gateway ends while a CLI works. */
import { call, post, until, useBridge } from './fixture';
import type { Answer } from './fixture';
import { TOKEN, events, json, mcp } from './stand-in';
import type { Handler, Seen } from './stand-in';

const use = useBridge('jwt');

const PARAMS = {
  protocolVersion: '2025-06-18',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'cli', version: '7' },
};
const INITIALIZE = { jsonrpc: '2.0', id: 'first', method: 'initialize', params: PARAMS };
const LOST = 'the gateway ended the session of the tools, and none could be begun in its place';

/** A gateway with sessions, which ends them when it is told to. */
class Sessions {
  public readonly live = new Set<string>();
  public begun = 0;
  /** answers those of a session */
  public inner: Handler = mcp;
  /** answers a message that begins one, if it shall not be as it should */
  public beginning: Handler | undefined;

  public readonly handler: Handler = (seen, response) => {
    if (seen.message?.method === 'initialize') {
      const id = `s-${++this.begun}`;
      if (this.beginning !== undefined && this.begun > 1) {
        return this.beginning(seen, response);
      }
      this.live.add(id);
      const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return json(response, { jsonrpc: '2.0', id: seen.message.id, result }, 200, { 'mcp-session-id': id });
    }
    if (!this.live.has(String(seen.headers['mcp-session-id']))) {
      return json(response, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, 404);
    }
    this.inner(seen, response);
  };
}

let gateway: Sessions;

/** A CLI that begins a session once, and never again: it knows no other id. */
async function begin(): Promise<(message: unknown, headers?: Record<string, string>) => Promise<Answer>> {
  gateway = new Sessions();
  use.gateway.handler = gateway.handler;
  const id = (await post(use.url, INITIALIZE)).headers.get('mcp-session-id')!;
  const of = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-06-18' };
  await post(use.url, { jsonrpc: '2.0', method: 'notifications/initialized' }, of);
  use.gateway.seen.length = 0;
  return (message, headers = {}) => post(use.url, message, { ...of, ...headers });
}

const sessionOf = ({ headers }: Seen): unknown => headers['mcp-session-id'];

test('a CLI keeps its tools, and the id that it knows', async () => {
  const send = await begin();
  gateway.inner = (seen, response) => {
    response.setHeader('mcp-session-id', String(sessionOf(seen)));
    mcp(seen, response);
  };
  gateway.live.clear();
  const answer = await send(call(7));
  expect([answer.status, answer.json.id, answer.headers.get('mcp-session-id')]).toEqual([200, 7, 's-1']);
  expect(use.gateway.methods()).toEqual(['tools/call', 'initialize', 'notifications/initialized', 'tools/call']);
  expect(use.gateway.seen.map(sessionOf)).toEqual(['s-1', undefined, 's-2', 's-2']);
  // as the CLI began it, and with the token of the caller
  expect(use.gateway.seen[1].message).toEqual(INITIALIZE);
  expect(use.gateway.seen.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill(`Bearer ${TOKEN}`));
  expect((await send(call(8))).json.id).toBe(8);
  expect(use.gateway.seen.at(-1)!.headers['mcp-session-id']).toBe('s-2');
  expect(use.notices).toEqual([]);
});

test('again and again, as long as the new ones are of use', async () => {
  const send = await begin();
  for (let id = 0; id < 5; id++) {
    gateway.live.clear();
    expect((await send(call(id))).json.id).toBe(id);
  }
  expect(gateway.begun).toBe(6);
});

test('many calls at a time begin one session', async () => {
  const send = await begin();
  gateway.live.clear();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, id) => send(call(id))));
  expect(answers.map((one) => one.json.id)).toEqual(Array.from({ length: 20 }, (_, id) => id));
  expect(gateway.begun).toBe(2);
});

test('an answer to initialize may be a stream that does not end', async () => {
  const send = await begin();
  gateway.beginning = ({ message }, response) => {
    gateway.live.add('s-x');
    response.setHeader('mcp-session-id', 's-x');
    events(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-06-18' } });
  };
  gateway.live.clear();
  expect((await send(call(1))).json.id).toBe(1);
});

test('a stream that was cut with its session is opened in the new one, from its beginning', async () => {
  await begin();
  gateway.inner = (_, response) => {
    events(response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    response.end();
  };
  gateway.live.clear();
  const headers = { accept: 'text/event-stream', 'mcp-session-id': 's-1', 'last-event-id': '5' };
  expect(await (await fetch(use.url, { headers })).text()).toContain('list_changed');
  expect(use.gateway.seen.map((seen) => seen.headers['last-event-id'])).toEqual(['5', undefined, undefined, undefined]);
});

test('an answer that is cut with its session is not asked for again, and the next call works', async () => {
  const send = await begin();
  const { inner } = gateway;
  gateway.inner = (_, response) => {
    gateway.live.clear();
    gateway.inner = inner;
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc"');
    setTimeout(() => response.destroy(), 50);
  };
  expect((await send(call(1))).json.error.message).toContain('broke off');
  expect((await send(call(2))).json.id).toBe(2);
  expect(use.gateway.methods().filter((method) => method === 'tools/call')).toHaveLength(3);
});

test('the end of a session by the CLI begins none', async () => {
  await begin();
  gateway.live.clear();
  const end = async () => fetch(use.url, { method: 'DELETE', headers: { 'mcp-session-id': 's-1' } });
  expect((await end()).status).toBe(404);
  expect(gateway.begun).toBe(1);
});

test('a session that began elsewhere: the CLI is told that it ended', async () => {
  await begin();
  expect((await post(use.url, call(1), { 'mcp-session-id': 'of-another' })).status).toBe(404);
  expect(gateway.begun).toBe(1);
});

test('a consent that comes with 404 is no end of a session', async () => {
  const send = await begin();
  gateway.inner = ({ message }, response) =>
    json(response, { jsonrpc: '2.0', id: message.id, error: { code: -32042, message: 'x', data: {} } }, 404);
  expect((await send(call(1))).json.result.isError).toBe(true);
  expect(gateway.begun).toBe(1);
});

describe('where none can be begun', () => {
  test.each<[string, Handler, string]>([
    ['the gateway answers 404 to all', (_, response) => json(response, {}, 404), LOST],
    ['the gateway has an error', (_, response) => json(response, {}, 500), 'the gateway has an error'],
    ['the token is refused', (_, response) => json(response, {}, 401), 'does not accept the token of the caller'],
    ['it gives no session', (seen, response) => json(response, { id: seen.message.id, result: {} }), LOST],
    ['it is gone', (_, response) => void response.destroy(), 'the gateway cannot be reached'],
  ])('since %s, CLI and job are told', async (_, beginning, words) => {
    const send = await begin();
    gateway.beginning = beginning;
    gateway.live.clear();
    const { status, json: answer } = await send(call(4));
    expect([status, answer.id, answer.error.message]).toEqual([200, 4, expect.stringContaining(words)]);
    await until(() => use.notices.length === 1);
    expect(use.notices[0]).toMatchObject({ type: 'problem', message: answer.error.message });
  });

  test('a gateway that ends each at once is asked once more, not for ever', async () => {
    const send = await begin();
    gateway.inner = (seen, response) =>
      seen.message.method === 'tools/call' ? json(response, {}, 404) : mcp(seen, response);
    const answers = await Promise.all([1, 2, 3, 4, 5].map((id) => send(call(id))));
    answers.push(await send(call(6)));
    expect(answers.map((one) => one.json.error.message)).toEqual(Array(6).fill(expect.stringContaining(LOST)));
    expect(gateway.begun).toBeLessThanOrEqual(2);
    expect(use.gateway.methods().filter((method) => method === 'tools/call').length).toBeLessThanOrEqual(11);
    // and when it is well again, so are the tools
    gateway.inner = mcp;
    gateway.live.clear();
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await send(call(7))).json.id).toBe(7);
  });
});
