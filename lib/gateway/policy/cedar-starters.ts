import { checkCedar } from './cedar-check';
import { checkClaim, claimCondition } from './cedar-claim';
import { actionProblems, actionsOf, checkToolName, targetProblems } from './cedar-context';
import type { PolicyContext } from './cedar-context';
import { requireSome } from './cedar-repositories';
import type { PolicySpec } from '../cedar-spec';
import { actionsIn, statementText } from './cedar-text';
import type { Problem } from '../../private/errors';

export function permitAllSpec(): PolicySpec {
  return {
    kind: 'permit_all',
    effect: 'permit',
    admitsEverybody: true,
    summary: 'Lets every caller that the gateway admits call every tool',
    statement: ({ gatewayArn }) => statementText({ effect: 'permit', gatewayArn }),
    problems: () => [],
  };
}

export function permitTargetsSpec(targets: string[]): PolicySpec {
  requireSome('the list of targets', targets);
  return {
    kind: 'permit_targets',
    effect: 'permit',
    admitsEverybody: true,
    summary: 'Lets every caller that the gateway admits call every tool of some targets',
    statement: ({ gatewayArn }) => statementText({ effect: 'permit', actions: targets, gatewayArn }),
    problems: (context) => targetProblems(targets, context),
  };
}

export function permitCallersSpec(claim: string, values: string[], targets?: string[]): PolicySpec {
  checkClaim(claim, values);
  if (targets !== undefined) {
    requireSome('the list of targets', targets);
  }
  return {
    kind: 'permit_callers',
    effect: 'permit',
    summary: `Lets callers with a certain ${claim} call tools`,
    statement: ({ gatewayArn }) =>
      statementText({
        effect: 'permit',
        tokensOnly: true,
        actions: targets,
        gatewayArn,
        when: claimCondition(claim, values),
      }),
    problems: (context) => [...tokenProblems(context), ...targetProblems(targets ?? [], context)],
  };
}

export function readOnlySpec(): PolicySpec {
  const actions = ({ targets }: PolicyContext): string[] =>
    targets.flatMap((target) => (target.readOnly ? [target.targetName] : actionsOf(target, (tool) => tool.readOnly)));
  return {
    kind: 'read_only',
    effect: 'permit',
    admitsEverybody: true,
    summary: 'Lets every caller that the gateway admits call the tools that change nothing',
    statement: (context) =>
      statementText({ effect: 'permit', actions: actions(context), gatewayArn: context.gatewayArn }),
    problems: (context) => (actions(context).length === 0 ? [NOTHING_READ_ONLY] : []),
  };
}

const NOTHING_READ_ONLY: Problem = {
  what: 'no target has a tool that is known to change nothing, so nobody could call anything',
  allowed: 'a read-only target, or one whose tools are known at synthesis',
  fix: 'make a target read-only or give it a tool schema, or permit targets by name',
};

export function denySpec(tools: string[]): PolicySpec {
  requireSome('the list of tools', tools);
  tools.forEach(checkToolName);
  return {
    kind: 'deny',
    effect: 'forbid',
    summary: 'Refuses some tools to everybody',
    statement: ({ gatewayArn }) => statementText({ effect: 'forbid', actions: tools, gatewayArn }),
    problems: (context) => tools.flatMap((tool) => actionProblems(tool, context)),
  };
}

export function writesRequireSpec(claim: string, values: string[]): PolicySpec {
  checkClaim(claim, values);
  // of a target with unknown tools every tool may write
  const actions = ({ targets }: PolicyContext): string[] =>
    targets
      .filter(({ readOnly }) => !readOnly)
      .flatMap((target) =>
        target.tools === undefined ? [target.targetName] : actionsOf(target, (tool) => !tool.readOnly),
      );
  return {
    kind: 'writes_require',
    effect: 'forbid',
    summary: `Refuses tools that change something to callers without a certain ${claim}`,
    statement: (context) =>
      statementText({
        effect: 'forbid',
        tokensOnly: true,
        actions: actions(context),
        gatewayArn: context.gatewayArn,
        unless: claimCondition(claim, values),
      }),
    problems: (context) => [...tokenProblems(context), ...(actions(context).length === 0 ? [NOTHING_WRITES] : [])],
  };
}

const NOTHING_WRITES: Problem = {
  what: 'no target has a tool that changes something, so it would guard nothing',
  allowed: 'at least one target that is not read-only',
  fix: 'remove the policy',
};

/** who calls is compared with something, in the head or in a condition */
const NAMES_PRINCIPAL = /\bprincipal\s*(==|in\b)|\bprincipal\s*\.|\bprincipal\s+has\b/;

/** What a user wrote, with the ARN of the gateway where its mark stands. */
export function cedarSpec(
  statement: string,
  gatewayMark: string,
  options: { name?: string; description?: string; ignoreFindings: boolean },
): PolicySpec {
  const text = statement.trim();
  const { effect } = checkCedar(text);
  return {
    kind: 'custom',
    name: options.name,
    effect,
    admitsEverybody: effect === 'permit' && !NAMES_PRINCIPAL.test(text),
    summary: options.description ?? 'Written by hand',
    failOnFindings: !options.ignoreFindings,
    statement: ({ gatewayArn }) => text.replaceAll(gatewayMark, gatewayArn),
    problems: (context) => actionsIn(text).flatMap((action) => actionProblems(action, context)),
  };
}

function tokenProblems({ usesJwt }: PolicyContext): Problem[] {
  return usesJwt
    ? []
    : [
        {
          what: 'it looks at claims of a token, and callers of this gateway bring none',
          got: 'inboundAuth without tokens',
          allowed: 'a gateway with InboundAuth.jwt',
          fix: 'use InboundAuth.jwt, or compare principal.id in ToolPolicy.fromCedar',
        },
      ];
}
