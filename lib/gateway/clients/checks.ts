import { Token } from 'aws-cdk-lib';
import type { ClientConfigurationOptions, ClientGateway, ClientOAuthOptions } from './options';
import type { McpClient } from './mcp-client';
import { invalidValue } from '../../private/errors';
import { secretIn } from '../../contract/secret-patterns';

const SERVER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,15}$/;
const CLIENT_ID = /^[\w.~:/@+=-]{1,255}$/;
/** @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]{1,255}$/;
const HELPER = /^\/[\w./-]+$/;
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65535;

/** Refuses options that no client or gateway could take, each with the way out. */
export function checkClientOptions(
  gateway: ClientGateway,
  client: McpClient,
  options: ClientConfigurationOptions,
): void {
  checkServerName(options.serverName);
  if (gateway.usesJwt) {
    checkOneWayIn(options);
  } else {
    checkSigned(options);
  }
  checkHelper(client, options.headersHelper);
  if (options.oauth !== undefined) {
    checkOAuth(options.oauth);
  }
}

function checkServerName(name: string | undefined): void {
  if (name !== undefined && (Token.isUnresolved(name) || !SERVER_NAME.test(name))) {
    throw invalidValue('InvalidServerName', {
      what: `serverName ${Token.isUnresolved(name) ? 'is known only at deployment' : 'is not a name that all clients take'}`,
      got: name,
      allowed: 'a literal: a letter, then letters, digits and dashes, at most 16 in all',
      fix: "leave it away for 'tools'",
    });
  }
}

function checkSigned({ oauth, headersHelper }: ClientConfigurationOptions): void {
  if (oauth !== undefined || headersHelper !== undefined) {
    throw invalidValue('ClientAuthNeedsJwt', {
      what: 'this gateway is guarded by IAM, so a client cannot come with a token',
      got: oauth !== undefined ? 'oauth' : 'headersHelper',
      allowed: 'serverName and headless',
      fix: 'leave it away: requests are signed with the AWS credentials of the user. For sign-in, guard the gateway with InboundAuth.jwt',
    });
  }
}

function checkOneWayIn({ oauth, headless = false, headersHelper }: ClientConfigurationOptions): void {
  const ways = [
    ...(oauth !== undefined ? ['oauth'] : []),
    ...(headless ? ['headless'] : []),
    ...(headersHelper !== undefined ? ['headersHelper'] : []),
  ];
  if (ways.length === 0) {
    throw invalidValue('ClientAuthMissing', {
      what: 'this gateway is guarded by JWT, and nothing says where the client gets its token',
      allowed: 'one of oauth, headless, headersHelper',
      fix: 'give oauth with the client id of a public application at your identity provider, or headless: true for a machine without a browser',
    });
  }
  if (ways.length > 1) {
    throw invalidValue('ClientAuthAmbiguous', {
      what: 'the client would get its token in more than one way',
      got: ways.join(', '),
      allowed: 'one of oauth, headless, headersHelper',
      fix: 'render one configuration for each',
    });
  }
}

function checkHelper(client: McpClient, helper: string | undefined): void {
  if (helper === undefined) {
    return;
  }
  if (client._dialect.helper === undefined) {
    throw invalidValue('NoHeadersHelper', {
      what: `${client.name} cannot ask a program for headers`,
      got: helper,
      allowed: 'headersHelper with McpClient.CLAUDE_CODE and McpClient.CODEX',
      fix: 'use headless',
    });
  }
  if (!Token.isUnresolved(helper) && !HELPER.test(helper)) {
    throw invalidValue('InvalidHeadersHelper', {
      what: 'headersHelper is not the path of a program',
      got: helper,
      allowed: 'an absolute path of letters, digits, dots, dashes and underscores, without arguments',
      fix: 'put arguments into a script and name that',
    });
  }
}

function checkOAuth(oauth: ClientOAuthOptions): void {
  const { clientId, callbackPort, scopes = [] } = oauth;
  checkNoSecret(oauth);
  if (!Token.isUnresolved(clientId) && !CLIENT_ID.test(clientId ?? '')) {
    throw invalidValue('InvalidPublicClientId', {
      what: 'oauth.clientId is not a client id',
      got: clientId ?? '',
      allowed: '1 to 255 letters, digits and . _ ~ : / @ + = -',
      fix: 'copy it from the application at your identity provider',
    });
  }
  checkPort(callbackPort);
  const bad = Token.isUnresolved(scopes) ? undefined : scopes.find((s) => !Token.isUnresolved(s) && !SCOPE.test(s));
  if (Token.isUnresolved(scopes) || bad !== undefined) {
    throw invalidValue('InvalidScope', {
      what:
        bad === undefined ? 'oauth.scopes is known only at deployment' : 'oauth.scopes contains what is not a scope',
      got: bad,
      allowed: 'a list of scopes, each without spaces, double quotes and backslashes',
      fix: 'write each scope as an entry of its own',
    });
  }
}

function checkPort(port: number | undefined): void {
  if (port === undefined) {
    return;
  }
  if (Token.isUnresolved(port) || !Number.isInteger(port) || port < LOWEST_PORT || port > HIGHEST_PORT) {
    throw invalidValue('InvalidCallbackPort', {
      what: 'oauth.callbackPort is not a port that a user may listen on',
      got: Token.isUnresolved(port) ? undefined : port,
      allowed: `a literal whole number from ${LOWEST_PORT} to ${HIGHEST_PORT}`,
      fix: 'leave it away for 8765, or use the port that is registered at your identity provider',
    });
  }
}

/** files on laptops and outputs of stacks are readable to many */
function checkNoSecret(oauth: ClientOAuthOptions): void {
  const named = Object.keys(oauth).find((key) => /secret/i.test(key));
  const values = [oauth.clientId, ...(oauth.scopes ?? [])];
  const kind = values.map((value) => secretIn(String(value))).find((found) => found !== undefined);
  if (named !== undefined || kind !== undefined) {
    throw invalidValue('SecretInClientConfiguration', {
      what: named !== undefined ? `oauth.${named} has no place here` : `oauth holds ${kind}`,
      allowed: 'a public client: PKCE takes the place of a client secret',
      fix: 'register an application without a secret at your identity provider, and revoke one that was given here',
    });
  }
}
