import { createHash } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import type { ClientDialect } from './dialect';
import { shell } from './dialect';

/** Codex hands a local server few variables; without these the proxy would find no AWS credentials. */
const AWS_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];

/**
 * Codex, as of 0.171.0. Only by file: `codex mcp add` would start the login at once, on a random port that no identity
 * provider knows, and has no options for what else is set here.
 *
 * @see https://developers.openai.com/codex/mcp
 */
export const codex: ClientDialect = {
  filePath: '~/.codex/config.toml',
  redirectUris: ({ url, callbackPort }) =>
    Token.isUnresolved(url) ? [] : [`${callbackUrl(callbackPort)}/${callbackId(url)}`],
  signInCommand: (name) => shell('codex', 'mcp', 'login', name),

  signIn({ name, url, clientId, callbackPort, scopes }) {
    const server: [string, unknown][] = [['url', url]];
    if (scopes.length > 0) {
      server.push(['scopes', scopes]);
    }
    return {
      // the name `localhost`, since some providers accept plain http for no other host
      fileContent: lines(
        toml([
          ['mcp_oauth_callback_port', callbackPort],
          ['mcp_oauth_callback_url', callbackUrl(callbackPort)],
        ]),
        table(`mcp_servers.${name}`, server),
        table(`mcp_servers.${name}.oauth`, [['client_id', clientId]]),
      ),
    };
  },

  token: ({ name, url, variable }) => ({
    // a snapshot of the shell is a file with all variables in it
    fileContent: lines(
      remote(name, url, ['bearer_token_env_var', variable]),
      table('features', [['shell_snapshot', false]]),
    ),
  }),

  helper: ({ name, url, helper }) => ({ fileContent: lines(remote(name, url, ['http_headers_helper', helper])) }),

  proxy: ({ name, command, args }) => ({
    fileContent: lines(
      table(`mcp_servers.${name}`, [
        ['command', command],
        ['args', args],
        ['env_vars', AWS_VARIABLES],
      ]),
    ),
  }),
};

/** `required`: without it Codex goes on without the tools, and nothing but a line in the log says so. */
function remote(name: string, url: string, authorization: [string, string]): string {
  return table(`mcp_servers.${name}`, [['url', url], authorization, ['required', true]]);
}

function callbackUrl(port: number): string {
  return `http://localhost:${port}/callback`;
}

/**
 * What Codex appends to the path of its redirect URI: a short hash of the URL of the server.
 *
 * @see https://github.com/openai/codex/pull/20237
 */
function callbackId(url: string): string {
  return createHash('sha256').update(url).digest().subarray(0, 9).toString('base64url');
}

function table(name: string, entries: [string, unknown][]): string {
  return `[${name}]\n${toml(entries)}`;
}

/** the escapes of a JSON string are a subset of those of a TOML string */
function toml(entries: [string, unknown][]): string {
  return entries.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join('\n');
}

function lines(...parts: string[]): string {
  return `${parts.join('\n\n')}\n`;
}
