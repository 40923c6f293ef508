import { type IAspect, AspectPriority, Aspects, Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { invalid, warn } from '../../private/errors';
import { type CostLines, costLines, fitsFormula, isGraphed } from '../costs';
import { metricCount } from '../search';
import type { DashboardCost } from '../segment';
import type { AgentDashboardProps } from './agent-dashboard';
import type { MergedRow, MergedRows } from './rows';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const MOST_IN_GRAPH = 500;
const MOST_IN_DASHBOARD = 2500;
/** beside the numbers: by kind, by source */
const COST_GRAPHS = 2;
const A_DAY = 86_400;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const MOST_BYTES = 100_000;
/** how long is what is known only at deployment: mostly ARNs of agents and alarms, and names of log groups */
const USUAL_BYTES = 120;

const PSEUDO_BYTES: Record<string, number> = { 'AWS::AccountId': 12, 'AWS::Partition': 3, 'AWS::Region': 14 };

/** What can be told before the segments are asked. */
export function checkDashboardProps(scope: Construct, { segments, dashboardName, period }: AgentDashboardProps): void {
  if (segments.length === 0) {
    throw invalid(scope, 'NoSegments', {
      what: 'the dashboard has nothing to show',
      got: 'no segments',
      allowed: 'at least one agent, gateway, broker or DashboardSegment',
      fix: 'pass it in `segments`',
    });
  }
  if (dashboardName !== undefined && !Token.isUnresolved(dashboardName) && !/^[\w-]{1,255}$/.test(dashboardName)) {
    throw invalid(scope, 'InvalidDashboardName', {
      what: 'CloudWatch does not take this as the name of a dashboard',
      got: dashboardName,
      allowed: 'letters, digits, dashes and underscores, at most 255',
      fix: 'leave it away for a generated name',
    });
  }
  if (period !== undefined && (period.isUnresolved() || !isPeriod(period.toSeconds({ integral: false })))) {
    throw invalid(scope, 'InvalidPeriod', {
      what: 'graphs cannot have this period',
      // the reader picks among periods, so it must have a place there
      got: period.isUnresolved() ? 'known only at deployment' : period.toHumanString(),
      allowed: 'a minute or a multiple of it, a day at most',
      fix: 'leave it away for five minutes',
    });
  }
}

/** What CloudWatch does not show, it does not tell at deployment. */
export function checkMetricCounts(scope: Construct, rows: MergedRow[], costs: DashboardCost[]): void {
  const graphs = rows.flatMap((row) =>
    row.graphs.map((graph) => ({ row, graph, count: sum(graph.metrics.map(metricCount)) })),
  );
  const largest = graphs.find(({ count }) => count > MOST_IN_GRAPH);
  if (largest !== undefined) {
    throw invalid(scope, 'TooManyMetricsInGraph', {
      what: `graph '${largest.graph.title}' of row '${largest.row.title}' has more metrics than CloudWatch shows`,
      got: largest.count,
      allowed: `at most ${MOST_IN_GRAPH}`,
      fix: 'show fewer, or use a search expression that sorts and cuts',
    });
  }
  const lines = costLines(costs);
  const all = sum(graphs.map(({ count }) => count)) + costCount(lines);
  if (all > MOST_IN_DASHBOARD || (lines !== undefined && !fitsFormula(lines))) {
    throw invalid(scope, 'TooManyMetrics', {
      what: 'the dashboard has more metrics than CloudWatch shows on one',
      got: all,
      allowed: `at most ${MOST_IN_DASHBOARD}, and as many that cost money as a formula of 2,048 characters names, about 400`,
      fix: 'make several dashboards, for example one for each team',
    });
  }
}

/** A variable is found in the text of the dashboard, so its name must be one that stands nowhere else. */
export function checkChoices(scope: Construct, choices: MergedRows['choices']): void {
  for (const variable of choices.keys()) {
    const isPartOfOther = [...choices.keys()].some((other) => other !== variable && other.startsWith(variable));
    if (!/^[a-z][a-z0-9]{0,29}$/.test(variable) || variable === 'period' || isPartOfOther) {
      throw invalid(scope, 'InvalidChoice', {
        what: 'a segment lets readers pick something under a name that cannot be',
        got: variable,
        allowed: 'lower-case letters and digits, at most 30; not period, and not the beginning of another one',
        fix: 'choose a word such as team',
      });
    }
  }
}

/** Warns, when all is on it, of a dashboard that CloudWatch may refuse; how large it really is, the deployment tells. */
export function warnOfSize(dashboard: cloudwatch.Dashboard): void {
  const visit: IAspect['visit'] = (node) => {
    if (node !== dashboard) {
      return;
    }
    const { dashboardBody } = dashboard.node.defaultChild as cloudwatch.CfnDashboard;
    const bytes = bytesOf(Stack.of(dashboard).resolve(dashboardBody));
    if (bytes > MOST_BYTES) {
      warn(dashboard, 'dashboardTooLarge', {
        what: 'the text of the dashboard may be longer than CloudWatch takes',
        got: `about ${Math.ceil(bytes / 1000)} KB`,
        allowed: `${MOST_BYTES / 1000} KB`,
        fix: 'make several dashboards, for example one for each team',
      });
    }
  };
  Aspects.of(dashboard).add({ visit }, { priority: AspectPriority.READONLY });
}

function isPeriod(seconds: number): boolean {
  return seconds > 0 && seconds <= A_DAY && seconds % 60 === 0;
}

/** each widget of the estimate repeats all of its metrics */
function costCount(lines: CostLines | undefined): number {
  return lines === undefined ? 0 : lines.metricCount * (isGraphed(lines) ? 1 + COST_GRAPHS : 1);
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  const { Ref = '', 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  return join === undefined ? (PSEUDO_BYTES[Ref] ?? USUAL_BYTES) : sum(join[1].map(bytesOf));
}
