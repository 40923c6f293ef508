import type { Argument, Arguments } from '../../lib/contract/catalogue/arguments';
import type { ToolRow } from '../../lib/contract/catalogue/tool';
import type { Values } from './arguments';

/** What is put into the route of a step. */
export interface Parts {
  readonly path?: Values;
  readonly query?: Values;
  readonly body?: unknown;
}

/** The path and query of a request, from a route such as `GET /repos/{owner}/{repo}`. */
export function urlPathOf(route: string, { path = {}, query = {} }: Parts): string {
  const filled = route.replace(/\{(\w+)\}/g, (_, name: string) => encoded(textOf(path[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    search.set(name, textOf(value));
  }
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

/** a list goes into a query as its entries with commas; what is not given, into a path as nothing */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String((value as string | number | boolean | undefined) ?? '');
}

/** References and paths keep their slashes. */
function encoded(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/');
}

/** The arguments where the row puts them, by the names that GitHub has for them. */
export function partsOf(row: ToolRow, values: Values): Required<Parts> {
  const owner = String(values.owner);
  return {
    path: placed(row.path, values, owner),
    query: placed(row.query, values, owner),
    body: Object.keys(row.body).length === 0 ? undefined : placed(row.body, values, owner),
  };
}

function placed(args: Arguments, values: Values, owner: string): Values {
  const given = Object.entries(args).filter(([name]) => Object.hasOwn(values, name));
  return Object.fromEntries(given.map(([name, one]) => [one.as ?? name, valueOf(one, values[name], owner)]));
}

function valueOf({ withOwner }: Argument, value: unknown, owner: string): unknown {
  return withOwner === true ? `${owner}:${String(value)}` : value;
}
