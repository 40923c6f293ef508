import { BedrockUsage } from '../models/bedrock-usage';
import type { BedrockModelMetrics } from '../models/model-rows';
import type { DashboardContext, DashboardRows, IDashboardSegment } from '../segment';
import { credentialRow, policyRow } from './account-rows';
import { checkArguments } from '../../private/kinds';

/**
 * Segments of a dashboard that are no constructs of this library. Agents, gateways and brokers are segments themselves.
 */
export class DashboardSegment implements IDashboardSegment {
  /**
   * Models on Amazon Bedrock: tokens, cache reads, errors, and with prices an estimate of their cost. `AgentAlarms` can watch
   * what is returned: what models with prices cost in a day.
   *
   * Errors: no model, one model twice, what is no id of a model, a price that is no amount of money.
   */
  public static bedrockModels(models: BedrockModelMetrics[]): BedrockUsage {
    checkArguments('DashboardSegment.bedrockModels', { models: ['BedrockModelMetrics[]', models] });
    return BedrockUsage._of(models);
  }

  /** The credential providers of the account: keys and tokens fetched and failed. Gateways bring this themselves. */
  public static credentialProviders(): DashboardSegment {
    return DashboardSegment.of({ rows: [credentialRow()] });
  }

  /** The policy engines of the account: what they allowed and denied. Gateways with policies bring this themselves. */
  public static policyEngines(): DashboardSegment {
    return DashboardSegment.of({ rows: [policyRow()] });
  }

  /** Rows of your own, as they are. */
  public static of(rows: DashboardRows): DashboardSegment {
    checkArguments('DashboardSegment.of', { rows: ['DashboardRows', rows] });
    return new DashboardSegment(rows);
  }

  private constructor(private readonly rows: DashboardRows) {}

  /** What it shows. */
  public bindDashboard(_context: DashboardContext): DashboardRows {
    return this.rows;
  }
}
