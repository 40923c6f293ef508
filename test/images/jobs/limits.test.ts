import { boundsOf } from '../../../images/session/jobs/limits';
import { dollarsOf, pricesOf } from '../../../images/session/jobs/prices';

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
  const provider = { via: 'provider', credentialProvider: 'openai' } as const;

  test('of the settings go before the list', () => {
    const prices = { input: 1, output: 2 };
    expect(pricesOf({ prices, model: 'gpt-5', route: provider })).toEqual(prices);
    expect(pricesOf({ model: 'gpt-5', route: provider })).toEqual({ input: 1.25, output: 10, cacheRead: 0.125 });
  });

  test.each([
    ['an unknown model', { model: 'gpt-99', route: provider }],
    ['a name of every object', { model: 'constructor', route: provider }],
    ['no model', { route: provider }],
    ['Bedrock, which has its own', { model: 'gpt-5', route: { via: 'bedrock' } }],
    [
      'an LLM gateway, which may send it elsewhere',
      { model: 'gpt-5', route: { via: 'llmGateway', url: 'https://llm' } },
    ],
  ] as const)('are not guessed: %s', (_, settings) => {
    expect(pricesOf(settings)).toBeUndefined();
  });

  test('are for a million tokens; the cache costs what input does, if not said', () => {
    const tokens = { input: 1_000_000, output: 500_000, cacheRead: 2_000_000, cacheWrite: 100_000 };
    expect(dollarsOf(tokens, { input: 2, output: 10 })).toBeCloseTo(2 + 5 + 4 + 0.2);
    expect(dollarsOf(tokens, { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 })).toBeCloseTo(
      2 + 5 + 0.4 + 0.25,
    );
  });
});
