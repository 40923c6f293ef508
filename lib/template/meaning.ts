import { isDeepStrictEqual } from 'node:util';
import type { Resource } from './resource';
import type { Template, Written } from './template';

/** What Fn::GetAtt gives of a resource of the app, or without a name what Ref gives. */
interface Attribute {
  readonly resource: Resource;
  readonly name?: string;
}

/** A piece of text: as written, an attribute of a resource of the app, or a function known only at deployment. */
export type Part = string | Attribute | Written;

/** What a value of a template means, as far as the templates of the app tell. */
export interface Meaning {
  readonly template: Template;
  readonly absent?: boolean;
  readonly parts?: Part[];
  readonly plain?: unknown;
}

/** Stands in JSON that was a text for a piece of it that has a meaning already. */
export class Known {
  public constructor(public readonly parts: Part[]) {}
}

const DEEPEST = 40;

/** Follows what is written to what it means. */
export function meaningOf(template: Template, written: unknown, depth = 0): Meaning {
  if (written === undefined || written === null) {
    return { template, absent: true };
  }
  if (typeof written === 'string') {
    return { template, parts: [written] };
  }
  if (written instanceof Known) {
    return { template, parts: written.parts };
  }
  const name = typeof written === 'object' ? functionIn(written) : undefined;
  if (name === undefined) {
    return { template, plain: written };
  }
  const argument = (written as Record<string, unknown>)[name];
  return (depth < DEEPEST ? FUNCTIONS[name]?.(template, argument, depth + 1) : undefined) ?? unknown(template, written);
}

/** the name of an intrinsic function, which stands alone */
function functionIn(written: object): string | undefined {
  const [name, ...more] = Array.isArray(written) ? [] : Object.keys(written);
  return more.length === 0 && (name === 'Ref' || name?.startsWith('Fn::')) ? name : undefined;
}

type Follow = (template: Template, argument: unknown, depth: number) => Meaning | undefined;

/** what the intrinsic functions mean; undefined if that is known only at deployment */
const FUNCTIONS: Partial<Record<string, Follow>> = {
  Ref: (template, name, depth) => {
    if (name === 'AWS::NoValue') {
      return { template, absent: true };
    }
    const bound = template.bound(String(name));
    return bound ? meaningOf(bound.template, bound.written, depth) : attribute(template, String(name));
  },
  'Fn::GetAtt': (template, argument, depth) => {
    const [id, ...rest] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    const output = template.nestedOutput(id, rest.join('.'));
    return output ? meaningOf(output.template, output.written, depth) : attribute(template, id, rest.join('.'));
  },
  'Fn::ImportValue': (template, argument, depth) => {
    const value = typeof argument === 'string' ? template.assembly.exported(argument) : undefined;
    return value && meaningOf(value.template, value.written, depth);
  },
  'Fn::GetStackOutput': (template, argument, depth) => {
    const { StackName, OutputName } = (argument ?? {}) as Record<string, unknown>;
    const value = template.assembly.outputOf(String(StackName), String(OutputName));
    return value && meaningOf(value.template, value.written, depth);
  },
  'Fn::Join': (template, argument, depth) => {
    const [separator, list] = Array.isArray(argument) ? (argument as unknown[]) : [];
    if (!Array.isArray(list)) {
      return undefined;
    }
    const between = String(separator);
    const parts: Part[] = [];
    for (const [i, item] of list.entries()) {
      if (i > 0 && between !== '') {
        parts.push(between);
      }
      parts.push(...partsOf(template, item, depth));
    }
    return { template, parts };
  },
  'Fn::Sub': (template, argument, depth) => {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument]) as [unknown, Record<string, unknown>];
    const pieces = String(text).split(/\$\{([^!}][^}]*)\}/);
    const parts = pieces.flatMap((piece, i) => (i % 2 === 0 ? [piece.replaceAll('${!', '${')] : variable(piece)));
    return { template, parts };

    function variable(name: string): Part[] {
      const given = (variables ?? {})[name];
      const otherwise = name.includes('.') && !name.startsWith('AWS::') ? { 'Fn::GetAtt': name } : { Ref: name };
      return partsOf(template, given ?? otherwise, depth);
    }
  },
  'Fn::Select': (template, argument, depth) => {
    const [index, list] = Array.isArray(argument) ? (argument as unknown[]) : [];
    return Array.isArray(list) ? meaningOf(template, list[Number(index)], depth) : undefined;
  },
  'Fn::FindInMap': (template, argument, depth) => {
    const keys = Array.isArray(argument) ? argument.slice(0, 3) : [];
    const found = keys.every((key) => typeof key === 'string') ? template.mapped(keys) : undefined;
    return found === undefined ? undefined : meaningOf(template, found, depth);
  },
  'Fn::If': (template, argument, depth) => {
    const [, yes, no] = Array.isArray(argument) ? (argument as unknown[]) : [];
    return isDeepStrictEqual(yes, no) ? meaningOf(template, yes, depth) : undefined;
  },
};

function partsOf(template: Template, written: unknown, depth: number): Part[] {
  const { parts, plain } = meaningOf(template, written, depth);
  return parts ?? [typeof plain === 'number' || typeof plain === 'boolean' ? String(plain) : { template, written }];
}

function attribute(template: Template, id: string, name?: string): Meaning | undefined {
  const resource = template.resources.get(id);
  return resource && { template, parts: [{ resource, name }] };
}

function unknown(template: Template, written: unknown): Meaning {
  return { template, parts: [{ template, written }] };
}
