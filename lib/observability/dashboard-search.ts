import { Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';

export const AGENTCORE = 'AWS/Bedrock-AgentCore';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
const LONGEST_SEARCH = 1024;
/** longer than any ARN of AgentCore */
const LONG_TOKEN = 160;
/** what ends the text of a search, or of a term in it, and cannot be written otherwise */
const UNQUOTABLE = /["'\\\n]/;
/** more lines than a reader can tell apart, and than a dashboard has room for in full */
const MOST_LINES = 10;

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

function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name}"`;
}

/** Where its metrics are. What is known only at deployment would say where the dashboard is, which goes without saying. */
export function placeOf(owner: IConstruct): { readonly region?: string; readonly account?: string } {
  const { region, account } = Stack.of(owner);
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

/** The same lines, once each; where they are many, by searches, which take a fifth of the room. */
export function summarized(metrics: cloudwatch.IMetric[]): cloudwatch.IMetric[] {
  const lines = [...new Map(metrics.map((metric) => [metricKey(metric), metric])).values()];
  if (lines.length <= MOST_LINES) {
    return lines;
  }
  const families = new Map<string, cloudwatch.IMetric[]>();
  for (const line of lines) {
    const key = familyOf(line);
    families.set(key, [...(families.get(key) ?? []), line]);
  }
  return [...families.values()].flatMap(searched);
}

/** metrics that differ in the values of their dimensions only; an expression is a family of its own */
function familyOf(metric: cloudwatch.IMetric): string {
  const { metricStat } = metric.toMetricConfig();
  if (metricStat === undefined) {
    return metricKey(metric);
  }
  const { dimensions = [], ...rest } = metricStat;
  return JSON.stringify([rest, dimensions.map(({ name }) => name)]);
}

function searched(family: cloudwatch.IMetric[]): cloudwatch.IMetric[] {
  const stats = family.flatMap((metric) => metric.toMetricConfig().metricStat ?? []);
  const name = nameOf(stats);
  if (name === undefined || !stats.every(canBeSearched)) {
    return family;
  }
  const [{ metricName, namespace, statistic, region, account, dimensions = [] }] = stats;
  const terms = stats.map(({ dimensions: own = [] }) => `${name}="${valueOf(own, name)}"`);
  const text = (some: string[]): string =>
    searchText(
      {
        metricName,
        statistic,
        dimensions: dimensions.map((dimension) => dimension.name),
        terms: `(${some.join(' OR ')})`,
      },
      namespace,
    );
  return chunks(terms, lengthOf(text([]))).map(
    (some) =>
      new cloudwatch.SearchExpression({
        expression: text(some),
        label: `\${PROP('Dim.${name}')}`,
        searchRegion: literal(region),
        searchAccount: literal(account),
      }),
  );
}

function canBeSearched({ namespace, metricName, dimensions = [] }: cloudwatch.MetricStatConfig): boolean {
  const words = [namespace, metricName, ...dimensions.flatMap(({ name, value }) => [name, String(value)])];
  return !words.some((word) => UNQUOTABLE.test(word));
}

/** The dimension by which to tell them apart: a short one where there is one. */
function nameOf(stats: cloudwatch.MetricStatConfig[]): string | undefined {
  const names = stats.length < 2 ? [] : (stats[0].dimensions ?? []).map(({ name }) => name);
  const telling = names.filter(
    (name) => new Set(stats.map((stat) => valueOf(stat.dimensions ?? [], name))).size === stats.length,
  );
  const isLiteral = (name: string): boolean =>
    stats.every(({ dimensions = [] }) => !Token.isUnresolved(valueOf(dimensions, name)));
  return telling.find(isLiteral) ?? telling[0];
}

function valueOf(dimensions: cloudwatch.Dimension[], name: string): string {
  return String(dimensions.find((dimension) => dimension.name === name)?.value);
}

function literal(value: string | undefined): string | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}

/** as many terms into each search as it takes */
function chunks(terms: string[], frame: number): string[][] {
  const made: string[][] = [];
  let room = 0;
  for (const term of terms) {
    const length = lengthOf(term) + ' OR '.length;
    room -= length;
    if (room < 0) {
      made.push([]);
      room = LONGEST_SEARCH - frame - length;
    }
    made[made.length - 1].push(term);
  }
  return made;
}

/** with what is known only at deployment counted as long as it can be */
function lengthOf(text: string): number {
  return text.replace(/\$\{Token\[[^\]]*\]\}/g, 'x'.repeat(LONG_TOKEN)).length;
}
