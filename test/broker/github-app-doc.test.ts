import { execFileSync } from 'node:child_process';
import {
  constants,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  sign,
  verify,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { permissionsOf } from '../../lib/broker/broker-tools';
import { CATALOGUE } from '../../lib/broker/catalogue';

// docs/github-app.md is followed by hand, so what it says is checked here.

const DOC = readFileSync(join(__dirname, '..', '..', 'docs', 'github-app.md'), 'utf8');

/** what stands between two comments of the document */
function part(name: string): string {
  const [, text] = new RegExp(`<!-- ${name} -->\\n+([\\s\\S]*?)\\n+<!-- end -->`).exec(DOC) ?? [];
  if (text === undefined) {
    throw new Error(`docs/github-app.md has no part '${name}'`);
  }
  return text;
}

const commandsOf = (name: string) => part(name).replace(/^```sh\n|\n```$/g, '');

describe('the tables are those of the catalogue', () => {
  const label = (permission: string) => {
    const words = permission.replace('_', ' ');
    return words[0].toUpperCase() + words.slice(1);
  };

  test('permissions of each toolset, for what is on by default', () => {
    const defaults = CATALOGUE.filter(({ sensitive }) => sensitive !== true);
    const toolsets = [...new Set(CATALOGUE.map(({ toolset }) => toolset))];
    const levels = (toolset: string, readOnly: boolean) =>
      Object.entries(
        permissionsOf(
          defaults.filter((row) => row.toolset === toolset && (!readOnly || row.permission.level === 'read')),
        ),
      )
        .map(([name, level]) => `${label(name)}: ${level === 'write' ? 'read and write' : 'read-only'}`)
        .join(', ');
    expect(part('permissions')).toBe(
      [
        '| toolset | to read | to read and write |',
        '|---|---|---|',
        ...toolsets.map((toolset) => {
          const [read, all] = [levels(toolset, true), levels(toolset, false)];
          return `| \`${toolset}\` | ${read} | ${all === read ? '-' : all} |`;
        }),
      ].join('\n'),
    );
  });

  test('tools', () => {
    expect(part('tools')).toBe(
      [
        '| tool | toolset | permission of its token | by default |',
        '|---|---|---|---|',
        ...CATALOGUE.map(
          ({ name, toolset, permission, sensitive }) =>
            `| \`${name}\` | \`${toolset}\` | \`${permission.name}: ${permission.level}\` | ${sensitive ? 'off' : 'on'} |`,
        ),
      ].join('\n'),
    );
  });
});

describe('the commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'app-key-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (commands: string) =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder, encoding: 'utf8' });

  // as GitHub gives it, and as KMS gives it
  const app = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const wrapping = generateKeyPairSync('rsa', { modulusLength: 4096 });
  const kmsAnswer = [
    wrapping.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    Buffer.from('an import token').toString('base64'),
  ];
  writeFileSync(join(folder, 'app.pem'), app.privateKey.export({ type: 'pkcs1', format: 'pem' }));
  writeFileSync(join(folder, 'parameters.txt'), `${kmsAnswer.join('\t')}\n`);

  test('take apart what KMS answers', () => {
    run(commandsOf('split'));
    expect(readFileSync(join(folder, 'import-token.bin'), 'utf8')).toBe('an import token');
    const key = createPublicKey({ key: readFileSync(join(folder, 'wrapping-key.der')), type: 'spki', format: 'der' });
    expect(key.equals(wrapping.publicKey)).toBe(true);
  });

  test('wrap the key so that KMS can unwrap it: RSA_AES_KEY_WRAP_SHA_256', () => {
    run(commandsOf('wrap'));
    const material = readFileSync(join(folder, 'material.bin'));
    const aes = privateDecrypt(
      { key: wrapping.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      material.subarray(0, 512),
    );
    expect(aes).toHaveLength(32);
    const unwrap = createDecipheriv('id-aes256-wrap-pad', aes, Buffer.from('A65959A6', 'hex'));
    const der = Buffer.concat([unwrap.update(material.subarray(512)), unwrap.final()]);
    const key = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
    expect(key.equals(app.privateKey)).toBe(true);
    // as the function signs with it, and GitHub checks
    const signature = sign('sha256', Buffer.from('header.payload'), key);
    expect(verify('sha256', Buffer.from('header.payload'), app.publicKey, signature)).toBe(true);
  });

  test('print the fingerprint that GitHub shows, from the file and from KMS', () => {
    const der = app.publicKey.export({ type: 'spki', format: 'der' });
    const fingerprint = createHash('sha256').update(der).digest('base64');
    expect(run(commandsOf('fingerprint of the file')).trim()).toBe(fingerprint);
    const answer = `aws() { echo '${der.toString('base64')}'; }`;
    expect(run(`${answer}\nKEY_ARN=x\n${commandsOf('fingerprint in KMS')}`).trim()).toBe(fingerprint);
  });

  test('leave nothing of the key behind', () => {
    run(commandsOf('clean up'));
    expect(run('ls -A').trim().split('\n')).toEqual(['import-token.bin', 'parameters.txt', 'wrapping-key.der']);
  });
});
