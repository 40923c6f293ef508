import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { metricKey } from './search';
import type { DashboardCost } from './segment';

/** more bars than a reader can tell apart */
const MOST_SOURCES = 10;
/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
const LONGEST_FORMULA = 2048;

/** The estimate of costs, as formulas over the metrics of what was used. */
export interface CostLines {
  readonly total: cloudwatch.IMetric;
  readonly byKind: cloudwatch.IMetric[];
  /** who causes them; nobody where they are many */
  readonly bySource: cloudwatch.IMetric[];
  /** how many metrics each widget of it reads */
  readonly metricCount: number;
}

/** A cost with the name of its metric in formulas, which must be the same wherever the metric is used. */
interface NamedCost extends DashboardCost {
  readonly id: string;
}

export function costLines(costs: DashboardCost[]): CostLines | undefined {
  const named = nameAll(costs.filter(({ dollarsPerUnit }) => dollarsPerUnit > 0));
  if (named.length === 0) {
    return undefined;
  }
  const sources = groups(named, ({ source }) => source);
  return {
    total: formula('total', named),
    byKind: groups(named, ({ kind }) => kind).map(([kind, some]) => formula(kind, some)),
    bySource: sources.length > MOST_SOURCES ? [] : sources.map(([source, some]) => formula(source, some)),
    metricCount: named.length,
  };
}

/** Whether CloudWatch takes the longest of the formulas. */
export function fitsFormula({ total }: CostLines): boolean {
  return (total.toMetricConfig().mathExpression?.expression ?? '').length <= LONGEST_FORMULA;
}

/** Whether there are graphs beside the numbers: by kind and by source. */
export function isGraphed({ bySource }: CostLines): boolean {
  return bySource.length > 0;
}

/** Two segments can bring the same metric: one agent on two dashboards' lists, say. It is paid for once. */
function nameAll(costs: DashboardCost[]): NamedCost[] {
  const different = new Map(costs.map((cost) => [metricKey(cost.metric), cost]));
  return [...different.values()].map((cost, index) => ({ ...cost, id: `u${index}` }));
}

/** The dollars of some costs. A metric that has no data counts as nothing. */
export function formula(
  label: string,
  costs: NamedCost[],
  period?: cloudwatch.MathExpressionProps['period'],
): cloudwatch.MathExpression {
  const terms = groups(costs, ({ dollarsPerUnit }) => decimal(dollarsPerUnit)).map(
    ([price, some]) => `${price}*SUM([${some.map(({ id }) => id).join(',')}])`,
  );
  return new cloudwatch.MathExpression({
    // terms apart would leave a gap where one of them has none
    expression: terms.length === 1 ? terms[0] : `SUM([${terms.join(',')}])`,
    usingMetrics: Object.fromEntries(costs.map(({ id, metric }) => [id, metric])),
    label,
    period,
  });
}

function groups<T>(all: T[], nameOf: (one: T) => string): [string, T[]][] {
  const byName = new Map<string, T[]>();
  for (const one of all) {
    byName.set(nameOf(one), [...(byName.get(nameOf(one)) ?? []), one]);
  }
  return [...byName];
}

/** formulas know no exponents */
function decimal(price: number): string {
  return price.toFixed(15).replace(/\.?0+$/, '');
}
