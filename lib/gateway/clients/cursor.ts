import type { ClientDialect } from './dialect';
import { jsonFile } from './dialect';

/**
 * Cursor, as its documentation describes it: it is not on the npm registry, so no test runs it.
 *
 * @see https://cursor.com/docs/mcp
 */
export const cursor: ClientDialect = {
  filePath: '~/.cursor/mcp.json',
  // fixed by Cursor: today's address, and the one of older versions
  redirectUris: () => ['http://localhost:8787/callback', 'cursor://anysphere.cursor-mcp/oauth/callback'],

  signIn({ name, url, clientId, scopes }) {
    const auth = { CLIENT_ID: clientId, scopes: scopes.length > 0 ? scopes : undefined };
    return { fileContent: jsonFile('mcpServers', name, { url, auth }) };
  },

  token: ({ name, url, variable }) => ({
    fileContent: jsonFile('mcpServers', name, { url, headers: { Authorization: `Bearer \${env:${variable}}` } }),
  }),

  proxy: ({ name, command, args }) => ({ fileContent: jsonFile('mcpServers', name, { command, args }) }),
};
