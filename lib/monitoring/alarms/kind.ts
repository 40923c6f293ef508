import { Duration, Token } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';

/** How soon somebody must look. */
export enum AlarmSeverity {
  /** Now: people cannot work, or money or credentials are at risk. */
  HIGH = 'HIGH',

  /** On the next working day. */
  LOW = 'LOW',
}

/*
 * The static members of AlarmKind are the table of alarms: heading, severity, and the threshold above which it rings. The
 * tests and the table of docs/runbook.md are derived from it.
 */

/** What can go wrong. Each kind has a severity, and a heading in the runbook that says what to do. */
export class AlarmKind {
  /** Requests to an agent fail at AWS. */
  public static readonly AGENT_SYSTEM_ERRORS = new AlarmKind(
    'agent-system-errors',
    AlarmSeverity.HIGH,
    'systemErrorPercent',
  );

  /**
   * Requests to an agent fail at the caller or in the agent. A file system that cannot be mounted (HTTP 424) shows here and
   * nowhere else.
   */
  public static readonly AGENT_FAILED_REQUESTS = new AlarmKind(
    'agent-failed-requests',
    AlarmSeverity.HIGH,
    'failedRequestPercent',
  );

  /** Requests to an agent take long. */
  public static readonly AGENT_LATENCY = new AlarmKind('agent-latency', AlarmSeverity.LOW, 'latency');

  /** Requests to an agent are refused for their rate. */
  public static readonly AGENT_THROTTLES = new AlarmKind('agent-throttles', AlarmSeverity.LOW, 'throttles');

  /** The compute of an agent costs more in a day than it should. */
  public static readonly AGENT_SPEND = new AlarmKind('agent-spend', AlarmSeverity.HIGH, 'dollarsPerDay');

  /** The tokens of a model cost more in a day than they should. */
  public static readonly MODEL_SPEND = new AlarmKind('model-spend', AlarmSeverity.HIGH, 'modelDollarsPerDay');

  /** The account comes near to the number of sessions that may live at once. */
  public static readonly SESSION_QUOTA = new AlarmKind('session-quota', AlarmSeverity.HIGH, 'sessionQuotaPercent');

  /** Calls of tools fail. */
  public static readonly TOOL_ERRORS = new AlarmKind('tool-errors', AlarmSeverity.HIGH, 'toolErrorPercent');

  /** Calls of tools take long. */
  public static readonly TOOL_LATENCY = new AlarmKind('tool-latency', AlarmSeverity.LOW, 'toolLatency');

  /** Calls of tools are refused for their rate. */
  public static readonly TOOL_THROTTLES = new AlarmKind('tool-throttles', AlarmSeverity.LOW, 'throttles');

  /** Policies deny many calls of tools: an agent tries what it may not. Counted in the whole account. */
  public static readonly TOOL_DENIALS = new AlarmKind('tool-denials', AlarmSeverity.HIGH, 'denials');

  /** Keys or tokens cannot be fetched from the Token Vault. Counted in the whole account. */
  public static readonly CREDENTIAL_FAILURES = new AlarmKind(
    'credential-failures',
    AlarmSeverity.HIGH,
    'credentialFailures',
  );

  /** Calls of a GitHub App fail. */
  public static readonly BROKER_ERRORS = new AlarmKind('broker-errors', AlarmSeverity.HIGH, 'brokerErrorPercent');

  /** GitHub does not accept the GitHub App or its key: no call can work. */
  public static readonly BROKER_CREDENTIALS = new AlarmKind(
    'broker-credentials',
    AlarmSeverity.HIGH,
    'credentialFailures',
  );

  /** GitHub asks a GitHub App to wait. */
  public static readonly BROKER_RATE_LIMITS = new AlarmKind(
    'broker-rate-limits',
    AlarmSeverity.LOW,
    'brokerRateLimits',
  );

  /**
   * A kind of your own, for sources of your own.
   *
   * Errors: what cannot be the anchor of a heading.
   *
   * @param heading the anchor of its heading in your runbook: lower-case words with dashes between them
   */
  public static of(heading: string, severity: AlarmSeverity): AlarmKind {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(heading)) {
      throw invalidValue('InvalidRunbookHeading', {
        what: 'this cannot be the anchor of a heading in a runbook',
        got: heading,
        allowed: 'lower-case words with dashes between them',
        fix: `write it as it stands in the link, for example 'queue-too-long'`,
      });
    }
    return new AlarmKind(heading, severity);
  }

  private constructor(
    /** The anchor of its heading in the runbook. */
    public readonly heading: string,
    /** How soon somebody must look. */
    public readonly severity: AlarmSeverity,
    /**
     * The threshold of `AlarmThresholds` that its rules read; undefined for kinds of the user.
     * @internal
     */
    public readonly _threshold?: keyof Limits,
  ) {}
}

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
