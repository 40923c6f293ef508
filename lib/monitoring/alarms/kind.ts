import { invalidValue } from '../../private/errors';

/** How soon somebody must look. */
export enum AlarmSeverity {
  /** Now: people cannot work, or money or credentials are at risk. */
  HIGH = 'HIGH',

  /** On the next working day. */
  LOW = 'LOW',
}

/** What can go wrong. Each kind has a severity, and a heading in the runbook that says what to do. */
export class AlarmKind {
  /** Requests to an agent fail at AWS. */
  public static readonly AGENT_SYSTEM_ERRORS = new AlarmKind('agent-system-errors', AlarmSeverity.HIGH);

  /**
   * Requests to an agent fail at the caller or in the agent. A file system that cannot be mounted (HTTP 424) shows here and
   * nowhere else.
   */
  public static readonly AGENT_FAILED_REQUESTS = new AlarmKind('agent-failed-requests', AlarmSeverity.HIGH);

  /** Requests to an agent take long. */
  public static readonly AGENT_LATENCY = new AlarmKind('agent-latency', AlarmSeverity.LOW);

  /** Requests to an agent are refused for their rate. */
  public static readonly AGENT_THROTTLES = new AlarmKind('agent-throttles', AlarmSeverity.LOW);

  /** The compute of an agent costs more in a day than it should. */
  public static readonly AGENT_SPEND = new AlarmKind('agent-spend', AlarmSeverity.HIGH);

  /** The tokens of a model cost more in a day than they should. */
  public static readonly MODEL_SPEND = new AlarmKind('model-spend', AlarmSeverity.HIGH);

  /** The account comes near to the number of sessions that may live at once. */
  public static readonly SESSION_QUOTA = new AlarmKind('session-quota', AlarmSeverity.HIGH);

  /** Calls of tools fail. */
  public static readonly TOOL_ERRORS = new AlarmKind('tool-errors', AlarmSeverity.HIGH);

  /** Calls of tools take long. */
  public static readonly TOOL_LATENCY = new AlarmKind('tool-latency', AlarmSeverity.LOW);

  /** Calls of tools are refused for their rate. */
  public static readonly TOOL_THROTTLES = new AlarmKind('tool-throttles', AlarmSeverity.LOW);

  /** Policies deny many calls of tools: an agent tries what it may not. Counted in the whole account. */
  public static readonly TOOL_DENIALS = new AlarmKind('tool-denials', AlarmSeverity.HIGH);

  /** Keys or tokens cannot be fetched from the Token Vault. Counted in the whole account. */
  public static readonly CREDENTIAL_FAILURES = new AlarmKind('credential-failures', AlarmSeverity.HIGH);

  /** Calls of a GitHub App fail. */
  public static readonly BROKER_ERRORS = new AlarmKind('broker-errors', AlarmSeverity.HIGH);

  /** GitHub does not accept the GitHub App or its key: no call can work. */
  public static readonly BROKER_CREDENTIALS = new AlarmKind('broker-credentials', AlarmSeverity.HIGH);

  /** GitHub asks a GitHub App to wait. */
  public static readonly BROKER_RATE_LIMITS = new AlarmKind('broker-rate-limits', AlarmSeverity.LOW);

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
  ) {}
}
