import { useLoopback } from '../../git/handler/fixture';
import { CREDENTIALS } from '../../sigv4';
import { FUNCTION_ARN, HELPER, Hub, run } from './hub';

const use = useLoopback();
let hub: Hub;

beforeEach(async () => {
  hub = await Hub.start(use.loopback);
});
afterEach(() => hub.stop());

function ask(fields: Record<string, string>, more: NodeJS.ProcessEnv = {}, operation = 'get') {
  const input = Object.entries(fields)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  return run(process.execPath, [HELPER, operation], hub.environment(more), hub.home, `${input}\n`);
}
const where = (path = 'octo-org/second.git') => ({ protocol: 'https', host: hub.host, path });

test.each(['octo-org/second.git', 'octo-org/second', 'octo-org/second.git/info/lfs', 'octo-org/second/info/lfs'])(
  '%s: a token for git and for large files',
  async (path) => {
    const { stdout, stderr, status } = await ask({ 'capability[]': 'authtype', ...where(path), 'wwwauth[]': 'Basic' });
    const [{ token, repository }] = use.loopback.mints;
    expect(repository).toBe('second');
    const [username, password, expiry, rest] = stdout.split('\n');
    expect([username, password, rest]).toEqual(['username=x-access-token', `password=${token}`, '']);
    expect(Number(expiry.replace('password_expiry_utc=', ''))).toBeGreaterThan(Date.now() / 1000 + 3000);
    expect([stderr, status]).toEqual(['', 0]);
  },
);

test.each(['store', 'erase', 'capability', ''])('%s: nothing is done', async (operation) => {
  const stored = { ...where(), username: 'x', password: 'canary' };
  expect(await ask(stored, {}, operation)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(use.loopback.seen).toEqual([]);
});

const refused = async (fields: Record<string, string>, text: string, more: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = await ask(fields, more);
  // git asks nobody else, and nobody at a keyboard
  expect([status, stdout]).toEqual([0, 'quit=1\n']);
  expect(stderr).toContain(`git credential: ${text}`);
  expect(stderr).toMatch(/^[^\n]* \(got '[^\n]+; allowed: [^\n]+; [^\n]+\n$/);
  [...Object.values(CREDENTIALS), 'canary', 'ghs_'].forEach((secret) => expect(stderr).not.toContain(secret));
};

test('no function', async () => {
  const text = "this agent has no access to private repositories (got 'no GIT_CREDENTIAL_FUNCTION')";
  await refused(where(), text, { GIT_CREDENTIAL_FUNCTION: undefined });
});

test.each(['clone', 'arn:aws:lambda:eu-west-1:111122223333:layer:x', `${FUNCTION_ARN}/../x`])(
  '%s is no function',
  (arn) => refused(where(), 'GIT_CREDENTIAL_FUNCTION is no ARN', { GIT_CREDENTIAL_FUNCTION: arn }),
);

test('no path', () => refused({ protocol: 'https', host: hub.host }, 'git does not say which repository it wants'));

test.each([
  ['http', 'http'],
  ['ssh', 'ssh'],
  ['no protocol', ''],
])('%s', (_, protocol) => refused({ ...where(), protocol }, 'tokens are only sent over https'));

test('another host', () =>
  refused({ ...where(), host: 'evil.example' }, 'this repository is not allow-listed for this agent'));

test.each(['octo-org', '../x/y', 'octo-org/second/../other'])('the path %s', (path) =>
  refused(where(path), 'an argument is missing, unknown or not as the schema of the tool says'),
);

test('what GitHub refuses', async () => {
  use.loopback.faults.mint.push({ status: 404 });
  await refused(where(), 'the GitHub App is not installed for this repository, or is suspended');
});

test.each([
  [
    'denied',
    403,
    {},
    '{"Message":"User: canary is not authorized"}',
    'the role of this session may not ask for tokens',
  ],
  ['gone', 404, {}, '{}', 'the function that gives tokens does not exist'],
  ['throttled', 429, {}, '{}', 'too many tokens are asked for at once'],
  ['broken', 500, {}, '{}', 'the function that gives tokens failed'],
  ['crashed', 200, { 'x-amz-function-error': 'Unhandled' }, '{"errorMessage":"canary"}', 'the function that gives'],
  ['out of its mind', 200, {}, '"canary"', 'the function that gives tokens failed'],
  ['forging lines', 200, {}, '{"username":"a","password":"b\\nhost=evil","password_expiry_utc":1}', 'the function'],
])('a function that is %s', async (_, status, headers, body, text) => {
  hub.reply = (response) => response.writeHead(status, headers).end(body);
  await refused(where(), text);
});

test('no network', () =>
  refused(where(), 'Lambda cannot be reached', { AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1' }));

test('an answer that does not come', async () => {
  hub.reply = () => undefined;
  await refused(where(), 'Lambda did not answer within 10 seconds');
});

test('no credentials', () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  return refused(where(), "the microVM has no AWS credentials (got 'none from any source')", none);
});

test('a line end in a field ends it', () =>
  refused({ protocol: 'https', host: 'a\rb', path: 'x/y' }, 'tokens are only sent over https'));
