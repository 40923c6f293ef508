import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { importedArn, whereIs } from '../private/references';

export const AGENTCORE = 'AWS/Bedrock-AgentCore';

/** What is looked for. */
export interface Search {
  readonly metricName: string;
  readonly statistic: string;
  /** exactly these dimensions; without them those with any */
  readonly dimensions?: string[];
  /** further terms, as CloudWatch writes them */
  readonly terms?: string;
}

/** A search in the namespace of AgentCore. Without a period: it takes that of its graph. */
export function searchText({ metricName, statistic, dimensions, terms }: Search, namespace = AGENTCORE): string {
  const schema =
    dimensions === undefined ? `Namespace="${namespace}"` : `{"${namespace}",${dimensions.map(quoted).join(',')}}`;
  const query = [schema, `MetricName="${metricName}"`, ...(terms === undefined ? [] : [terms])].join(' ');
  return `SEARCH('${query}', '${statistic}')`;
}

/** The name of a dimension, as searches take it. */
export function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name}"`;
}

/** Where its metrics are. What is known only at deployment would say where the dashboard is, which goes without saying. */
export function placeOf(owner: IConstruct): { readonly region?: string; readonly account?: string } {
  const { region, account } = whereIs({ resource: owner, arn: importedArn(owner) });
  return { region: literal(region), account: literal(account) };
}

/** The metrics that a search finds, each a line. */
export function found(search: Search, label: string): cloudwatch.IMetric {
  return new cloudwatch.SearchExpression({ expression: searchText(search), label });
}

/** The ten for which the statistic is highest. */
export function topTen(search: Search, by: 'MAX' | 'SUM', label: string): cloudwatch.IMetric {
  return new cloudwatch.SearchExpression({ expression: `SORT(${searchText(search)}, ${by}, DESC, 10)`, label });
}

/** Tells whether two metrics are the same line. */
export function metricKey(metric: cloudwatch.IMetric): string {
  const { metricStat, mathExpression, searchExpression } = metric.toMetricConfig();
  const parts = Object.entries(mathExpression?.usingMetrics ?? {}).map(([id, part]) => [id, metricKey(part)]);
  return JSON.stringify([metricStat, mathExpression?.expression, searchExpression, parts]);
}

/** How many metrics CloudWatch fetches for it; for a search, where nobody knows, one. */
export function metricCount(metric: cloudwatch.IMetric): number {
  const parts = Object.values(metric.toMetricConfig().mathExpression?.usingMetrics ?? {});
  return parts.length === 0 ? 1 : parts.reduce((count, part) => count + metricCount(part), 0);
}

/** What is known only at deployment is left away. */
export function literal(value: string | undefined): string | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}
