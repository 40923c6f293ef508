import { request } from 'node:http';
import { invocationOf } from '../../../images/session/server/checks';
import { SessionError } from '../../../images/session/shared/problem';
import { DONE, prompt, until, useSessions } from '../session';

const { session } = useSessions();

const JOB = '20261122T212759123-00112233445566778899aabbccddeeff';
const PROMPT = { prompt: 'do it' };
const TEXT = 'a text of 1 to 1,000,000 characters';
const ID = 'an id as {"op":"list"} tells them';

describe('a request is refused', () => {
  test.each<[unknown, string]>([
    ['{', `InvalidRequest: the body is no JSON object (got 'no JSON'); allowed: an object; send {"prompt": "..."}`],
    ['[]', `InvalidRequest: the body is no JSON object (got 'a list'); allowed: an object; send {"prompt": "..."}`],
    [
      {},
      `InvalidRequest: prompt is no text (got 'nothing'); allowed: ${TEXT}; blocks of content such as toolUse are never passed on`,
    ],
    [
      { prompt: [{ toolUse: { name: 'bash' } }] },
      `InvalidRequest: prompt is no text (got 'a list'); allowed: ${TEXT}; blocks of content such as toolUse are never passed on`,
    ],
    [
      { ...PROMPT, toolUse: {} },
      "UnknownField: a field is not known for a new job (got 'toolUse'); allowed: prompt, repository, branch, test, limits, continues, author, stream; take it out, or mend its name",
    ],
    [
      { prompt: ' ' },
      `InvalidRequest: prompt is empty or too long (got '1 characters'); allowed: ${TEXT}; put long texts into a file of the repository`,
    ],
    [
      { prompt: 'x'.repeat(1_000_001) },
      `InvalidRequest: prompt is empty or too long (got '1000001 characters'); allowed: ${TEXT}; put long texts into a file of the repository`,
    ],
    [{ prompt: 'a\0b' }, `InvalidRequest: prompt holds a zero character (got 'U+0000'); allowed: ${TEXT}; take it out`],
    [
      { ...PROMPT, limits: 5 },
      `InvalidRequest: limits is no object (got 'a number'); allowed: an object with turns, minutes, dollars; send {"limits": {"minutes": 30}}`,
    ],
    [
      { ...PROMPT, limits: { tokens: 5 } },
      "UnknownField: a field is not known for limits (got 'tokens'); allowed: turns, minutes, dollars; take it out, or mend its name",
    ],
    [
      { ...PROMPT, limits: { turns: 1.5 } },
      "InvalidRequest: limits.turns is out of its bounds (got '1.5'); allowed: a whole number from 1 to 10,000; leave it away for the default of the agent",
    ],
    [
      { ...PROMPT, limits: { minutes: 481 } },
      "InvalidRequest: limits.minutes is out of its bounds (got '481'); allowed: more than 0, at most 480; leave it away for the default of the agent",
    ],
    [
      { ...PROMPT, limits: { dollars: '5' } },
      "InvalidRequest: limits.dollars is out of its bounds (got 'a string'); allowed: more than 0, at most 100,000; leave it away for the default of the agent",
    ],
    [
      { ...PROMPT, stream: 'no' },
      "InvalidRequest: stream is neither true nor false (got 'a string'); allowed: true, false; leave stream away for events",
    ],
    [
      { ...PROMPT, continues: '../x' },
      `InvalidRequest: continues is no id of a job (got 'a string'); allowed: ${ID}; set continues to one`,
    ],
    [
      { ...PROMPT, continues: JOB, repository: 'o/n' },
      "InvalidRequest: continues goes on in the directory of that job (got 'repository or branch beside it'); allowed: continues alone; leave repository and branch away, or leave continues away",
    ],
    [
      { ...PROMPT, branch: 'b' },
      "InvalidRequest: branch is of no repository (got 'branch alone'); allowed: branch with repository; name the repository",
    ],
    [
      { ...PROMPT, author: 'Ada' },
      `InvalidRequest: author is no object (got 'a string'); allowed: {"name": "...", "email": "..."} without < > and line ends; leave it away for the default`,
    ],
    [
      { ...PROMPT, author: { name: 'Ada\n', email: 'a@b' } },
      `InvalidRequest: author is not what git takes (got 'a name or email of another form'); allowed: {"name": "...", "email": "..."} without < > and line ends; name a person or the agent`,
    ],
    [
      { op: 'delete' },
      "InvalidRequest: op is none that there is (got 'a string'); allowed: list, get, attach, cancel; leave op away to start a job",
    ],
    [
      { op: 'list', job: JOB },
      "UnknownField: a field is not known for list (got 'job'); allowed: op; take it out, or mend its name",
    ],
    [{ op: 'get' }, `InvalidRequest: job is no id of a job (got 'nothing'); allowed: ${ID}; set job to one`],
    [
      { op: 'attach', job: JOB, after: -1 },
      "InvalidRequest: after is no id of an event (got '-1'); allowed: a whole number, 0 or more; give the last id that you have seen",
    ],
  ])('%#', (body, text) => {
    const read = () => invocationOf(typeof body === 'string' ? body : JSON.stringify(body));
    expect(read).toThrow(SessionError);
    expect(`${codeOf(read)}: ${messageOf(read)}`).toBe(text);
  });

  test('never with the prompt in the answer', async () => {
    const { json, status } = await (await session()).invoke({ prompt: { text: 'my secret plan' } });
    expect(status).toBe(400);
    expect(JSON.stringify(json)).not.toContain('secret plan');
    expect(Object.keys(json.error)).toEqual(['code', 'message', 'what', 'got', 'allowed', 'fix']);
  });
});

