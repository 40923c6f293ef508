import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { differences } from '../scripts/lib/languages/templates';

const root = path.join(__dirname, '..');

function text(...names: string[]): string {
  return readFileSync(path.join(root, ...names), 'utf8');
}

function json<T>(...names: string[]): T {
  return JSON.parse(text(...names)) as T;
}

const manifest = json<{ version: string; devDependencies: Record<string, string> }>('package.json');
const { version } = manifest;
const cdk = manifest.devDependencies['aws-cdk-lib'];
const { constructs } = manifest.devDependencies;

describe('examples in other languages', () => {
  test.each(['minimal', 'sample'])('python/%s uses this version, on the CDK that it is compared with', (example) => {
    expect(text('examples', 'python', example, 'requirements.txt').trim().split('\n')).toEqual([
      `aws-cdk-lib==${cdk}`,
      `cdk-coding-agents==${version}`,
      `constructs==${constructs}`,
    ]);
  });

  test('java/minimal uses this version, on the CDK that it is compared with', () => {
    const dependencies = text('examples', 'java', 'minimal', 'pom.xml').matchAll(
      /<dependency>\s*<groupId>.*?<artifactId>(.*?)<\/artifactId>\s*<version>(.*?)<\/version>/gs,
    );
    expect(Object.fromEntries([...dependencies].map(([, artifact, pinned]) => [artifact, pinned]))).toEqual({
      'aws-cdk-lib': cdk,
      'cdk-coding-agents': version,
      constructs,
    });
  });

  test('go/minimal uses this version, on the CDK that it is compared with', () => {
    const module = text('examples', 'go', 'minimal', 'go.mod');
    expect(module).toContain(`\tgithub.com/aws/aws-cdk-go/awscdk/v2 v${cdk}\n`);
    expect(module).toContain(`\tgithub.com/aws/constructs-go/constructs/v10 v${constructs}\n`);
    expect(module).toContain(`/cdkcodingagents v${version}\n`);
  });

  test.each([
    ['python/sample', '.'],
    ['python/minimal', 'examples/minimal'],
    ['java/minimal', 'examples/minimal'],
    ['go/minimal', 'examples/minimal'],
  ])('%s has the context of the TypeScript app', (example, original) => {
    const { context } = json<{ context: object }>('examples', example, 'cdk.json');
    expect(context).toEqual(json<{ context: object }>(original, 'cdk.json').context);
  });
});

describe('docs/languages.md', () => {
  const docs = text('docs', 'languages.md');

  test.each([
    ['minimal/app.ts', 'ts nofixture'],
    ['python/minimal/app.py', 'python'],
    ['java/minimal/src/main/java/com/example/MinimalApp.java', 'java'],
    ['go/minimal/main.go', 'go'],
  ])('shows %s as it is', (file, language) => {
    expect(docs).toContain(`\`\`\`${language}\n${text('examples', file)}\`\`\``);
  });

  test('names this version and the oldest CDK', () => {
    expect(docs).toContain(`<version>${version}</version>`);
    expect(docs).toContain(`\`aws-cdk-lib\` ${cdk} or newer`);
  });
});

describe('differences between templates', () => {
  test('are none where only the order of keys differs', () => {
    expect(differences({ a: { b: 1, c: [1, { d: 2 }] } }, { a: { c: [1, { d: 2 }], b: 1 } })).toEqual([]);
  });

  test.each([
    ['a value', { a: 1 }, { a: 2 }, '/a: 1 | 2'],
    ['a type', { a: 1 }, { a: '1' }, '/a: 1 | "1"'],
    ['what is missing', { a: { b: 1 } }, { a: {} }, '/a/b: 1 | nothing'],
    ['what is too much', {}, { a: null }, '/a: nothing | null'],
    ['the order of a list', [1, 2], [2, 1], '/0: 1 | 2'],
    ['the length of a list', [1], [1, 2], '/1: nothing | 2'],
    ['a list for an object', { a: [] }, { a: {} }, '/a: [] | {}'],
  ])('show %s', (_what, expected, actual, line) => {
    expect(differences(expected, actual)[0]).toBe(line);
  });

  test('are not shown without end', () => {
    const many = Array.from({ length: 50 }, (_, i) => i);
    const shown = differences(many, []);
    expect(shown).toHaveLength(21);
    expect(shown[20]).toBe('and 30 more');
  });
});
