import type { CfnGatewayRateLimit } from 'aws-cdk-lib/aws-bedrockagentcore';
import { invalidValue } from '../../private/errors';

const HIGHEST = 10_000_000;

/** How much a caller, a target or a tool gets. */
export class Rate {
  /** This many requests a second: a whole number, 0 (which blocks) to 10,000,000. */
  public static requestsPerSecond(count: number): Rate {
    return new Rate('requests', 'second', count);
  }

  /** This many requests a minute: a whole number, 0 (which blocks) to 10,000,000. */
  public static requestsPerMinute(count: number): Rate {
    return new Rate('requests', 'minute', count);
  }

  /** This many connections a second: a whole number, 0 (which blocks) to 10,000,000. */
  public static connectionsPerSecond(count: number): Rate {
    return new Rate('connections', 'second', count);
  }

  private constructor(
    /** @internal */
    public readonly _measure: 'requests' | 'connections',
    private readonly period: 'second' | 'minute',
    private readonly count: number,
  ) {
    if (!Number.isInteger(count) || count < 0 || count > HIGHEST) {
      throw invalidValue('InvalidRate', {
        what: `${_measure} a ${period} are not a number that AgentCore takes`,
        got: count,
        allowed: `a whole number from 0 (which blocks) to ${HIGHEST}`,
        fix: 'write the number out, or choose another period',
      });
    }
  }

  /** @internal */
  public _render(): CfnGatewayRateLimit.RateConfigProperty[] {
    return [{ rate: this.count, period: this.period }];
  }
}
