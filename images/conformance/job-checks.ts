/* The job API of the session server, on top of the contract. One job is started, watched, followed by another, cancelled. */
import { want } from './check';
import type { Check, Target } from './check';
import { answerOf, beginningOf, invocation, isObject, json, ping, request, shown } from './http';
import type { Answer, Ping } from './http';
import { Frames } from './sse';
import type { Frame } from './sse';

const STATUSES = ['succeeded', 'failed', 'cancelled', 'limitReached', 'interrupted'];

/** What one job showed. The checks look at it one by one. */
class Observation {
  private constructor(
    public readonly before: Ping,
    public readonly first: Frame,
    public readonly busy: Ping,
    public readonly stillBusy: Ping,
    public readonly replayed: Frame,
    public readonly cancelled: Answer,
    public readonly frames: readonly Frame[],
    public readonly record: Record<string, unknown>,
    public readonly resumed: Frame,
    public readonly after: Ping,
  ) {}

  public static async of(target: Target): Promise<Observation> {
    const before = await ping(target);
    const stream = new Frames(await request(target, '/invocations', invocation(target, target.payload)));
    const first = await stream.next();
    want(first !== undefined, 'the stream of a new job ended without an event');
    const job = first.event.job;
    want(typeof job === 'string', `the first event names no job: ${shown(JSON.stringify(first.event))}`);
    const busy = await ping(target);
    const stillBusy = await ping(target);
    const replayed = await firstFrame(target, { op: 'attach', job });
    const cancelled = await query(target, { op: 'cancel', job });
    await stream.until('result');
    want((await stream.next()) === undefined, 'the stream went on after the result');
    const record = json((await query(target, { op: 'get', job })).text);
    want(isObject(record), 'op "get" answered no JSON object');
    const resumed = await firstFrame(target, { op: 'attach', job, after: first.id });
    const after = await ping(target);
    return new Observation(before, first, busy, stillBusy, replayed, cancelled, stream.seen, record, resumed, after);
  }
}

/** @returns the checks, which share one job */
export function jobChecks(): Check[] {
  let observed: Promise<Observation> | undefined;
  const observing = (id: string, texts: Texts, look: (observation: Observation) => void): Check => ({
    id,
    ...texts,
    run: async (target) => look(await (observed ??= Observation.of(target))),
  });
  return [...REQUEST_CHECKS, ...OBSERVATIONS.map(([id, texts, look]) => observing(id, texts, look))];
}

type Texts = Pick<Check, 'what' | 'why' | 'fix'>;

const REQUEST_CHECKS: Check[] = [
  {
    id: 'job-list',
    what: 'op "list" answers JSON',
    why: 'people ask which jobs a session has before they attach to one',
    fix: 'run the server of this library, or check with --contract-only',
    run: async (target) => {
      const { status, text } = await query(target, { op: 'list' });
      want(status === 200 && typeof json(text) === 'object', `status ${status}: ${shown(text)}`);
    },
  },
  {
    id: 'job-refusal',
    what: 'a job whose prompt is no text is refused with 400',
    why: 'what is wrong must be said before anything runs',
    fix: 'check the whole request first',
    run: async (target) => {
      const { status } = await beginningOf(target, invocation(target, '{"prompt": 5}'));
      want(status === 400, `status ${status}`);
    },
  },
  {
    id: 'job-unknown',
    what: 'a job that is not there is refused with 400 or 404',
    why: 'a caller with an old id must learn it, not wait',
    fix: 'look the job up before the answer starts',
    run: async (target) => {
      const { status } = await beginningOf(target, invocation(target, '{"op": "attach", "job": "no-such-job"}'));
      want(status === 400 || status === 404, `status ${status}`);
    },
  },
];

