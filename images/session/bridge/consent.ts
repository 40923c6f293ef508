/*
 * A tool that acts for the user needs her consent first. The gateway says so with an error that holds a URL; the URL goes
 * to the user, and the model is told to wait.
 */
import { isObject } from '../shared/json';
import type { Fields } from '../shared/json';
import { errorMessage } from './rpc';
import type { RpcId } from './rpc';

const CONSENT_NEEDED = -32042;
/** what a text must hold to be worth a closer look */
export const CONSENT_MARK = String(CONSENT_NEEDED);
const LONGEST_URL = 4_096;
/** of one error */
const MOST_URLS = 10;

export interface ConsentRequest {
  readonly tool: string | null;
  readonly message: string | null;
  /** those that a user may be sent to */
  readonly urls: readonly string[];
  /** how many others there were */
  readonly refused: number;
}

export interface ConsentWatch {
  /** the gateway's own host */
  readonly host: string;
  /** names of the tools that were called, by the ids of the calls; null where they are not known any more */
  readonly calls: ReadonlyMap<RpcId, string | null> | null;
  /** told of each */
  readonly needed: (request: ConsentRequest) => void;
}

/** A message of the gateway, or a list of them, as the CLI gets it: the same one, unless it asks for consent. */
export function withoutConsent(message: unknown, watch: ConsentWatch): unknown {
  if (!Array.isArray(message)) {
    return oneWithoutConsent(message, watch);
  }
  const messages = message.map((one: unknown) => oneWithoutConsent(one, watch));
  return messages.some((one, index) => one !== message[index]) ? messages : message;
}

function oneWithoutConsent(message: unknown, watch: ConsentWatch): unknown {
  if (!isObject(message) || !isObject(message.error) || message.error.code !== CONSENT_NEEDED) {
    return message;
  }
  const id = message.id as RpcId;
  const request = requestIn(message.error, watch.calls?.get(id) ?? null, watch.host);
  watch.needed(request);
  return answerTo(id, request, watch.calls === null || watch.calls.has(id));
}

function requestIn(error: Fields, tool: string | null, host: string): ConsentRequest {
  const data = isObject(error.data) ? error.data : {};
  const elicitations = Array.isArray(data.elicitations) ? data.elicitations.filter(isObject) : [];
  const given = elicitations.map(({ url }) => url).filter((url) => typeof url === 'string');
  const urls = given.filter((url) => isTrusted(url, host)).slice(0, MOST_URLS);
  const message = elicitations.map((one) => one.message).find((one) => typeof one === 'string') ?? error.message;
  return {
    tool,
    message: typeof message === 'string' ? message.replace(/[\0-\x1f\x7f]/g, ' ').slice(0, 500) : null,
    urls,
    refused: given.length - urls.length,
  };
}

/** AgentCore's own. Not all of amazonaws.com: anybody can have a bucket or an API there. */
const AGENTCORE = /^bedrock-agentcore(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/;

/** Targets are not all ours: one that can make up an error must not send the user anywhere it likes. */
function isTrusted(text: string, gatewayHost: string): boolean {
  if (text.length > LONGEST_URL || !URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, username, password, port } = new URL(text);
  const isKnown = AGENTCORE.test(hostname) || hostname === gatewayHost;
  return protocol === 'https:' && username === '' && password === '' && port === '' && isKnown;
}

function answerTo(id: RpcId, { urls }: ConsentRequest, isToolCall: boolean): Fields {
  const text =
    urls.length > 0
      ? 'This tool needs the consent of the user, who was sent a link to give it. Nothing was done. Go on with other ' +
        'work, or end here and say what waits for the consent. Call the tool again only after the user has agreed.'
      : 'This tool needs the consent of the user, but the link to give it leads to an unknown place and was refused. ' +
        'Nothing was done. Do not call it again; tell the user that an operator must look at the gateway.';
  return isToolCall
    ? { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }], isError: true } }
    : errorMessage(id, CONSENT_NEEDED, text);
}
