import type { UnscopedValidationError } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';

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
export function checkCedar(statement: string): CheckedCedar {
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
