import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { invalidValue, warn } from '../../private/errors';
import { secretIn } from '../../contract/secret-patterns';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bedrockagentcore-gatewaytarget-oauthcredentialprovider.html */
const MOST_SCOPES = 100;
const LONGEST_SCOPE = 128;
const MOST_PARAMETERS = 10;

/** scopes that reach everything, or that administer */
const BROAD = [
  /^\*$/,
  /^(repo|delete_repo|site_admin|write:org|workflow)$/,
  /^admin([.:_].*)?$/,
  /^manage:/,
  /\.ReadWrite\.All$/,
  /^https:\/\/(mail\.google\.com\/|www\.googleapis\.com\/auth\/(cloud-platform|drive))$/,
];

/** Refuses lists of scopes that an authorization server would not understand. */
export function checkScopes(scopes: string[]): void {
  if (Token.isUnresolved(scopes)) {
    return;
  }
  if (scopes.length === 0 || scopes.length > MOST_SCOPES) {
    throw invalidValue('OAuthScopeCount', {
      what: scopes.length === 0 ? 'scopes is empty' : 'scopes lists too many',
      got: scopes.length,
      allowed: `1 to ${MOST_SCOPES}`,
      fix: 'list what the tools need; a GitHub App ignores scopes, so give read:user there',
    });
  }
  scopes.forEach((scope, index) => {
    checkScope(scope);
    if (scopes.indexOf(scope) !== index) {
      throw invalidValue('OAuthScopeTwice', {
        what: 'a scope is listed twice',
        got: scope,
        allowed: 'each scope once',
        fix: 'remove one',
      });
    }
  });
}

function checkScope(scope: string): void {
  if (!Token.isUnresolved(scope) && (!/^[!#-+\--[\]-~]+$/.test(scope) || scope.length > LONGEST_SCOPE)) {
    throw invalidValue('InvalidOAuthScope', {
      what: 'an entry of scopes is not one scope',
      got: scope,
      allowed: `one scope in each entry, 1 to ${LONGEST_SCOPE} characters, no space, comma, quote or backslash`,
      fix: `write ['read:jira-work', 'offline_access'], not ['read:jira-work offline_access']`,
    });
  }
}

/** Warns of scopes that allow far more than tools of an agent usually need. */
export function warnOfBroadScopes(construct: IConstruct, scopes: string[]): void {
  const broad = scopes.filter((scope) => BROAD.some((pattern) => pattern.test(scope)));
  if (broad.length > 0) {
    warn(construct, 'broadOAuthScope', {
      what: 'the scopes of this identity allow very much',
      got: broad.join(', '),
      fix: 'ask for narrower ones: whoever steers the agent can use all of it, in the name of the person',
    });
  }
}

/** Refuses parameters that AgentCore does not pass on, and credentials among them: they stand in the template. */
export function checkParameters(parameters: Record<string, string>): void {
  const entries = Object.entries(parameters);
  const isBlank = entries.some(([name, value]) => name.trim() === '' || value === '');
  if (isBlank || entries.length > MOST_PARAMETERS) {
    throw invalidValue('InvalidOAuthParameters', {
      what: isBlank ? 'customParameters has an empty name or value' : 'customParameters has too many entries',
      got: entries.length,
      allowed: `at most ${MOST_PARAMETERS}, each with a name and a value`,
      fix: 'remove what the authorization server does not ask for',
    });
  }
  for (const [name, value] of entries) {
    const kind = secretIn(value);
    if (kind !== undefined) {
      throw invalidValue('SecretInOAuthParameter', {
        what: `the value of custom parameter '${name}' looks like ${kind}, and templates are plain text`,
        allowed: 'parameters that are no secrets',
        fix: 'keep it in Secrets Manager, and give it as clientSecret if it is one',
      });
    }
  }
}
