import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import * as path from 'node:path';
import { createBroker } from '../../../handlers/github-broker/broker';
import { signerOf } from '../../../handlers/shared/signer';
import { brokerConfig, CLIENT_ID, KEY, KEY_ARN, OTHER_KEY, SECRET_ARN } from './app';
import { caller, contextOf, rowNamed, useLoopback } from './fixture';
import { sample } from './samples';

const use = useLoopback();
const PKCS1 = KEY.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
const PKCS8 = KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const FIELD = 'privateKey';

/** Calls with a key out of Secrets Manager. */
function secretCaller(field: string | undefined = FIELD, cacheMinutes = 0) {
  const signer = signerOf({ SECRET_ARN, SECRET_FIELD: field });
  const handler = createBroker(brokerConfig(use.loopback.url, { cacheMinutes }), signer);
  return async () => (await handler(sample(rowNamed('get_issue')), contextOf('t___get_issue'))) as any;
}

function verified(tokens: string[], key = KEY): any[] {
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' });
  const input = JSON.stringify({ publicKey, issuer: CLIENT_ID, tokens });
  const output = execFileSync(process.execPath, [path.join(__dirname, 'verify-jwt.mjs')], { input, encoding: 'utf8' });
  return JSON.parse(output) as any[];
}

test('the token of the App is what jose expects of one, by KMS and by secret', async () => {
  await caller(use.loopback)('get_issue');
  use.loopback.secret = JSON.stringify({ [FIELD]: PKCS1 });
  await secretCaller()();
  const tokens = use.loopback.mints.map((mint) => mint.jwt);
  expect(tokens).toHaveLength(2);
  const now = Date.now() / 1000;
  for (const { payload, protectedHeader } of verified(tokens)) {
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(Object.keys(payload).sort()).toEqual(['exp', 'iat', 'iss']);
    expect(payload.iss).toBe(CLIENT_ID);
    expect(now - payload.iat).toBeGreaterThanOrEqual(59);
    expect(now - payload.iat).toBeLessThan(75);
    expect(payload.exp - payload.iat).toBe(540);
  }
  // and jose would notice
  expect(verified(tokens, OTHER_KEY)).toEqual(tokens.map(() => ({ error: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })));
});

