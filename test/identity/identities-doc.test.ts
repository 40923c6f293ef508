import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

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