const OBSERVATIONS: [string, Texts, (observation: Observation) => void][] = [
  [
    'job-start',
    {
      what: 'a new job streams events; the first one is "started" and has id 1',
      why: 'callers learn the id of their job from it, and attach again with it',
      fix: 'write "started" before the agent runs',
    },
    ({ first }) => want(first.type === 'started' && first.id === 1, `event '${first.type}' with id ${first.id}`),
  ],
  [
    'ping-busy',
    {
      what: '/ping says HealthyBusy while a job works',
      why: 'the service ends an idle session, even one with an open request, and its job with it',
      fix: 'count jobs from their start to the end of their processes',
    },
    ({ busy, first, frames }) =>
      want(busy.status === 'HealthyBusy', `${busy.status} after '${first.type}', ${frames.length} events`),
  ],
  [
    'ping-busy-time',
    {
      what: 'time_of_last_update, if there, stands still while a job works, and moves with the status',
      why: 'it is the time of the last change of the status, from which idle time is counted',
      fix: 'set it where the status changes, and nowhere else',
    },
    ({ before, busy, stillBusy }) => {
      const [first, second, third] = [before, busy, stillBusy].map((one) => one.time_of_last_update);
      want(busy.status !== stillBusy.status || second === third, `it moved from ${String(second)} to ${String(third)}`);
      want(
        first === undefined || Number(second) >= Number(first),
        `it went back from ${String(first)} to ${String(second)}`,
      );
    },
  ],
  [
    'job-events',
    {
      what: 'ids of events count from 1 without a gap, and the last event is "result"',
      why: 'who lost the connection asks for what came after the last id',
      fix: 'number events where they are written down, in one place',
    },
    ({ frames }) => {
      const ids = frames.map(({ id }) => id);
      want(
        ids.every((id, i) => id === i + 1),
        `ids ${ids.join(', ')}`,
      );
    },
  ],
  [
    'job-attach',
    {
      what: 'a second connection gets the events from the first on, or from a given id on',
      why: 'jobs outlive connections: an invocation is cut after its time, and people look in from elsewhere',
      fix: 'replay from the journal, then go on live',
    },
    ({ replayed, resumed, first }) => {
      want(replayed.id === first.id && replayed.type === first.type, `attach began with id ${replayed.id}`);
      want(resumed.id === first.id + 1, `attach after ${first.id} began with id ${resumed.id}`);
    },
  ],
  [
    'job-cancel',
    {
      what: 'op "cancel" is answered with 200, and the job ends',
      why: 'a job that cannot be stopped goes on to spend',
      fix: 'end the process group of the agent, then write the result',
    },
    ({ cancelled, record }) => {
      want(cancelled.status === 200, `status ${cancelled.status}: ${shown(cancelled.text)}`);
      want(record.status !== 'running', 'the record says the job still runs');
    },
  ],
  [
    'job-result',
    {
      what: 'the result has a status, a duration, and null for what is not known',
      why: 'a missing number is read as 0, and a job that was cut off as one that is done',
      fix: 'fill in all fields of the result',
    },
    ({ frames }) => {
      const result = frames.at(-1)?.event.result;
      want(isObject(result), 'the last event holds no result');
      want(STATUSES.includes(String(result.status)), `status ${String(result.status)}`);
      want(typeof result.durationMs === 'number', `durationMs ${String(result.durationMs)}`);
      const missing = ['tokens', 'dollars', 'turns', 'exitCode', 'errorCode'].filter((name) => !(name in result));
      want(missing.length === 0, `without ${missing.join(', ')}`);
    },
  ],
  [
    'ping-idle-again',
    {
      what: '/ping says Healthy once the job ended',
      why: 'a session that stays busy never idles out, and is paid for up to its longest life',
      fix: 'stop counting a job when its processes are gone',
    },
    ({ after }) => want(after.status === 'Healthy', after.status),
  ],
];

async function query(target: Target, body: object): Promise<Answer> {
  return answerOf(target, '/invocations', invocation(target, JSON.stringify(body)));
}

async function firstFrame(target: Target, body: object): Promise<Frame> {
  const frames = new Frames(await request(target, '/invocations', invocation(target, JSON.stringify(body))));
  const frame = await frames.next();
  await frames.close();
  want(frame !== undefined, `${JSON.stringify(body)} streamed nothing`);
  return frame;
}
