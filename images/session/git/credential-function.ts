import { CredentialSource, endpointOf, signed } from '../shared/aws';
import type { Reply } from '../shared/http';
import { send } from '../shared/http';
import type { Fields } from '../shared/json';
import { isObject, parsed } from '../shared/json';
import type { Problem } from '../shared/problem';
import { SessionError } from '../shared/problem';

/** By git's own names. */
interface Credential {
  readonly username: string;
  readonly password: string;
  readonly password_expiry_utc: number;
}

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 256 * 1024;
const PRINTABLE = /^[\x21-\x7e]{1,8192}$/;

/** Invokes the function behind a GitCredential. Errors: whatever keeps it from giving a token. */
export async function askForCredential(arn: string, asked: Asked, environment: NodeJS.ProcessEnv): Promise<Credential> {
  const end = AbortSignal.timeout(TIMEOUT_MS);
  const reply = await invoked(arn, asked, environment, end).catch((error: unknown) => {
    throw error instanceof SessionError ? error : unreachable(arn, end.aborted);
  });
  const result = parsed(reply.text);
  if (reply.status !== 200 || reply.headers['x-amz-function-error'] !== undefined || !isObject(result)) {
    throw notAnswered(arn, reply);
  }
  if (isObject(result.error)) {
    throw refused(asked, result.error);
  }
  const { username, password, password_expiry_utc: expiry } = result;
  if (!isPrintable(username) || !isPrintable(password) || !Number.isSafeInteger(expiry)) {
    throw notAnswered(arn, reply);
  }
  return { username, password, password_expiry_utc: expiry as number };
}

function isPrintable(text: unknown): text is string {
  return typeof text === 'string' && PRINTABLE.test(text);
}

async function invoked(arn: string, asked: Asked, environment: NodeJS.ProcessEnv, end: AbortSignal): Promise<Reply> {
  const region = arn.split(':')[3];
  const body = JSON.stringify(asked);
  const url = `${endpointOf('lambda', region, environment)}/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`;
  const credentials = await before(new CredentialSource().get(), end);
  const request = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  const headers = await signed({ ...request, service: 'lambda', region }, credentials);
  return send({ method: 'POST', url, headers, body }, end, LARGEST_ANSWER);
}

/** the SDK's chain can take longer than a person at a prompt wants to wait */
async function before<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  const over = new Promise<never>((_, reject) => end.addEventListener('abort', () => reject(new Error('timeout'))));
  return Promise.race([work, over]);
}

function unreachable(arn: string, late: boolean): SessionError {
  return new SessionError('FunctionUnreachable', {
    what: late ? `Lambda did not answer within ${TIMEOUT_MS / 1000} seconds` : 'Lambda cannot be reached',
    got: arn,
    allowed: 'a network from which the endpoint of Lambda is reached over port 443',
    fix: 'try again; in a VPC without internet, check the interface endpoint of Lambda and its security group',
  });
}

function notAnswered(arn: string, { status }: Reply): SessionError {
  const causes: Record<number, Omit<Problem, 'got'>> = {
    403: {
      what: 'the role of this session may not ask for tokens',
      allowed: 'roles that the GitCredential was granted to',
      fix: 'gitCredential.grantInvoke(agent), and the policy of a Lambda endpoint must allow it too',
    },
    404: {
      what: 'the function that gives tokens does not exist',
      allowed: 'the function of a deployed GitCredential',
      fix: 'deploy the stack of the GitCredential, then that of the agent',
    },
    429: {
      what: 'too many tokens are asked for at once',
      allowed: 'reservedConcurrency calls at a time',
      fix: 'try again in a moment, or raise reservedConcurrency of the GitCredential',
    },
  };
  const other = {
    what: 'the function that gives tokens failed',
    allowed: 'an answer with a token',
    fix: 'try again; its log group tells why',
  };
  return new SessionError('FunctionFailed', { ...(causes[status] ?? other), got: `${arn}, status ${status}` });
}

const REMEDIES: Readonly<Record<string, string>> = {
  NotAllowed: 'add it to `repositories` of the GitCredential, or work without it',
  InvalidRequest: 'check the URL of the remote: git remote -v',
  NotInstalled: 'install the GitHub App for this repository',
  PermissionNotGranted: 'grant the GitHub App the permission Contents, and accept it for the installation',
  RateLimited: 'try again later',
};

function refused({ host, path }: Asked, error: Fields): SessionError {
  const { code, message } = error;
  return new SessionError('Refused', {
    what: code === 'NotAllowed' ? 'this repository is not allow-listed for this agent' : textOf(message),
    got: `https://${host}/${path}`,
    allowed: 'repositories of the GitCredential of this agent',
    fix:
      (typeof code === 'string' ? REMEDIES[code] : undefined) ?? 'try again; the log group of the function tells why',
  });
}

function textOf(message: unknown): string {
  return typeof message === 'string' && /^[\x20-\x7e]{1,300}$/.test(message) ? message : 'no token was given';
}

export interface Asked {
  readonly protocol: string;
  readonly host: string;
  readonly path: string;
}
