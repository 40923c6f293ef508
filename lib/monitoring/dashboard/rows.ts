import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { literal, metricKey, quoted, searchText } from '../search';
import type {
  DashboardChoice,
  DashboardCost,
  DashboardGraph,
  DashboardRow,
  DashboardRows,
  DashboardTable,
} from '../segment';

const DEFAULT_ORDER = 50;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
const LONGEST_SEARCH = 1024;
/** longer than any ARN of AgentCore */
const LONG_TOKEN = 160;
/** what ends the text of a search, or of a term in it, and cannot be written otherwise */
const UNQUOTABLE = /["'\\\n]/;
/** more lines than a reader can tell apart, and than a dashboard has room for in full */
const MOST_LINES = 10;

/** what CloudWatch can put into a label, by what it is called in a metric */
const PROPS = {
  metricName: 'MetricName',
  statistic: 'Stat',
  namespace: 'Namespace',
  region: 'Region',
  account: 'AccountId',
} as const;

/** A row with all that the segments put into it. */
export interface MergedRow {
  readonly title: string;
  readonly notes: string[];
  readonly graphs: DashboardGraph[];
  readonly widgets: cloudwatch.IWidget[];
  readonly order: number;
}

/** What all segments show, each row, graph and table once. */
export interface MergedRows {
  readonly rows: MergedRow[];
  readonly costs: DashboardCost[];
  readonly tables: DashboardTable[];
  /** by what is picked */
  readonly choices: Map<string, DashboardChoice[]>;
}

/** Metrics that differ in the values of their dimensions only, and how to search for them. */
interface Family {
  readonly lines: cloudwatch.IMetric[];
  readonly stats: cloudwatch.MetricStatConfig[];
}

export function merge(segments: DashboardRows[]): MergedRows {
  return {
    rows: grouped(segments.flatMap(({ rows = [] }) => rows))
      .map(mergedRow)
      .sort((a, b) => a.order - b.order),
    costs: segments.flatMap(({ costs = [] }) => costs),
    tables: grouped(segments.flatMap(({ tables = [] }) => tables))
      .map(mergedTable)
      .filter(({ logGroupNames }) => logGroupNames.length > 0),
    choices: choicesOf(segments.flatMap(({ choices = [] }) => choices)),
  };
}

function mergedRow(same: DashboardRow[]): MergedRow {
  return {
    title: same[0].title,
    notes: unique(same.flatMap(({ note }) => note ?? [])),
    graphs: grouped(same.flatMap(({ graphs = [] }) => graphs)).map(mergedGraph),
    widgets: same.flatMap(({ widgets = [] }) => widgets),
    order: Math.min(...same.map(({ order = DEFAULT_ORDER }) => order)),
  };
}

function mergedGraph(same: DashboardGraph[]): DashboardGraph {
  return { ...same[0], metrics: summarized(same.flatMap(({ metrics }) => metrics)) };
}

function mergedTable(same: DashboardTable[]): DashboardTable {
  return { ...same[0], logGroupNames: unique(same.flatMap(({ logGroupNames }) => logGroupNames)) };
}

function choicesOf(choices: DashboardChoice[]): Map<string, DashboardChoice[]> {
  const byVariable = new Map<string, DashboardChoice[]>();
  for (const choice of choices) {
    const others = byVariable.get(choice.variable) ?? [];
    if (!others.some(({ value }) => value === choice.value)) {
      byVariable.set(choice.variable, [...others, choice]);
    }
  }
  return byVariable;
}

/** in the order in which their titles first come */
function grouped<T extends { readonly title: string }>(all: T[]): T[][] {
  const byTitle = new Map<string, T[]>();
  for (const one of all) {
    byTitle.set(one.title, [...(byTitle.get(one.title) ?? []), one]);
  }
  return [...byTitle.values()];
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}

/** The same lines, once each; where a graph has many, by searches, which take a fifth of the room. */
function summarized(metrics: cloudwatch.IMetric[]): cloudwatch.IMetric[] {
  const lines = [...new Map(metrics.map((metric) => [metricKey(metric), metric])).values()];
  if (lines.length <= MOST_LINES) {
    return lines;
  }
  const families = familiesOf(lines);
  const label = commonLabel(families);
  return families.flatMap((family) => searches(family, label) ?? family.lines);
}

/** an expression is a family of its own */
function familiesOf(lines: cloudwatch.IMetric[]): Family[] {
  const families = new Map<string, cloudwatch.IMetric[]>();
  for (const line of lines) {
    const key = familyOf(line);
    families.set(key, [...(families.get(key) ?? []), line]);
  }
  return [...families.values()].map((same) => ({
    lines: same,
    stats: same.flatMap((line) => line.toMetricConfig().metricStat ?? []),
  }));
}

function familyOf(metric: cloudwatch.IMetric): string {
  const { metricStat } = metric.toMetricConfig();
  if (metricStat === undefined) {
    return metricKey(metric);
  }
  const { dimensions = [], ...rest } = metricStat;
  return JSON.stringify([rest, dimensions.map(({ name }) => name)]);
}

/** What a label must say besides a dimension, for families to be told apart: nothing, where there is one. */
function commonLabel(families: Family[]): string {
  const firsts = families.flatMap(({ stats }) => stats.slice(0, 1));
  const names = (Object.keys(PROPS) as (keyof typeof PROPS)[]).filter(
    (name) => new Set(firsts.map((stat) => stat[name])).size > 1,
  );
  return names.map((name) => `\${PROP('${PROPS[name]}')} `).join('');
}

/** Nothing for what no search can find. */
function searches({ stats }: Family, label: string): cloudwatch.IMetric[] | undefined {
  const name = nameOf(stats);
  if (name === undefined || !stats.every(canBeSearched)) {
    return undefined;
  }
  const [{ region, account }] = stats;
  const texts = searchTexts(stats, name);
  return texts.some((text) => lengthOf(text) > LONGEST_SEARCH)
    ? undefined
    : texts.map(
        (expression) =>
          new cloudwatch.SearchExpression({
            expression,
            label: `${label}\${PROP('Dim.${name}')}`,
            searchRegion: literal(region),
            searchAccount: literal(account),
          }),
      );
}

function searchTexts(stats: cloudwatch.MetricStatConfig[], name: string): string[] {
  const [{ metricName, namespace, statistic, dimensions = [] }] = stats;
  const names = dimensions.map((dimension) => dimension.name);
  // else the search finds others too: other operations of the same agent, say
  const fixed = names
    .map((one) => ({ one, values: [...valuesOf(stats, one)] }))
    .filter(({ one, values }) => one !== name && values.length === 1)
    .map(({ one, values: [value] }) => `${quoted(one)}="${value}"`);
  const text = (some: string[]): string => {
    const terms = [`${quoted(name)}=(${some.join(' OR ')})`, ...fixed].join(' ');
    return searchText({ metricName, statistic, dimensions: names, terms }, namespace);
  };
  const values = [...valuesOf(stats, name)].map((value) => `"${value}"`);
  return chunks(values, lengthOf(text([]))).map(text);
}

function canBeSearched({ namespace, metricName, dimensions = [] }: cloudwatch.MetricStatConfig): boolean {
  const words = [namespace, metricName, ...dimensions.flatMap(({ name, value }) => [name, String(value)])];
  return !words.some((word) => UNQUOTABLE.test(word));
}

/** The dimension by which to tell them apart: a short one where there is one. */
function nameOf(stats: cloudwatch.MetricStatConfig[]): string | undefined {
  const names = stats.length < 2 ? [] : (stats[0].dimensions ?? []).map(({ name }) => name);
  const telling = names.filter((name) => valuesOf(stats, name).size === stats.length);
  const isLiteral = (name: string): boolean => [...valuesOf(stats, name)].every((value) => !Token.isUnresolved(value));
  return telling.find(isLiteral) ?? telling[0];
}

function valuesOf(stats: cloudwatch.MetricStatConfig[], name: string): Set<string> {
  return new Set(stats.map(({ dimensions = [] }) => valueOf(dimensions, name)));
}

function valueOf(dimensions: cloudwatch.Dimension[], name: string): string {
  return String(dimensions.find((dimension) => dimension.name === name)?.value);
}

/** as many values into each search as it takes */
function chunks(values: string[], frame: number): string[][] {
  const made: string[][] = [];
  let room = 0;
  for (const value of values) {
    const length = lengthOf(value) + ' OR '.length;
    room -= length;
    if (room < 0) {
      made.push([]);
      room = LONGEST_SEARCH - frame - length;
    }
    made[made.length - 1].push(value);
  }
  return made;
}

/** with what is known only at deployment counted as long as it can be */
function lengthOf(text: string): number {
  return text.replace(/\$\{Token\[[^\]]*\]\}/g, 'x'.repeat(LONG_TOKEN)).length;
}
