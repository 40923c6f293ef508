import type { PolicyContext } from './policy/cedar-context';
import type { Problem } from '../private/errors';

/** What a `ToolPolicy` is made of. */
export interface PolicySpec {
  /** what the name of the policy starts with */
  readonly kind: string;
  /** the name, where the user chose one */
  readonly name?: string;
  readonly effect: 'permit' | 'forbid';
  readonly summary: string;
  /** a permit without a condition on who calls */
  readonly admitsEverybody?: boolean;
  /** a finding of AgentCore's analysis fails the deployment; the check against the schema is always made */
  readonly failOnFindings?: boolean;
  /** one statement; never throws, since tokens are resolved before the tree is validated */
  readonly statement: (context: PolicyContext) => string;
  /** what is wrong with it on this gateway */
  readonly problems: (context: PolicyContext) => Problem[];
}
