/* Arguments that a tool accepts, made from its row. */
import type { Argument } from '../../../lib/contract/catalogue/arguments';
import { argumentsOf } from '../../../lib/contract/catalogue/tool';
import type { ToolRow } from '../../../lib/contract/catalogue/tool';

const BY_FORM: Record<string, string> = {
  owner: 'octo-org',
  repository: 'hello.world',
  branch: 'feature/one',
  ref: 'main',
  path: 'src/a file.ts',
  sha: 'a'.repeat(40),
  login: 'octocat',
  slug: 'push',
  date: '2026-01-31T00:00:00Z',
  query: 'it breaks',
};

/** All required arguments, and the others too if wanted. */
export function sample(row: ToolRow, withOptional = false): Record<string, unknown> {
  const chosen = Object.entries(argumentsOf(row)).filter(
    ([name, argument]) => withOptional || argument.optional !== true || row.oneOf?.[0] === name,
  );
  return Object.fromEntries(chosen.map(([name, argument]) => [name, valueOf(argument, withOptional)]));
}

function valueOf(argument: Argument, withOptional: boolean): unknown {
  switch (argument.type) {
    case 'string':
      return argument.values?.[0] ?? (argument.form === undefined ? 'some text' : BY_FORM[argument.form]);
    case 'integer':
      return 3;
    case 'boolean':
      return true;
    case 'array':
      return [valueOf(argument.items as Argument, withOptional)];
    case 'object': {
      const entries = Object.entries(argument.properties ?? {}).filter(([, one]) => withOptional || !one.optional);
      return Object.fromEntries(entries.map(([name, one]) => [name, valueOf(one, withOptional)]));
    }
  }
}
