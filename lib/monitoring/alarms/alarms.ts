import { Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { invalid } from '../../private/errors';
import { checkPlace, importedArn } from '../../private/references';
import { AgentPrices } from '../prices';
import type { DashboardContext, DashboardRows, IDashboardSegment } from '../segment';
import { ORDER } from '../segment';
import { type AlarmKind, AlarmSeverity, AlarmStrategy } from './kind';
import type { AlarmContext, AlarmRule, IAlarmSource } from './rule';
import { EVALUATION_PERIODS, datapointsOf, rulesById } from './rules';
import { letAlarmsReach } from './topics';
import { checkProps } from '../../private/kinds';

/** CloudWatch takes a hundred; forty agents leave no room for so many, and a reader looks at those that ring */
const MOST_IN_WIDGET = 40;
/** how many stand side by side, and how high the widget grows before it scrolls */
const ALARMS_IN_LINE = 5;
const HIGHEST_WIDGET = 8;

const DEFAULT_RUNBOOK = 'https://github.com/cdk-coding-agents/cdk-coding-agents/blob/main/docs/runbook.md';

/** An alarm, and why it is there. */
interface MadeAlarm {
  readonly rule: AlarmRule;
  readonly alarm: cloudwatch.Alarm;
}

/** What `AgentAlarms` watches, and whom it tells. */
export interface AgentAlarmsProps {
  /**
   * Agents, their endpoints, gateways, brokers, models (`DashboardSegment.bedrockModels`), and sources of your own. There are
   * alarms for these only: requests to an endpoint that `addEndpoint` made are not those of the agent, so watch both.
   */
  readonly watch: IAlarmSource[];

  /**
   * Who is told.
   *
   * Where the app makes a policy for the topic (`enforceSSL` does, and `addToResourcePolicy`), it is extended, for it
   * replaces the one of SNS that lets CloudWatch publish. So is the policy of a key that the app makes. Nothing is known of
   * those of an imported topic, and nothing is checked: its policy must let `cloudwatch.amazonaws.com` publish, and its key
   * let it `kms:Decrypt` and `kms:GenerateDataKey*`. The same holds for a topic without a policy in another account.
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
 * Alarms on denials and on failed credentials cover the whole account and region, for AWS does not document in which sets the
 * dimensions of these metrics come. They add up all sets: what is published in several counts several times, and denials of
 * engines that only log may be among the others; set `denials` and `credentialFailures` by what you see. A gateway with
 * `PolicyEngineMode.LOG_ONLY` brings no alarm on denials. CloudWatch allows 200 of such query alarms. What AWS does not
 * document at all is not alarmed.
 *
 * A stack takes 500 resources: with more than thirty agents, make the alarms in a stack of their own.
 *
 * The runbook begins with a table of the alarms that each source has. An endpoint has those of its requests; the spending of
 * its agent is watched once. CloudWatch charges for each alarm, by what it reads: see the page of prices.
 *
 * Errors: nothing to watch, a runbook that is no https URL, two rules about the same that differ, models with prices that
 * cannot be told apart.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 * @see https://aws.amazon.com/cloudwatch/pricing/
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
    checkProps(this, 'AgentAlarmsProps', props);
    checkAlarmsProps(this, props);
    checkPlaces(this, props);
    this.runbookUrl = props.runbookUrl ?? DEFAULT_RUNBOOK;
    const { strategy = AlarmStrategy.defaults(), prices = AgentPrices.of() } = props;
    const rules = this.rules({ strategy, prices, region: Stack.of(this).region });
    this.made = [...rules].map(([ruleId, rule]) => ({ rule, alarm: this.create(ruleId, rule) }));
    this.alarms = this.made.map(({ alarm }) => alarm);
    new Set(this.made.map(({ rule }) => this.topicOf(rule.kind))).forEach((topic) => letAlarmsReach(this, topic));
  }

  /** The alarms of one kind, for actions and composites of your own; none where nothing watched can go wrong that way. */
  public alarmsOf(kind: AlarmKind): cloudwatch.Alarm[] {
    return this.made.filter(({ rule }) => rule.kind.heading === kind.heading).map(({ alarm }) => alarm);
  }

  /** The alarms of one severity, for actions and composites of your own. */
  public alarmsOfSeverity(severity: AlarmSeverity): cloudwatch.Alarm[] {
    return this.made.filter(({ rule }) => rule.kind.severity === severity).map(({ alarm }) => alarm);
  }

  /** A row with the state of each alarm, of the 40 severest at most. */
  public bindDashboard(_context: DashboardContext): DashboardRows {
    const { length } = this.alarms;
    const title = length > MOST_IN_WIDGET ? `State of ${MOST_IN_WIDGET} of ${length} alarms` : 'State';
    // those of high severity first: a widget takes no more
    const ranked = [AlarmSeverity.HIGH, AlarmSeverity.LOW].flatMap((severity) => this.alarmsOfSeverity(severity));
    const alarms = ranked.slice(0, MOST_IN_WIDGET);
    const height = Math.min(HIGHEST_WIDGET, 1 + Math.ceil(alarms.length / ALARMS_IN_LINE));
    const widget = new cloudwatch.AlarmStatusWidget({ title, alarms, width: 24, height });
    return { rows: [{ title: 'Alarms', order: ORDER.alarms, widgets: [widget] }] };
  }

  /** Those that are asked for: a source of the user may not look at the strategy. */
  private rules(context: AlarmContext): Map<string, AlarmRule> {
    const all = this.props.watch.flatMap((source) => source.bindAlarms(context));
    return rulesById(
      this,
      all.filter(({ kind }) => context.strategy.asksFor(kind)),
    );
  }

  private create(id: string, rule: AlarmRule): cloudwatch.Alarm {
    const { kind, message, metric, threshold, evaluationPeriods = EVALUATION_PERIODS } = rule;
    const alarm = new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm: datapointsOf(rule),
      // no calls, no data: silence is what an agent is like at night, and not a fault
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `[${kind.severity}] ${message}. What to do: ${this.runbookUrl}#${kind.heading}`,
    });
    const action = new actions.SnsAction(this.topicOf(kind));
    alarm.addAlarmAction(action);
    if (this.props.tellRecovery) {
      alarm.addOkAction(action);
    }
    return alarm;
  }

  private topicOf({ severity }: AlarmKind): sns.ITopic {
    const { topic, highSeverityTopic = topic } = this.props;
    return severity === AlarmSeverity.HIGH ? highSeverityTopic : topic;
  }
}

