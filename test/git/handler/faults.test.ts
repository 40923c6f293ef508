import { caller, useLoopback } from './fixture';
import type { Fault, Place } from './loopback';

const use = useLoopback();
const READ = 'get_issue';
const WRITE = 'create_issue';

const LIMITED = 'GitHub asks to wait';
const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);

function fail(place: Place, ...faults: Fault[]): void {
  use.loopback.faults[place].push(...faults);
}

describe('rate limits', () => {
  test.each([READ, WRITE])('%s waits once, if that leaves time', async (tool) => {
    fail('api', { status: 403, headers: { 'retry-after': '1' }, text: '{"message":"secondary rate limit"}' });
    expect((await caller(use.loopback)(tool)).number).toBe(7);
    expect(use.loopback.at('api')).toHaveLength(2);
    expect(use.log.last).toMatchObject({ outcome: 'ok', RateLimits: 1 });
  });

  test('but not twice', async () => {
    const again = { status: 429, headers: { 'retry-after': '1' } };
    fail('api', again, again);
    expect((await caller(use.loopback)(READ)).error).toEqual({
      code: 'RateLimited',
      message: LIMITED,
      retryAfterSeconds: 1,
    });
    expect(use.loopback.at('api')).toHaveLength(2);
  });

  test.each<[string, Record<string, string>, string, number, number]>([
    ['a wait too long', { 'retry-after': '30' }, '', 30, 30],
    ['a wait without end', { 'retry-after': '999999' }, '', 3600, 3600],
    ['a wait that makes no sense', { 'retry-after': 'soon' }, '', 60, 60],
    ['a secondary limit that says no time', {}, 'You have exceeded a secondary rate limit', 60, 60],
    ['an old text of it', {}, 'You have triggered an abuse detection mechanism', 60, 60],
    ['nothing left', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(90) }, '', 80, 90],
    ['nothing left, already over', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' }, 'x', 1, 1],
  ])('%s', async (name, headers, text, least, most) => {
    // the last one is honoured, so it comes again
    const again = { status: 403, headers, text };
    fail('api', again, again);
    const { error } = await caller(use.loopback)(READ);
    expect(error.code).toBe('RateLimited');
    expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(least);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(most);
    expect(use.loopback.at('api')).toHaveLength(name.includes('over') ? 2 : 1);
  });

  test('a date to wait for', async () => {
    fail('api', { status: 429, headers: { 'retry-after': new Date(Date.now() + 120_000).toUTCString() } });
    const { error } = await caller(use.loopback)(READ);
    expect(error.retryAfterSeconds).toBeGreaterThan(100);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(121);
  });

  test('of tokens', async () => {
    fail('mint', { status: 403, headers: { 'retry-after': '45' } });
    expect((await caller(use.loopback)(READ)).error).toMatchObject({ code: 'RateLimited', retryAfterSeconds: 45 });
    expect(use.loopback.at('api')).toEqual([]);
    expect(use.log.last).toMatchObject({ outcome: 'RateLimited', Code: 'RateLimited', RateLimits: 1, Errors: 1 });
  });

  test('does not wait past the time of the function', async () => {
    fail('api', { status: 429, headers: { 'retry-after': '2' } });
    const result = await caller(use.loopback)(READ, undefined, 3_000);
    expect(result.error).toMatchObject({ code: 'RateLimited', retryAfterSeconds: 2 });
  });
});

describe('what GitHub refuses', () => {
  test.each([
    [400, '', 'Unprocessable', undefined],
    [403, '{"message":"Resource not accessible by integration"}', 'Forbidden', undefined],
    [404, '{"message":"Not Found"}', 'NotFound', undefined],
    [405, '{"message":"Pull Request is not mergeable"}', 'Conflict', undefined],
    [406, '{"message":"diff exceeded"}', 'TooLarge', undefined],
    [409, '{"message":"Git Repository is empty."}', 'Conflict', ['repository_is_empty']],
    [410, '{"message":"Issues are disabled"}', 'NotFound', undefined],
    [413, '', 'TooLarge', undefined],
    [418, '', 'MalformedResponse', undefined],
    [422, 'no JSON', 'Unprocessable', undefined],
    [422, '[]', 'Unprocessable', undefined],
    [422, '{"errors":[{"code":"missing_field"},{"code":"custom"},{"code":"<b>"}]}', 'Unprocessable', ['missing_field']],
    [422, '{"errors":[{"message":"A pull request already exists for o:b."}]}', 'Unprocessable', ['already_exists']],
    [422, '{"errors":["No commits between main and b"]}', 'Unprocessable', ['no_commits_between_the_branches']],
    [422, '{"message":"Reference does not exist"}', 'Unprocessable', ['does_not_exist']],
    [451, '', 'Forbidden', undefined],
  ])('%d %s', async (status, text, code, reasons) => {
    fail('api', { status, text });
    const { error } = await caller(use.loopback)(WRITE);
    expect(error).toEqual({ code, message: expect.any(String), ...(reasons === undefined ? {} : { reasons }) });
    expect(use.loopback.at('api')).toHaveLength(1);
    expect(use.log.last).toMatchObject({ outcome: code, status, gitHubRequestId: 'ABCD:1234:5678:9ABC:DEF0' });
  });

  test.each([
    [404, '{"message":"Not Found"}', 'NotInstalled', undefined],
    [403, '{"message":"This installation has been suspended"}', 'NotInstalled', undefined],
    [
      422,
      '{"message":"There is at least one repository that does not exist or is not accessible"}',
      'NotInstalled',
      undefined,
    ],
    [422, '{"message":"The permissions requested are not granted"}', 'PermissionNotGranted', 'issues: read'],
  ])('a token: %d %s', async (status, text, code, permission) => {
    fail('mint', { status, text });
    const { error } = await caller(use.loopback)(READ);
    expect(error).toEqual({ code, message: expect.any(String), ...(permission === undefined ? {} : { permission }) });
    expect(use.loopback.at('api')).toEqual([]);
  });
});

