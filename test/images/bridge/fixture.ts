import * as path from 'node:path';
import type { Bridge, BridgeNotice } from '../../../images/session/contract';
import { startBridge } from '../../../images/session/bridge/client';
import { CREDENTIALS } from '../../sigv4';
import { REGION, StandIn, TOKEN } from './stand-in';

export const PROGRAM = path.join(__dirname, '..', '..', '..', 'assets', 'images', 'session', 'bridge.mjs');

export interface Use {
  gateway: StandIn;
  bridge: Bridge;
  notices: BridgeNotice[];
  url: string;
}

/** The environment of a bridge that finds nothing on this machine but what it is told of. */
export function environmentOf(gateway: StandIn, auth: 'iam' | 'jwt', more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: REGION,
    AGENT_BRIDGE_PORT: '0',
    MCP_GATEWAY_URL: `${gateway.url}/mcp`,
    MCP_GATEWAY_AUTH: auth,
    ...CREDENTIALS,
    ...more,
  };
}

/** An Authorization header with a token that says this of itself. */
export function jwt(claims: object): string {
  return `Bearer h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
}

/** A real bridge process with one open job, new for each test, in front of a gateway. */
export function useBridge(
  auth: 'iam' | 'jwt' = 'iam',
  more: (gateway: StandIn) => NodeJS.ProcessEnv = () => ({}),
): Use {
  const use = { notices: [] as BridgeNotice[] } as Use;
  beforeEach(async () => {
    use.gateway = await StandIn.start(auth);
    use.bridge = startBridge({ program: PROGRAM, environment: environmentOf(use.gateway, auth, more(use.gateway)) });
    use.notices.length = 0;
    use.bridge.onNotice((notice) => use.notices.push(notice));
    use.url = (await use.bridge.open({ job: 'job-1', authorization: `Bearer ${TOKEN}` })).url;
  });
  afterEach(async () => {
    await use.bridge.stop();
    await use.gateway.stop();
  });
  return use;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: any;
}

export async function post(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, json: body };
}

export function call(id: number, name = 'gh___get_issue', params: object = {}): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { n: 1 }, ...params } };
}

/** Waits until something holds, for what another process does. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !holds(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(holds()).toBe(true);
}
