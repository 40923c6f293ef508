import { boundsOf } from '../../../images/session/jobs/limits';
import { dollarsOf } from '../../../images/session/jobs/prices';

describe('bounds', () => {
  test.each([
    [undefined, undefined, { minutes: 60 }],
    [undefined, { minutes: 480 }, { minutes: 480 }],
    [{ minutes: 30 }, { minutes: 90 }, { minutes: 30 }],
    [{ minutes: 300 }, { minutes: 90, turns: 4 }, { minutes: 90, turns: 4 }],
    [
      { turns: 5, dollars: 2 },
      { turns: 9, dollars: 1 },
      { minutes: 60, turns: 5, dollars: 1 },
    ],
    [{ minutes: 9999 }, undefined, { minutes: 480 }],
  ])('of the agent %j and the request %j', (allowed, asked, bounds) => {
    expect(boundsOf({ limits: allowed }, { limits: asked })).toEqual(bounds);
  });
});

describe('prices', () => {
  test('are for a million tokens; the cache costs what input does, if not said', () => {
    const tokens = { input: 1_000_000, output: 500_000, cacheRead: 2_000_000, cacheWrite: 100_000 };
    expect(dollarsOf(tokens, { input: 2, output: 10 })).toBeCloseTo(2 + 5 + 4 + 0.2);
    expect(dollarsOf(tokens, { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 })).toBeCloseTo(
      2 + 5 + 0.4 + 0.25,
    );
  });
});
