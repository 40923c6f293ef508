import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unifiedDiff } from '../../cli/diff';
import { main } from '../../cli/main';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await main(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

/** a folder with an app of one template, and a place for its report */
async function withApp(
  action: (app: string, output: string, write: (name: string) => void) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  const app = join(folder, 'app');
  const write = (name: string): void =>
    writeFileSync(join(app, 'team.json'), JSON.stringify({ Resources: { [name]: { Type: 'AWS::S3::Bucket' } } }));
  mkdirSync(app);
  write('Files');
  try {
    await action(app, join(folder, 'docs'), write);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('without --output the Markdown is printed', () =>
  withApp(async (app) => {
    const { code, out } = await run('report', app);
    expect(code).toBe(0);
    expect(out).toContain('\n- `Files`\n  - is `AWS::S3::Bucket`\n');
  }));

test('--output writes, and --check then finds nothing', () =>
  withApp(async (app, output) => {
    expect(await run('report', app, '--output', output)).toEqual({
      code: 0,
      out: `wrote ${join(output, 'compliance.md')} and compliance.json\n`,
      err: '',
    });
    expect(await run('report', app, '--output', output, '--check')).toEqual({
      code: 0,
      out: `${output} is up to date\n`,
      err: '',
    });
  }));

test('--check shows what changed, writes nothing and fails', () =>
  withApp(async (app, output, write) => {
    await run('report', app, '-o', output);
    const before = readFileSync(join(output, 'compliance.md'), 'utf8');
    write('Others');
    const { code, out, err } = await run('report', app, '--output', output, '--check');
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => /^[-+]/.test(line))).toEqual([
      `--- ${join(output, 'compliance.md')}`,
      '+++ now',
      '-- `Files`',
      '+- `Others`',
    ]);
    expect(err).toBe(
      `what the app allows is not what ${output} says; if that is wanted, run report without --check and commit it\n`,
    );
    expect(readFileSync(join(output, 'compliance.md'), 'utf8')).toBe(before);
  }));

test('--check takes other line ends for the same, and JSON that differs alone for a difference', () =>
  withApp(async (app, output) => {
    await run('report', app, '--output', output);
    const [markdown, json] = ['compliance.md', 'compliance.json'].map((name) => join(output, name));
    writeFileSync(markdown, readFileSync(markdown, 'utf8').replaceAll('\n', '\r\n'));
    expect((await run('report', app, '--output', output, '--check')).code).toBe(0);
    writeFileSync(json, '{}');
    expect(await run('report', app, '--output', output, '--check')).toMatchObject({
      code: 1,
      out: `${json} differs\n`,
    });
  }));

test('--check before there is a report makes none', () =>
  withApp(async (app, output) => {
    expect((await run('report', app, '--output', output, '--check')).code).toBe(1);
    expect(existsSync(output)).toBe(false);
  }));

test.each<[string, string[], string]>([
  ['an option that does not exist', ['report', '--chek'], "Unknown option '--chek'"],
  ['two folders', ['report', 'a', 'b'], 'one folder is enough (got a b)'],
  ['--check alone', ['report', '--check'], '--check needs --output: the folder with the report to compare with'],
  ['a command that does not exist', ['raport'], "there is no command 'raport'"],
  ['help about what does not exist', ['help', 'raport'], "there is no command 'raport'"],
])('wrong usage, code 2: %s', async (_, args, text) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(text);
  expect(err).toContain('usage: npx cdk-coding-agents');
});

test('a failure of the command, code 1, in the words of the library', async () => {
  const { code, err } = await run('report', 'no/such/folder');
  expect(code).toBe(1);
  expect(err).toMatch(/^the folder of the synthesized app does not exist \(got 'no\/such\/folder'\); allowed: /);
});

test.each([[[]], [['help']], [['--help']], [['-h']]])('help: %j', async (args) => {
  const { code, out } = await run(...args);
  expect(code).toBe(0);
  expect(out).toContain('exit codes: 0 all is well, 1 something differs or fails, 2 wrong usage');
  expect(out).toMatch(/^ {2}report +says what a synthesized app allows/m);
});

test.each([[['help', 'report']], [['report', '--help']], [['report', '-h']]])(
  'help about a command: %j',
  async (args) => {
    expect((await run(...args)).out).toMatch(/^usage: npx cdk-coding-agents report \[cdk.out\]/);
  },
);

