/* JSON-RPC as far as the bridge looks into it. */
import { isObject, parsed } from '../shared/json';
import type { Fields } from '../shared/json';

export type RpcId = string | number | null;

/** One POST of a CLI: a message, or several of them in protocol version 2025-03-26. */
export interface RpcPost {
  readonly messages: readonly Fields[];
  readonly isBatch: boolean;
  /** what is sent on */
  readonly body: string | Uint8Array;
}

/** Workspace paths, the commit and the sandbox of Codex, which no tool needs. */
const PRIVATE_META = 'x-codex-turn-metadata';

export const RPC_CODES = { parse: -32700, request: -32600, method: -32601, gateway: -32000, access: -32001 } as const;

/** Undefined if it is no JSON-RPC. */
export function postOf(bytes: Uint8Array): RpcPost | undefined {
  const value = parsed(Buffer.from(bytes).toString('utf8'));
  const messages = Array.isArray(value) ? (value as unknown[]) : [value];
  if (messages.length === 0 || !messages.every(isMessage)) {
    return undefined;
  }
  const cleaned = messages.map(withoutPrivateMeta);
  const isBatch = Array.isArray(value);
  const isSame = cleaned.every((message, index) => message === messages[index]);
  const body = isSame ? bytes : JSON.stringify(isBatch ? cleaned : cleaned[0]);
  return { messages: cleaned, isBatch, body };
}

function isMessage(value: unknown): value is Fields {
  return isObject(value) && value.jsonrpc === '2.0';
}

function withoutPrivateMeta(message: Fields): Fields {
  const { params } = message;
  if (!isObject(params) || !isObject(params._meta) || !(PRIVATE_META in params._meta)) {
    return message;
  }
  const { [PRIVATE_META]: _private, ...meta } = params._meta;
  return { ...message, params: { ...params, _meta: meta } };
}

/** Ids of what waits for an answer; notifications and answers have none. */
export function idsOf(post: RpcPost): RpcId[] {
  return post.messages.filter((message) => typeof message.method === 'string').flatMap(idOf);
}

function idOf({ id }: Fields): RpcId[] {
  return typeof id === 'string' || typeof id === 'number' ? [id] : [];
}

/** Names of the tools that are called, by the ids of the calls. */
export function toolCallsOf(post: RpcPost): Map<RpcId, string | null> {
  const calls = post.messages.filter((message) => message.method === 'tools/call');
  return new Map(
    calls.flatMap((message) =>
      idOf(message).map((id): [RpcId, string | null] => {
        const name = isObject(message.params) ? message.params.name : undefined;
        return [id, typeof name === 'string' ? name : null];
      }),
    ),
  );
}

/** Whether sending it twice does nothing that sending it once would not. */
export function isRepeatable(post: RpcPost): boolean {
  return post.messages.every(({ method }) => method === 'initialize' || method === 'tools/list');
}

export function errorMessage(id: RpcId, code: number, message: string, data?: unknown): Fields {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}
