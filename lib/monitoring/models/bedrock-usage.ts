import type { AlarmContext, AlarmRule, IAlarmSource } from '../alarms/rule';
import { modelAlarms } from './model-alarms';
import type { DashboardContext, DashboardRows, IDashboardSegment } from '../segment';
import { type BedrockModelMetrics, checkModels, modelRows } from './model-rows';

/**
 * The use of models on Amazon Bedrock, as `DashboardSegment.bedrockModels(...)` returns it: a segment of a dashboard, and
 * with prices a source of alarms.
 *
 * It covers whatever calls these models in the account and region, by the endpoint `bedrock-runtime`. Codex calls the endpoint
 * `bedrock-mantle`, whose metrics are others: its tokens are not in here.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
 */
export class BedrockUsage implements IDashboardSegment, IAlarmSource {
  /** @internal */
  public static _of(models: BedrockModelMetrics[]): BedrockUsage {
    checkModels(models);
    return new BedrockUsage(models);
  }

  private constructor(private readonly models: BedrockModelMetrics[]) {}

  /** Tokens, failures, time to the first token, and with prices an estimate of the cost. */
  public bindDashboard(_context: DashboardContext): DashboardRows {
    return modelRows(this.models);
  }

  /**
   * An alarm for each model that has prices, on the dollars that its tokens cost in a day. A model without prices has none,
   * and that is no error.
   *
   * A day without data is a good one: Amazon Bedrock publishes tokens only when a model is called, and what nobody calls costs
   * nothing. The other side of it: an id under which nothing is published never rings. See on the dashboard that tokens are
   * counted.
   *
   * Errors: a model with prices whose id is known only at deployment, without a label of its own.
   */
  public bindAlarms(context: AlarmContext): AlarmRule[] {
    return modelAlarms(this.models, context);
  }
}
