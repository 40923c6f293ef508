import type { ClientDialect, SignInEntry } from './dialect';
import { jsonFile, scopeList, shell } from './dialect';

/**
 * OpenCode, as of 1.18.33. Only by file: `opencode mcp add` cannot switch its OAuth off, and then a refused token makes
 * it try to register itself at the identity provider.
 *
 * @see https://opencode.ai/docs/mcp-servers
 */
export const openCode: ClientDialect = {
  filePath: '~/.config/opencode/opencode.json',
  redirectUris: (entry) => [redirectUri(entry)],
  signInCommand: (name) => shell('opencode', 'mcp', 'auth', name),

  signIn(entry) {
    const { name, url, clientId, scopes } = entry;
    const oauth = { clientId, scope: scopeList(scopes), redirectUri: redirectUri(entry) };
    return { fileContent: jsonFile('mcp', name, { type: 'remote', url, enabled: true, oauth }) };
  },

  token({ name, url, variable }) {
    const headers = { Authorization: `Bearer {env:${variable}}` };
    return { fileContent: jsonFile('mcp', name, { type: 'remote', url, enabled: true, oauth: false, headers }) };
  },

  proxy: ({ name, command, args }) => ({
    fileContent: jsonFile('mcp', name, { type: 'local', command: [command, ...args], enabled: true }),
  }),
};

/** its own default names 127.0.0.1, for which some providers refuse plain http */
function redirectUri({ callbackPort }: SignInEntry): string {
  return `http://localhost:${callbackPort}/mcp/oauth/callback`;
}
