import { Token } from 'aws-cdk-lib';
import type { Problem } from '../../private/errors';
import { invalidValue } from '../../private/errors';
import { nearest } from '../../private/text-checks';
import { SEPARATOR, toolNameOf } from '../targets/tool-names';
import type { KnownTool } from '../targets/tool-schema';

/** AgentCore puts every tool into these groups, whatever its target. */
export const GROUPS = { all: 'CallTool', root: 'Mcp' };

const MOST_LISTED = 10;

/** What a policy learns of a target. */
export interface PolicyTarget {
  readonly targetName: string;
  /** undefined where the tools are known to the server only */
  readonly tools?: KnownTool[];
  /** true when no tool of this target changes anything */
  readonly readOnly: boolean;
  /** the tools are listed at each request */
  readonly dynamic: boolean;
}

/** What a policy learns of the gateway that it stands on. */
export interface PolicyContext {
  readonly gatewayArn: string;
  /** true when callers bring a token */
  readonly usesJwt: boolean;
  readonly targets: PolicyTarget[];
}

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

/** Policies call a tool what clients call it. */
export const actionName = toolNameOf;

/** The known tools of a target for which something holds, as actions. */
export function actionsOf(target: PolicyTarget, holds: (tool: KnownTool) => boolean): string[] {
  return (target.tools ?? []).filter(holds).map(({ name }) => actionName(target.targetName, name));
}

/** Refuses what cannot be the full name of a tool. */
export function checkToolName(tool: string): void {
  if (Token.isUnresolved(tool) || !/^[A-Za-z0-9-]{1,100}___[A-Za-z0-9_.-]{1,256}$/.test(tool)) {
    throw invalidValue('InvalidToolName', {
      what: 'this is not the name of a tool of a gateway',
      got: tool,
      allowed: '<target>___<tool> with three underscores, as clients see it',
      fix: "copy the name from the client's list of tools",
    });
  }
}

/** What is wrong with names of targets. */
export function targetProblems(names: string[], { targets }: PolicyContext): Problem[] {
  const known = targets.map(({ targetName }) => targetName);
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({ what: 'it names a target that the gateway does not have', got: name, ...choice(name, known) }));
}

/** What is wrong with the name of a tool, or of a group of tools. A tool of an unknown set is taken as it is. */
export function actionProblems(action: string, context: PolicyContext): Problem[] {
  if (Object.values(GROUPS).includes(action)) {
    return [];
  }
  // no name of a target holds an underscore
  const [name] = action.split(SEPARATOR);
  const target = context.targets.find(({ targetName }) => targetName === name);
  if (target === undefined) {
    return targetProblems([name], context).map((problem) => ({ ...problem, got: action }));
  }
  const known = target.tools && actionsOf(target, () => true);
  if (action === name || known === undefined || known.includes(action)) {
    return [];
  }
  return [{ what: `it names a tool that target '${name}' does not have`, got: action, ...choice(action, known) }];
}

function choice(name: string, known: string[]): Pick<Problem, 'allowed' | 'fix'> {
  const likeliest = nearest(name, known);
  const listed = likeliest.slice(0, MOST_LISTED).join(', ');
  return {
    allowed: known.length > MOST_LISTED ? `${listed} and ${known.length - MOST_LISTED} more` : listed || 'none yet',
    fix: likeliest.length > 0 ? `did you mean '${likeliest[0]}'?` : 'add the target to the gateway',
  };
}
