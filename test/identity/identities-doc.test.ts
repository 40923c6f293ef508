import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { Stack } from 'aws-cdk-lib';
import * as ts from 'typescript';
import { InboundAuth, JwtClaim, McpGateway } from '../../lib';
import type { TargetKind } from '../../lib/identity/bound-identity';
import type { IdentityName, IdentityRow } from '../../lib/identity/outbound/matrix';
import { IDENTITIES, TARGET_KINDS, rowOf } from '../../lib/identity/outbound/matrix';
import { messages } from '../fixture';

// docs/identities.md has code for each pair of service and identity; people copy it, so the compiler checks it here.

const ROOT = join(__dirname, '..', '..');
const DOC = readFileSync(join(ROOT, 'docs', 'identities.md'), 'utf8');
const FIXTURE = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8');
const MARK = '/// here';

/** the code under each heading */
const BLOCKS = DOC.split(/^#+ /m).flatMap((section) =>
  [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], index) => ({
    heading: section.slice(0, section.indexOf('\n')),
    file: join(ROOT, 'test', `${section.slice(0, section.indexOf('\n')).replace(/\W+/g, '-')}-${index}.doc.ts`),
    code,
  })),
);

const NAMES = Object.keys(IDENTITIES) as IdentityName[];
const KINDS = Object.keys(TARGET_KINDS) as TargetKind[];
const MARKDOWN = [
  ['identity', 'callers bring', 'the gateway sends', ...KINDS.map((kind) => TARGET_KINDS[kind].replace(/^an? /, ''))],
  ['identity', 'callers', 'sent', ...KINDS].map(() => '---'),
  ...NAMES.map((name) => {
    const row = rowOf(name);
    const sent = row.sends === 'nothing' ? 'nothing' : `${/^[aeiou]/i.test(row.sends) ? 'an' : 'a'} ${row.sends}`;
    const callers = row.needsUserToken ? 'a user token' : 'anything';
    return [`\`${name}\``, callers, sent, ...KINDS.map((kind) => inWords(row, kind))];
  }),
]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');

function inWords({ sends, at }: IdentityRow, kind: TargetKind): string {
  const cell = at[kind];
  if (typeof cell === 'object') {
    return 'no';
  }
  const conditions = {
    works: [],
    withToolSchema: ['with `toolSchema`'],
    withService: ['with `service`'],
    asStandIn: ['at `github`, `jira` and `slack`'],
    refusedByTarget: ['no'],
  }[cell];
  const asked = kind === 'agentRuntime' ? [`if the runtime takes ${sends}s`] : [];
  return [...asked, ...conditions].join(', ') || 'yes';
}

/** the rows of the table under a head, as cells */
function rowsUnder(text: string, head: string): string[][] {
  const lines = text.slice(text.indexOf(head)).split('\n').slice(2);
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.includes('|')),
    )
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

test('the docs print the matrix', () => {
  expect(/<!-- identities -->\n+([\s\S]*?)\n+<!-- end -->/.exec(DOC)?.[1]).toBe(MARKDOWN);
});

test('the docs say of each identity whom the service sees', () => {
  const names = rowsUnder(DOC, '| identity | the service sees |').flatMap(([, cell]) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(names.sort()).toEqual([...NAMES, 'microsoft'].sort());
});

test('the docs of the class do not contradict the matrix', () => {
  const file = join(ROOT, 'lib', 'identity', 'outbound', 'outbound-identity.ts');
  const rows = rowsUnder(readFileSync(file, 'utf8'), '* | identity | the service sees | the caller needs |');
  expect(rows.length).toBeGreaterThan(5);
  for (const [, identity, , callers] of rows) {
    const name = /`(\w+)/.exec(identity)?.[1] as IdentityName;
    expect([name, /^a token/.test(callers)]).toEqual([name, rowOf(name).needsUserToken]);
  }
});

test.each(
  ['GitHub', 'Jira', 'Slack'].flatMap((service) =>
    ['bot', 'userConsent', 'onBehalfOf', 'broker']
      // Slack exchanges no tokens
      .filter((identity) => service !== 'Slack' || identity !== 'onBehalfOf')
      .map((identity) => [service, identity]),
  ),
)('%s with %s has code', (service, identity) => {
  const blocks = BLOCKS.filter(({ heading }) => heading === `${service} with ${identity}`);
  expect(blocks.length).toBeGreaterThan(0);
  for (const { code } of blocks) {
    expect(code).toContain(`OutboundIdentity.${identity}(`);
  }
});

test('the code compiles', () => {
  const texts = new Map(
    BLOCKS.map(({ file, code }) => [
      file,
      FIXTURE.replace('class Fixture', `declare const portal: ConsentPortal;\n\nclass Fixture`).replace(MARK, code),
    ]),
  );
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    paths: { 'cdk-coding-agents': [join(ROOT, 'lib', 'index.ts')] },
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => texts.has(file) || disk.fileExists(file),
    getSourceFile: (file, language, ...rest) => {
      const text = texts.get(file);
      return text === undefined
        ? disk.getSourceFile(file, language, ...rest)
        : ts.createSourceFile(file, text, language);
    },
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  const problems = [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
  expect(problems).toEqual([]);
}, 120_000);

describe('the recipes for tokens of callers', () => {
  const recipes = BLOCKS.filter(({ heading }) => heading.startsWith('Tokens of '));

  test('are there for three providers', () => {
    expect(recipes.map(({ heading }) => heading)).toEqual([
      'Tokens of Amazon Cognito',
      'Tokens of Microsoft Entra ID',
      'Tokens of Okta',
    ]);
  });

  test.each(recipes)('$heading: a gateway takes it without a word', ({ code }) => {
    const auth = runInThisContext(`(InboundAuth, JwtClaim) => { ${code}; return callers; }`) as (
      ...names: unknown[]
    ) => InboundAuth;
    const stack = new Stack();
    new McpGateway(stack, 'Tools', { inboundAuth: auth(InboundAuth, JwtClaim) });
    expect(messages({ stack })).toEqual([]);
  });
});
