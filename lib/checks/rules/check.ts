import type { Resource } from '../../template/resource';

export const DEVELOPER_GUIDE = 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/';

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

/** A rule and how it is found broken. */
export interface Check {
  readonly rule: CheckRule;
  /** where the resource breaks the rule, as paths of properties; what is known only at deployment breaks no rule */
  readonly find: (resource: Resource) => string[];
  /** what to change at one resource, where that says more than the rule; a finding of its own for each resource */
  readonly fixFor?: (resource: Resource) => string;
}

type Described = Pick<CheckRule, 'id' | 'title' | 'text' | 'fix' | 'source' | 'resourceTypes' | 'securityHubControl'>;

/** Rules that Guard can say state it by `guard`; the test of the Guard file holds them to it. */
interface Options {
  readonly guard?: boolean;
}

export function errorCheck(rule: Described, find: Check['find'], { guard = false }: Options = {}): Check {
  return { rule: { ...rule, severity: CheckSeverity.ERROR, inGuardFile: guard }, find };
}

export function warningCheck(rule: Described, find: Check['find'], { guard = false }: Options = {}): Check {
  return { rule: { ...rule, severity: CheckSeverity.WARNING, inGuardFile: guard }, find };
}

/** The path if it is a finding, for rules that look at one property. */
export function at(path: string, broken: boolean): string[] {
  return broken ? [path] : [];
}
