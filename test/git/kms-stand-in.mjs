/*
 * Answers the AWS CLI's calls to KMS that import a key, with a real wrapping key: it unwraps what it is given, and keeps
 * it. Its folder holds `wrapping.pem` and `key.json`, what KMS says of the key; it writes `imported.der` and `calls.txt`.
 */
import { constants, createDecipheriv, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.KMS_FOLDER;
const [service, command, ...rest] = process.argv.slice(2);
const options = Object.fromEntries(
  Array.from({ length: rest.length / 2 }, (_, i) => [rest[2 * i].slice('--'.length), rest[2 * i + 1]]),
);
const wrapping = createPrivateKey(readFileSync(join(folder, 'wrapping.pem')));
const { arn, alias, kind, answers = {} } = JSON.parse(readFileSync(join(folder, 'key.json'), 'utf8'));
const TOKEN = 'an import token';

function expect(option, value) {
  if (options[option] !== value) {
    console.error(`An error occurred (ValidationException): --${option} is ${options[option]}, not ${value}`);
    process.exit(254);
  }
}

const file = (option) => readFileSync(options[option].replace(/^fileb:\/\//, ''));
const spki = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');

/** RSA_AES_KEY_WRAP_SHA_256: an AES key under RSA-OAEP, and the material under the AES key */
function unwrapped(material) {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const aes = privateDecrypt({ key: wrapping, ...padding }, material.subarray(0, 512));
  const unwrap = createDecipheriv('id-aes256-wrap-pad', aes, Buffer.from('A65959A6', 'hex'));
  return Buffer.concat([unwrap.update(material.subarray(512)), unwrap.final()]);
}

const COMMANDS = {
  'describe-key': () => {
    if (options['key-id'] !== alias) {
      expect('key-id', arn);
    }
    expect('query', 'KeyMetadata.[Arn, Origin, KeySpec, KeyUsage]');
    return [arn, ...kind].join('\t');
  },
  'get-parameters-for-import': () => {
    expect('key-id', arn);
    expect('wrapping-key-spec', 'RSA_4096');
    expect('wrapping-algorithm', 'RSA_AES_KEY_WRAP_SHA_256');
    expect('query', '[PublicKey, ImportToken]');
    return `${spki(wrapping)}\t${Buffer.from(TOKEN).toString('base64')}`;
  },
  'import-key-material': () => {
    expect('key-id', arn);
    expect('expiration-model', 'KEY_MATERIAL_DOES_NOT_EXPIRE');
    if (file('import-token').toString() !== TOKEN) {
      process.exit(254);
    }
    writeFileSync(join(folder, 'imported.der'), unwrapped(file('encrypted-key-material')));
    return '{}';
  },
  'get-public-key': () => {
    expect('key-id', arn);
    expect('query', 'PublicKey');
    const der = readFileSync(join(folder, 'imported.der'));
    return answers.publicKey ?? spki({ key: der, type: 'pkcs8', format: 'der' });
  },
};

appendFileSync(join(folder, 'calls.txt'), `${command}\n`);
if (service !== 'kms' || COMMANDS[command] === undefined) {
  console.error(`this stand-in has no aws ${service} ${command}`);
  process.exit(252);
}
console.log(COMMANDS[command]());
