import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { invalidValue } from '../../private/errors';
import { checkedPrice } from '../prices';
import type { DashboardCost, DashboardGraph, DashboardRow, DashboardRows } from '../segment';
import { ORDER } from '../segment';

/** What a million tokens of a model cost, in US dollars. See the page of its provider on Amazon Bedrock. */
export interface ModelPrices {
  /** A million tokens of prompts. */
  readonly input: number;

  /** A million tokens of answers. */
  readonly output: number;

  /**
   * A million tokens of prompts that were read from the cache.
   *
   * @default - 0 on dashboards and in alarms, which leave it out; `input` where a job is bounded in dollars
   */
  readonly cacheRead?: number;

  /**
   * A million tokens of prompts that were written to the cache.
   *
   * @default - 0 on dashboards and in alarms, which leave it out; `input` where a job is bounded in dollars
   */
  readonly cacheWrite?: number;
}

/** A model whose use is shown. */
export interface BedrockModelMetrics {
  /**
   * What the agents call: a model id, or the id or ARN of an inference profile. Metrics are published by just that, for the
   * whole account; to tell teams apart, give each an application inference profile.
   */
  readonly modelId: string;

  /**
   * What the reader sees. Where the id is known only at deployment, it tells alarms apart too: it must then be given to watch
   * what the model costs, and differ from that of other such models that the same `AgentAlarms` watches.
   *
   * @default - the model id
   */
  readonly label?: string;

  /**
   * Prices of its tokens; they differ by model and region.
   *
   * @default - its tokens are counted, and not in the estimate; no alarm watches what they cost
   */
  readonly prices?: ModelPrices;
}

const TOKENS = {
  input: 'InputTokenCount',
  output: 'OutputTokenCount',
  cacheRead: 'CacheReadInputTokenCount',
  cacheWrite: 'CacheWriteInputTokenCount',
} as const;

const KINDS: Record<keyof typeof TOKENS, string> = {
  input: 'Tokens in',
  output: 'Tokens out',
  cacheRead: 'Cache reads',
  cacheWrite: 'Cache writes',
};

const MODEL_ID = /^[a-zA-Z0-9][\w.:/-]{0,2047}$/;
const A_MILLION = 1_000_000;

/** Errors: no model, one model twice, what is no id of a model, a price that is none. */
export function checkModels(models: BedrockModelMetrics[]): void {
  const ids = models.map(({ modelId }) => modelId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (models.length === 0 || twice !== undefined) {
    throw invalidValue('InvalidModels', {
      what: twice === undefined ? 'there is no model to show' : 'a model is listed twice',
      got: twice ?? 'an empty list',
      allowed: 'at least one model, each once',
      fix: twice === undefined ? 'name what the agents call' : 'remove one',
    });
  }
  const odd = ids.find((id) => !Token.isUnresolved(id) && !MODEL_ID.test(id));
  if (odd !== undefined) {
    throw invalidValue('InvalidModelId', {
      what: 'nothing on Amazon Bedrock is called by this',
      got: odd,
      allowed:
        'the id of a model, or the id or ARN of an inference profile: letters, digits, dots, dashes, colons and slashes',
      fix: 'take it from what the agents call; what readers see is `label`',
    });
  }
  for (const { prices = {} } of models) {
    Object.entries(prices).forEach(([kind, price]) => checkedPrice(kind, price as number));
  }
}

/** The rows of models on Amazon Bedrock. */
export function modelRows(models: BedrockModelMetrics[]): DashboardRows {
  return { rows: [row(models)], costs: models.flatMap(tokenCosts) };
}

function row(models: BedrockModelMetrics[]): DashboardRow {
  const graph = (title: string, ...names: string[]): DashboardGraph => ({
    title,
    metrics: models.flatMap((model) => names.map((name) => metricOf(model, name, names.length > 1 ? name : ''))),
  });
  return {
    title: 'Models',
    order: ORDER.models,
    note: 'Everything in the account that calls these models, not only agents.',
    graphs: [
      graph('Tokens in', TOKENS.input),
      graph('Tokens out', TOKENS.output),
      graph('Tokens read from the cache', TOKENS.cacheRead),
      graph('Tokens written to the cache', TOKENS.cacheWrite),
      graph('Failed and throttled', 'InvocationClientErrors', 'InvocationServerErrors', 'InvocationThrottles'),
      {
        title: 'Time to the first token, 90th percentile (ms)',
        metrics: models.map((model) => metricOf(model, 'TimeToFirstToken', '', 'p90')),
      },
    ],
  };
}

/** What costs money of a model: nothing without prices. */
export function tokenCosts({ prices, ...model }: BedrockModelMetrics): DashboardCost[] {
  return (Object.keys(TOKENS) as (keyof typeof TOKENS)[])
    .map((kind) => ({
      source: model.label ?? model.modelId,
      kind: KINDS[kind],
      metric: metricOf(model, TOKENS[kind], ''),
      dollarsPerUnit: (prices?.[kind] ?? 0) / A_MILLION,
    }))
    .filter(({ dollarsPerUnit }) => dollarsPerUnit > 0);
}

function metricOf(
  { modelId, label }: BedrockModelMetrics,
  metricName: string,
  suffix: string,
  statistic: string = cloudwatch.Stats.SUM,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Bedrock',
    metricName,
    dimensionsMap: { ModelId: modelId },
    statistic,
    label: [label ?? modelId, suffix].filter((word) => word !== '').join(' '),
  });
}
