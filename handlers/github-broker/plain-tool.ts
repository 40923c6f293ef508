import { isObject, objectOf, parsed } from '../shared/json';
import type { Answer } from '../shared/http';
import { BrokerError } from '../shared/errors';
import { picked } from './fields';
import { partsOf } from './route';
import type { Parts } from './route';
import type { Session } from './session';

export type Result = Readonly<Record<string, unknown>>;

/** A tool of one request, as its row says. */
export async function plainTool(session: Session): Promise<Result> {
  return resultOf(session, await session.send('call', partsOf(session.row, session.values)));
}

/** What the row keeps of an answer. */
export function resultOf({ row }: Session, answer: Answer): Result {
  const body = row.list === undefined ? parsed(answer.text) : objectOf(answer.text);
  const entries = row.list === undefined ? body : (body as Result)[row.list];
  if (Array.isArray(entries)) {
    return listOf(
      answer,
      entries.filter((one) => !isLeftOut(one, row.without)).map((one) => picked(one, row.fields)),
    );
  }
  if (row.list !== undefined || row.query.page !== undefined || !isObject(body)) {
    throw new BrokerError('MalformedResponse');
  }
  return picked(body, row.fields);
}

/** A page of a list, with the number of the next one if there is one. */
export function listOf(answer: Answer, items: unknown[]): Result {
  const next = /[?&]page=(\d+)[^>]*>;\s*rel="next"/.exec(String(answer.headers.link ?? ''))?.[1];
  return { items, ...(next === undefined ? {} : { nextPage: Number(next) }) };
}

function isLeftOut(one: unknown, without: string | undefined): boolean {
  return without !== undefined && isObject(one) && one[without] !== undefined;
}

/** The arguments of a row, with some of GitHub's that the tool itself adds. */
export function partsWith(session: Session, query: Result): Parts {
  const parts = partsOf(session.row, session.values);
  return { ...parts, query: { ...parts.query, ...query } };
}
