import { brokerConfig } from './app';
import { caller, useLoopback } from './fixture';
import { Clock } from '../../../handlers/shared/clock';
import type { Scope } from '../../../handlers/shared/minter';
import { Token } from '../../../handlers/shared/token';
import { keyOf, TokenCache } from '../../../handlers/shared/token-cache';

const use = useLoopback();
const MINUTE = 60_000;

function scope(changes: { owner?: string; name?: string; permission?: string; level?: 'read' | 'write' } = {}): Scope {
  const { owner = 'octo-org', name = 'hello', permission = 'issues', level = 'read' } = changes;
  return { repository: { owner, name }, permission: { name: permission, level } };
}

describe('keys', () => {
  const app = brokerConfig('https://api.github.com');

  test('the same for the same, whatever the case of the name', () => {
    expect(keyOf(app, scope({ owner: 'OCTO-org', name: 'Hello' }))).toBe(keyOf(app, scope()));
    expect(keyOf(app, scope())).toMatch(/^[0-9a-f]{64}$/);
  });

  test('another for anything else', () => {
    const keys = [
      keyOf(app, scope()),
      keyOf(app, scope({ name: '1' })),
      // the id of an installation or repository is no name
      keyOf({ ...app, installationId: 1 }, scope({ name: 'hello' })),
      keyOf({ ...app, installationId: 1 }, scope({ name: '1' })),
      keyOf({ ...app, apiUrl: 'https://ghe.example.com/api/v3' }, scope()),
      keyOf(app, scope({ permission: 'contents' })),
      keyOf(app, scope({ level: 'write' })),
      keyOf(app, scope({ owner: 'octo', name: 'org-hello' })),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('calls', () => {
  test('1,000 at once make one token for each repository, permission and level', async () => {
    use.loopback.mintDelayMs = 50;
    const call = caller(use.loopback);
    const events = ['hello.world', 'second', 'SECOND', '1'].map((repo) => ({
      owner: 'octo-org',
      repo,
      issue_number: 1,
    }));
    const calls = Array.from({ length: 1_000 }, (_, i) => {
      const { issue_number: _number, ...where } = events[i % 4];
      return i % 8 < 4
        ? call('get_issue', events[i % 4], 60_000)
        : call('create_issue', { ...where, title: 't' }, 60_000);
    });
    const results = await Promise.all(calls);
    expect(results.filter((result) => result.number !== 7)).toEqual([]);
    const minted = use.loopback.mints.map(
      ({ repository, permissions }) => `${repository} ${JSON.stringify(permissions)}`,
    );
    expect(minted.sort()).toEqual([
      '1 {"issues":"read"}',
      '1 {"issues":"write"}',
      'Hello.World {"issues":"read"}',
      'Hello.World {"issues":"write"}',
      'second {"issues":"read"}',
      'second {"issues":"write"}',
    ]);
    expect(use.log.lines.map((line) => JSON.parse(line).Mints).reduce((a, b) => a + b)).toBe(6);
    expect(use.log.lines).toHaveLength(1_000);
  });

  test('a token for reading is none for writing', async () => {
    const call = caller(use.loopback);
    await call('get_issue');
    await call('create_issue');
    await call('get_issue');
    const used = use.loopback.at('api').map((one) => one.headers.authorization);
    expect(used[0]).toBe(used[2]);
    expect(used[0]).not.toBe(used[1]);
    expect(use.log.lines.map((line) => JSON.parse(line).cache)).toEqual(['miss', 'miss', 'hit']);
  });

  test('a failed one is not kept, and all who waited are told', async () => {
    use.loopback.faults.mint.push({ status: 404, delayMs: 100 });
    const call = caller(use.loopback);
    const results = await Promise.all([call('get_issue'), call('get_issue'), call('get_issue')]);
    expect(results.map((result) => result.error.code)).toEqual(['NotInstalled', 'NotInstalled', 'NotInstalled']);
    expect(use.loopback.at('mint')).toHaveLength(1);
    expect((await call('get_issue')).number).toBe(7);
  });

  test('0 minutes: a token for each call', async () => {
    const call = caller(use.loopback, { cacheMinutes: 0 });
    await Promise.all([call('get_issue'), call('get_issue')]);
    expect(use.loopback.mints).toHaveLength(2);
  });
});

describe('time', () => {
  class TestClock extends Clock {
    public at = 0;
    public override now(): number {
      return this.at;
    }
  }
  const config = brokerConfig('https://api.github.com');

  async function hits(cacheMinutes: number, lifetimeMinutes: number, laterMinutes: number): Promise<boolean> {
    const clock = new TestClock();
    const cache = new TokenCache(config, cacheMinutes, clock);
    const mint = () => Promise.resolve(new Token('t', clock.at + lifetimeMinutes * MINUTE));
    await cache.get(scope(), mint);
    clock.at = laterMinutes * MINUTE;
    return (await cache.get(scope(), mint)).hit;
  }

  test.each([
    [50, 60, 49.9, true],
    [50, 60, 50, false],
    [5, 60, 4.9, true],
    [5, 60, 5, false],
    // ten minutes must be left
    [50, 30, 20, true],
    [50, 30, 20.1, false],
    [50, 9, 0, false],
  ])('kept for %d minutes, good for %d, after %d: %s', async (cacheMinutes, lifetime, later, hit) => {
    expect(await hits(cacheMinutes, lifetime, later)).toBe(hit);
  });

  test('a token that was not accepted is forgotten, its successor is not', async () => {
    const cache = new TokenCache(config, 50, new TestClock());
    const tokens = [new Token('a', 60 * MINUTE), new Token('b', 60 * MINUTE), new Token('c', 60 * MINUTE)];
    const mint = () => Promise.resolve(tokens.shift() as Token);
    const { token: first } = await cache.get(scope(), mint);
    cache.drop(scope(), first);
    const { token: second } = await cache.get(scope(), mint);
    cache.drop(scope(), first);
    expect(await cache.get(scope(), mint)).toEqual({ token: second, hit: true });
    expect(second.reveal()).toBe('b');
  });
});
