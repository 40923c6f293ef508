import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmRule, IAlarmSource } from './alarm';
import { AlarmSeverity } from './alarm-kind';
import { AlarmStrategy } from './alarm-strategy';
import { checkAlarmsProps, DEFAULT_RUNBOOK } from './alarm-checks';
import { AgentPrices } from './prices';
import type { DashboardContext, DashboardRows, IDashboardSegment } from './segment';
import { ORDER } from './segments/order';

const EVALUATION_PERIODS = 3;
/** CloudWatch takes a hundred; forty agents leave no room for so many */
const MOST_IN_WIDGET = 75;
/** how many stand side by side, and how high the widget grows before it scrolls */
const ALARMS_IN_LINE = 5;
const HIGHEST_WIDGET = 8;

/** An alarm, and why it is there. */
interface MadeAlarm {
  readonly rule: AlarmRule;
  readonly alarm: cloudwatch.Alarm;
}

/** What `AgentAlarms` watches, and whom it tells. */
export interface AgentAlarmsProps {
  /**
   * Agents, gateways, brokers, models (`DashboardSegment.bedrockModels`), and sources of your own. There are alarms for these
   * only.
   */
  readonly watch: IAlarmSource[];

  /**
   * Who is told. A topic that is encrypted with a key of yours must let CloudWatch use the key; one of another account must
   * let CloudWatch publish.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
   */
  readonly topic: sns.ITopic;

  /**
   * Who is told of alarms of high severity instead: a pager.
   *
   * @default - `topic`, as of all others
   */
  readonly highSeverityTopic?: sns.ITopic;

  /**
   * When to alarm.
   *
   * @default AlarmStrategy.defaults()
   */
  readonly strategy?: AlarmStrategy;

  /**
   * Tell it also when all is well again.
   *
   * @default false - only alarms are told
   */
  readonly tellRecovery?: boolean;

  /**
   * Prices, for alarms on what is spent.
   *
   * @default - `AgentPrices.of()`, the list prices as of `AgentPrices.DATED`
   */
  readonly prices?: AgentPrices;

  /**
   * The page that says for each kind of alarm what to do, without an anchor: an https URL. Copy docs/runbook.md to where your
   * people look, and add what only you know.
   *
   * @default - docs/runbook.md in the repository of this library
   */
  readonly runbookUrl?: string;
}

/**
 * Alarms for agents, gateways, brokers and models. Each has a severity and a link to what to do about it.
 *
 * All alarms take missing data for good: these metrics are published only when something is called, and an agent that
 * nobody uses at night is well. That something is never called at all, no alarm here tells.
 *
 * Alarms on denials and on failed credentials cover the whole account and region, for AWS does not document the dimensions
 * of these metrics; CloudWatch allows 200 of such query alarms. What AWS does not document at all is not alarmed.
 *
 * A stack takes 500 resources: with more than thirty agents, make the alarms in a stack of their own.
 *
 * An agent has five alarms, a gateway three, a broker five, a model with prices one; with gateways come four for the account,
 * with agents one. An alarm costs between 10 and 40 cents a month.
 *
 * Errors: nothing to watch, a runbook that is no https URL.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export class AgentAlarms extends Construct implements IDashboardSegment {
  /** The alarms, for actions and composites of your own. */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly made: MadeAlarm[];
  private readonly runbookUrl: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AgentAlarmsProps,
  ) {
    super(scope, id);
    checkAlarmsProps(this, props);
    this.runbookUrl = props.runbookUrl ?? DEFAULT_RUNBOOK;
    const { watch, strategy = AlarmStrategy.defaults(), prices = AgentPrices.of() } = props;
    const { region } = Stack.of(this);
    const rules = new Map(
      watch.flatMap((source) => source.bindAlarms({ strategy, prices, region })).map((rule) => [idOf(rule), rule]),
    );
    this.made = [...rules].map(([ruleId, rule]) => ({ rule, alarm: this.create(ruleId, rule) }));
    this.alarms = this.made.map(({ alarm }) => alarm);
  }

  /** A row with the state of each alarm, of the 75 severest at most. */
  public bindDashboard(_context: DashboardContext): DashboardRows {
    const { length } = this.alarms;
    const title = length > MOST_IN_WIDGET ? `State of ${MOST_IN_WIDGET} of ${length} alarms` : 'State';
    const isHigh = ({ rule }: MadeAlarm): boolean => rule.kind.severity === AlarmSeverity.HIGH;
    // those of high severity first: a widget takes no more
    const ranked = [...this.made.filter(isHigh), ...this.made.filter((one) => !isHigh(one))];
    const alarms = ranked.slice(0, MOST_IN_WIDGET).map(({ alarm }) => alarm);
    const height = Math.min(HIGHEST_WIDGET, 1 + Math.ceil(alarms.length / ALARMS_IN_LINE));
    const widget = new cloudwatch.AlarmStatusWidget({ title, alarms, width: 24, height });
    return { rows: [{ title: 'Alarms', order: ORDER.alarms, widgets: [widget] }] };
  }

  private create(id: string, rule: AlarmRule): cloudwatch.Alarm {
    const { kind, message, metric, threshold, evaluationPeriods = EVALUATION_PERIODS } = rule;
    const alarm = new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm: rule.datapointsToAlarm ?? Math.min(2, evaluationPeriods),
      // no calls, no data: silence is what an agent is like at night, and not a fault
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `[${kind.severity}] ${message}. What to do: ${this.runbookUrl}#${kind.heading}`,
    });
    const { topic, highSeverityTopic = topic, tellRecovery = false } = this.props;
    const action = new actions.SnsAction(kind.severity === AlarmSeverity.HIGH ? highSeverityTopic : topic);
    alarm.addAlarmAction(action);
    if (tellRecovery) {
      alarm.addOkAction(action);
    }
    return alarm;
  }
}

function idOf({ kind, subject, variant }: AlarmRule): string {
  const words = kind.heading.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const owner = subject?.node.path.replace(/\//g, '-');
  return [words.join(''), variant?.replace(/\//g, '-'), owner].filter((part) => part !== undefined).join('-');
}
