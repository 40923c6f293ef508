import { CODES } from '../../../handlers/shared/errors';
import { createBroker } from '../../../handlers/github-broker/broker';
import { createCredential } from '../../../handlers/git-credential/credential';
import { scrubbed } from '../../../handlers/shared/scrub';
import { signerOf } from '../../../handlers/shared/signer';
import { brokerConfig, KEY, SECRET_ARN } from './app';
import { CREDENTIALS } from '../../sigv4';
import { contextOf, directContext, rowNamed, useLoopback } from './fixture';
import { SECRETS } from './secret-samples';
import type { Fault, Place, Reply, Seen } from './loopback';
import { sample } from './samples';

const use = useLoopback();
const PEM = KEY.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
const CANARY = 'canary-of-the-other-side';

/** An answer that gives back all it was given, wherever it can. */
const echo =
  (reply: Reply = {}): Fault =>
  (seen: Seen) => {
    const told = `${CANARY} ${String(seen.headers.authorization)} ${CREDENTIALS.AWS_SESSION_TOKEN}`;
    const text = JSON.stringify({ message: told, __type: told, errors: [{ code: told, field: told, message: told }] });
    const headers = { 'x-github-request-id': told, link: `<${told}>; rel="next"`, 'x-more': told };
    return { text, ...reply, headers: { ...headers, ...reply.headers } };
  };

const FAULTS: [name: string, place: Place, code: string, faults: Fault[]][] = [
  ...[400, 403, 404, 406, 409, 410, 418, 422, 451].map((status): [string, Place, string, Fault[]] => [
    `api ${status}`,
    'api',
    '',
    [echo({ status })],
  ]),
  ['api 401', 'api', 'AppRejected', [echo({ status: 401 }), echo({ status: 401 })]],
  ['api limit', 'api', 'RateLimited', [echo({ status: 429, headers: { 'retry-after': '99' } })]],
  ['api 500', 'api', 'GitHubUnavailable', [echo({ status: 500 }), echo({ status: 500 })]],
  ['api redirect', 'api', 'Redirected', [echo({ status: 302, headers: { location: `http://x/${CANARY}` } })]],
  ['api text', 'api', 'MalformedResponse', [echo({ text: `${CANARY} <html>` })]],
  ['api silent', 'api', 'Timeout', [{ silent: true }]],
  ['api reset', 'api', 'GitHubUnavailable', [{ reset: true }, { reset: true }]],
  ['api large', 'api', 'TooLarge', [{ text: CANARY.repeat(600_000) }]],
  ['mint 401', 'mint', 'AppRejected', [echo({ status: 401 }), echo({ status: 401 })]],
  [
    'mint skew',
    'mint',
    'ClockSkew',
    Array(2).fill(echo({ status: 401, headers: { date: new Date(0).toUTCString() } })),
  ],
  ['mint 404', 'mint', 'NotInstalled', [echo({ status: 404 })]],
  ['mint 422', 'mint', 'PermissionNotGranted', [echo({ status: 422 })]],
  ['mint 500', 'mint', 'GitHubUnavailable', [echo({ status: 500 }), echo({ status: 500 })]],
  ['mint text', 'mint', 'MalformedResponse', [echo({ text: CANARY })]],
  ['mint limit', 'mint', 'RateLimited', [echo({ status: 403, text: `rate limit ${CANARY}` })]],
  ['secret denied', 'secrets', 'SigningFailed', [echo({ status: 400 })]],
  ['secret 500', 'secrets', 'SigningFailed', [echo({ status: 500 }), echo({ status: 500 })]],
  ['secret text', 'secrets', 'SigningFailed', [echo({ text: CANARY })]],
  ['secret other', 'secrets', 'SigningFailed', [{ text: JSON.stringify({ SecretString: `{"k":"${PEM.slice(9)}"}` }) }]],
];

function broker() {
  return createBroker(brokerConfig(use.loopback.url), signerOf({ SECRET_ARN, SECRET_FIELD: 'k' }));
}

