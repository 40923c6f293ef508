import { Duration, Token } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';
import type { AlarmContext, AlarmRule } from '../alarms/rule';
import { AlarmKind } from '../alarms/kind';
import { inWords } from '../alarms/metrics';
import { formula } from '../costs';
import type { DashboardCost } from '../segment';
import { type BedrockModelMetrics, tokenCosts } from './model-rows';

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
export function modelAlarms(models: BedrockModelMetrics[], { strategy }: AlarmContext): AlarmRule[] {
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
