import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';
import { checkArguments } from '../private/kinds';

/** Prices in US dollars, to replace those that the library knows. */
export interface AgentPricesProps {
  /**
   * An hour of one vCPU of AgentCore Runtime.
   *
   * @default 0.0895
   */
  readonly vcpuHour?: number;

  /**
   * An hour of one gigabyte of memory of AgentCore Runtime. It is charged at its peak while a session lives, idle or not.
   *
   * @default 0.00945
   */
  readonly gigabyteHour?: number;

  /**
   * A thousand requests to a gateway. Searches for tools cost more and are counted at this price too.
   *
   * @default 0.005
   */
  readonly thousandToolCalls?: number;
}

/**
 * What AgentCore costs, for estimates on dashboards and in alarms. An estimate is no bill: the metrics behind it come up to an
 * hour late and are not of billing grade; taxes, discounts, logs and data transfer are not in it. Nor are decisions of policies,
 * 0.000025 dollars each by the list: AWS does not document in which sets of dimensions it counts them, so a sum could count one
 * several times.
 *
 * The defaults are list prices of platform version V1 as known at `DATED`.
 *
 * @see https://aws.amazon.com/bedrock/agentcore/pricing/
 */
export class AgentPrices {
  /** The day of the default prices. */
  public static readonly DATED = '2026-10-04';

  /**
   * Prices of your own, for example with the discount of your contract; what is left away is the default.
   *
   * Errors: a price that is no amount of money.
   */
  public static of(prices: AgentPricesProps = {}): AgentPrices {
    checkArguments('AgentPrices.of', { prices: ['AgentPricesProps?', prices] });
    return new AgentPrices(prices);
  }

  /** Dollars for an hour of one vCPU. */
  public readonly vcpuHour: number;

  /** Dollars for an hour of one gigabyte of memory. */
  public readonly gigabyteHour: number;

  /** Dollars for a thousand requests to a gateway. */
  public readonly thousandToolCalls: number;

  private constructor({ vcpuHour = 0.0895, gigabyteHour = 0.00945, thousandToolCalls = 0.005 }: AgentPricesProps) {
    this.vcpuHour = checkedPrice('vcpuHour', vcpuHour);
    this.gigabyteHour = checkedPrice('gigabyteHour', gigabyteHour);
    this.thousandToolCalls = checkedPrice('thousandToolCalls', thousandToolCalls);
  }
}

/** A price as it was given, once it is known to be one: it is written into formulas. */
export function checkedPrice(name: string, dollars: number): number {
  if (Token.isUnresolved(dollars) || !Number.isFinite(dollars) || dollars < 0) {
    throw invalidValue('InvalidPrice', {
      what: `the price ${name} cannot be`,
      got: Token.isUnresolved(dollars) ? 'known only at deployment' : dollars,
      allowed: 'dollars as a number, 0 or more',
      fix: 'leave it away for the list price, or write 0 for what costs you nothing',
    });
  }
  return dollars;
}
