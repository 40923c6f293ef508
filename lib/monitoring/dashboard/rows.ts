import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { summarized } from './summary';
import type {
  DashboardChoice,
  DashboardCost,
  DashboardGraph,
  DashboardRow,
  DashboardRows,
  DashboardTable,
} from '../segment';

const DEFAULT_ORDER = 50;

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
