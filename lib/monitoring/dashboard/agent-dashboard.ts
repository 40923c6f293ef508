import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { checkChoices, checkDashboardProps, checkMetricCounts, warnOfSize } from './checks';
import { merge } from './rows';
import { choiceVariables, costWidgets, periodVariable, rowWidgets, tableWidget, textWidget } from './widgets';
import { AgentPrices } from '../prices';
import type { IDashboardSegment } from '../segment';
import { ORDER } from '../segment';
import { checkProps } from '../../private/kinds';

/** What an `AgentDashboard` shows, and how. */
export interface AgentDashboardProps {
  /** Agents, gateways, brokers, and segments of your own. Rows are shared: forty agents make no more rows than one. */
  readonly segments: IDashboardSegment[];

  /**
   * The name: letters, digits, dashes and underscores, at most 255. It must be new in the account.
   *
   * @default - CloudFormation makes one
   */
  readonly dashboardName?: string;

  /**
   * The period of the graphs until the reader picks another one: a minute or a multiple of it, a day at most. It must be
   * known at synthesis.
   *
   * @default Duration.minutes(5)
   */
  readonly period?: Duration;

  /**
   * The time that is shown when the dashboard is opened.
   *
   * @default Duration.hours(12)
   */
  readonly timeRange?: Duration;

  /**
   * Prices for the estimates.
   *
   * @default - `AgentPrices.of()`, the list prices as of `AgentPrices.DATED`
   */
  readonly prices?: AgentPrices;
}

/**
 * One CloudWatch dashboard for all agents and what they use: sessions, speed, failures, compute, an estimate in dollars,
 * tools, credentials, decisions of policies, and what the logs hold.
 *
 * It shows only metrics that AWS publishes, by the names of its documentation. Where the dimensions are not documented,
 * it searches, and then shows the whole account; the row says so. A graph with more than ten lines turns into searches too,
 * one or more for each metric: searches find metrics of the last two weeks only.
 *
 * The tables read logs with the rights of whoever looks. Commands and tool calls can hold what is confidential: share the
 * dashboard with whom you would give these logs.
 *
 * Searches, tables and the numbers of the whole account look in the account and region of the dashboard: make one in each.
 *
 * Make it when the gateways have their targets: what is added to a segment later is not on it. A dashboard costs about 3
 * dollars a month; each look at a table is charged as a query.
 *
 * CloudWatch takes about 100 KB of text; forty agents, their alarms and a dozen models fit. A warning says so if what is known at
 * synthesis comes near to it.
 *
 * Errors: no segments, a name or a period that CloudWatch does not take, more than 500 metrics in a graph or 2,500 in all, more
 * costs than a formula of 2,048 characters names, something to pick whose name cannot be.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class AgentDashboard extends Construct {
  /** The L2 dashboard, for widgets of your own below. */
  public readonly dashboard: cloudwatch.Dashboard;

  /** The name of the dashboard. */
  public readonly dashboardName: string;

  public constructor(scope: Construct, id: string, props: AgentDashboardProps) {
    super(scope, id);
    checkProps(this, 'AgentDashboardProps', props);
    checkDashboardProps(this, props);
    const { period = Duration.minutes(5), timeRange = Duration.hours(12), prices = AgentPrices.of() } = props;
    const { rows, costs, tables, choices } = merge(
      props.segments.map((segment) => segment.bindDashboard({ period, prices })),
    );
    checkMetricCounts(this, rows, costs);
    checkChoices(this, choices);
    const estimate = costWidgets(costs, period);
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: props.dashboardName,
      defaultInterval: timeRange,
      // else CloudWatch chooses the periods by the time that is shown
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
      variables: [...choiceVariables(choices), periodVariable(period)],
      widgets: [
        ...rows.filter(({ order }) => order < ORDER.costs).flatMap((row) => rowWidgets(row, period)),
        ...(estimate.length === 0 ? [] : [[textWidget(estimateText(), 2)], ...estimate]),
        ...rows.filter(({ order }) => order >= ORDER.costs).flatMap((row) => rowWidgets(row, period)),
        ...(tables.length === 0 ? [] : [[textWidget('## Logs', 1)]]),
        ...tables.map((table) => [tableWidget(table)]),
      ],
    });
    this.dashboardName = this.dashboard.dashboardName;
    warnOfSize(this.dashboard);
  }
}

function estimateText(): string {
  return (
    '## Cost\nAn estimate from metrics that come up to an hour late, and no bill. ' +
    `List prices as of ${AgentPrices.DATED}, unless the stack says otherwise; decisions of policies, logs and data transfer are not in it.`
  );
}
