import type { ClientDialect, SignInEntry } from './dialect';
import { jsonFile } from './dialect';

/**
 * Kiro, as its documentation describes it: it is not on the npm registry, so no test runs it. A whole redirect URI
 * needs Kiro CLI 2.12.0; variables are filled in only if they are among the approved ones.
 *
 * @see https://kiro.dev/docs/mcp/configuration
 * @see https://kiro.dev/changelog/cli/2-12/
 */
export const kiro: ClientDialect = {
  filePath: '~/.kiro/settings/mcp.json',
  redirectUris: (entry) => [redirectUri(entry)],

  signIn(entry) {
    const { name, url, clientId, scopes } = entry;
    const oauth = { clientId, redirectUri: redirectUri(entry) };
    const oauthScopes = scopes.length > 0 ? scopes : undefined;
    return { fileContent: jsonFile('mcpServers', name, { url, oauth, oauthScopes }) };
  },

  token: ({ name, url, variable }) => ({
    fileContent: jsonFile('mcpServers', name, { url, headers: { Authorization: `Bearer \${${variable}}` } }),
  }),

  proxy: ({ name, command, args }) => ({ fileContent: jsonFile('mcpServers', name, { command, args }) }),
};

function redirectUri({ callbackPort }: SignInEntry): string {
  return `http://localhost:${callbackPort}/oauth/callback`;
}
