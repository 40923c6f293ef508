/** A finding of cdk-nag that the library acknowledges, because the service forces it and no prop can change it. */
export interface Acknowledgement {
  /** The rule with its pack, for example `AwsSolutions::AwsSolutions-IAM5`. */
  readonly rule: string;

  /** What is found, in words. */
  readonly finding: string;

  /** Why it cannot be avoided, and what limits it instead. */
  readonly reason: string;

  /** Where AWS says so. */
  readonly source: string;
}

const IAM_WILDCARD = 'AwsSolutions::AwsSolutions-IAM5';
const ROLE_PAGE = 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html';

/**
 * Every finding that the library acknowledges, in one table for auditors: what, why, and what limits it.
 *
 * Findings that are a choice of the app (bucket replication, backup plans, ...) are not here: they stay visible.
 */
export class Acknowledgements {
  /** The actions of the telemetry policy take no resource. */
  public static readonly TELEMETRY: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'Resource * in the policy CodingAgentsTelemetry',
    reason:
      'X-Ray writes, cloudwatch:PutMetricData and ecr:GetAuthorizationToken take no resource in IAM. They stand alone in this policy, and metrics are limited to the namespace bedrock-agentcore.',
    source: ROLE_PAGE,
  };

  /** Log groups can only be listed, not looked up. */
  public static readonly FIND_LOG_GROUPS: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'logs:DescribeLogGroups on every log group of the account and region',
    reason: 'The call lists groups and takes no narrower resource. It shows names, never contents.',
    source: ROLE_PAGE,
  };

  /** The log groups of a runtime end in an id that the service makes up. */
  public static readonly RUNTIME_LOG_GROUPS: Acknowledgement = {
    rule: IAM_WILDCARD,
    finding: 'log groups /aws/bedrock-agentcore/runtimes/<name>-* in the policy of an agent',
    reason:
      'The group is named after the id that the service appends to the name of the runtime. The prefix is pinned to this one runtime: names hold no dash, so no other runtime matches.',
    source: ROLE_PAGE,
  };

  /** All of them, in a fixed order. */
  public static all(): Acknowledgement[] {
    return [Acknowledgements.TELEMETRY, Acknowledgements.FIND_LOG_GROUPS, Acknowledgements.RUNTIME_LOG_GROUPS];
  }

  private constructor() {}
}
