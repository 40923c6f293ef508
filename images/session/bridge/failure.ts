/* What keeps the gateway from answering, in words for people. */
import { isObject, parsed } from '../shared/json';
import { describe, SessionError } from '../shared/problem';
import type { Problem } from '../shared/problem';
import { RPC_CODES } from './rpc';

type FailureCode = 'GatewayUnavailable' | 'GatewayAccessDenied';

/** Made of our own texts, and of the words of the gateway where it has some. */
export class GatewayFailure extends Error {
  constructor(
    public readonly code: FailureCode,
    problem: Problem,
  ) {
    super(describe(problem));
    this.name = 'GatewayFailure';
  }

  public get rpcCode(): number {
    return this.code === 'GatewayAccessDenied' ? RPC_CODES.access : RPC_CODES.gateway;
  }
}

/** How the bridge proves who it is. */
export interface Proof {
  readonly auth: 'iam' | 'jwt';
  /** when the token of the caller ends, in milliseconds since 1970; undefined if that is not known */
  readonly expiresAt?: number;
}

/** The failure that a status tells of. */
export function failureOfStatus(status: number, text: string, proof: Proof): GatewayFailure {
  if (status === 401 || status === 403) {
    return new GatewayFailure('GatewayAccessDenied', { ...deniedProblem(status, proof), got: got(status, text) });
  }
  return new GatewayFailure('GatewayUnavailable', { ...statusProblem(status, text), got: got(status, text) });
}

function deniedProblem(status: number, { auth, expiresAt }: Proof): Problem {
  if (auth === 'iam') {
    return {
      what: 'the gateway refuses the role of this session',
      allowed: 'roles with bedrock-agentcore:InvokeGateway on this gateway',
      fix: 'gateway.grantInvoke(agent), and a policy of a VPC endpoint must allow it too',
    };
  }
  if (expiresAt !== undefined && expiresAt <= Date.now()) {
    return {
      what: 'the token of the caller has expired',
      allowed: 'a token that is still good',
      fix: 'sign in again and attach to the job, or send a new invocation, with the fresh token',
    };
  }
  return status === 401
    ? {
        what: 'the gateway does not accept the token of the caller',
        allowed: 'a token of its identity provider, for its audience or clients',
        fix: 'sign in again, and compare the authorizers of the agent and of the gateway',
      }
    : {
        what: 'the token of the caller does not allow this',
        allowed: 'a token with the scopes and claims that the gateway asks for',
        fix: 'sign in with these scopes, or ask who runs the gateway',
      };
}

function statusProblem(status: number, text: string): Problem {
  if (status >= 300 && status < 400) {
    return {
      what: 'the gateway redirects elsewhere, which is refused: it would carry credentials to another host',
      fix: 'set MCP_GATEWAY_URL to the final URL',
    };
  }
  if (status === 429) {
    return { what: 'the gateway asks to wait', allowed: 'fewer calls at a time', fix: 'try again later' };
  }
  if (status >= 500) {
    return { what: 'the gateway has an error', fix: 'try again later; its log tells why' };
  }
  const versions = versionsIn(text);
  if (versions !== undefined) {
    return {
      what: 'the gateway does not speak this version of the protocol',
      allowed: versions,
      fix: 'leave `supportedVersions` of the gateway away, or add one that this coding agent speaks',
    };
  }
  return { what: 'the gateway does not accept this request', fix: 'its log tells why' };
}

function got(status: number, text: string): string {
  const words = wordsOf(text);
  return words === undefined ? `status ${status}` : `status ${status}: ${words}`;
}

/** What a gateway says in an error, if it says it in a form that we know. */
function wordsOf(text: string): string | undefined {
  const body = parsed(text);
  if (!isObject(body)) {
    return undefined;
  }
  const error = isObject(body.error) ? body.error : body;
  const message = error.message ?? error.Message;
  return typeof message === 'string' && /^[\x20-\x7e]{1,300}$/.test(message) ? message : undefined;
}

/** MCP says which versions a server takes when it refuses one. */
function versionsIn(text: string): string | undefined {
  const body = parsed(text);
  const error = isObject(body) && isObject(body.error) ? body.error : {};
  const supported = isObject(error.data) ? error.data.supported : undefined;
  if (Array.isArray(supported)) {
    const versions = supported.filter((one): one is string => typeof one === 'string' && /^[\d-]{10}$/.test(one));
    return versions.length > 0 ? versions.join(', ') : undefined;
  }
  return typeof error.message === 'string' && /protocol version/i.test(error.message)
    ? (error.message.match(/\b20\d\d-\d\d-\d\d\b/g)?.join(', ') ?? 'the versions that the gateway was made for')
    : undefined;
}

/** The failure of an answer that did not come to its end, or that is not what it says. */
export function brokenOff(error: unknown): GatewayFailure {
  return new GatewayFailure('GatewayUnavailable', {
    what: 'the answer of the gateway broke off',
    got: nameOf(error, 'not readable'),
    allowed: 'a whole JSON message, or a stream of events that ends after the answer',
    fix: 'look whether the tool did its work before you call it again; a proxy before the gateway may cut answers off',
  });
}

function nameOf(error: unknown, otherwise: string): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z_]{2,60}$/.test(code) ? code : otherwise;
}

/** The failure behind an error of the connection. */
export function failureOfError(error: unknown): GatewayFailure {
  if (error instanceof GatewayFailure) {
    return error;
  }
  // no credentials to sign with
  if (error instanceof SessionError) {
    return new GatewayFailure('GatewayAccessDenied', error.problem);
  }
  const name = nameOf(error, 'no answer');
  return new GatewayFailure('GatewayUnavailable', {
    what: name === 'ETIMEDOUT' ? 'the gateway did not answer in time' : 'the gateway cannot be reached',
    got: name,
    allowed: 'a network from which the gateway is reached over port 443',
    fix: 'try again; in a VPC without internet, check the endpoint com.amazonaws.<region>.bedrock-agentcore.gateway',
  });
}
