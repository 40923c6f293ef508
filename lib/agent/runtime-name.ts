import { Names, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PerEnvironment } from '../private/environments';
import { invalid } from '../private/errors';

const LONGEST_NAME = 48;
const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,47}$/;
const takenNames = new PerEnvironment();

/**
 * The name of a runtime: the given one, or one from the path of the construct.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateAgentRuntime.html
 */
export function runtimeNameOf(scope: Construct, given: string | undefined): string {
  const name = given ?? generatedName(scope);
  if (Token.isUnresolved(name)) {
    throw invalid(scope, 'RuntimeNameNotLiteral', {
      what: 'runtimeName is known only at deployment',
      allowed: 'a literal: the trust of the role and the names of the log groups are built from it',
      fix: 'write it out, or leave it away for a generated name',
    });
  }
  if (!NAME.test(name)) {
    throw invalid(scope, 'InvalidRuntimeName', {
      what: `runtimeName ${flawOf(name)}`,
      got: name,
      allowed: 'a letter, then letters, digits and underscores, at most 48 in all',
      fix: name === '' ? 'leave it away for a generated name' : `use '${mend(name)}'`,
    });
  }
  take(scope, name);
  return name;
}

function generatedName(scope: Construct): string {
  const name = Names.uniqueResourceName(scope, { maxLength: LONGEST_NAME - 1 });
  // a stage or a construct may start with a digit, a runtime may not
  return /^[a-zA-Z]/.test(name) ? name : `A${name}`;
}

function take(scope: Construct, name: string): void {
  const owner = takenNames.take(scope, name);
  if (owner !== undefined) {
    throw invalid(scope, 'RuntimeNameTaken', {
      what: 'two agents of one account and region share a runtimeName',
      got: name,
      allowed: 'a name of its own for each agent of an account and region',
      fix: `it belongs to '${owner.node.path}'; choose another, or leave it away for a generated name`,
    });
  }
}

function flawOf(name: string): string {
  if (name === '') {
    return 'is empty';
  }
  if (name.length > LONGEST_NAME) {
    return `has ${name.length} characters`;
  }
  return /^[a-zA-Z]/.test(name) ? 'holds a character that is not allowed' : 'does not start with a letter';
}

function mend(name: string): string {
  return name
    .replace(/[^a-zA-Z0-9_]+/g, '_')
    .replace(/^(?![a-zA-Z])/, 'agent_')
    .slice(0, LONGEST_NAME);
}