describe('KMS', () => {
  test('a passing fault is tried once more', async () => {
    use.loopback.faults.kms.push({ status: 500 });
    expect((await caller(use.loopback)('get_issue')).number).toBe(7);
    use.loopback.faults.kms.push({ status: 400, text: '{"__type":"ThrottlingException"}' });
    expect((await caller(use.loopback)('create_issue')).number).toBe(7);
    use.loopback.faults.kms.push({ reset: true });
    expect((await caller(use.loopback)('get_issue')).number).toBe(7);
    expect(use.loopback.at('kms')).toHaveLength(6);
  });

  test.each([
    ['access denied', { status: 400, text: '{"__type":"AccessDeniedException"}' }, 'AccessDeniedException', 1],
    [
      'with a prefix',
      { status: 400, text: '{"__type":"com.amazonaws.kms#DisabledException"}' },
      'DisabledException',
      1,
    ],
    ['no JSON', { status: 400, text: '<html>' }, undefined, 1],
    ['twice unavailable', { status: 503 }, undefined, 2],
    ['twice closed', { reset: true }, 'ECONNRESET', 2],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9' } }, undefined, 1],
    ['no signature', { text: '{}' }, undefined, 1],
    ['an empty signature', { text: '{"Signature":""}' }, undefined, 1],
    ['text that is none', { text: '{' }, undefined, 1],
  ])('%s', async (_, fault, cause, requests) => {
    use.loopback.faults.kms.push(fault, fault);
    expect((await caller(use.loopback)('get_issue')).error).toEqual({
      code: 'SigningFailed',
      message: 'the private key of the GitHub App could not be used',
    });
    expect(use.log.last.cause).toBe(cause);
    expect(use.loopback.at('kms')).toHaveLength(requests);
    expect(use.loopback.at('mint')).toEqual([]);
  });

  test('no answer', async () => {
    use.loopback.faults.kms.push({ silent: true });
    expect((await caller(use.loopback)('get_issue', undefined, 1_200)).error.code).toBe('Timeout');
  });

  test('a signature with another key is one that GitHub does not accept', async () => {
    use.loopback.faults.kms.push({ text: JSON.stringify({ Signature: Buffer.alloc(256).toString('base64') }) });
    expect((await caller(use.loopback)('get_issue')).error.code).toBe('AppRejected');
  });

  test.each([
    ['arn:aws:kms:eu-west-1:111122223333:key/x', 'kms.eu-west-1.amazonaws.com'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/x', 'kms.cn-north-1.amazonaws.com.cn'],
  ])('without an endpoint of its own it is at that of its region: %s', async (arn, host) => {
    delete process.env.AWS_ENDPOINT_URL_KMS;
    const https = process.getBuiltinModule('node:https');
    const request = jest.spyOn(https, 'request').mockImplementation(() => {
      throw Object.assign(new Error('no network in tests'), { code: 'ENETUNREACH' });
    });
    const handler = createBroker(brokerConfig(use.loopback.url), signerOf({ KEY_ARN: arn }));
    const result = await handler(sample(rowNamed('get_issue')), contextOf('t___get_issue'));
    expect(result).toMatchObject({ error: { code: 'SigningFailed' } });
    expect(request.mock.calls.map(([url]) => new URL(url as unknown as string).host)).toEqual([host, host]);
    request.mockRestore();
  });
});

describe('Secrets Manager', () => {
  test.each([
    ['PKCS #1', PKCS1],
    ['PKCS #8', PKCS8],
    ['line ends as backslash and n', PKCS1.replaceAll('\n', '\\n')],
  ])('%s', async (_, pem) => {
    use.loopback.secret = JSON.stringify({ [FIELD]: pem, other: 1 });
    expect((await secretCaller()()).number).toBe(7);
  });

  test('without a field, the secret is the key', async () => {
    use.loopback.secret = PKCS8;
    expect((await secretCaller('')()).number).toBe(7);
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  test.each([
    ['no JSON', 'canary', 'NoPrivateKey'],
    ['no such field', '{"canary":"x"}', 'NoPrivateKey'],
    ['a field that is no text', '{"privateKey":7}', 'NoPrivateKey'],
    [
      'no key',
      '{"privateKey":"-----BEGIN RSA PRIVATE KEY-----\\ncanary\\n-----END RSA PRIVATE KEY-----"}',
      'NoPrivateKey',
    ],
    ['a weak key', JSON.stringify({ privateKey: weak }), 'NotAnRsaKey'],
    ['another kind of key', JSON.stringify({ privateKey: ec }), 'NotAnRsaKey'],
  ])('%s', async (_, secret, cause) => {
    use.loopback.secret = secret;
    const result = await secretCaller()();
    expect(result.error.code).toBe('SigningFailed');
    expect(use.log.last.cause).toBe(cause);
    expect(JSON.stringify(result) + use.log.lines.join('')).not.toContain('canary');
  });

  test('a binary secret', async () => {
    use.loopback.faults.secrets.push({ text: '{"SecretBinary":"AAAA"}' });
    expect((await secretCaller()()).error.code).toBe('SigningFailed');
  });

  test('the key is kept for five minutes', async () => {
    use.loopback.secret = JSON.stringify({ [FIELD]: PKCS1 });
    const call = secretCaller();
    const start = Date.now();
    const now = jest.spyOn(Date, 'now');
    await call();
    now.mockReturnValue(start + 4.9 * 60_000);
    use.loopback.skewMs = -4.9 * 60_000;
    await call();
    expect(use.loopback.at('secrets')).toHaveLength(1);
    now.mockReturnValue(start + 5.1 * 60_000);
    await call();
    now.mockRestore();
    expect(use.loopback.at('secrets')).toHaveLength(2);
  });

  test('a key that was replaced is fetched again as soon as GitHub refuses the old one', async () => {
    use.loopback.secret = JSON.stringify({ [FIELD]: PKCS1 });
    const call = secretCaller();
    expect((await call()).number).toBe(7);
    use.loopback.key = OTHER_KEY;
    use.loopback.secret = JSON.stringify({ [FIELD]: OTHER_KEY.privateKey.export({ type: 'pkcs1', format: 'pem' }) });
    expect((await call()).number).toBe(7);
    expect(use.loopback.at('secrets')).toHaveLength(2);
  });

  test('a key that GitHub does not know, even when fetched again', async () => {
    use.loopback.secret = JSON.stringify({ [FIELD]: PKCS1 });
    use.loopback.key = OTHER_KEY;
    expect((await secretCaller()()).error.code).toBe('AppRejected');
    expect(use.loopback.at('mint')).toHaveLength(2);
  });
});

test.each([
  ['neither', {}],
  ['both', { KEY_ARN, SECRET_ARN }],
])('%s of the two kinds of key', (_, environment) => {
  expect(() => signerOf(environment)).toThrow('set exactly one of the variables KEY_ARN and SECRET_ARN');
});
