import { Duration, Token } from 'aws-cdk-lib';
import type { AlarmKind } from './kind';
import { invalidValue } from '../../private/errors';

/** When to alarm. What is left away is as in `basedOn`. */
export interface AlarmThresholds {
  /**
   * What holds for the rest.
   *
   * @default AlarmStrategy.defaults()
   */
  readonly basedOn?: AlarmStrategy;

  /**
   * Kinds for which there shall be no alarm.
   *
   * @default - an alarm of each kind that fits what is watched
   */
  readonly without?: AlarmKind[];

  /**
   * Percent of the requests to an agent that fail at AWS, over five minutes in which three fail or more.
   *
   * @default 5
   */
  readonly systemErrorPercent?: number;

  /**
   * Percent of the requests to an agent that fail at the caller or in the agent, failed mounts included; measured likewise.
   *
   * @default 25
   */
  readonly failedRequestPercent?: number;

  /**
   * The 90th percentile of the time of requests to an agent. A request lasts as long as the agent works on it: set it by
   * what yours do.
   *
   * @default Duration.minutes(10)
   */
  readonly latency?: Duration;

  /**
   * Throttled requests in five minutes, of an agent or a gateway.
   *
   * @default 10
   */
  readonly throttles?: number;

  /**
   * US dollars that the compute of one agent costs in a day, as an estimate. Tokens of models are not in it.
   *
   * @default 100
   */
  readonly dollarsPerDay?: number;

  /**
   * US dollars that the tokens of one model cost in a day, as an estimate; of all that call it in the account and region. Set
   * it by how many work with it.
   *
   * @default 200
   */
  readonly modelDollarsPerDay?: number;

  /**
   * Sessions that may live at once in the account and region. It must be known at synthesis.
   *
   * @default - 5,000 in us-east-1 and us-west-2, else 2,500: the quota of an account that asked for no more
   */
  readonly sessionQuota?: number;

  /**
   * Percent of the session quota that is used. It must be known at synthesis.
   *
   * @default 80
   */
  readonly sessionQuotaPercent?: number;

  /**
   * Percent of the requests to a gateway that fail, whoever is to blame; over five minutes in which three fail or more.
   *
   * @default 25
   */
  readonly toolErrorPercent?: number;

  /**
   * The 90th percentile of the time of requests to a gateway.
   *
   * @default Duration.seconds(30)
   */
  readonly toolLatency?: Duration;

  /**
   * Decisions of policies, in five minutes, to deny a call. One call can count several times, and what engines only log can
   * count too.
   *
   * @default 50
   */
  readonly denials?: number;

  /**
   * Keys or tokens that could not be fetched, in five minutes and for each way to fetch.
   *
   * @default 5
   */
  readonly credentialFailures?: number;

  /**
   * Percent of the calls of a GitHub App that fail; over five minutes in which three fail or more.
   *
   * @default 25
   */
  readonly brokerErrorPercent?: number;

  /**
   * Answers of GitHub, in five minutes, that tell a GitHub App to wait.
   *
   * @default 5
   */
  readonly brokerRateLimits?: number;
}

const DEFAULTS: Limits = {
  systemErrorPercent: 5,
  failedRequestPercent: 25,
  latency: Duration.minutes(10),
  throttles: 10,
  dollarsPerDay: 100,
  modelDollarsPerDay: 200,
  sessionQuotaPercent: 80,
  toolErrorPercent: 25,
  toolLatency: Duration.seconds(30),
  denials: 50,
  credentialFailures: 5,
  brokerErrorPercent: 25,
  brokerRateLimits: 5,
};

const STRICT: Limits = {
  systemErrorPercent: 1,
  failedRequestPercent: 10,
  latency: Duration.minutes(2),
  throttles: 0,
  dollarsPerDay: 25,
  modelDollarsPerDay: 50,
  sessionQuotaPercent: 50,
  toolErrorPercent: 10,
  toolLatency: Duration.seconds(10),
  denials: 10,
  credentialFailures: 0,
  brokerErrorPercent: 10,
  brokerRateLimits: 0,
};

/** What is exceeded: all are set but the quota, which depends on the region. */
type Limits = Required<Omit<AlarmThresholds, 'basedOn' | 'without' | 'sessionQuota'>> &
  Pick<AlarmThresholds, 'sessionQuota'>;

/** When to alarm. Give agents that differ much an `AgentAlarms` each, with a strategy each. */
export class AlarmStrategy {
  /** Alarms at what hardly is by chance. */
  public static defaults(): AlarmStrategy {
    return new AlarmStrategy(DEFAULTS, []);
  }

  /** Alarms at the first sign: for the first weeks, and for what must not fail. */
  public static strict(): AlarmStrategy {
    return new AlarmStrategy(STRICT, []);
  }

  /**
   * Thresholds of your own, over those of another strategy.
   *
   * Errors: a threshold that cannot be; a session quota, or its percent, that is known only at deployment.
   */
  public static of(thresholds: AlarmThresholds): AlarmStrategy {
    const { basedOn = AlarmStrategy.defaults(), without = [], ...own } = thresholds;
    Object.entries(own).forEach(([name, value]) => check(name, value));
    const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    return new AlarmStrategy({ ...basedOn._limits, ...given }, [...basedOn.excluded, ...without]);
  }

  private constructor(
    /** @internal */
    public readonly _limits: Limits,
    private readonly excluded: AlarmKind[],
  ) {}

  /** Whether there shall be an alarm of this kind. */
  public asksFor(kind: AlarmKind): boolean {
    return !this.excluded.some(({ heading }) => heading === kind.heading);
  }
}

/** a part of the quota is the threshold, and what is known only at deployment has no parts */
function checkKnown(name: string, value: number | Duration | undefined): void {
  if (name.startsWith('sessionQuota') && Token.isUnresolved(value)) {
    throw invalidValue('InvalidThreshold', {
      what: `${name} is multiplied at synthesis, so it must have a value by then`,
      got: 'known only at deployment',
      allowed: 'a number',
      fix: 'write it down, or leave it away for the default',
    });
  }
}

/** zero is a threshold too: alarm at the first */
function check(name: string, value: number | Duration | undefined): void {
  checkKnown(name, value);
  const amount = value instanceof Duration && !value.isUnresolved() ? value.toMilliseconds() : value;
  if (amount === undefined || amount instanceof Duration || Token.isUnresolved(amount)) {
    return;
  }
  const highest = name.endsWith('Percent') ? 100 : Number.MAX_SAFE_INTEGER;
  if (!(amount >= 0 && amount < highest) || (name === 'sessionQuota' && amount === 0)) {
    throw invalidValue('InvalidThreshold', {
      what: `${name} can never be exceeded, or is no threshold at all`,
      got: value instanceof Duration ? value.toHumanString() : amount,
      allowed: name.endsWith('Percent') ? '0 or more, and less than 100' : '0 or more; a quota more than 0',
      fix: 'leave it away for the default, or leave the alarm out with `without`',
    });
  }
}
