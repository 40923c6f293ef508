import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import * as path from 'node:path';
import * as processes from '../../../images/session/process/processes';
import { nameOf, processIds, statOf } from '../../../images/session/process/processes';
import { Peers, hexOf } from '../../../images/session/server/peer';
import { PROGRAM, environmentIn } from '../program';
import { DONE, eventsOf, portOf, prompt, textsOf, until, useSessions } from '../session';

const { session } = useSessions();

const NOT_PROVEN = 'a process of a job, or one that cannot be told from it';

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
      "the session server takes no invocations from here (got 'a process of a job, or one that cannot be told from it'); allowed: callers from outside the session; invoke the agent through AgentCore",
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
  const promises: { readFile(): Promise<unknown>; readdir(): Promise<unknown> } =
    jest.requireActual('node:fs/promises');
  const running: ChildProcess[] = [];
  const spies: jest.SpyInstance[] = [];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '::', resolve));
    server.on('connection', (socket) => void sockets.push(socket.on('error', () => undefined)));
  });
  afterEach(() => {
    running.splice(0).forEach((child) => child.kill('SIGKILL'));
    sockets.splice(0).forEach((socket) => socket.destroy());
    server.close();
    spies.splice(0).forEach((spy) => spy.mockRestore());
  });

  /** a child of this process, as the agent is one of the server */
  function start(script: string, ...more: string[]): ChildProcess {
    const { port } = server.address() as AddressInfo;
    const args = ['-e', `const net = require('net'); ${script}`, String(port), ...more];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    running.push(child);
    return child;
  }

  async function connected(script: string, ...more: string[]): Promise<Socket> {
    const socket = once(server, 'connection').then(([one]) => one as Socket);
    start(script, ...more);
    return socket;
  }

  async function own(): Promise<Socket> {
    const socket = once(server, 'connection').then(([one]) => one as Socket);
    sockets.push(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    return socket;
  }

  /** what a look that begins now says */
  async function refusalOf(socket: Socket, peers = new Peers({})): Promise<string | undefined> {
    peers.accepted(socket);
    return peers.refusal(socket);
  }

  const card = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const hosts = ['127.0.0.1', '127.0.0.2', '::ffff:127.0.0.1', '::1', '0.0.0.0', ...(card === undefined ? [] : [card])];

  test.each(hosts)('of a child that connects to %s is of a job', async (host) => {
    const socket = await connected(`net.connect({ port: process.argv[1], host: '${host}' }).on('error', () => 0)`);
    expect(await refusalOf(socket)).toBe(NOT_PROVEN);
    expect(await refusalOf(socket, new Peers({ AGENT_LOCAL_CALLERS: 'trusted' }))).toBeUndefined();
  });

  test('that hung up before anybody could look is not trusted', async () => {
    const socket = await connected(
      `const one = net.connect(process.argv[1], '127.0.0.1', () => { one.write('x'); one.resetAndDestroy(); })`,
    );
    const peers = new Peers({});
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await refusalOf(socket, peers)).toBe(NOT_PROVEN);
  });

  test('that no process has, since it is on its way between two of them, is not trusted', async () => {
    // a child that is stopped gets it from another one, which ends
    const script = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'process.on("message", () => 0)'],
        { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const socket = net.connect(process.argv[1], '127.0.0.1', () => {
        process.send(child.pid);
        process.kill(child.pid, 'SIGSTOP');
        child.send('socket', socket, () => process.kill(process.pid, 'SIGKILL'));
      });`;
    const socket = once(server, 'connection').then(([one]) => one as Socket);
    const sender = start(script);
    const [[stopped], accepted] = await Promise.all([once(sender, 'message'), socket, once(sender, 'exit')]);
    const isOpen = !accepted.destroyed && !accepted.readableEnded;
    const refusal = await refusalOf(accepted);
    process.kill(stopped as number, 'SIGKILL');
    expect([isOpen, refusal]).toEqual([true, NOT_PROVEN]);
  });

  test('of what a job left behind, which another process adopted, is not trusted', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = once(server, 'connection').then(([one]) => one as Socket);
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; exec sleep 20`;
    running.push(spawn('bash', ['-c', `(env -i PATH="$PATH" setsid bash -c '${script}' &)`], { stdio: 'ignore' }));
    const accepted = await socket;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const holder = processIds().find((id) => holds(id, accepted));
    const adopter = statOf(holder ?? 0)?.parent ?? 0;
    expect([holder === undefined, adopter === process.pid]).toEqual([false, false]);
    // some machines have another adopter, of which nothing shows that it is one
    if (adopter === 1 || nameOf(adopter) === 'systemd') {
      expect(await refusalOf(accepted)).toBe(NOT_PROVEN);
    }
    process.kill(holder!, 'SIGKILL');
  });

  test('of this process itself is none of a job', async () => {
    expect(await refusalOf(await own())).toBeUndefined();
  });

  test('that the kernel says is of another user is none of a job, unless jobs can become one', async () => {
    const child = `net.connect(process.argv[1], '127.0.0.1').on('error', () => 0)`;
    const socket = await connected(child);
    for (const [user, refusal] of [
      [4711, undefined],
      [0, NOT_PROVEN],
    ] as const) {
      const spy = jest.spyOn(process as { geteuid: () => number }, 'geteuid').mockReturnValue(user);
      expect(await refusalOf(socket)).toBe(refusal);
      spy.mockRestore();
    }
  });

  test('of another machine is none of a job', async () => {
    const socket = await own();
    Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.7' });
    expect(await refusalOf(socket)).toBeUndefined();
  });

  test('is not known where it hung up at once, or has no address', async () => {
    const socket = await own();
    Object.defineProperty(socket, 'remoteAddress', { value: undefined });
    expect(await refusalOf(socket)).toBe(NOT_PROVEN);
  });

  test('of a connection that nobody looked at is not trusted', async () => {
    expect(await new Peers({}).refusal(await own())).toBe(NOT_PROVEN);
  });

  test.each([
    [{ processes: 1 }, 'one of more than 1 processes, which are too many to look through'],
    [{ ms: 0 }, 'a process that was not found within 0 seconds'],
  ])('that cannot be found within %j is not trusted, and the reason is named', async (limits, reason) => {
    expect(await refusalOf(await own(), new Peers({}, limits))).toBe(reason);
  });

  test.each(['EMFILE', 'EACCES'])('is not trusted where nobody can look: %s', async (code) => {
    spies.push(jest.spyOn(promises, 'readFile').mockRejectedValue(Object.assign(new Error(code), { code })));
    expect(await refusalOf(await own())).toBe(NOT_PROVEN);
  });

  test('is looked for once for each connection, and once for many at a time', async () => {
    const look = jest.spyOn(promises, 'readdir');
    spies.push(look);
    const peers = new Peers({});
    const five = [await own(), await own(), await own(), await own(), await own()];
    five.forEach((socket) => peers.accepted(socket));
    const refusals = await Promise.all([...five, ...five].map((socket) => peers.refusal(socket)));
    expect(refusals).toEqual(Array(10).fill(undefined));
    // the first, and one for the four that came meanwhile
    expect(look.mock.calls.length).toBeLessThanOrEqual(2);
  });

  test('is looked for beside other work', async () => {
    const ids = Array.from({ length: 1500 }, (_, id) => String(id));
    const slow = () => {
      for (const end = performance.now() + 0.5; performance.now() < end;);
      return undefined;
    };
    spies.push(jest.spyOn(promises, 'readdir').mockResolvedValue(ids));
    spies.push(jest.spyOn(processes, 'statOf').mockImplementation(slow));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const start = performance.now();
    await refusalOf(await own());
    clearInterval(timer);
    expect(performance.now() - start).toBeGreaterThan(500);
    expect(longest).toBeLessThan(100);
  });

  test.each([
    ['127.0.0.1', '0100007F'],
    ['::ffff:10.1.2.3', '0302010A'],
    ['::1', '00000000000000000000000001000000'],
    ['::', '00000000000000000000000000000000'],
    ['fe80::1%eth0', '000080FE000000000000000001000000'],
    ['2001:db8:1:2:3:4:5:6', 'B80D0120020001000400030006000500'],
  ])('%s is %s to the kernel', (address, expected) => {
    expect(hexOf(address)).toBe(expected);
  });
});

