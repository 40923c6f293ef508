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
