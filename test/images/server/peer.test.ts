import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { isFromJob } from '../../../images/session/server/peer';
import { DONE, prompt, until, useSessions } from '../session';

const { session } = useSessions();

describe('the agent of a job', () => {
  test('can neither start, read, attach to nor end jobs', async () => {
    const one = await session();
    const { job } = await one.run([DONE]);
    const bodies = [
      { prompt: 'x' },
      { op: 'list' },
      { op: 'get', job },
      { op: 'attach', job, after: 0 },
      { op: 'cancel', job },
    ];
    const steps = bodies.map((body): [string, unknown] => [
      'invoke',
      [`${one.url}/invocations`, body, { authorization: 'Bearer forged' }],
    ]);
    const { texts } = await one.run([...steps, DONE]);
    expect(texts).toEqual(bodies.map(() => '403 CallerNotAllowed'));
    const { status, json } = await one.invoke({ op: 'list' });
    expect([status, json.jobs.length]).toEqual([200, 2]);
  });

  test('is told why', async () => {
    const one = await session();
    const script = `curl -s ${one.url}/invocations -d '{"op":"list"}' -o answer`;
    const { texts } = await one.run([['shell', script], ['wait', 500], ['read', 'answer'], DONE]);
    expect(JSON.parse(texts[0]).error.message).toBe(
      "the session server takes no invocations from here (got 'a process of a job'); allowed: callers from outside the session; invoke the agent through AgentCore",
    );
  });

  test('may ask whether the server is well', async () => {
    const one = await session();
    const script = `curl -s ${one.url}/ping -o answer`;
    const { texts } = await one.run([['shell', script], ['wait', 500], ['read', 'answer'], DONE]);
    expect(JSON.parse(texts[0]).status).toBe('HealthyBusy');
  });
});

describe('the other end of a connection', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  });
  afterEach(() => void server.close());

  async function connected(script: string): Promise<Socket> {
    const { port } = server.address() as AddressInfo;
    const socket = once(server, 'connection').then(([one]) => one as Socket);
    spawn(process.execPath, ['-e', `const net = require('net'); ${script}`, String(port)], { stdio: 'inherit' });
    return socket;
  }

  test.each([
    ['127.0.0.1', true],
    ['::ffff:127.0.0.1', true],
    ['localhost', true],
  ])('a child that connects to %s is of a job', async (host, expected) => {
    const socket = await connected(
      `net.connect({ port: process.argv[1], host: '${host}', family: ${host.includes(':') ? 6 : 4} }).on('error', () => 0)`,
    );
    expect(isFromJob(socket)).toBe(expected);
    expect(isFromJob(socket, { AGENT_LOCAL_CALLERS: 'trusted' })).toBe(false);
    socket.destroy();
  });

  test('one that hung up before anybody could look is not trusted', async () => {
    const socket = await connected(
      `const one = net.connect(process.argv[1], '127.0.0.1', () => { one.write('x'); one.resetAndDestroy(); })`,
    );
    socket.on('error', () => undefined);
    const { remoteAddress, remotePort, localPort } = socket;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isFromJob({ remoteAddress, remotePort, localPort })).toBe(true);
  });

  test('this process itself is none', async () => {
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection').then(([one]) => one as Socket);
    const client = connect(port, '127.0.0.1');
    const socket = await accepted;
    expect(isFromJob(socket)).toBe(false);
    client.destroy();
    socket.destroy();
  });
});

test('a web page on the machine of a developer starts nothing', async () => {
  const one = await session();
  const { status, json } = await one.invoke(
    { prompt: prompt(DONE) },
    { origin: 'https://evil.example', 'content-type': 'text/plain' },
  );
  expect([status, json.error.code, json.error.got]).toEqual([403, 'CallerNotAllowed', 'a web page']);
  expect((await one.invoke({ op: 'list' })).json.jobs).toEqual([]);
});

test('nor does one that reaches it by another address of the machine', async () => {
  const one = await session();
  const { server } = one as unknown as { server: Server };
  server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.7' }));
  const { status, json } = await one.invoke({ prompt: prompt(DONE) }, { origin: 'https://evil.example' });
  expect([status, json.error.code, json.error.got]).toEqual([403, 'CallerNotAllowed', 'a web page']);
});

test('a hundred watchers, and no more', async () => {
  const one = await session();
  const job = await one.begin([['wait', 60_000]]);
  const body = JSON.stringify({ op: 'attach', job });
  const watch = () => request(`${one.url}/invocations`, { method: 'POST' }).on('error', () => undefined);
  const watching = Array.from({ length: 100 }, watch);
  await Promise.all(watching.map(async (each) => once(each.end(body), 'response')));
  const { status, json } = await one.invoke({ op: 'attach', job });
  expect([status, json.error.message]).toEqual([
    429,
    'too many callers wait for events of this session (got 100); allowed: 100 at a time; close those that are not needed, or use {"op":"get"}',
  ]);
  watching[0].destroy();
  await until(async () => {
    const again = watch();
    const [response] = await once(again.end(body), 'response');
    again.destroy();
    return response.statusCode === 200;
  });
  watching.forEach((each) => each.destroy());
  await one.invoke({ op: 'cancel', job });
});
