import { credentialConfigOf } from '../../../handlers/git-credential/config';
import { createCredential, gitHostOf } from '../../../handlers/git-credential/credential';
import type { LambdaContext } from '../../../handlers/shared/lambda';
import { signerOf } from '../../../handlers/shared/signer';
import { brokerConfig, KEY_ARN } from './app';
import { contextOf, directContext, useLoopback } from './fixture';

const use = useLoopback();
const PATH = 'octo-org/hello.world.git';

function ask(event: unknown, context: LambdaContext = directContext(), allowPush?: boolean) {
  const { apiUrl, clientId, installationId, repositories } = brokerConfig(use.loopback.url);
  const handler = createCredential(
    { apiUrl, clientId, installationId, repositories, allowPush },
    signerOf({ KEY_ARN }),
  );
  return handler(event, context) as Promise<any>;
}

function asked(path: unknown, more: object = {}) {
  return ask({ protocol: 'https', host: new URL(use.loopback.url).host, path, ...more });
}

test.each([
  PATH,
  'octo-org/hello.world',
  'OCTO-ORG/Hello.World.git',
  `${PATH}/info/lfs`,
  'octo-org/hello.world/info/lfs',
  'octo-org/hello.world/',
  'octo-org/hello.world.git/',
])('%s: a token that reads contents of this repository', async (path) => {
  const { username, password, password_expiry_utc: expiry, ...rest } = await asked(path);
  expect(username).toBe('x-access-token');
  expect(password).toBe(use.loopback.mints[0].token);
  expect(Math.abs(expiry - Date.now() / 1000 - 3600)).toBeLessThan(10);
  expect(rest).toEqual({});
  expect(use.loopback.mints).toMatchObject([{ repository: 'Hello.World', permissions: { contents: 'read' } }]);
  expect(use.log.lines.join('')).not.toContain(password);
  expect(use.log.last).toMatchObject({
    outcome: 'ok',
    repository: 'Octo-Org/Hello.World',
    permission: 'contents:read',
    Mints: 1,
  });
});

test.each([null, {}, ''])('a client context that is %j is none', async (clientContext) => {
  const host = new URL(use.loopback.url).host;
  const result = await ask({ protocol: 'https', host, path: PATH }, { ...directContext(), clientContext });
  expect(result.username).toBe('x-access-token');
});

test('where pushing is allowed, a token that writes contents and no workflows', async () => {
  const host = new URL(use.loopback.url).host;
  const { password } = await ask({ protocol: 'https', host, path: PATH }, directContext(), true);
  expect(password).toBe(use.loopback.mints[0].token);
  expect(use.loopback.mints).toMatchObject([{ repository: 'Hello.World', permissions: { contents: 'write' } }]);
  expect(use.log.last).toMatchObject({ outcome: 'ok', permission: 'contents:write' });
});

test('each asker has a token of her own', async () => {
  const [one, two] = [await asked(PATH), await asked(PATH)];
  expect(one.password).not.toBe(two.password);
});

describe('refused', () => {
  afterEach(() => expect(use.loopback.seen).toEqual([]));

  test.each([
    ['another repository', 'octo-org/other.git'],
    ['another owner', 'evil/hello.world.git'],
    ['a name that is a path', 'octo-org/..'],
    ['a longer name', 'octo-org/hello.world.git.git'],
  ])('%s: NotAllowed', async (_, path) => {
    expect((await asked(path)).error.code).toBe('NotAllowed');
  });

  test.each([
    ['another protocol', { protocol: 'http' }],
    ['ssh', { protocol: 'ssh' }],
    ['another host', { host: 'github.com.evil.example' }],
    ['no host', { host: '' }],
  ])('%s: NotAllowed', async (_, more) => {
    expect(await asked(PATH, more)).toEqual({
      error: { code: 'NotAllowed', message: 'this tool or repository is not among those that are allowed here' },
    });
  });

  test.each([
    ['a gateway', contextOf('git___credential')],
    ['a gateway of a runtime that spells it so', { ...directContext(), clientContext: { Custom: {} } }],
    ['anyone who sets a client context', { ...directContext(), clientContext: 'x' }],
  ])('a call of %s: NotAllowed', async (_, context) => {
    const event = { protocol: 'https', host: new URL(use.loopback.url).host, path: PATH };
    expect((await ask(event, context)).error.code).toBe('NotAllowed');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', PATH],
    ['a list', [PATH]],
    ['no path', {}],
    ['a path that is no text', { path: [PATH] }],
    ['an owner only', { path: 'octo-org' }],
    ['a slash before', { path: `/${PATH}` }],
    ['two slashes after', { path: `${PATH}//` }],
    ['a path below', { path: `${PATH}/info/refs` }],
    ['two dots', { path: 'octo-org/../octo-org/hello.world' }],
    ['a wildcard', { path: 'octo-org/*' }],
    ['a line end', { path: `${PATH}\n` }],
    ['a letter that looks alike', { path: 'octo-оrg/hello.world' }],
    ['an empty path', { path: '' }],
    ['a field more', { path: PATH, permissions: { contents: 'write' } }],
    ['a prototype', JSON.parse(`{"path":"${PATH}","__proto__":{}}`) as object],
    ['a protocol that is no text', { path: PATH, protocol: 1 }],
    ['a long path', { path: `octo-org/${'x'.repeat(1_000_000)}` }],
  ])('%s: InvalidRequest', async (_, event) => {
    const full = Array.isArray(event) || typeof event !== 'object' || event === null;
    const where = { protocol: 'https', host: new URL(use.loopback.url).host };
    const result = await ask(
      full ? event : Object.defineProperties({ ...where }, Object.getOwnPropertyDescriptors(event)),
    );
    expect(result.error.code).toBe('InvalidRequest');
    expect(use.log.last).toMatchObject({ outcome: 'InvalidRequest', Errors: 1 });
    expect(use.log.last.repository).toBeUndefined();
  });
});

test('what GitHub refuses', async () => {
  use.loopback.faults.mint.push({ status: 404 });
  expect((await asked(PATH)).error.code).toBe('NotInstalled');
});

test.each([
  ['https://api.github.com', 'github.com'],
  ['https://api.octocorp.ghe.com', 'octocorp.ghe.com'],
  ['https://git.example.com/api/v3', 'git.example.com'],
  ['https://api.example.com:8443/api/v3', 'api.example.com:8443'],
])('the host of %s is %s', (apiUrl, host) => {
  expect(gitHostOf(apiUrl)).toBe(host);
});

describe('the settings', () => {
  const SETTINGS = { apiUrl: 'https://api.github.com', clientId: 'Iv23li', installationId: 1, repositories: ['a/b'] };

  test.each([
    [{}, false],
    [{ allowPush: false }, false],
    [{ allowPush: true }, true],
  ])('%j', (more, allowPush) => {
    expect(credentialConfigOf({ ...SETTINGS, ...more })).toEqual({ ...SETTINGS, allowPush });
  });

  test.each(['true', 1, null])('allowPush: %j is refused', (allowPush) => {
    expect(() => credentialConfigOf({ ...SETTINGS, allowPush })).toThrow(
      'config.json: allowPush must be true or false',
    );
  });
});
