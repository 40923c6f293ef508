import type { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { AgentPrices } from './prices';

/** Where the rows of the library stand. */
export const ORDER = {
  alarms: 10,
  costs: 15,
  sessions: 20,
  speed: 22,
  failures: 24,
  compute: 26,
  pickedAgent: 28,
  models: 40,
  tools: 60,
  toolsByName: 62,
  pickedTarget: 64,
  broker: 70,
  credentials: 80,
  policies: 82,
  refused: 84,
} as const;

/** What a segment learns of the dashboard that shows it. */
export interface DashboardContext {
  /** The period of the graphs, unless the reader picks another. */
  readonly period: Duration;

  /** Prices, for estimates. */
  readonly prices: AgentPrices;
}

/** Several lines in one picture. Segments that name the same graph of the same row share it. */
export interface DashboardGraph {
  /** What is shown, with its unit; the name by which segments share it. */
  readonly title: string;

  /** The lines. A dashboard shows a metric once, however many segments bring it. */
  readonly metrics: cloudwatch.IMetric[];

  /**
   * Stack the lines: for parts of a whole.
   *
   * @default false - lines side by side
   */
  readonly stacked?: boolean;
}

/** A row with a heading. Segments that name the same row share it: that keeps forty agents in one row. */
export interface DashboardRow {
  /** The heading; the name by which segments share it. */
  readonly title: string;

  /**
   * What a reader must know to read the row right, as Markdown.
   *
   * @default - the heading alone
   */
  readonly note?: string;

  /**
   * Pictures that other segments can share.
   *
   * @default - none
   */
  readonly graphs?: DashboardGraph[];

  /**
   * Widgets of any kind, shown as they are after the graphs.
   *
   * @default - none
   */
  readonly widgets?: cloudwatch.IWidget[];

  /**
   * Where the row stands: lower numbers stand higher. Those of the library have 10 to 90; the estimate of costs stands at 15.
   *
   * @default 50
   */
  readonly order?: number;
}

/** Something that costs money by use. */
export interface DashboardCost {
  /** Who causes it: an agent, a gateway. */
  readonly source: string;

  /** What is paid for: vCPU, memory, tokens. */
  readonly kind: string;

  /** How much was used; a sum. */
  readonly metric: cloudwatch.IMetric;

  /** US dollars for one of it. */
  readonly dollarsPerUnit: number;
}

/** What a CloudWatch Logs Insights query finds. Segments that name the same table share it. */
export interface DashboardTable {
  /** What is shown; the name by which segments share it. */
  readonly title: string;

  /** The log groups; a query reads 50 of them at most. */
  readonly logGroupNames: string[];

  /** The commands of the query, in order. The first segment that names the table says it. */
  readonly query: string[];
}

/** One of several things that a reader can pick at the top of the dashboard. */
export interface DashboardChoice {
  /**
   * What is picked: a lower-case word. Each `picked-<variable>` on the dashboard, in a search expression for example, stands
   * for the picked value.
   */
  readonly variable: string;

  /** What the reader sees. */
  readonly label: string;

  /** What takes the place of `picked-<variable>`. */
  readonly value: string;
}

/** What a segment shows of itself. */
export interface DashboardRows {
  /**
   * Rows of graphs and widgets.
   *
   * @default - none
   */
  readonly rows?: DashboardRow[];

  /**
   * What is added up in the estimate of costs.
   *
   * @default - it costs nothing, or nobody knows
   */
  readonly costs?: DashboardCost[];

  /**
   * Tables of what logs hold, at the end of the dashboard.
   *
   * @default - none
   */
  readonly tables?: DashboardTable[];

  /**
   * What can be picked.
   *
   * @default - nothing
   */
  readonly choices?: DashboardChoice[];
}

/**
 * A part of a dashboard: an agent, a gateway, a broker, or something of your own.
 *
 * Segments do not know each other. What they have in common, they share by name: a row, a graph in it, a table.
 */
export interface IDashboardSegment {
  /**
   * Called once by each dashboard that shows the segment, when that is made.
   *
   * It MUST make no constructs, and it MUST return the same for the same context.
   */
  bindDashboard(context: DashboardContext): DashboardRows;
}