test.each([
  ['turned around', { branch: 'a\u202eb' }],
  ['invisible', { branch: 'a\u200bb' }],
  ['half a sign', { branch: 'a\ud800' }],
  ['an author that is turned around', { author: { name: 'A\u202eda', email: 'a@b' } }],
  ['an author of two lines', { author: { name: 'A\u2028da', email: 'a@b' } }],
  ['an author of whom git leaves nothing', { author: { name: '...', email: 'a@b' } }],
  ['a repository without a host', { repository: 'https:///octo/app/x' }],
  ['a prototype', JSON.parse('{"__proto__":{"prompt":"x"}}')],
  ['a limit in a prototype', { limits: JSON.parse('{"__proto__":{"minutes":1}}') }],
])('%s is refused', (_, fields) => {
  expect(() => invocationOf(JSON.stringify({ ...PROMPT, repository: 'octo/app', ...fields }))).toThrow(SessionError);
});

test('millions of brackets are no object', () => {
  expect(codeOf(() => invocationOf('['.repeat(5_000_000)))).toBe('InvalidRequest');
  expect(codeOf(() => invocationOf(`${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`))).toBe('InvalidRequest');
});

test('everything that is allowed is taken over', () => {
  const request = {
    prompt: 'do it',
    repository: 'octo/app',
    branch: 'feature/x',
    test: 'npm test',
    limits: { turns: 1, minutes: 0.5, dollars: 2 },
    author: { name: 'Ada', email: 'ada@example.com' },
  };
  expect(invocationOf(JSON.stringify({ ...request, stream: false }))).toEqual({
    kind: 'start',
    request,
    stream: false,
  });
  expect(invocationOf(JSON.stringify({ ...PROMPT, continues: JOB }))).toEqual({
    kind: 'start',
    request: { ...PROMPT, continues: JOB },
    stream: true,
  });
  const attach = { op: 'attach', job: JOB, after: 3 };
  expect(invocationOf(JSON.stringify(attach))).toEqual({ kind: 'query', query: attach });
});

describe('over HTTP', () => {
  test.each([
    [
      'GET',
      '/health',
      404,
      'NotFound',
      'there is nothing at this path; allowed: GET /ping, POST /invocations; mend the path',
    ],
    [
      'GET',
      '/invocations',
      405,
      'MethodNotAllowed',
      "/invocations does not take this method (got 'GET'); allowed: POST; use POST",
    ],
    ['POST', '/ping', 405, 'MethodNotAllowed', "/ping does not take this method (got 'POST'); allowed: GET; use GET"],
  ])('%s %s is %i', async (method, path, status, code, message) => {
    const response = await fetch((await session()).url + path, { method });
    expect(response.status).toBe(status);
    expect(((await response.json()) as any).error).toMatchObject({ code, message });
  });

  test('an unknown job is 404', async () => {
    const one = await session();
    for (const op of ['get', 'attach', 'cancel']) {
      const { status, json } = await one.invoke({ op, job: JOB });
      expect([status, json.error.message]).toEqual([
        404,
        `there is no such job in this workspace, or its journal cannot be read (got '${JOB}'); allowed: an id out of {"op":"list"}; the oldest jobs are deleted; another session has other jobs`,
      ]);
    }
  });

  test('a second job is 409 and learns the id of the first; when that has ended, it is not', async () => {
    const one = await session();
    const job = await one.begin([['wait', 300], DONE]);
    const { status, json } = await one.invoke(PROMPT);
    expect([status, json.error.message]).toEqual([
      409,
      `a job is running in this session (got '${job}'); allowed: one at a time; wait, attach to it, cancel it, or use another session id`,
    ]);
    await one.invoke({ op: 'attach', job });
    expect((await one.run([DONE])).result.status).toBe('succeeded');
  });

  test('two at once: one of them is refused', async () => {
    const one = await session();
    const body = { prompt: prompt(['wait', 100], DONE), stream: false };
    const statuses = (await Promise.all([one.invoke(body), one.invoke(body)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
  });

  test.each([
    ['with its length', { 'content-length': 11 * 1024 * 1024 }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('more than 10 MB %s is 413, and nothing is started', async (_, headers) => {
    const one = await session();
    const answer = await new Promise<{ status?: number; text: string }>((resolve, reject) => {
      const sent = request(`${one.url}/invocations`, { method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (part) => (text += String(part)));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      sent.on('error', reject);
      for (let megabyte = 0; megabyte < 11; megabyte++) {
        sent.write(Buffer.alloc(1024 * 1024, 32));
      }
      sent.end();
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text).error).toMatchObject({
      code: 'RequestTooLarge',
      message:
        "the body is too long (got 'more than 10 MB'); allowed: 10 MB; put data into the repository or a mounted file system, and name it in the prompt",
    });
  });

  test('without events the answer comes at once', async () => {
    const one = await session();
    const { json, status } = await one.invoke({ prompt: prompt(['wait', 300], DONE), stream: false });
    expect([status, json]).toEqual([
      200,
      { job: expect.stringMatching(/^\d{8}T\d{9}-[0-9a-f]{32}$/), status: 'running' },
    ]);
    await until(async () => (await one.record(json.job)).status === 'succeeded');
  });

  test('a workspace that cannot be written is 500 and says so', async () => {
    const one = await session({ environment: { AGENT_WORKSPACE: '/dev/null/x' } });
    const { status, json } = await one.invoke(PROMPT);
    expect([status, json.error.code]).toEqual([500, 'WorkspaceUnavailable']);
    expect(json.error.message).toBe(
      "the workspace cannot be written (got 'ENOTDIR'); allowed: a mounted and writable workspace with space left; look at the storage of the session; ENOSPC means that it is full",
    );
  });
});

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as SessionError).code;
  }
  return 'none';
}

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as SessionError).message;
  }
  return 'none';
}
