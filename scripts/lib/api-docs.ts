import { loadAssemblyFromFile } from '@jsii/spec';

interface Docs {
  readonly summary?: string;
  readonly default?: string;
}

interface Member {
  readonly name: string;
  readonly docs?: Docs;
  readonly optional?: boolean;
  readonly overrides?: string;
}

interface ApiType extends Member {
  readonly fqn: string;
  readonly kind: string;
  readonly datatype?: boolean;
  readonly methods?: Member[];
  readonly properties?: Member[];
  readonly members?: Member[];
}

// what a reader takes at face value: a literal, an enum member or a factory call; an explanation may follow
const LITERAL =
  /^(true|false|-?[\d_.]+|'[^']*'|\[.*?\]|\{.*?\}|(new )?([a-z]\w*\.)*[A-Z]\w*(\.\w+)*(\(.*?\))?)( - \S.*)?$/s;
const SENTENCE = /^- \S/;

/** Public members without a summary, and optional props whose default is not told. */
export function apiDocProblems(assemblyFile: string): string[] {
  const assembly = loadAssemblyFromFile(assemblyFile, false) as { types?: Record<string, ApiType> };
  const types = Object.values(assembly.types ?? {});
  return types.flatMap((type) => [...missingSummaries(type), ...badDefaults(type)]);
}

function missingSummaries(type: ApiType): string[] {
  const members = [...(type.methods ?? []), ...(type.properties ?? []), ...(type.members ?? [])];
  // what overrides is documented where it is declared first
  const own = members.filter((member) => member.overrides === undefined);
  const bare = own.filter((member) => !member.docs?.summary).map((member) => `${type.fqn}.${member.name}`);
  return [...(type.docs?.summary ? [] : [type.fqn]), ...bare].map((name) => `${name} has no summary`);
}

function badDefaults(type: ApiType): string[] {
  if (!type.datatype) {
    return [];
  }
  const optional = (type.properties ?? []).filter((prop) => prop.optional && prop.overrides === undefined);
  return optional.flatMap((prop) => {
    const name = `${type.fqn}.${prop.name}`;
    const value = prop.docs?.default?.trim();
    if (!value) {
      return [`${name} is optional and has no @default`];
    }
    const fine = !value.startsWith('undefined') && (LITERAL.test(value) || SENTENCE.test(value));
    return fine ? [] : [`${name} has @default '${value}'; write a literal, or '- ' and what happens`];
  });
}