function expectNoSecret(...texts: string[]): void {
  const secrets = [
    CANARY,
    ...use.loopback.mints.map((mint) => mint.token),
    ...use.loopback.seen.map((one) => String(one.headers.authorization).replace('Bearer ', '')),
    ...Object.values(CREDENTIALS),
    PEM.slice(40, 80),
    'PRIVATE KEY',
    'Bearer',
  ];
  for (const text of texts) {
    secrets.forEach((secret) => expect(text).not.toContain(secret));
  }
}

beforeEach(() => {
  use.loopback.secret = JSON.stringify({ k: PEM });
});

describe.each(FAULTS)('%s', (_, place, code, faults) => {
  test.each(['get_issue', 'create_issue'])('%s tells nothing', async (tool) => {
    use.loopback.faults[place].push(...faults);
    const result = await broker()(sample(rowNamed(tool)), contextOf(`t___${tool}`, code === 'Timeout' ? 900 : 15_000));
    const error = (result as { error: { code: string } }).error;
    expect(CODES).toContain(error.code);
    if (code !== '') {
      expect(error.code).toBe(code);
    }
    expect(use.log.lines).toHaveLength(1);
    expectNoSecret(JSON.stringify(result), use.log.lines[0]);
  });
});

test.each(FAULTS.filter(([, place]) => place !== 'api'))('git: %s tells nothing', async (_, place, _code, faults) => {
  use.loopback.faults[place].push(...faults);
  const handler = createCredential(brokerConfig(use.loopback.url), signerOf({ SECRET_ARN, SECRET_FIELD: 'k' }));
  const host = new URL(use.loopback.url).host;
  const result = await handler({ protocol: 'https', host, path: 'octo-org/second' }, directContext());
  expect(result).toHaveProperty('error');
  expectNoSecret(JSON.stringify(result), ...use.log.lines);
});

test('a result in which GitHub gives the token back', async () => {
  use.loopback.faults.api.push((seen) => {
    const token = String(seen.headers.authorization).replace('Bearer ', '');
    return { text: JSON.stringify({ title: `a ${token} b ${token}`, body: token, user: { login: token } }) };
  });
  const result = await broker()(sample(rowNamed('get_issue')), contextOf('t___get_issue'));
  expect(result).toEqual({ title: 'a [removed] b [removed]', body: '[removed]', user: '[removed]' });
});

test('a result that is cut in the middle of the token', async () => {
  use.loopback.tokenOf = () => `ghs_${'t'.repeat(4_000)}`;
  use.loopback.faults.api.push((seen) => ({ text: JSON.stringify({ body: `${String(seen.headers.authorization)}` }) }));
  const handler = createBroker(
    brokerConfig(use.loopback.url, { largestResult: 1_000 }),
    signerOf({ SECRET_ARN, SECRET_FIELD: 'k' }),
  );
  const result = await handler(sample(rowNamed('get_issue')), contextOf('t___get_issue'));
  expect(result).toEqual({ body: 'Bearer [removed]' });
});

test('files that hold what looks like a token come back unchanged', async () => {
  const content = `const example = 'ghp_${'x'.repeat(36)}';\n-----BEGIN PRIVATE KEY-----\n`;
  const file = { type: 'file', encoding: 'base64', content: Buffer.from(content).toString('base64') };
  use.loopback.faults.api.push({ text: JSON.stringify(file) });
  const result = await broker()(sample(rowNamed('get_file_contents')), contextOf('t___get_file_contents'));
  expect(result).toEqual({ text: content });
});

