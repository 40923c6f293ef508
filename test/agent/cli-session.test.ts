import { App, Stack } from 'aws-cdk-lib';
import { checkDollars, sessionOf } from '../../lib/agent/cli-session';
import type { RouteSettings } from '../../lib/agent/session-settings';
import { thrownBy } from '../fixture';

const GATEWAY: RouteSettings = { via: 'llmGateway', url: 'https://llm.example.com' };
const PRICES = { input: 1, output: 2 };

describe('a bound in dollars of OpenCode, which knows no price of a gateway’s models', () => {
  const checked = (route: RouteSettings | undefined, prices?: typeof PRICES) => (): void =>
    checkDollars(new Stack(new App()), sessionOf('opencode', { limits: { dollars: 5 }, prices }), route);

  test('is refused at an LLM gateway without prices', () => {
    const { code, text } = thrownBy(checked(GATEWAY));
    expect(code).toBe('PricesMissing');
    expect(text).toContain(
      'OpenCode does not say what a job costs with ModelRoute.llmGateway(...), so a bound in dollars could not be held',
    );
  });

  test.each<[RouteSettings | undefined, typeof PRICES | undefined]>([
    [GATEWAY, PRICES],
    [{ via: 'bedrock' }, undefined],
    [undefined, undefined],
  ])('is taken with the route %j and prices %j', (route, prices) => {
    expect(checked(route, prices)).not.toThrow();
  });
});
