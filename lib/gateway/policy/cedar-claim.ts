import { Token } from 'aws-cdk-lib';
import { cedarSet, cedarString } from './cedar-text';
import { invalidValue } from '../../private/errors';

/** claims that hold words with spaces between them when they are not a list */
const WORD_LISTS = ['scope', 'scp'];

/**
 * That a claim of the caller's token has one of the values.
 *
 * AgentCore hands claims over as strings: a list as its JSON text, so an element stands there with its quotes.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/example-policies-principal.html
 */
export function claimCondition(claim: string, values: string[]): string {
  const tag = `principal.getTag(${cedarString(claim)})`;
  const elements = values.map((value) => `${tag} like "[*\\"${value}\\"*]"`);
  const words = WORD_LISTS.includes(claim) ? values.flatMap((value) => wordPatterns(tag, value)) : [];
  const any = [`${cedarSet(values)}.contains(${tag})`, ...elements, ...words];
  return `principal.hasTag(${cedarString(claim)}) && (${any.join(' || ')})`;
}

function wordPatterns(tag: string, value: string): string[] {
  return [`${value} *`, `* ${value}`, `* ${value} *`].map((pattern) => `${tag} like "${pattern}"`);
}

/** Refuses claims and values that cannot be compared exactly. */
export function checkClaim(claim: string, values: string[]): void {
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
