import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import type { AlarmKind, AlarmStrategy } from './kind';
import type { AgentPrices } from '../prices';

/** What a source learns of the alarms that watch it. */
export interface AlarmContext {
  /** When to alarm. */
  readonly strategy: AlarmStrategy;

  /** Prices, for what is spent. */
  readonly prices: AgentPrices;

  /** The region in which the alarms are; it can be known at deployment only. */
  readonly region: string;
}

/** One thing to be alarmed about. */
export interface AlarmRule {
  /** What goes wrong: its severity, and its heading in the runbook. */
  readonly kind: AlarmKind;

  /** What happened and to whom, in a sentence without the full stop: the first that people read. */
  readonly message: string;

  /** What is measured; a metric, or a formula over ten at most. No search: alarms cannot search. */
  readonly metric: cloudwatch.IMetric;

  /** Above this it is bad. */
  readonly threshold: number;

  /**
   * To whom it happens. Kind, subject and variant say what a rule is about. Rules about the same must be the same, else
   * `AgentAlarms` refuses them; they are one alarm then. So are rules of one kind that measure the same with one threshold,
   * whatever their subjects: they would ring together.
   *
   * @default - to the whole account
   */
  readonly subject?: IConstruct;

  /**
   * Tells rules of one kind and subject apart: a text that is known before the deployment.
   *
   * @default - there is one such rule
   */
  readonly variant?: string;

  /**
   * How many periods are looked at.
   *
   * @default 3
   */
  readonly evaluationPeriods?: number;

  /**
   * How many of these must be bad.
   *
   * @default - two, or all where fewer are looked at
   */
  readonly datapointsToAlarm?: number;
}

/**
 * Something that can be watched: an agent, a gateway, a broker, models, or something of your own.
 */
export interface IAlarmSource {
  /**
   * Called once by each `AgentAlarms` that watches it, when that is made.
   *
   * It MUST make no constructs. It MAY leave out what `context.strategy` does not ask for: `AgentAlarms` does so anyway.
   */
  bindAlarms(context: AlarmContext): AlarmRule[];
}