function holds(id: number, { remotePort }: Socket): boolean {
  const [row] = readFileSync('/proc/net/tcp6', 'latin1')
    .concat(readFileSync('/proc/net/tcp', 'latin1'))
    .split('\n')
    .filter((line) => line.split(/ +/)[2]?.endsWith(`:${remotePort!.toString(16).toUpperCase().padStart(4, '0')}`));
  const inode = row?.trim().split(/ +/)[9];
  try {
    return readdirSync(`/proc/${id}/fd`).some((one) => readlinkSync(`/proc/${id}/fd/${one}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}

/** how often an attack is tried; more in a run that is only about it */
const TRIES = Number(process.env.TRIES ?? 3);

test('a process of a job that hides its socket is refused each time', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'peer-'));
  const env = environmentIn(folder, ['bash']);
  const program = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  program.stdout.on('data', (part) => (output += String(part)));
  await until(() => output.includes('server.ready'));
  const port = portOf(output);
  const attack = path.join(__dirname, '..', 'assets', 'in-flight.pl');
  const script = `for i in $(seq ${TRIES}); do perl ${attack} ${port} '{"op":"list"}' & [ $((i % 10)) = 0 ] && wait; done; wait`;
  const body = JSON.stringify({ prompt: script });
  const response = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body });
  const events = eventsOf(await response.text());
  program.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  expect(textsOf(events)).toEqual(Array(TRIES).fill('403'));
}, 300_000);

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
