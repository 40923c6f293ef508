import { openCode } from '../../../images/session/cli/opencode';
import type { RouteSettings } from '../../../images/session/contract';
import { boundsOf, checkBounds } from '../../../images/session/jobs/limits';
import { dollarsOf } from '../../../images/session/cli/prices';

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

describe('a limit of dollars with OpenCode', () => {
  const gateway = { via: 'llmGateway', url: 'https://llm.example.com' } as const;
  const checked = (route: RouteSettings, prices?: { input: number; output: number }) => (): void =>
    checkBounds({ minutes: 1, dollars: 0.01 }, { route, prices }, openCode, () => []);

  test('is refused at an LLM gateway without prices: there it names no dollars', () => {
    expect(checked(gateway)).toThrow(
      "a limit of dollars cannot be held, since opencode names none with the route llmGateway and the agent's settings no prices (got 0.01); allowed: dollars where prices are known; name the prices in the agent's settings, or use limits.minutes",
    );
  });

  test('is refused with a profile of the account, whose price it does not know', () => {
    const model = 'amazon-bedrock/arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc';
    const check = () =>
      checkBounds({ minutes: 1, dollars: 1 }, { route: { via: 'bedrock' }, model }, openCode, () => []);
    expect(check).toThrow('names none with the route bedrock');
  });

  test('is taken with prices, and where it knows some itself', () => {
    expect(checked(gateway, { input: 1, output: 2 })).not.toThrow();
    expect(checked({ via: 'bedrock' })).not.toThrow();
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
