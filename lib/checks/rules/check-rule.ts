/** How bad a finding is: what the CDK does with it. */
export enum CheckSeverity {
  /** Synthesis fails. */
  ERROR = 'error',

  /** Synthesis goes on; `cdk synth --strict` fails. */
  WARNING = 'warning',
}

/** What one rule of `AgentCoreChecks` looks at, and what to do about a finding. */
export interface CheckRule {
  /**
   * The stable name of the rule. A finding is acknowledged as `AgentCoreChecks::<id>`.
   *
   * Rules of Security Hub have the identifier that AWS Config gives them, rules of this library start with `AC_`.
   */
  readonly id: string;

  /** How bad a finding is. */
  readonly severity: CheckSeverity;

  /** What must be so, in one line. */
  readonly title: string;

  /** Why it must be so. */
  readonly text: string;

  /** What to change. */
  readonly fix: string;

  /** Where AWS documents the facts behind the rule. */
  readonly source: string;

  /** The CloudFormation resource types that can have the finding. */
  readonly resourceTypes: string[];

  /** Whether `checks/agentcore.guard` has the rule too, under the same name. */
  readonly inGuardFile: boolean;

  /**
   * The control of AWS Security Hub CSPM that the rule foresees, for example `BedrockAgentCore.1`.
   *
   * @default - the rule is one of this library
   */
  readonly securityHubControl?: string;
}
