import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { JobQuery, JobRecord } from '../contract';
import type { Jobs } from '../jobs/jobs';
import type { Caller } from '../jobs/preflight';
import { SessionError } from '../shared/problem';
import { bodyOf, sendError, sendJson } from './answers';
import { invocationOf } from './checks';
import { Peers } from './peer';
import { Ping } from './ping';
import { Shells } from './shells';
import { sendEvents } from './sse';

/** for a body of 10 MB over a slow line */
const REQUEST_MS = 120_000;
/** longer than proxies keep theirs, so that none is closed under a request */
const KEEP_ALIVE_MS = 75_000;
/** several tokens of 4 KB each */
const MOST_HEADER_BYTES = 64 * 1024;
/** of a prompt, in lists */
const LONGEST_PROMPT = 200;
/** of events, at the same time: each holds a file and a connection */
const MOST_WATCHERS = 100;

/** The HTTP contract of AgentCore: `/ping` and `/invocations`. */
export function makeServer(jobs: Jobs, shells: Pick<Shells, 'isBusy'> = new Shells()): Server {
  const watchers = new Watchers();
  const peers = new Peers();
  const ping = new Ping(() => jobs.isBusy || shells.isBusy);
  // a job that nobody saw between two questions is a change too
  jobs.onChange = () => ping.answer();
  const options = { maxHeaderSize: MOST_HEADER_BYTES, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createServer(options, (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/ping' && request.method === 'GET') {
      sendJson(response, 200, ping.answer());
      return;
    }
    invoked(path, request, response, { jobs, watchers, peers }).catch((error: unknown) => sendError(response, error));
  });
  // not with the request: by then a process of a job could have hidden its end
  return server.on('connection', (socket) => peers.accepted(socket));
}

interface Parts {
  readonly jobs: Jobs;
  readonly watchers: Watchers;
  readonly peers: Peers;
}

async function invoked(
  path: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  { jobs, watchers, peers }: Parts,
): Promise<void> {
  checkRoute(path, request);
  const body = await bodyOf(request);
  await checkPeer(request, peers);
  const invocation = invocationOf(body);
  const caller = callerOf(request);
  if (invocation.kind === 'query') {
    await answer(invocation.query, caller, response, jobs, watchers);
    return;
  }
  if (invocation.stream) {
    await watchers.run(async () => {
      const { id } = await jobs.start(invocation.request, caller);
      await sendEvents(response, await jobs.source(id, {}), 0);
    });
  } else {
    const { id, status } = await jobs.start(invocation.request, caller);
    sendJson(response, 200, { job: id, status });
  }
}

/** Those who wait for events. */
class Watchers {
  private count = 0;

  /** Errors: `TooManyWatchers`. */
  public async run(watch: () => Promise<void>): Promise<void> {
    if (this.count >= MOST_WATCHERS) {
      throw new SessionError('TooManyWatchers', {
        what: 'too many callers wait for events of this session',
        got: this.count,
        allowed: `${MOST_WATCHERS} at a time`,
        fix: 'close those that are not needed, or use {"op":"get"}',
      });
    }
    this.count += 1;
    try {
      await watch();
    } finally {
      this.count -= 1;
    }
  }
}

async function answer(
  query: JobQuery,
  caller: Caller,
  response: ServerResponse,
  jobs: Jobs,
  watchers: Watchers,
): Promise<void> {
  switch (query.op) {
    case 'list': {
      const { items, skipped } = await jobs.list(summary);
      const notices = skipped.map((job) => ({ code: 'JournalSkipped', job, message: 'its journal cannot be read' }));
      sendJson(response, 200, { jobs: items, notices });
      break;
    }
    case 'get':
      sendJson(response, 200, await jobs.get(query.job));
      break;
    case 'cancel': {
      const { id, status } = await jobs.cancel(query.job);
      sendJson(response, 200, { job: id, status });
      break;
    }
    case 'attach':
      await watchers.run(async () => {
        await sendEvents(response, await jobs.source(query.job, caller), query.after ?? 0);
      });
  }
}

function summary({ id, status, cli, directory, startedAt, endedAt, request, result }: JobRecord): object {
  const prompt = request.prompt.slice(0, LONGEST_PROMPT);
  return { job: id, status, errorCode: result?.errorCode ?? null, cli, directory, startedAt, endedAt, prompt };
}

function checkRoute(path: string | undefined, { method = '' }: IncomingMessage): void {
  if (path !== '/invocations' && path !== '/ping') {
    throw new SessionError('NotFound', {
      what: 'there is nothing at this path',
      allowed: 'GET /ping, POST /invocations',
      fix: 'mend the path',
    });
  }
  const wanted = path === '/ping' ? 'GET' : 'POST';
  if (method !== wanted) {
    throw new SessionError('MethodNotAllowed', {
      what: `${path} does not take this method`,
      got: method,
      allowed: wanted,
      fix: `use ${wanted}`,
    });
  }
}

/** Neither the agent of a job nor, on a developer's machine, a web page. */
async function checkPeer({ socket, headers }: IncomingMessage, peers: Peers): Promise<void> {
  // AgentCore sends none, and a page reaches a developer's server by any address of the machine
  const got = headers.origin === undefined ? await peers.refusal(socket) : 'a web page';
  if (got !== undefined) {
    throw new SessionError('CallerNotAllowed', {
      what: 'the session server takes no invocations from here',
      got,
      allowed: 'callers from outside the session',
      fix: 'invoke the agent through AgentCore',
    });
  }
}

/** the names under which the workload access token was seen or documented, the newest first */
const TOKEN_HEADERS = [
  'x-amz-bedrock-agentcore-identity-wat',
  'workloadaccesstoken',
  'x-amzn-bedrock-agentcore-runtime-workload-accesstoken',
];

function callerOf({ headers }: IncomingMessage): Caller {
  const token = TOKEN_HEADERS.map((name) => headers[name]).find((value) => value !== undefined && value !== '');
  return {
    ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
    ...(typeof token === 'string' && token !== '' ? { workloadToken: token } : {}),
  };
}