describe('differences', () => {
  test.each<[string, string, string, string]>([
    ['none', 'a\nb\n', 'a\nb\n', ''],
    ['a line more', 'a\n', 'a\nb\n', '--- f\n+++ now\n@@ -1,1 +1,2 @@\n a\n+b\n'],
    ['a line less', 'a\nb\n', 'b\n', '--- f\n+++ now\n@@ -1,2 +1,1 @@\n-a\n b\n'],
    ['everything', '', 'a\n', '--- f\n+++ now\n@@ -0,0 +1,1 @@\n+a\n'],
    [
      'two places far apart',
      'x\n1\n2\n3\n4\n5\n6\n7\n8\nx\n',
      'y\n1\n2\n3\n4\n5\n6\n7\n8\ny\n',
      '--- f\n+++ now\n@@ -1,4 +1,4 @@\n-x\n+y\n 1\n 2\n 3\n@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-x\n+y\n',
    ],
  ])('%s', (_, before, after, diff) => {
    expect(unifiedDiff(before, after, 'f')).toBe(diff);
  });
});

describe('files that nobody expects', () => {
  const STACK = { type: 'aws:cloudformation:stack', properties: { templateFile: 'team.json' } };

  test.each<[string, (app: string) => void]>([
    ['a manifest that is a list', (app) => writeFileSync(join(app, 'manifest.json'), '[]')],
    ['a manifest that is cut off', (app) => writeFileSync(join(app, 'manifest.json'), '{"artifacts":')],
    ['a manifest without stacks', (app) => writeFileSync(join(app, 'manifest.json'), '{}')],
    ['artifacts that are none', (app) => writeFileSync(join(app, 'manifest.json'), '{"artifacts":{"A":null}}')],
    ['artifacts that are a text', (app) => writeFileSync(join(app, 'manifest.json'), '{"artifacts":"x"}')],
    [
      'a file name that is a number',
      (app) =>
        writeFileSync(
          join(app, 'manifest.json'),
          JSON.stringify({ artifacts: { A: { ...STACK, properties: { templateFile: 7 } } } }),
        ),
    ],
    [
      'metadata that is a text',
      (app) =>
        writeFileSync(
          join(app, 'manifest.json'),
          JSON.stringify({ artifacts: { A: { ...STACK, metadata: { '/A': 'x' } } } }),
        ),
    ],
    [
      'a template that is not there',
      (app) =>
        writeFileSync(
          join(app, 'manifest.json'),
          JSON.stringify({ artifacts: { A: { ...STACK, properties: { templateFile: 'gone.json' } } } }),
        ),
    ],
    [
      'an assembly in itself',
      (app) =>
        writeFileSync(
          join(app, 'manifest.json'),
          JSON.stringify({ artifacts: { A: { type: 'cdk:cloud-assembly', properties: { directoryName: '.' } } } }),
        ),
    ],
    ['a pipe in the place of the manifest', (app) => execFileSync('mkfifo', [join(app, 'manifest.json')])],
    ['a folder in the place of the manifest', (app) => mkdirSync(join(app, 'manifest.json'))],
    ['a binary in the place of the template', (app) => writeFileSync(join(app, 'team.json'), randomBytes(1000))],
    ['a resource that is a text', (app) => writeFileSync(join(app, 'team.json'), '{"Resources":{"A":"x"}}')],
    ['a resource that is null', (app) => writeFileSync(join(app, 'team.json'), '{"Resources":{"A":null}}')],
    [
      'properties that are a list',
      (app) => writeFileSync(join(app, 'team.json'), '{"Resources":{"A":{"Type":"AWS::IAM::Role","Properties":[1]}}}'),
    ],
  ])('%s: an error in words, or a report', async (_, change) =>
    withApp(async (app) => {
      change(app);
      const { code, out, err } = await run('report', app);
      if (code === 0) {
        expect(out).toContain('# Compliance report');
      } else {
        expect(err).toMatch(/\(got .*\); allowed: .*; .+/);
        expect(err).not.toMatch(/undefined|not iterable|is not a function/);
      }
    }),
  );

  test('a pipe beside the templates is passed over', () =>
    withApp(async (app) => {
      execFileSync('mkfifo', [join(app, 'other.json')]);
      expect((await run('report', app)).code).toBe(0);
    }));

  test.each<[string, (file: string) => void]>([
    ['a folder', (file) => mkdirSync(file, { recursive: true })],
    ['a pipe', (file) => execFileSync('mkfifo', [file])],
  ])('%s in the place of the report to compare with', (_, make) =>
    withApp(async (app, output) => {
      mkdirSync(output);
      make(join(output, 'compliance.md'));
      const { code, err } = await run('report', app, '-o', output, '--check');
      expect(code).toBe(1);
      expect(err).toMatch(/compliance\.md cannot be compared \(got .*\); allowed: .*; remove it/);
    }),
  );

  test('twenty thousand lines that differ are shown, or said to be too many, in seconds', () => {
    // without a bound it would take minutes, and the test its time-out
    const lines = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `- ${word} ${i}\n`).join('');
    const diff = unifiedDiff(lines('old'), lines('new'), 'compliance.md');
    expect(diff).toMatch(
      /^--- compliance\.md\n\+\+\+ now\n(@@|too much differs to show it: 20000 lines before, 20000 now)/,
    );
  });
});
