import type { Duration } from 'aws-cdk-lib';
import { Lazy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { isDeepStrictEqual } from 'node:util';
import { costLines, isGraphed } from '../costs';
import type { DashboardChoice, DashboardCost, DashboardGraph, DashboardTable } from '../segment';
import type { MergedRow } from './rows';

/** a dashboard is this wide */
const FULL = 24;
const THIRD = 8;
const HALF = 12;
const GRAPH_HEIGHT = 6;
/** of one query of CloudWatch Logs Insights */
const MOST_LOG_GROUPS = 50;
const PERIODS: [label: string, seconds: number][] = [
  ['1 minute', 60],
  ['5 minutes', 300],
  ['15 minutes', 900],
  ['1 hour', 3600],
  ['1 day', 86_400],
];

/** what of a metric is as in the one before it */
const SAME = '.';

/** Text over the whole width. */
export function textWidget(markdown: string, height: number): cloudwatch.IWidget {
  return new cloudwatch.TextWidget({ markdown, width: FULL, height });
}

/** A row: its heading, and under it the graphs, up to three side by side. */
export function rowWidgets(row: MergedRow, period: Duration): cloudwatch.IWidget[][] {
  const notes = row.notes.length === 0 ? '' : `\n${row.notes.join(' ')}`;
  const graphs = row.graphs.map((graph) => graphWidget(graph, widthOf(row.graphs.length), period));
  return [[textWidget(`## ${row.title}${notes}`, notes === '' ? 1 : 2)], graphs, row.widgets].filter(
    (widgets) => widgets.length > 0,
  );
}

/**
 * The estimate in dollars: over the whole time that is shown, and as graphs where those who cause it are few. Each widget
 * repeats all metrics, which of forty agents are a quarter of what a dashboard may hold.
 */
export function costWidgets(costs: DashboardCost[], period: Duration): cloudwatch.IWidget[][] {
  const lines = costLines(costs);
  if (lines === undefined) {
    return [];
  }
  const graphed = isGraphed(lines);
  const Numbers = graphed ? cloudwatch.SingleValueWidget : CompactNumbers;
  const numbers = new Numbers({
    title: 'Estimate for the time shown (USD)',
    metrics: [lines.total, ...lines.byKind],
    setPeriodToTimeRange: true,
    width: graphed ? THIRD : FULL,
    height: graphed ? GRAPH_HEIGHT : GRAPH_HEIGHT / 2,
  });
  const graph = (title: string, metrics: cloudwatch.IMetric[]): cloudwatch.IWidget =>
    graphWidget({ title, metrics, stacked: true }, THIRD, period);
  return [
    graphed
      ? [numbers, graph('Estimate by kind (USD)', lines.byKind), graph('Estimate by source (USD)', lines.bySource)]
      : [numbers],
  ];
}

/** What a query finds, over the whole width. */
export function tableWidget({ title, logGroupNames, query }: DashboardTable): cloudwatch.IWidget {
  const tooMany = logGroupNames.length > MOST_LOG_GROUPS;
  return new cloudwatch.LogQueryWidget({
    title: tooMany ? `${title} (${MOST_LOG_GROUPS} of ${logGroupNames.length} log groups)` : title,
    logGroupNames: logGroupNames.slice(0, MOST_LOG_GROUPS),
    queryLines: query,
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    width: FULL,
    height: GRAPH_HEIGHT,
  });
}

/** One list at the top of the dashboard for each thing that can be picked. */
export function choiceVariables(choices: Map<string, DashboardChoice[]>): cloudwatch.IVariable[] {
  return [...choices].map(
    ([variable, values]) =>
      new cloudwatch.DashboardVariable({
        id: variable,
        label: variable.charAt(0).toUpperCase() + variable.slice(1),
        type: cloudwatch.VariableType.PATTERN,
        inputType: cloudwatch.VariableInputType.SELECT,
        value: `picked-${variable}`,
        values: cloudwatch.Values.fromValues(...values.map(({ label, value }) => ({ label, value }))),
        defaultValue: cloudwatch.DefaultValue.value(values[0].value),
      }),
  );
}

/** Sets the period of all graphs at once. */
export function periodVariable(period: Duration): cloudwatch.IVariable {
  const chosen = period.toSeconds();
  const isListed = PERIODS.some(([, seconds]) => seconds === chosen);
  const listed: typeof PERIODS = isListed ? PERIODS : [[period.toHumanString(), chosen], ...PERIODS];
  return new cloudwatch.DashboardVariable({
    id: 'period',
    label: 'Period',
    type: cloudwatch.VariableType.PROPERTY,
    inputType: cloudwatch.VariableInputType.SELECT,
    value: 'period',
    values: cloudwatch.Values.fromValues(...listed.map(([label, seconds]) => ({ label, value: String(seconds) }))),
    defaultValue: cloudwatch.DefaultValue.value(String(chosen)),
  });
}

function graphWidget({ title, metrics, stacked }: DashboardGraph, width: number, period: Duration): cloudwatch.IWidget {
  return new cloudwatch.GraphWidget({
    title,
    left: metrics,
    stacked,
    period,
    width,
    height: GRAPH_HEIGHT,
    leftYAxis: { min: 0, showUnits: false },
  });
}

/** one fills the row, two share it, more stand in thirds or quarters, whichever leaves no gap */
function widthOf(graphs: number): number {
  if (graphs <= 2) {
    return FULL / Math.max(1, graphs);
  }
  return graphs % 3 !== 0 && graphs % 2 === 0 ? HALF / 2 : THIRD;
}

/** How a metric is shown, and by which statistic; without one, by that of its widget. */
interface Options {
  readonly stat?: string;
}

/** Of a metric its namespace, name and dimensions, then options; of a formula its options only. */
type Line = [...parts: unknown[], options: Options];

interface Json {
  readonly properties: { readonly metrics: unknown };
}

/**
 * Numbers over many sums that are alike: what a metric has in common with the one before it is not written again. That
 * takes half of the room, of which a dashboard has 100 KB.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
class CompactNumbers extends cloudwatch.SingleValueWidget {
  public override toJson(): unknown[] {
    return (super.toJson() as Json[]).map(({ properties, ...widget }) => ({
      ...widget,
      // the L2 leaves the lines to the synthesis
      properties: Lazy.uncachedAny({
        produce: (context) => ({ ...properties, ...compact(context.resolve(properties.metrics) as Line[]) }),
      }),
    }));
  }
}

function compact(lines: Line[]): object {
  const areSums = lines.every((line) => isFormula(line) || optionsOf(line).stat === cloudwatch.Stats.SUM);
  return areSums
    ? { stat: cloudwatch.Stats.SUM, metrics: lines.map(withoutStat).map(shortened) }
    : { metrics: lines.map(shortened) };
}

function withoutStat(line: Line): Line {
  const { stat: _, ...options } = optionsOf(line);
  return [...line.slice(0, -1), options];
}

function shortened(line: Line, index: number, all: Line[]): unknown[] {
  const before = index === 0 ? [] : all[index - 1];
  return line.map((part, place) =>
    before.length === line.length && isDeepStrictEqual(part, before[place]) ? SAME : part,
  );
}

function optionsOf(line: Line): Options {
  return line[line.length - 1] as Options;
}

function isFormula(line: Line): boolean {
  return line.length === 1;
}
