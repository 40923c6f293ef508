import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Problem } from '../private/errors';
import { invalid } from '../private/errors';
import { secretIn } from '../contract/secret-patterns';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const MOST_VARIABLES = 50;
const LONGEST_KEY = 100;
/** the L2 refuses more, though the API takes 5,000 */
const LONGEST_VALUE = 2048;
const LARGEST_TOTAL = { v1: 4096, v2Image: 2560, v2Code: 1536 };
const RESERVED =
  /^(AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_SECURITY_TOKEN|AWS_CONTAINER_.*|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_EC2_METADATA_.*)$/;

/** What decides how much fits into the environment. */
interface EnvironmentLimits {
  readonly isV2: boolean;
  readonly isCode: boolean;
}

/** Joins the user's variables with those of the library and refuses what would fail, or would be read by others. */
export function environmentOf(
  scope: Construct,
  given: Record<string, string>,
  own: Record<string, string>,
  limits: EnvironmentLimits,
): Record<string, string> {
  for (const [key, value] of Object.entries(given)) {
    checkKey(scope, key, own);
    checkValue(scope, key, value);
  }
  const all = { ...given, ...own };
  checkCount(scope, all, own);
  checkTotal(scope, all, limits);
  return all;
}

function refuse(scope: Construct, code: string, problem: Problem): never {
  throw invalid(scope, code, problem);
}

function checkKey(scope: Construct, key: string, own: Record<string, string>): void {
  if (Object.hasOwn(own, key)) {
    refuse(scope, 'EnvironmentKeyTaken', {
      what: `environment variable '${key}' is set by the agent itself`,
      got: key,
      allowed: 'any other name',
      fix: 'remove it',
    });
  }
  if (RESERVED.test(key)) {
    refuse(scope, 'EnvironmentKeyReserved', {
      what: `environment variable '${key}' would replace the credentials of the agent's role`,
      got: key,
      allowed: 'names that do not carry AWS credentials',
      fix: 'grant the agent what it needs: resource.grantX(agent)',
    });
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || key.length > LONGEST_KEY) {
    refuse(scope, 'InvalidEnvironmentKey', {
      what: 'this is not a name for an environment variable',
      got: key,
      allowed: `a letter or underscore, then letters, digits and underscores, at most ${LONGEST_KEY} in all`,
      fix: 'rename it',
    });
  }
}

function checkValue(scope: Construct, key: string, value: string): void {
  const secret = Token.isUnresolved(value) ? secretInToken(scope, value) : secretIn(value);
  if (secret !== undefined) {
    refuse(scope, 'SecretInEnvironment', {
      // the value itself must not be printed
      what: `the value of environment variable '${key}' looks like ${secret}, and the environment is plain text`,
      allowed: 'values that anyone who may describe the runtime may read',
      fix: 'keep the credential outside the microVM: put the tool behind a gateway that holds it',
    });
  }
  if (!Token.isUnresolved(value) && value.length > LONGEST_VALUE) {
    refuse(scope, 'EnvironmentValueTooLong', {
      what: `the value of environment variable '${key}' is too long`,
      got: `${value.length} characters`,
      allowed: `at most ${LONGEST_VALUE}`,
      fix: 'put it into a file of the image or of a mount',
    });
  }
}

/** a dynamic reference resolves to the secret itself, in plain text, once the resource is described */
function secretInToken(scope: Construct, value: string): string | undefined {
  const rendered = JSON.stringify(Stack.of(scope).resolve(value));
  const isReference = /\{\{resolve:(secretsmanager|ssm-secure):/.test(rendered);
  return isReference ? 'a reference to a secret' : secretIn(rendered);
}

function checkCount(scope: Construct, all: Record<string, string>, own: Record<string, string>): void {
  const count = Object.keys(all).length;
  if (count > MOST_VARIABLES) {
    refuse(scope, 'TooManyEnvironmentVariables', {
      what: 'too many environment variables',
      got: `${count}, of which the library sets ${Object.keys(own).length}`,
      allowed: `at most ${MOST_VARIABLES}`,
      fix: 'put settings into a file of the image or of a mount',
    });
  }
}

function checkTotal(scope: Construct, all: Record<string, string>, { isV2, isCode }: EnvironmentLimits): void {
  const total = Object.entries(all)
    .filter(([, value]) => !Token.isUnresolved(value))
    .reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  const largest = isV2 ? (isCode ? LARGEST_TOTAL.v2Code : LARGEST_TOTAL.v2Image) : LARGEST_TOTAL.v1;
  if (total > largest) {
    refuse(scope, 'EnvironmentTooLarge', {
      what: `the environment variables are too large for platform version ${isV2 ? 'V2' : 'V1'}`,
      got: `${total} bytes`,
      allowed: `at most ${largest} bytes, names and values together`,
      fix: 'put settings into a file of the image or of a mount',
    });
  }
}
