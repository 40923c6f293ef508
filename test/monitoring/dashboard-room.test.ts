import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Template } from 'aws-cdk-lib/assertions';
import { AgentDashboard } from '../../lib/monitoring/dashboard/agent-dashboard';
import { DashboardSegment } from '../../lib/monitoring/dashboard/dashboard-segment';
import type { DashboardCost } from '../../lib/monitoring/segment';
import { messages } from '../fixture';
import { graph, ObservedFixture } from './dashboard-fixture';

const metric = (metricName: string, dimensionsMap: Record<string, string>): cloudwatch.Metric =>
  new cloudwatch.Metric({ namespace: 'Mine', metricName, dimensionsMap });

describe('a graph that is searched', () => {
  const shown = (...metrics: cloudwatch.IMetric[]): any[] => {
    const segment = DashboardSegment.of({ rows: [{ title: 'Mine', graphs: [{ title: 'Many', metrics }] }] });
    return graph(new ObservedFixture().dashboard({ segments: [segment] }), 'Many').metrics.map((line: any[]) =>
      line.at(-1),
    );
  };
  const teams = Array.from({ length: 6 }, (_, index) => `t${index}`);
  const lines = (metricName: string, statistic = 'Sum'): cloudwatch.Metric[] =>
    teams.map((Team) => metric(metricName, { Team, Stage: 'prod' }).with({ statistic, label: `${Team} in words` }));

  test('says of each line what tells it from others: the metric, the statistic', () => {
    expect(shown(...lines('Calls'), ...lines('Errors')).map(({ label }) => label)).toEqual([
      "${PROP('MetricName')} ${PROP('Dim.Team')}",
      "${PROP('MetricName')} ${PROP('Dim.Team')}",
    ]);
    expect(shown(...lines('Time', 'p50'), ...lines('Time', 'p90')).map(({ label }) => label)).toEqual([
      "${PROP('Stat')} ${PROP('Dim.Team')}",
      "${PROP('Stat')} ${PROP('Dim.Team')}",
    ]);
  });

  test('says no more than needed, and single lines keep their words', () => {
    const many = Array.from({ length: 11 }, (_, index) => metric('Calls', { Team: `t${index}` }));
    expect(shown(...many).map(({ label }) => label)).toEqual(["${PROP('Dim.Team')}"]);
    const single = metric('Errors', { Team: 'all' }).with({ label: 'all errors' });
    expect(shown(...many, single).map(({ label }) => label)).toEqual([
      "${PROP('MetricName')} ${PROP('Dim.Team')}",
      'all errors',
    ]);
  });

  test('finds only what has the same values where all have the same', () => {
    expect(shown(...lines('Calls'), ...lines('Errors'))[0].expression).toBe(
      `SEARCH('{"Mine",Stage,Team} MetricName="Calls" Team=("t0" OR "t1" OR "t2" OR "t3" OR "t4" OR "t5") Stage="prod"', 'Sum')`,
    );
  });

  test('stays as it is where no search can be so long', () => {
    const same = Object.fromEntries(['A', 'B', 'C', 'D', 'E'].map((name) => [name, 'x'.repeat(250)]));
    const long = Array.from({ length: 11 }, (_, index) => metric('Calls', { Team: `t${index}`, ...same }));
    expect(shown(...long).filter(({ expression }) => expression !== undefined)).toEqual([]);
  });
});

describe('the numbers of many that cost', () => {
  const cost = (index: number, metricName: string, statistic = 'Sum'): DashboardCost => ({
    source: `team ${index}`,
    kind: metricName,
    metric: metric(metricName, { Team: `t${index}` }).with({ statistic }),
    dollarsPerUnit: 1,
  });
  const numbers = (costs: DashboardCost[]): any =>
    graph(
      new ObservedFixture().dashboard({ segments: [DashboardSegment.of({ costs })] }),
      'Estimate for the time shown (USD)',
    );
  const teams = Array.from({ length: 11 }, (_, index) => index);
  const hidden = ({ metrics }: any): any[][] => metrics.filter((line: any[]) => line.length > 1);

  test('do not repeat what is the same as in the line before', () => {
    const found = numbers(teams.flatMap((index) => [cost(index, 'Hours'), cost(index, 'Tokens')]));
    expect(found.stat).toBe('Sum');
    expect(hidden(found).slice(0, 3)).toEqual([
      ['Mine', 'Hours', 'Team', 't0', { id: 'u0', visible: false }],
      ['.', 'Tokens', '.', '.', { id: 'u1', visible: false }],
      ['.', 'Hours', '.', 't1', { id: 'u2', visible: false }],
    ]);
  });

  test('keep their statistics where one is no sum', () => {
    const found = numbers([...teams.map((index) => cost(index, 'Hours')), cost(0, 'Seats', 'Maximum')]);
    expect(found.stat).toBeUndefined();
    expect(hidden(found).map((line) => line.at(-1).stat)).toEqual([...teams.map(() => 'Sum'), 'Maximum']);
  });

  test('of few are written in full', () => {
    expect(JSON.stringify(numbers([cost(0, 'Hours'), cost(1, 'Hours')]))).not.toContain('"."');
  });
});

test.each([
  ['brings a warning, with what was added later', 101_000, 1],
  ['of almost as much does not', 90_000, 0],
])('a text of over 100 KB %s', (_case, length, count) => {
  const { stack } = new ObservedFixture();
  const mine = DashboardSegment.of({ rows: [{ title: 'Mine' }] });
  const { dashboard } = new AgentDashboard(stack, 'Dashboard', { segments: [mine] });
  dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'x'.repeat(length) }));
  Template.fromStack(stack);
  expect(messages({ stack })).toEqual(
    [
      "the text of the dashboard may be longer than CloudWatch takes (got 'about 102 KB'); allowed: 100 KB; make several dashboards, for example one for each team [ack: cdk-coding-agents:dashboardTooLarge]",
    ].slice(0, count),
  );
});
