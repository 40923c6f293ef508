import { Finding, want } from './check';
import type { Target } from './check';

const SESSION_HEADER = 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id';
const SHOWN = 160;

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly milliseconds: number;
}

export interface Ping {
  readonly status: string;
  readonly time_of_last_update?: unknown;
}

/** One request; what goes wrong is found, never thrown as something else. */
export async function request(target: Target, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(target.url + path, { signal: AbortSignal.timeout(target.timeout * 1000), ...init });
  } catch (e) {
    throw new Finding(`no answer to ${init.method ?? 'GET'} ${path}: ${reasonOf(e)}`);
  }
}

export async function answerOf(target: Target, path: string, init?: RequestInit): Promise<Answer> {
  const start = performance.now();
  const response = await request(target, path, init);
  try {
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, text, milliseconds: performance.now() - start };
  } catch (e) {
    throw new Finding(`the answer to ${path} broke off: ${reasonOf(e)}`);
  }
}

/** An invocation up to its first event if it streams, for the rest may take hours; else its whole answer. */
export async function beginningOf(target: Target, init: RequestInit): Promise<Omit<Answer, 'milliseconds'>> {
  const response = await request(target, '/invocations', init);
  const [status, type] = [response.status, response.headers.get('content-type') ?? ''];
  const reader = response.body?.pipeThrough(new TextDecoderStream())?.getReader();
  let text = '';
  try {
    while (reader !== undefined && !(type.startsWith('text/event-stream') && /^data:.*\n/m.test(text))) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      text += value;
    }
  } catch (e) {
    throw new Finding(`the answer to /invocations broke off: ${reasonOf(e)}`);
  }
  await reader?.cancel().catch(() => undefined);
  return { status, type, text };
}

export async function ping(target: Target): Promise<Ping> {
  const { status, text } = await answerOf(target, '/ping');
  want(status === 200, `status ${status}`);
  const body = json(text);
  want(isObject(body), `no JSON object: ${shown(text)}`);
  return body as unknown as Ping;
}

/** a request as the service sends it */
export function invocation(target: Target, body: string): RequestInit {
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream, application/json',
      [SESSION_HEADER]: target.session,
    },
  };
}

/** @returns undefined if the text is no JSON */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function shown(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

function reasonOf(e: unknown): string {
  const { name, message, cause } = e as Error & { cause?: { code?: string } };
  return name === 'TimeoutError' ? 'timed out' : (cause?.code ?? message);
}
