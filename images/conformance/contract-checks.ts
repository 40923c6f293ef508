/* The contract of AgentCore: whatever runs in the container has to keep it. */
import { setTimeout as delay } from 'node:timers/promises';
import { want } from './check';
import type { Check } from './check';
import { answerOf, beginningOf, invocation, isObject, json, ping, shown } from './http';

const STATUSES = ['Healthy', 'HealthyBusy'];
const FAST_MS = 1000;
/** a clock of whole seconds moves in this time */
const IDLE_MS = 1_200;
/** of seconds since 1970; a later number is of milliseconds */
const LATEST = 100_000_000_000;

const PING: Check = {
  id: 'ping',
  what: 'GET /ping answers 200 with {"status": "Healthy"} or {"status": "HealthyBusy"}',
  why: 'the service starts no session, and ends those that run, without it',
  fix: 'answer /ping on 0.0.0.0:8080 before anything else',
  run: async (target) => {
    const { status } = await ping(target);
    want(STATUSES.includes(status), `status ${JSON.stringify(status)}`);
  },
};

const PING_SPEED: Check = {
  id: 'ping-speed',
  what: `/ping answers within ${FAST_MS} ms`,
  why: 'it is asked every few seconds; a session that answers late is taken for dead',
  fix: 'let /ping return a value from memory, and do work elsewhere than in its thread',
  run: async (target) => {
    const { milliseconds } = await answerOf(target, '/ping');
    want(milliseconds <= FAST_MS, `${Math.round(milliseconds)} ms`);
  },
};

const PING_TIME: Check = {
  id: 'ping-time',
  what: 'time_of_last_update, if there, is in seconds and stands still while the status does',
  why: 'a time that moves counts as activity: the session never idles out, and is paid for up to its longest life',
  fix: 'set it when the status changes, never to the time of the request, or leave it away',
  run: async (target) => {
    const before = await ping(target);
    if (before.time_of_last_update === undefined) {
      return;
    }
    const time = before.time_of_last_update;
    want(typeof time === 'number' && time < LATEST, `${JSON.stringify(time)} is no number of seconds since 1970`);
    await delay(IDLE_MS);
    const after = await ping(target);
    const same = after.status !== before.status || after.time_of_last_update === time;
    want(same, `it moved from ${time} to ${String(after.time_of_last_update)} while the status stayed ${after.status}`);
  },
};

const REFUSAL: Check = {
  id: 'invocations-refusal',
  what: 'POST /invocations answers 400 with a text when the body is no JSON',
  why: 'the service tells callers 424 for everything that is wrong inside; the text is all they get',
  fix: 'parse the body in a try, and answer 400 with {"message": "what is wrong"}',
  run: async (target) => {
    const { status, text } = await answerOf(target, '/invocations', invocation(target, '{"prompt": '));
    want(status === 400, `status ${status}`);
    want(readable(text), `no text: ${shown(text)}`);
  },
};

const ALIVE: Check = {
  id: 'alive-after-refusal',
  what: '/ping still answers after a body that is no JSON',
  why: 'one bad request must not end a session and the work in it',
  fix: 'catch errors of one request in that request',
  run: async (target) => {
    await answerOf(target, '/invocations', invocation(target, 'rubbish')).catch(() => undefined);
    await ping(target);
  },
};

/** for servers of which nothing else is known */
const ACCEPTANCE: Check = {
  id: 'invocations',
  what: 'POST /invocations takes JSON with the session header, and answers JSON or server-sent events',
  why: 'it is the only way in',
  fix: 'give --payload a body that your server takes; answer 200 with application/json or text/event-stream',
  run: async (target) => {
    const { status, type, text } = await beginningOf(target, invocation(target, target.payload));
    want(status >= 200 && status < 300, `status ${status}: ${shown(text)}`);
    const streamed = type.startsWith('text/event-stream');
    want(streamed || type.startsWith('application/json'), `content type ${type || 'none'}`);
    want(streamed ? /^data:/m.test(text) : json(text) !== undefined, `body that is not ${type}: ${shown(text)}`);
  },
};

export const CONTRACT_CHECKS: readonly Check[] = [PING, PING_SPEED, PING_TIME, REFUSAL, ALIVE];
export const OWN_SERVER_CHECKS: readonly Check[] = [...CONTRACT_CHECKS, ACCEPTANCE];

function readable(text: string): boolean {
  const body = json(text);
  const inner = isObject(body) ? (body.message ?? (isObject(body.error) ? body.error.message : body.error)) : undefined;
  return typeof (inner ?? body) === 'string' ? (inner ?? body) !== '' : body === undefined && text.trim() !== '';
}
