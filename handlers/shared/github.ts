import type { CallRecord } from './call-record';
import type { Clock } from './clock';
import type { Deadline } from './deadline';
import { BrokerError } from './errors';
import { errorOf, waitOf } from './github-errors';
import { send } from './http';
import type { Answer } from './http';

/** the one that github.com and supported GitHub Enterprise Servers know */
const API_VERSION = '2022-11-28';
const USER_AGENT = 'cdk-coding-agents';
const PAUSE_MS = 250;
/** not worth another try with less than this */
const TRY_MS = 1_000;

export interface GitHubRequest {
  readonly method: string;
  /** with query */
  readonly path: string;
  readonly body?: unknown;
  readonly accept: string;
  /** an installation token or the token of the App */
  readonly token: string;
  /** sending it twice does no harm */
  readonly repeatable: boolean;
}

/** What one call of a function carries along. */
export interface CallContext {
  readonly deadline: Deadline;
  readonly record: CallRecord;
}

/** GitHub does not accept the token. Nothing was done. */
export class Unauthorized extends Error {
  constructor(public readonly date: string | undefined) {
    super('GitHub does not accept the token');
  }
}

/** The REST API of one GitHub, with the faults it may have. */
export class GitHub {
  constructor(
    private readonly apiUrl: string,
    private readonly clock: Clock,
  ) {}

  /** A successful answer, or an error that says what happened. */
  public async request(request: GitHubRequest, context: CallContext): Promise<Answer> {
    const answer = await this.persistent(request, context);
    context.record.answered(answer);
    if (answer.status === 401) {
      throw new Unauthorized(answer.headers.date);
    }
    if (answer.status >= 200 && answer.status < 300) {
      return answer;
    }
    const wait = waitOf(answer, this.clock);
    if (wait !== undefined) {
      throw new BrokerError('RateLimited', { retryAfterSeconds: wait });
    }
    const error = errorOf(answer);
    throw error.code === 'GitHubUnavailable' ? unsure(error, request) : error;
  }

  /** One more try where that does no harm: after a fault of a request that may be repeated, after a wait for any. */
  private async persistent(request: GitHubRequest, context: CallContext): Promise<Answer> {
    const first = await this.attempt(request, context).catch((error: unknown) => {
      if (error instanceof BrokerError && error.code === 'GitHubUnavailable' && request.repeatable) {
        return error;
      }
      throw unsure(error, request);
    });
    const pause = this.pauseAfter(first, request, context.record);
    if (pause !== undefined && (await context.deadline.waited(pause, TRY_MS))) {
      return this.attempt(request, context).catch((error: unknown) => {
        throw unsure(error, request);
      });
    }
    if (first instanceof BrokerError) {
      throw first;
    }
    return first;
  }

  private pauseAfter(first: Answer | BrokerError, request: GitHubRequest, record: CallRecord): number | undefined {
    if (first instanceof BrokerError) {
      return PAUSE_MS;
    }
    const wait = waitOf(first, this.clock);
    if (wait !== undefined) {
      record.rateLimits++;
      return wait * 1000;
    }
    return first.status >= 500 && request.repeatable ? PAUSE_MS : undefined;
  }

  private attempt(request: GitHubRequest, { deadline }: CallContext): Promise<Answer> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: Record<string, string> = {
      accept: request.accept,
      authorization: `Bearer ${request.token}`,
      'user-agent': USER_AGENT,
      'x-github-api-version': API_VERSION,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return send({ method: request.method, url: this.apiUrl + request.path, headers, body }, deadline);
  }
}

const UNSURE = ['GitHubUnavailable', 'Timeout', 'TooLarge'];

/** A change whose answer is missing may have happened. */
function unsure(error: unknown, request: GitHubRequest): unknown {
  return error instanceof BrokerError && UNSURE.includes(error.code) && !request.repeatable
    ? new BrokerError(error.code, { ...error.details, mayHaveHappened: true }, error.reason)
    : error;
}
