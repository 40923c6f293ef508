import { Token, type UnscopedValidationError } from 'aws-cdk-lib';
import { type Problem, invalidValue } from '../../private/errors';
import {
  type PolicyContext,
  type PolicySpec,
  actionProblems,
  actionsOf,
  checkToolName,
  targetProblems,
} from './cedar-context';
import { requireSome } from './cedar-repositories';
import { actionsIn, cedarSet, cedarString, statementText } from './cedar-text';

/** who calls is compared with something, in the head or in a condition */
const NAMES_PRINCIPAL = /\bprincipal\s*(==|in\b)|\bprincipal\s*\.|\bprincipal\s+has\b/;

/** claims that hold words with spaces between them when they are not a list */
const WORD_LISTS = ['scope', 'scp'];

const NOTHING_READ_ONLY: Problem = {
  what: 'no target has a tool that is known to change nothing, so nobody could call anything',
  allowed: 'a read-only target, or one whose tools are known at synthesis',
  fix: 'make a target read-only or give it a tool schema, or permit targets by name',
};

const NOTHING_WRITES: Problem = {
  what: 'no target has a tool that changes something, so it would guard nothing',
  allowed: 'at least one target that is not read-only',
  fix: 'remove the policy',
};

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

/** Refuses claims and values that cannot be compared exactly. */
function checkClaim(claim: string, values: string[]): void {
  if (Token.isUnresolved(claim) || !/^[A-Za-z0-9_.:/-]{1,255}$/.test(claim)) {
    throw invalidValue('InvalidPolicyClaim', {
      what: 'this is not the name of a token claim',
      got: claim,
      allowed: 'letters, digits, and _ . : / -',
      fix: 'copy the name from a decoded token of your identity provider',
    });
  }
  // what JSON would escape cannot be found in the text of a list, and * stands for anything in a pattern
  const odd = values.find((value) => Token.isUnresolved(value) || !/^(?! )[ !#-)+-[\]-~]{1,255}(?<! )$/.test(value));
  if (values.length === 0 || odd !== undefined) {
    throw invalidValue('InvalidPolicyClaimValue', {
      what: `claim '${claim}' is compared with ${odd === undefined ? 'nothing' : 'a value that cannot be found in a list'}`,
      ...(odd === undefined ? {} : { got: odd }),
      allowed: 'at least one value of ASCII characters without " \\ *, and without a space at either end',
      fix: 'give a value that the token carries, such as the id of a group',
    });
  }
}

/**
 * That a claim of the caller's token has one of the values.
 *
 * AgentCore hands claims over as strings: a list as its JSON text, so an element stands there with its quotes.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/example-policies-principal.html
 */
function claimCondition(claim: string, values: string[]): string {
  const tag = `principal.getTag(${cedarString(claim)})`;
  const elements = values.map((value) => `${tag} like "[*\\"${value}\\"*]"`);
  const words = WORD_LISTS.includes(claim) ? values.flatMap((value) => wordPatterns(tag, value)) : [];
  const any = [`${cedarSet(values)}.contains(${tag})`, ...elements, ...words];
  return `principal.hasTag(${cedarString(claim)}) && (${any.join(' || ')})`;
}

function wordPatterns(tag: string, value: string): string[] {
  return [`${value} *`, `* ${value}`, `* ${value} *`].map((pattern) => `${tag} like "${pattern}"`);
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

const SHORTEST = 35;
const EFFECT = /^(?:@\w+(?:\s*\(\s*""\s*\))?\s*)*(permit|forbid)\s*\(([^)]*)\)/;

/** What a statement does, as far as its text tells without Cedar. */
interface CheckedCedar {
  readonly effect: 'permit' | 'forbid';
}

/**
 * Refuses what is not one statement of plain Cedar, and the scopes that AgentCore refuses. The real check is AgentCore's
 * at deployment; tests can do the same before with Cedar's own engine.
 */
function checkCedar(statement: string): CheckedCedar {
  const bare = withoutStrings(statement);
  const [, effect, scope] = EFFECT.exec(bare) ?? [];
  if (effect === undefined) {
    throw refusal(statement, 'does not start with permit(...) or forbid(...)');
  }
  if (bare.indexOf(';') !== bare.length - 1) {
    throw refusal(statement, 'is not exactly one statement with a semicolon at its end');
  }
  if (bare.replaceAll('""', '').includes('"') || !isBalanced(bare)) {
    throw refusal(statement, 'has a quote or a bracket that is not closed');
  }
  if (/\b(when|unless)\s+(guardrails|temporal)\b/.test(bare)) {
    throw refusal(statement, 'uses guardrails or temporal conditions, which are not Cedar', {
      allowed: 'plain Cedar',
      fix: 'create a CfnPolicy of aws-cdk-lib in the policy engine of the gateway for it',
    });
  }
  checkScope(statement, scope);
  if (statement.length < SHORTEST) {
    throw refusal(statement, `has ${statement.length} characters`, { allowed: `at least ${SHORTEST} characters` });
  }
  return { effect: effect as CheckedCedar['effect'] };
}

function checkScope(statement: string, scope: string): void {
  const names = /\baction\s*(==|in)/.test(scope);
  if (!/\bresource\s*(==|is)/.test(scope) || (names && !/\bresource\s*==/.test(scope))) {
    throw refusal(statement, `leaves the resource open${names ? ' although it names actions' : ''}`, {
      allowed: names ? 'resource == AgentCore::Gateway::"<arn>"' : 'resource is AgentCore::Gateway',
      fix: names ? 'put ToolPolicy.GATEWAY_ARN into the place of the ARN' : 'name the type of the resource',
    });
  }
}

function refusal(
  statement: string,
  flaw: string,
  more: { allowed?: string; fix?: string } = {},
): UnscopedValidationError {
  return invalidValue('InvalidCedar', {
    what: `the Cedar statement ${flaw}`,
    got: statement,
    allowed: more.allowed ?? 'one statement: permit(principal, action, resource) when { ... };',
    fix: more.fix ?? 'split several statements into a policy each',
  });
}

/** without comments, and with nothing inside of strings */
function withoutStrings(statement: string): string {
  return statement.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, (match) => (match.startsWith('"') ? '""' : '')).trim();
}

function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const char of text.replace(/[^()[\]{}]/g, '')) {
    const opener = { ')': '(', ']': '[', '}': '{' }[char];
    if (opener === undefined) {
      open.push(char);
    } else if (open.pop() !== opener) {
      return false;
    }
  }
  return open.length === 0;
}
