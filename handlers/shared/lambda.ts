/* What every function of ours does around its work. */
import { CallRecord, OK } from './call-record';
import { Deadline } from './deadline';
import { BrokerError } from './errors';
import type { ErrorResult } from './errors';
import type { CallContext } from './github';
import { Unauthorized } from './github';

/** What is used of the context of Lambda. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
  readonly awsRequestId?: string;
  readonly clientContext?: unknown;
}

export type Handler<Result> = (event: unknown, context: LambdaContext) => Promise<Result | ErrorResult>;

/** A handler that returns all errors as results, throws none, and writes one line. */
export function handlerOf<Result>(
  work: (event: unknown, context: CallContext, lambda: LambdaContext) => Promise<Result>,
): Handler<Result> {
  return async (event, lambda) => {
    const record = new CallRecord();
    let outcome: string = OK;
    try {
      return await work(event, { record, deadline: new Deadline(lambda.getRemainingTimeInMillis()) }, lambda);
    } catch (thrown) {
      const error = known(thrown, record);
      outcome = error.code;
      return error.result();
    } finally {
      record.write(outcome, lambda.awsRequestId);
    }
  };
}

function known(error: unknown, record: CallRecord): BrokerError {
  if (error instanceof BrokerError) {
    record.cause = error.reason;
    return error;
  }
  if (error instanceof Unauthorized) {
    return new BrokerError('AppRejected');
  }
  record.cause = placeOf(error);
  return new BrokerError('InternalError');
}

/** Where an error of ours arose; not its text, which can hold anything. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  return stack
    ?.split('\n')
    .find((line) => /^ {4}at [\w .<>[\]]*\(?file:\/\/\/[\w./-]+:\d+:\d+\)?$/.test(line))
    ?.trim();
}
