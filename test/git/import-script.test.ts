import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEY_ARN } from './fixture';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'import-github-app-key.sh');
const KIND = ['EXTERNAL', 'RSA_2048', 'SIGN_VERIFY'];

// as GitHub gives it, and as KMS gives it
const app = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wrapping = generateKeyPairSync('rsa', { modulusLength: 4096 });
const fingerprint = (der: Buffer) => createHash('sha256').update(der).digest('base64');
const publicKey = app.publicKey.export({ type: 'spki', format: 'der' });

/** A KMS with one key, an `aws` that asks it, and the file of GitHub. */
class Fixture {
  public readonly folder = mkdtempSync(join(tmpdir(), 'import script '));
  public readonly pem = join(this.folder, 'my app.pem');

  public constructor(key: Record<string, unknown> = {}) {
    mkdirSync(join(this.folder, 'bin'));
    mkdirSync(join(this.folder, 'tmp'));
    this.command('aws', `exec '${process.execPath}' '${join(__dirname, 'kms-stand-in.mjs')}' "$@"`);
    const file = { arn: KEY_ARN, alias: 'alias/github-app', kind: KIND, ...key };
    writeFileSync(join(this.folder, 'key.json'), JSON.stringify(file));
    writeFileSync(join(this.folder, 'wrapping.pem'), wrapping.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(this.pem, app.privateKey.export({ type: 'pkcs1', format: 'pem' }));
  }

  /** puts a program on the PATH, before all others */
  public command(name: string, body: string): void {
    const path = join(this.folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  public run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const env = {
      ...process.env,
      PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
      TMPDIR: join(this.folder, 'tmp'),
      KMS_FOLDER: this.folder,
    };
    return spawnSync('bash', [SCRIPT, ...args], { cwd: this.folder, env, encoding: 'utf8' });
  }

  public get imported(): Buffer | undefined {
    const path = join(this.folder, 'imported.der');
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  public get calls(): string[] {
    const path = join(this.folder, 'calls.txt');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  /** what lies in the folder for temporary files */
  public get left(): string[] {
    return readdirSync(join(this.folder, 'tmp'));
  }
}

const made: Fixture[] = [];
const fixture = (key?: Record<string, unknown>) => {
  const one = new Fixture(key);
  made.push(one);
  return one;
};
afterEach(() => made.splice(0).forEach(({ folder }) => rmSync(folder, { recursive: true })));

test.each([
  ['an ARN', KEY_ARN],
  ['an alias', 'alias/github-app'],
])('imports the key by %s, and prints the fingerprint that GitHub shows', (_, key) => {
  const one = fixture();
  const { status, stdout, stderr } = one.run(key, 'my app.pem');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toBe(`${KEY_ARN}\nSHA256:${fingerprint(publicKey)}\n`);
  const imported = createPrivateKey({ key: one.imported!, type: 'pkcs8', format: 'der' });
  expect(imported.equals(app.privateKey)).toBe(true);
  // as the function signs with it, and GitHub checks
  const signature = sign('sha256', Buffer.from('header.payload'), imported);
  expect(verify('sha256', Buffer.from('header.payload'), app.publicKey, signature)).toBe(true);
  expect(one.calls).toEqual(['describe-key', 'get-parameters-for-import', 'import-key-material', 'get-public-key']);
});

test('leaves nothing of the key behind but the file that it was given', () => {
  const one = fixture();
  expect(one.run(KEY_ARN, one.pem).status).toBe(0);
  expect(one.left).toEqual([]);
  expect(existsSync(one.pem)).toBe(true);
});

test.each<[string, string[]]>([
  ['KMS makes up the key', ['AWS_KMS', 'RSA_2048', 'SIGN_VERIFY']],
  ['the key is larger', ['EXTERNAL', 'RSA_4096', 'SIGN_VERIFY']],
  ['the key encrypts', ['EXTERNAL', 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT']],
])('stops before it reads anything where %s', (_, kind) => {
  const one = fixture({ kind });
  const { status, stderr } = one.run(KEY_ARN, one.pem);
  expect(status).toBe(1);
  expect(stderr).toContain(`${KEY_ARN} is ${kind.join(' ')}; GitHub needs EXTERNAL RSA_2048 SIGN_VERIFY`);
  expect(one.calls).toEqual(['describe-key']);
});

test('says so where KMS holds another key afterwards', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' });
  const one = fixture({ answers: { publicKey: other.toString('base64') } });
  const { status, stdout, stderr } = one.run(KEY_ARN, one.pem);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(
    `holds another key: SHA256:${fingerprint(other)}, the file SHA256:${fingerprint(publicKey)}`,
  );
  expect(one.left).toEqual([]);
});

test('cleans up where a command fails in the middle', () => {
  const one = fixture();
  writeFileSync(one.pem, 'no key');
  const { status } = one.run(KEY_ARN, one.pem);
  expect(status).not.toBe(0);
  expect(one.calls).toEqual(['describe-key', 'get-parameters-for-import']);
  expect(one.left).toEqual([]);
  expect(one.imported).toBeUndefined();
});

test('a key that KMS does not know ends it', () => {
  const one = fixture();
  const { status, stderr } = one.run('alias/other', one.pem);
  expect(status).not.toBe(0);
  expect(stderr).toContain('ValidationException');
  expect(one.calls).toEqual(['describe-key']);
});

test('LibreSSL is refused', () => {
  const one = fixture();
  one.command('openssl', 'echo LibreSSL 3.3.6');
  const { status, stderr } = one.run(KEY_ARN, one.pem);
  expect(status).toBe(1);
  expect(stderr).toContain('needs OpenSSL 3; this is LibreSSL 3.3.6');
  expect(one.calls).toEqual([]);
});

test('a file that is not there is refused', () => {
  const one = fixture();
  const { status, stderr } = one.run(KEY_ARN, 'gone.pem');
  expect(status).toBe(1);
  expect(stderr).toBe('import-github-app-key: cannot read gone.pem\n');
  expect(one.calls).toEqual([]);
});

test.each<[string[], number, 'stdout' | 'stderr']>([
  [[], 2, 'stderr'],
  [[KEY_ARN], 2, 'stderr'],
  [[KEY_ARN, 'a', 'b'], 2, 'stderr'],
  [['--help'], 0, 'stdout'],
  [['-h'], 0, 'stdout'],
])('%j prints how it is used', (args, expected, stream) => {
  const result = fixture().run(...args);
  expect(result.status).toBe(expected);
  expect(result[stream]).toMatch(/^Usage: import-github-app-key.sh <key> <pem>\n/);
});
