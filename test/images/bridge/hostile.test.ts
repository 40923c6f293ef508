/* What a gateway that was taken over, another caller, or the agent can do to the bridge. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { inspectJson } from '../../../images/session/bridge/inspect';
import { OpenJob, OpenJobs } from '../../../images/session/bridge/jobs';
import type { BridgeNotice } from '../../../images/session/contract';
import { call, jwt, post, until, useBridge } from './fixture';
import { mcp } from './stand-in';

describe('the token of a job', () => {
  const notices: BridgeNotice[] = [];
  let job: OpenJob;
  const first = jwt({ iss: 'i', sub: 'ada', n: 1 });
  beforeEach(() => {
    notices.length = 0;
    job = new OpenJob('job-1', (notice) => notices.push(notice), first);
  });

  test('is replaced by a newer one of the same user', () => {
    job.renew(jwt({ iss: 'i', sub: 'ada', n: 2 }));
    expect(`Bearer ${job.token?.reveal()}`).toBe(jwt({ iss: 'i', sub: 'ada', n: 2 }));
    expect(notices).toEqual([]);
  });

  test.each([
    ['another user', jwt({ iss: 'i', sub: 'eve' })],
    ['another issuer', jwt({ iss: 'j', sub: 'ada' })],
    ['nobody', jwt({ iss: 'i' })],
    ['who knows whom', 'Bearer opaque'],
  ])('is not replaced by one of %s', (_, other) => {
    job.renew(other);
    expect(`Bearer ${job.token?.reveal()}`).toBe(first);
    expect(notices).toEqual([
      {
        type: 'problem',
        job: 'job-1',
        code: 'TokenOfAnotherUser',
        message: 'somebody else attached to this job; her token is not used for it',
      },
    ]);
  });

  test.each([undefined, '', 'Basic YTpi', 'Bearer a b', 'Bearer \u00e9'])('is not lost by %j', (other) => {
    job.renew(other);
    expect(`Bearer ${job.token?.reveal()}`).toBe(first);
  });

  test.each([
    ['one that ended', 1_000, false],
    ['one that ends earlier', 4_000_000_000, false],
    ['one that ends later', 4_000_000_002, true],
  ])('%s replaces it: at %d, %j', (_, exp, isTaken) => {
    const good = jwt({ iss: 'i', sub: 'ada', exp: 4_000_000_001 });
    job = new OpenJob('job-2', (notice) => notices.push(notice), good);
    const other = jwt({ iss: 'i', sub: 'ada', exp });
    job.renew(other);
    expect(`Bearer ${job.token?.reveal()}`).toBe(isTaken ? other : good);
    expect(notices).toEqual([]);
  });

  test('where there is none, none is taken: whose would it be', () => {
    job = new OpenJob('job-2', (notice) => notices.push(notice));
    job.renew(first);
    expect(job.token).toBeUndefined();
  });

  test('is gone with its job, which opens no more', () => {
    const jobs = new OpenJobs((notice) => notices.push(notice));
    jobs.renew('job-1', first);
    expect(jobs.get('job-1')).toBeUndefined();
    jobs.open('job-1', first);
    jobs.close('job-1');
    jobs.renew('job-1', first);
    expect(() => jobs.open('job-1', first)).toThrow("this job has ended (got 'job-1'); start another one");
    expect(jobs.get('job-1')).toBeUndefined();
  });

  test('a target in a loop of consent does not fill the events', () => {
    for (let count = 0; count < 500; count++) {
      job.consent('https://x', null, null);
    }
    expect(notices.filter(({ type }) => type === 'consent')).toHaveLength(100);
    expect(notices.at(-1)).toMatchObject({ code: 'ConsentsOmitted' });
    expect(notices).toHaveLength(101);
  });
});

describe('a gateway', () => {
  const use = useBridge();

  test('that nests its answer deeply does not end the bridge', async () => {
    const deep = `${'['.repeat(100_000)}-32042${']'.repeat(100_000)}`;
    use.gateway.handler = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(deep);
    expect((await post(use.url, call(1))).text).toBe(deep);
    const mixed = `[{"id":1,"error":{"code":-32042}},${deep}]`;
    use.gateway.handler = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(mixed);
    const { json: answer } = await post(use.url, call(1));
    expect(answer.error.message).toContain("the answer of the gateway broke off (got 'not readable')");
    use.gateway.handler = mcp;
    expect((await post(use.url, call(2))).status).toBe(200);
  });

  test('that sends thousands of small events before its answer is read in time', async () => {
    const small = 'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n'.repeat(20);
    use.gateway.handler = ({ message }, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let count = 0; count < 4000; count++) {
        response.write(small);
      }
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { tools: [] } })}\n\n`);
    };
    expect(await use.bridge.check({ job: 'job-1' })).toEqual({ ok: true, tools: 0 });
  });

  test('that never ends a line is given up after 10 MB', async () => {
    use.gateway.handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write('x'.repeat(1_000_000)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await use.bridge.check({ job: 'job-1' })).toMatchObject({ ok: false, errorCode: 'GatewayUnavailable' });
  });
});

test('a list of answers is looked through, and no deeper', () => {
  const seen: unknown[] = [];
  const stream = inspectJson({ host: 'h', calls: null, needed: (one) => void seen.push(one) }, true);
  const error = { jsonrpc: '2.0', id: 1, error: { code: -32042, message: 'm' } };
  stream.end(JSON.stringify([error, [error]]));
  stream.resume();
  return new Promise<void>((resolve) => stream.on('end', () => resolve())).then(() => expect(seen).toHaveLength(1));
});

describe('the port of the bridge', () => {
  const use = useBridge();

  function raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(Number(new URL(use.url).port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (part) => (answer += String(part)));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => undefined);
      setTimeout(() => socket.destroy(), 500);
    });
  }
  const body = JSON.stringify(call(1));
  const head = (line: string, more = '') =>
    `${line} HTTP/1.1\r\nhost: ${new URL(use.url).host}\r\ncontent-type: application/json\r\n${more}`;

  test('takes no whole URL, tunnel or other protocol', async () => {
    const length = `content-length: ${body.length}\r\n\r\n${body}`;
    expect(await raw(head(`POST ${use.url}`, length))).toMatch(/^HTTP\/1.1 404/);
    expect(await raw(head(`CONNECT ${new URL(use.url).host}`, '\r\n'))).toBe('');
    expect(await raw(head(`POST //evil.example${new URL(use.url).pathname}`, length))).toMatch(/^HTTP\/1.1 404/);
    expect(await raw(head(`POST ${new URL(use.url).pathname.replace('/mcp', '%2fmcp')}`, length))).toMatch(/ 404 /);
    expect(use.gateway.seen).toEqual([]);
  });

  test('takes no request of two lengths', async () => {
    const two = `content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await raw(head(`POST ${new URL(use.url).pathname}`, two))).toMatch(/^HTTP\/1.1 400/);
    expect(use.gateway.seen).toEqual([]);
  });

  test('a debugger is not opened', async () => {
    const { pid } = (use.bridge as unknown as { child: { pid: number } }).child;
    process.kill(pid, 'SIGUSR1');
    await post(use.url, call(2));
    // that of Node listens on a port of 127.0.0.1, which another program of this machine may hold
    expect(listening(pid)).toEqual([new URL(use.url).port]);
    await post(use.url, call(3));
    await until(() => use.gateway.seen.length === 2);
  });
});

/** the ports on which a process takes connections */
function listening(pid: number): string[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.includes(`socket:[${inode}]`))
    .map(([, address]) => String(parseInt(address.split(':')[1], 16)));
}

/** what is open can be closed meanwhile */
function linkOf(file: string): string[] {
  try {
    return [readlinkSync(file)];
  } catch {
    return [];
  }
}