/** An alarm reads metrics and calls actions of its own region only. */
function checkPlaces(scope: Construct, { watch, topic, highSeverityTopic }: AgentAlarmsProps): void {
  for (const source of watch) {
    if (Construct.isConstruct(source)) {
      checkPlace(
        scope,
        { resource: source, arn: importedArn(source) },
        {
          code: 'WatchedElsewhere',
          what: `'${source.node.path}' is`,
          than: 'its alarms',
          // CloudWatch shares metrics between accounts
          same: ['region'],
          fix: 'make an AgentAlarms in each region',
        },
      );
    }
  }
  for (const given of [topic, highSeverityTopic]) {
    checkPlace(
      scope,
      { resource: given, arn: given?.topicArn },
      {
        code: 'AlarmTopicElsewhere',
        what: 'the topic is',
        than: 'the alarms',
        // the policy of a topic may let CloudWatch publish for other accounts
        same: ['region'],
        fix: 'use a topic of the region of the alarms; subscribe the same people to it',
      },
    );
  }
}

/** What can be told before the sources are asked. */
function checkAlarmsProps(scope: Construct, { watch, runbookUrl }: AgentAlarmsProps): void {
  if (watch.length === 0) {
    throw invalid(scope, 'NothingToWatch', {
      what: 'there is nothing to alarm about',
      got: 'an empty list',
      allowed: 'at least one agent, gateway, broker or IAlarmSource',
      fix: 'pass it in `watch`',
    });
  }
  if (runbookUrl !== undefined && !Token.isUnresolved(runbookUrl) && !/^https:\/\/[^\s#]{3,500}$/.test(runbookUrl)) {
    throw invalid(scope, 'InvalidRunbookUrl', {
      what: 'runbookUrl cannot be linked',
      got: runbookUrl,
      allowed: 'an https URL without an anchor, at most 500 characters',
      fix: 'leave it away for the runbook of this library',
    });
  }
}