describe('redirects', () => {
  test.each([301, 302, 307, 308])('%d is refused, and not followed', async (status) => {
    const location = `${use.loopback.url}/repos/octo-org/elsewhere`;
    fail('api', { status, headers: { location } });
    expect((await caller(use.loopback)(READ)).error.code).toBe('Redirected');
    expect(use.loopback.at('api')).toHaveLength(1);
  });

  test('of tokens', async () => {
    fail('mint', { status: 307, headers: { location: `${use.loopback.url}/evil` } });
    expect((await caller(use.loopback)(READ)).error.code).toBe('Redirected');
    expect(use.loopback.seen.map((one) => one.place)).toEqual(['kms', 'mint']);
  });
});

describe('faults of GitHub', () => {
  test.each<[string, Fault]>([
    ['500', { status: 500 }],
    ['502 with HTML', { status: 502, text: '<html>' }],
    ['503', { status: 503 }],
    ['a closed connection', { reset: true }],
  ])('%s: what reads is tried once more', async (_, fault) => {
    fail('api', fault);
    expect((await caller(use.loopback)(READ)).number).toBe(7);
    fail('api', fault, fault);
    expect((await caller(use.loopback)(READ)).error).toEqual({
      code: 'GitHubUnavailable',
      message: expect.any(String),
    });
    expect(use.loopback.at('api')).toHaveLength(4);
  });

  test.each<[string, Fault]>([
    ['500', { status: 500 }],
    ['a closed connection', { reset: true }],
  ])('%s: what changes something is not', async (_, fault) => {
    fail('api', fault);
    const { error } = await caller(use.loopback)(WRITE);
    expect(error).toEqual({ code: 'GitHubUnavailable', message: expect.any(String), mayHaveHappened: true });
    expect(use.loopback.at('api')).toHaveLength(1);
  });

  test.each([
    [READ, undefined],
    [WRITE, true],
  ])('%s without an answer', async (tool, mayHaveHappened) => {
    fail('api', { silent: true });
    const { error } = await caller(use.loopback)(tool, undefined, 1_200);
    expect(error).toEqual({
      code: 'Timeout',
      message: 'the time was not enough',
      ...(mayHaveHappened === undefined ? {} : { mayHaveHappened }),
    });
    expect(use.loopback.at('api')).toHaveLength(1);
  });

  test('an answer that stops in the middle', async () => {
    fail('api', { headers: { 'content-length': '1000' }, text: '{' });
    expect((await caller(use.loopback)(READ, undefined, 1_200)).error.code).toBe('Timeout');
  });

  test('no time at all', async () => {
    expect((await caller(use.loopback)(READ, undefined, 400)).error.code).toBe('Timeout');
    expect(use.loopback.seen).toEqual([]);
  });

  test('an answer without end', async () => {
    fail('api', { text: JSON.stringify({ body: 'x'.repeat(13 * 1024 * 1024) }) });
    expect((await caller(use.loopback)(READ)).error.code).toBe('TooLarge');
  });

  test('a host that is not there', async () => {
    const result = await caller(use.loopback, { apiUrl: 'http://127.0.0.1:9' })(READ);
    expect(result.error.code).toBe('GitHubUnavailable');
    expect(use.log.last).toMatchObject({ outcome: 'GitHubUnavailable', cause: 'ECONNREFUSED' });
  });

  test('tokens are asked for once more', async () => {
    fail('mint', { status: 500 });
    expect((await caller(use.loopback)(WRITE)).number).toBe(7);
    fail('mint', { reset: true }, { reset: true });
    expect((await caller(use.loopback)(WRITE)).error.code).toBe('GitHubUnavailable');
  });

  test.each([
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['no token', '{"expires_at":"2099-01-01T00:00:00Z"}'],
    ['an empty token', '{"token":"","expires_at":"2099-01-01T00:00:00Z"}'],
    ['a token with a line end', '{"token":"a\\r\\nb","expires_at":"2099-01-01T00:00:00Z"}'],
    ['a token that is no text', '{"token":7,"expires_at":"2099-01-01T00:00:00Z"}'],
    ['no end', '{"token":"ghs_x"}'],
    ['an end that is no time', '{"token":"ghs_x","expires_at":"later"}'],
    ['an end that is near', JSON.stringify({ token: 'ghs_x', expires_at: new Date(Date.now() + 300_000) })],
    ['all repositories', '{"token":"x","expires_at":"2099-01-01T00:00:00Z","repository_selection":"all"}'],
    ['another repository', '{"token":"x","expires_at":"2099-01-01T00:00:00Z","repositories":[{"name":"second"}]}'],
    ['a higher level', '{"token":"x","expires_at":"2099-01-01T00:00:00Z","permissions":{"issues":"write"}}'],
    [
      'another permission',
      '{"token":"x","expires_at":"2099-01-01T00:00:00Z","permissions":{"administration":"admin"}}',
    ],
    [
      'a permission more to read',
      '{"token":"x","expires_at":"2099-01-01T00:00:00Z","permissions":{"issues":"read","contents":"read"}}',
    ],
    [
      'metadata to write',
      '{"token":"x","expires_at":"2099-01-01T00:00:00Z","permissions":{"issues":"read","metadata":"write"}}',
    ],
  ])('a token that is none: %s', async (_, text) => {
    fail('mint', { status: 201, text });
    expect((await caller(use.loopback)(READ)).error.code).toBe('MalformedResponse');
    expect(use.loopback.at('api')).toEqual([]);
  });

  test.each([
    ['old', `ghs_${'a'.repeat(36)}`],
    ['new', `ghs_12345_eyJhbGciOiJSUzI1NiJ9.${'b'.repeat(600)}.${'c-_'.repeat(100)}`],
    ['of another form', 'v1.1f699f1069f60xxx'],
  ])('a token of the %s format', async (_, token) => {
    use.loopback.tokenOf = () => token;
    expect((await caller(use.loopback)(READ)).number).toBe(7);
  });
});

