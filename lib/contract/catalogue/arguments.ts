/* What an argument of a tool may be. The schema that a client sees and the check at run time come from the same value. */
import type { ToolInput } from '../github-app';

/** The form of a text, where it must have one. The rules are in the function that checks them. */
export type TextForm = 'owner' | 'repository' | 'branch' | 'ref' | 'path' | 'sha' | 'login' | 'slug' | 'date' | 'query';

export interface Argument {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly description: string;
  readonly optional?: boolean;
  /** the name at GitHub, if another */
  readonly as?: string;
  /** GitHub wants it as `owner:value` */
  readonly withOwner?: boolean;
  readonly form?: TextForm;
  /** the only texts there are */
  readonly values?: readonly string[];
  /** of a number */
  readonly minimum?: number;
  /** of a number; the characters of a text; the entries of a list */
  readonly maximum?: number;
  readonly items?: Argument;
  readonly properties?: Arguments;
}

export interface Arguments {
  readonly [name: string]: Argument;
}

/** What GitHub stores of a comment or description. */
const LONGEST_TEXT = 65_536;
const LONGEST_LINE = 256;

export function text(description: string, maximum = LONGEST_TEXT): Argument {
  return { type: 'string', description, maximum };
}

export function line(description: string): Argument {
  return text(description, LONGEST_LINE);
}

const LONGEST: Record<TextForm, number> = {
  owner: 39,
  repository: 100,
  branch: 240,
  ref: 250,
  path: 4096,
  sha: 64,
  login: 60,
  slug: 100,
  date: 30,
  // GitHub counts what is searched for, without the scope that is added
  query: 200,
};

export function formed(form: TextForm, description: string): Argument {
  return { type: 'string', description, form, maximum: LONGEST[form] };
}

export function oneOf(description: string, values: readonly string[]): Argument {
  return { type: 'string', description: `${description}. One of: ${values.join(', ')}`, values };
}

export function whole(description: string, minimum = 1, maximum = Number.MAX_SAFE_INTEGER): Argument {
  return { type: 'integer', description, minimum, maximum };
}

export function flag(description: string): Argument {
  return { type: 'boolean', description };
}

export function list(description: string, items: Argument, maximum: number): Argument {
  return { type: 'array', description: `${description}. At most ${maximum}`, items, maximum };
}

export function optional(argument: Argument): Argument {
  return { ...argument, optional: true };
}

/** The schema within what a gateway understands: no enum, no pattern, no limits. */
export function schemaOf(args: Arguments, description?: string): ToolInput {
  const entries = Object.entries(args);
  const required = entries.filter(([, argument]) => argument.optional !== true).map(([name]) => name);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(entries.map(([name, argument]) => [name, inputOf(argument)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function inputOf(argument: Argument): ToolInput {
  const { type, description, items, properties } = argument;
  if (properties !== undefined) {
    return schemaOf(properties, description);
  }
  return { type, description, ...(items === undefined ? {} : { items: inputOf(items) }) };
}

/** The repository: the same two arguments, first, in every tool. */
export const REPOSITORY: Arguments = {
  owner: formed('owner', 'Owner of the repository, a user or an organization'),
  repo: formed('repository', 'Name of the repository, without the owner'),
};

/** GitHub gives a hundred entries at most. */
export const PAGES: Arguments = {
  page: optional(whole('Page, from 1', 1, 10_000)),
  perPage: { ...optional(whole('Entries on a page, 1 to 100. Default: 30', 1, 100)), as: 'per_page' },
};

export const DIRECTION = optional(oneOf('Order', ['asc', 'desc']));
