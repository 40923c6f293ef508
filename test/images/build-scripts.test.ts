import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parse } from 'smol-toml';

const shared = path.join(__dirname, '..', '..', 'images', 'shared');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'build-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('merge-settings.mjs', () => {
  const merge = (
    ours: object,
    managed: string | undefined,
    name: string,
  ): { status: number | null; stderr: string; text: string } => {
    const [source, target] = [path.join(folder, 'ours.json'), path.join(folder, 'etc', name)];
    writeFileSync(source, JSON.stringify(ours));
    const { status, stderr } = spawnSync(process.execPath, [path.join(shared, 'merge-settings.mjs'), source, target], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...(managed === undefined ? {} : { MANAGED_SETTINGS: managed }) },
    });
    return { status, stderr, text: existsSync(target) ? readFileSync(target, 'utf8') : '' };
  };
  const OURS = { env: { A: '1', B: '2' }, list: [1, 2], flag: true };

  test.each([undefined, ''])('writes ours if nothing is given (%p)', (managed) => {
    expect(JSON.parse(merge(OURS, managed, 'settings.json').text)).toEqual(OURS);
  });

  test('what is given wins, key by key; lists are replaced', () => {
    const { text } = merge(OURS, '{"env":{"B":"3","C":"4"},"list":[9],"flag":false}', 'settings.json');
    expect(JSON.parse(text)).toEqual({ env: { A: '1', B: '3', C: '4' }, list: [9], flag: false });
  });

  test('writes TOML that says the same', () => {
    const settings = {
      plain: 'a "quoted"\\ text\nwith lines',
      number: 1.5,
      list: ['a', 'b'],
      tables: [{ name: 'x' }],
      features: { plugins: false, deep: { 'a key': true } },
      outer: { inner: { value: 1 } },
    };
    expect(parse(merge({}, JSON.stringify(settings), 'managed_config.toml').text)).toEqual(settings);
  });

  test.each(['{"list":["a",null]}', '{"tables":[{"name":null}]}'])('refuses %s where TOML is written', (managed) => {
    const { status, stderr, text } = merge(OURS, managed, 'managed_config.toml');
    expect(status).toBe(1);
    expect(stderr).toBe('MANAGED_SETTINGS has null inside a list, and TOML knows no null; leave the entry away\n');
    expect(text).toBe('');
    expect(merge(OURS, managed, 'settings.json').status).toBe(0);
  });

  test.each(['{', '[]', 'null', '"text"', 'disableAutoMode = true'])('refuses %s', (managed) => {
    const { status, stderr, text } = merge(OURS, managed, 'settings.json');
    expect(status).toBe(1);
    expect(stderr).toBe("MANAGED_SETTINGS must be one JSON object in the words of the CLI's own settings\n");
    expect(text).toBe('');
  });
});

describe('install-archive.sh', () => {
  const install = (variables: Record<string, string>): { status: number | null; stderr: string } =>
    spawnSync('sh', [path.join(shared, 'install-archive.sh'), 'kiro-cli'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...variables },
    });

  test.each([
    [{}, /^ARCHIVE_URL is missing: kiro-cli is on no registry; give --build-arg ARCHIVE_URL=/],
    [
      { ARCHIVE_URL: 'https://127.0.0.1:9/x.zip' },
      /^ARCHIVE_SHA256 is missing: download https:\/\/127.0.0.1:9\/x.zip once, review it/,
    ],
  ])('installs nothing that was not named and reviewed (%j)', (variables, text) => {
    const { status, stderr } = install(variables);
    expect(status).toBe(1);
    expect(stderr).toMatch(text);
  });

  test('fetches by https only', () => {
    const { status, stderr } = install({ ARCHIVE_URL: 'http://127.0.0.1:9/x.zip', ARCHIVE_SHA256: '0' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/http/i);
  });
});

describe('agent.sh', () => {
  const shell = (content: string, command: string, program: string): string => {
    writeFileSync(path.join(folder, 'environment'), content);
    const script = readFileSync(path.join(shared, 'agent.sh'), 'utf8').replaceAll('/tmp/agent', folder);
    return spawnSync(program, ['-c', `${script}\n${command}`], { encoding: 'utf8', env: { HOME: folder } }).stdout;
  };

  test.each(['bash', 'sh'])('gives a login shell what the server wrote (%s)', (program) => {
    expect(
      shell('AGENT_CLI=codex\nMCP_GATEWAY_URL=https://x/mcp?a=b c\n', 'echo "$AGENT_CLI $MCP_GATEWAY_URL"', program),
    ).toBe('codex https://x/mcp?a=b c\n');
  });

  test.each(['bash', 'sh'])('runs nothing of it (%s)', (program) => {
    expect(shell(`A=$(touch ${folder}/ran)\ntouch ${folder}/ran\n; echo bad\n`, 'echo "$A"', program)).toBe(
      `$(touch ${folder}/ran)\n`,
    );
    expect(existsSync(path.join(folder, 'ran'))).toBe(false);
  });

  test.each(['bash', 'sh'])('marks what a person starts in it, and not what a job does (%s)', (program) => {
    expect(shell('', 'echo "$AGENT_SHELL"', program)).toBe('1\n');
    expect(shell('AGENT_JOB=x\n', 'echo "$AGENT_SHELL"', program)).toBe('\n');
  });

  test('says nothing where there is no such file, and mends a HOME that cannot be written', () => {
    const script = path.join(shared, 'agent.sh');
    const { stdout, stderr } = spawnSync('bash', ['-c', `. ${script}; echo $HOME`], {
      encoding: 'utf8',
      env: { HOME: '/nowhere' },
    });
    expect([stdout, stderr]).toEqual(['/home/node\n', '']);
  });
});
