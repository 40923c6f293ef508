/* The shape of a row of the catalogue. */
import type { CatalogueTool } from '../github-app';
import { REPOSITORY, schemaOf } from './arguments';
import type { Argument, Arguments } from './arguments';

/** `name` or `new name=path.to.it`, or an object or list of which only some fields are kept. */
export type Field = string | { readonly [name: string]: readonly Field[] };

/** One tool: what a client sees, what is sent, and what of the answer is given back. */
export interface ToolRow extends CatalogueTool {
  /** each request by the name of its step, as `METHOD /route`; the only one of a plain tool is `call` */
  readonly requests: { readonly [step: string]: string };
  readonly path: Arguments;
  readonly query: Arguments;
  readonly body: Arguments;
  /** used by the function itself */
  readonly own: Arguments;
  /** one of them must be given */
  readonly oneOf?: readonly string[];
  readonly accept: string;
  /** what is kept of the answer: a coding agent pays for every character */
  readonly fields: readonly Field[];
  /** where the list is, in an answer that has one around it */
  readonly list?: string;
  /** entries with this field are left out */
  readonly without?: string;
}

const JSON_TYPE = 'application/vnd.github+json';

type Given = Pick<ToolRow, 'name' | 'toolset' | 'description' | 'permission' | 'fields'> &
  Partial<Omit<ToolRow, 'inputSchema' | 'requests'>> & { readonly requests: string | ToolRow['requests'] };

/** Completes a row: the repository is the first part of every route. */
export function tool(given: Given): ToolRow {
  const row = {
    query: {},
    body: {},
    own: {},
    accept: JSON_TYPE,
    ...given,
    path: { ...REPOSITORY, ...given.path },
    requests: typeof given.requests === 'string' ? { call: given.requests } : given.requests,
  };
  return { ...row, inputSchema: schemaOf(argumentsOf(row)) };
}

/** All arguments of a tool, wherever they go. */
export function argumentsOf(row: Pick<ToolRow, 'path' | 'query' | 'body' | 'own'>): Readonly<Record<string, Argument>> {
  return { ...row.path, ...row.own, ...row.query, ...row.body };
}

type Permission = CatalogueTool['permission'];

export function read(name: string): Permission {
  return { name, level: 'read' };
}

export function write(name: string): Permission {
  return { name, level: 'write' };
}