describe('an error of our own', () => {
  test('tells where it arose, not what it says', async () => {
    const handler = createBroker(brokerConfig(use.loopback.url), {
      sign: () => Promise.reject(new Error(`${CANARY}\n    at ${CANARY}`)),
      forget: () => false,
    });
    const result = await handler(sample(rowNamed('get_issue')), contextOf('t___get_issue'));
    expect(result).toEqual({ error: { code: 'InternalError', message: 'an error of this function' } });
    expect(use.log.last).toMatchObject({ outcome: 'InternalError' });
    expectNoSecret(JSON.stringify(result), ...use.log.lines);
  });

  test.each([undefined, null, CANARY, { message: CANARY }])('%j is thrown', async (thrown) => {
    const handler = createBroker(brokerConfig(use.loopback.url), {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      sign: () => Promise.reject(thrown),
      forget: () => false,
    });
    const result = await handler(sample(rowNamed('get_issue')), contextOf('t___get_issue'));
    expect(result).toMatchObject({ error: { code: 'InternalError' } });
    expectNoSecret(JSON.stringify(result), ...use.log.lines);
  });
});

describe('the log line', () => {
  test('has these fields and no others', async () => {
    await broker()(sample(rowNamed('get_issue')), contextOf('t___get_issue'));
    const { _aws, Duration, ...line } = use.log.last;
    expect(line).toEqual({
      Broker: 'test-broker',
      Calls: 1,
      Errors: 0,
      Mints: 1,
      CacheHits: 0,
      RateLimits: 0,
      level: 'INFO',
      requestId: '6bc28136-0000-1111-2222-333344445555',
      tool: 'get_issue',
      repository: 'Octo-Org/Hello.World',
      permission: 'issues:read',
      outcome: 'ok',
      status: 200,
      gitHubRequestId: 'ABCD:1234:5678:9ABC:DEF0',
      cache: 'miss',
    });
    expect(Duration).toBeGreaterThan(0);
    expect(_aws.Timestamp).toBeGreaterThan(Date.now() - 60_000);
    expect(_aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'CodingAgents/Broker',
        Dimensions: [['Broker']],
        Metrics: [
          { Name: 'Calls', Unit: 'Count' },
          { Name: 'Errors', Unit: 'Count' },
          { Name: 'Mints', Unit: 'Count' },
          { Name: 'CacheHits', Unit: 'Count' },
          { Name: 'RateLimits', Unit: 'Count' },
          { Name: 'Duration', Unit: 'Milliseconds' },
        ],
      },
    ]);
  });

  test('of an error counts it by its code, too', async () => {
    await broker()({ [CANARY]: 1 }, { ...contextOf(`t___${CANARY}`), awsRequestId: CANARY.repeat(9) });
    const { _aws, ...line } = use.log.last;
    expect(line).toMatchObject({ Errors: 1, Code: 'NotAllowed', outcome: 'NotAllowed', level: 'WARN' });
    expect(line.tool).toBeUndefined();
    expect(_aws.CloudWatchMetrics[1]).toEqual({
      Namespace: 'CodingAgents/Broker',
      Dimensions: [['Broker', 'Code']],
      Metrics: [{ Name: 'Errors', Unit: 'Count' }],
    });
    expectNoSecret(use.log.lines[0]);
  });
});

describe('the scrubber', () => {
  test.each([
    `ghs_${'a'.repeat(36)}`,
    `ghs_1234_eyJhbGciOi.${'b-_'.repeat(50)}.${'c'.repeat(300)}`,
    `ghp_${'a'.repeat(36)}`,
    `gho_${'a'.repeat(36)}`,
    `ghu_${'a'.repeat(36)}`,
    `ghr_${'a'.repeat(36)}`,
    `github_pat_${'a_'.repeat(20)}`,
    'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl',
    'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.',
    PEM.trim(),
    PEM.replaceAll('\n', '\\n').replace(/-----END.*/, ''),
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----',
    ...SECRETS.map(([, secret]) => secret),
  ])('removes %s', (secret) => {
    expect(scrubbed(`a ${secret}`)).toBe('a [removed]');
  });

  test('leaves the rest', () => {
    const text = '{"tool":"get_issue","repository":"octo-org/ghs_docs","requestId":"6bc28136-1111","status":200}';
    expect(scrubbed(text)).toBe(text);
  });
});
