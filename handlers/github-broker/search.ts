import { BrokerError } from '../shared/errors';
import { isObject, objectOf } from '../shared/json';
import type { Fields } from '../shared/json';
import { picked } from './fields';
import { listOf, partsWith } from './plain-tool';
import type { Result } from './plain-tool';
import type { Session } from './session';

/** Searches one repository. */
export async function search(session: Session, qualifier?: string): Promise<Result> {
  const { row, values, scope } = session;
  const fullName = `${scope.repository.owner}/${scope.repository.name}`;
  const q = [values.query as string, `repo:${fullName}`, qualifier].filter((part) => part !== undefined).join(' ');
  const answer = await session.send('call', partsWith(session, { q }));
  const { items } = objectOf(answer.text);
  if (!Array.isArray(items)) {
    throw new BrokerError('MalformedResponse');
  }
  // whatever the query made of the scope: public repositories can be found with any token
  const inScope = items.filter(isObject).filter((item) => isOf(item, fullName.toLowerCase()));
  const found = inScope.map((item) => picked(item, row.fields));
  // with nothing in scope, a next page would tell that something else was found
  return found.length === 0 ? { items: [] } : listOf(answer, found);
}

function isOf({ repository, repository_url: url, full_name: name }: Fields, fullName: string): boolean {
  const found = isObject(repository) ? repository.full_name : (name ?? url);
  return typeof found === 'string' && `/${found.toLowerCase()}`.endsWith(`/${fullName}`);
}
