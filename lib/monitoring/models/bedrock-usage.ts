import type { AlarmContext, AlarmRule, IAlarmSource } from '../alarms/rule';
import type { DashboardContext, DashboardCost, DashboardRows, IDashboardSegment } from '../segment';
import { type BedrockModelMetrics, checkModels, modelRows, tokenCosts } from './model-rows';
import { Duration, Token } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';
import { AlarmKind } from '../alarms/kind';
import { inWords } from '../alarms/metrics';
import { formula } from '../costs';

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

/** A model that costs money, and what costs it. */
interface PaidModel {
  /** tells its alarm apart */
  readonly name: string;
  /** in the words of who reads the alarm */
  readonly label: string;
  readonly costs: DashboardCost[];
}

/**
 * What models can cost too much. An alarm takes ten metrics at most and a model has four: each has an alarm of its own,
 * which means the same whatever other models there are.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
 */
function modelAlarms(models: BedrockModelMetrics[], { strategy }: AlarmContext): AlarmRule[] {
  if (!strategy.asksFor(AlarmKind.MODEL_SPEND)) {
    return [];
  }
  return paid(models).map((model) => spend(model, strategy._limits.modelDollarsPerDay));
}

function spend({ name, label, costs }: PaidModel, dollars: number): AlarmRule {
  return {
    kind: AlarmKind.MODEL_SPEND,
    variant: name,
    message: `the tokens of model ${label} cost more than ${inWords(dollars)} dollars in a day, in the whole account (estimate)`,
    metric: formula(
      'dollars',
      costs.map((cost, index) => ({ ...cost, id: `tokens${index}` })),
      Duration.days(1),
    ),
    threshold: dollars,
    evaluationPeriods: 1,
  };
}

/** A model without prices is only shown. */
function paid(models: BedrockModelMetrics[]): PaidModel[] {
  const all = models
    .map((model) => ({ name: nameOf(model), label: model.label ?? model.modelId, costs: tokenCosts(model) }))
    .filter(({ costs }) => costs.length > 0);
  const names = all.map(({ name }) => name);
  const odd = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (odd !== undefined) {
    throw invalidValue('InvalidModelLabel', {
      what: 'the alarm of a model has no name of its own, for the id of the model is known only at deployment',
      got: odd === '' ? 'no label' : odd,
      allowed: 'a label that no other model has',
      fix: 'set `label`',
    });
  }
  return all;
}

/** what an alarm is called must be known before it is deployed */
function nameOf({ modelId, label = '' }: BedrockModelMetrics): string {
  return [modelId, label].find((name) => !Token.isUnresolved(name)) ?? '';
}