describe('clocks', () => {
  test.each([-3_600_000, -300_000, 900_000, 86_400_000])('that of GitHub %d ms ahead', async (skewMs) => {
    use.loopback.skewMs = skewMs;
    const call = caller(use.loopback);
    expect((await call(READ)).number).toBe(7);
    expect(use.loopback.at('mint')).toHaveLength(2);
    // what was learned is kept, and the token is good by GitHub's clock
    expect((await call('create_issue')).number).toBe(7);
    expect(use.loopback.at('mint')).toHaveLength(3);
    expect((await call(READ)).number).toBe(7);
    expect(use.loopback.at('mint')).toHaveLength(3);
  });

  test('that no correction helps', async () => {
    use.loopback.skewMs = 3_600_000;
    const rejected = { status: 401 };
    fail('mint', rejected, rejected);
    expect((await caller(use.loopback)(READ)).error.code).toBe('ClockSkew');
    expect(use.loopback.at('mint')).toHaveLength(2);
  });

  test('a key that GitHub does not know', async () => {
    fail('mint', { status: 401 });
    expect((await caller(use.loopback)(READ)).error.code).toBe('AppRejected');
    expect(use.loopback.at('mint')).toHaveLength(1);
  });

  test('an answer without a date', async () => {
    fail('mint', { status: 401, headers: { date: 'never' } });
    expect((await caller(use.loopback)(READ)).error.code).toBe('AppRejected');
  });
});

describe('a token that ended early', () => {
  test.each([READ, WRITE])('%s is sent again with a new one', async (tool) => {
    fail('api', { status: 401 });
    expect((await caller(use.loopback)(tool)).number).toBe(7);
    expect(use.loopback.mints).toHaveLength(2);
    const [first, second] = use.loopback.at('api').map((one) => one.headers.authorization);
    expect(second).not.toBe(first);
  });

  test('but only once', async () => {
    fail('api', { status: 401 }, { status: 401 });
    expect((await caller(use.loopback)(READ)).error.code).toBe('AppRejected');
    expect(use.loopback.mints).toHaveLength(2);
  });

  test('and not again for a later step', async () => {
    fail('api', { status: 401 }, {}, { status: 401 });
    const { error } = await caller(use.loopback)('create_branch');
    expect(error.code).toBe('MalformedResponse');
  });
});
