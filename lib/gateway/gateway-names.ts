import { Names, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PerEnvironment } from '../private/environments';
import { invalid } from '../private/errors';

const takenNames = new PerEnvironment();

const LONGEST_GATEWAY_NAME = 48;
/** the service appends a dash and ten characters; a name with a dash of its own cannot be taken for this one */
const ID_SUFFIX = '-??????????';

/**
 * The name of a gateway: the given one, or one from the path of the construct.
 *
 * Lower case throughout: the service lower-cases the name of the workload identity, and rights that spell it otherwise
 * have no effect.
 */
export function gatewayNameOf(scope: Construct, given: string | undefined): string {
  const name = given ?? generated(scope);
  if (Token.isUnresolved(name)) {
    throw invalid(scope, 'GatewayNameNotLiteral', {
      what: 'gatewayName is known only at deployment',
      allowed: 'a literal: the trust of the role is built from it',
      fix: 'write it out, or leave it away for a generated name',
    });
  }
  if (!/^[0-9a-z](-?[0-9a-z])*$/.test(name) || name.length > LONGEST_GATEWAY_NAME) {
    throw invalid(scope, 'InvalidGatewayName', {
      what: 'this is not a name for a gateway',
      got: name,
      allowed: `lower-case letters, digits and single hyphens between them, at most ${LONGEST_GATEWAY_NAME} in all`,
      fix: name === '' ? 'leave it away for a generated name' : `use '${mended(name)}'`,
    });
  }
  const owner = takenNames.take(scope, name);
  if (owner !== undefined) {
    throw invalid(scope, 'GatewayNameTaken', {
      what: 'two gateways of one account and region share a name',
      got: name,
      allowed: 'a name of its own for each gateway of an account and region',
      fix: `it belongs to '${owner.node.path}'; choose another, or leave it away for a generated name`,
    });
  }
  return name;
}

function generated(scope: Construct): string {
  const options = { maxLength: LONGEST_GATEWAY_NAME, separator: '-', allowedSpecialCharacters: '-' };
  return tidy(Names.uniqueResourceName(scope, options).toLowerCase());
}

function mended(name: string): string {
  return (
    tidy(name.toLowerCase().replace(/[^0-9a-z]+/g, '-'))
      .slice(0, LONGEST_GATEWAY_NAME)
      .replace(/-$/, '') || 'tools'
  );
}

function tidy(name: string): string {
  return name.replace(/-+/g, '-').replace(/^-|-$/g, '');
}

/** What IAM compares the ARN of the gateway with before the gateway exists. */
export function gatewayArnPattern(scope: Construct, gatewayName: string): string {
  const resourceName = gatewayName + ID_SUFFIX;
  return Stack.of(scope).formatArn({ service: 'bedrock-agentcore', resource: 'gateway', resourceName });
}
