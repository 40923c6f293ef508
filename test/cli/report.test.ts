import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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

  test('20,000 lines that all differ: at once, and every line is there', () => {
    const lines = (word: string): string[] => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`);
    const [before, after] = ['before', 'after'].map((word) => ['same', ...lines(word), 'end'].join('\n'));
    const start = process.hrtime.bigint();
    const diff = unifiedDiff(before, after, 'f');
    expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(20);
    expect(diff.split('\n').slice(2)).toEqual([
      '@@ -1,20002 +1,20002 @@',
      ' same',
      ...lines('-before'),
      ...lines('+after'),
      ' end',
      '',
    ]);
  });

  test('one line among 200,000', () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => String(i));
    const changed = lines.map((line, i) => (i === 100_000 ? 'x' : line));
    expect(unifiedDiff(lines.join('\n'), changed.join('\n'), 'f').split('\n')).toContain('+x');
  });
});

describe('what is no report and no app', () => {
  const fifo = (file: string): void => void execFileSync('mkfifo', [file]);
  const binary = (file: string): void => writeFileSync(file, Buffer.from([0, 255, 1, 254, 10, 0]));
  const large = (file: string): void => (writeFileSync(file, '{}'), truncateSync(file, 65 * 2 ** 20));
  const fourParts = /^[^\n]+ \(got [^\n]+\); allowed: [^\n]+; [^\n]+\n$/;

  test.each<[string, (file: string) => void]>([
    ['a pipe', fifo],
    ['a folder', mkdirSync],
    ['a binary', binary],
    ['a huge file', large],
    ['nested too deep', (file) => writeFileSync(file, `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
    ['nothing', (file) => writeFileSync(file, '')],
  ])('a template that is %s', (_, make) =>
    withApp(async (app) => {
      make(join(app, 'odd.json'));
      const { code, out, err } = await run('report', app);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(fourParts);
      expect(err).toContain('odd.json cannot be read');
      expect(err.length).toBeLessThan(600);
    }),
  );

  test.each<[string, unknown]>([
    ['artifacts of another kind', { artifacts: 'none' }],
    ['artifacts in a list', { artifacts: [] }],
    ['an artifact of nothing', { artifacts: { A: null } }],
    ['a template named by a number', { artifacts: { A: { type: stackType(), properties: { templateFile: 7 } } } }],
    ['properties in a text', { artifacts: { A: { type: stackType(), properties: 'none' } } }],
    ['a template that is not there', { artifacts: { A: { type: stackType(), properties: { templateFile: 'no' } } } }],
    ['a folder as template', { artifacts: { A: { type: stackType(), properties: { templateFile: '.' } } } }],
    ['a name of another kind', { artifacts: { A: { type: stackType(), displayName: {}, properties: of() } } }],
    ['metadata in a text', { artifacts: { A: { type: stackType(), metadata: { '/A': 'x' }, properties: of() } } }],
    ['metadata of nothing', { artifacts: { A: { type: stackType(), metadata: { '/A': [null] }, properties: of() } } }],
    ['metadata elsewhere', { artifacts: { A: { type: stackType(), additionalMetadataFile: 'x', properties: of() } } }],
    ['a stage in itself', { artifacts: { A: { type: 'cdk:cloud-assembly', properties: { directoryName: '.' } } } }],
    ['assets of nothing', { artifacts: { A: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } } } }],
  ])('a manifest with %s', (_, manifest) =>
    withApp(async (app) => {
      writeFileSync(join(app, 'assets.json'), JSON.stringify({ files: { a: { source: { path: 7 } } } }));
      writeFileSync(join(app, 'manifest.json'), JSON.stringify(manifest));
      const { code, out, err } = await run('report', app);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(fourParts);
    }),
  );

  test.each<[string, object]>([
    ['reports of nothing', { pluginReports: [null] }],
    ['reports in a text', { pluginReports: 'x' }],
    ['findings of another kind', { pluginReports: [{ suppressedViolations: 7 }] }],
  ])('a validation report with %s', (_, validation) =>
    withApp(async (app) => {
      writeFileSync(join(app, 'manifest.json'), JSON.stringify({ artifacts: {} }));
      writeFileSync(join(app, 'validation-report.json'), JSON.stringify(validation));
      const { code, err } = await run('report', app);
      expect(code).toBe(1);
      expect(err).toMatch(fourParts);
    }),
  );

  test.each<[string, (file: string) => void]>([
    ['a pipe', fifo],
    ['a folder', mkdirSync],
    ['a huge file', large],
  ])('a report to compare with that is %s, or to write to', (what, make) =>
    withApp(async (app, output) => {
      mkdirSync(output);
      make(join(output, 'compliance.md'));
      const compared = await run('report', app, '--output', output, '--check');
      expect(compared).toMatchObject({ code: 1, out: '' });
      expect(compared.err).toMatch(fourParts);
      const written = await run('report', app, '--output', output);
      expect(written.code).toBe(what === 'a huge file' ? 0 : 1);
      expect(written.err).toMatch(what === 'a huge file' ? /^$/ : fourParts);
    }),
  );

  test('a pipe as the app', () =>
    withApp(async (app) => {
      fifo(join(app, 'pipe'));
      const { code, err } = await run('report', join(app, 'pipe'));
      expect(code).toBe(1);
      expect(err).toMatch(/^the folder of the synthesized app must be a folder \(got /);
    }));

  function stackType(): string {
    return 'aws:cloudformation:stack';
  }

  function of(): object {
    return { templateFile: 'team.json' };
  }
});
