import type { ClientDialect, ClientInstruction } from './dialect';
import { jsonFile, scopeList, shell } from './dialect';

const ADD = ['claude', 'mcp', 'add', '--scope', 'user'];

/**
 * Claude Code, as of 2.1.332.
 *
 * @see https://docs.claude.com/en/docs/claude-code/mcp
 */
export const claudeCode: ClientDialect = {
  filePath: '.mcp.json',
  redirectUris: ({ callbackPort }) => [`http://localhost:${callbackPort}/callback`],
  signInCommand: (name) => shell('claude', 'mcp', 'login', name),

  signIn({ name, url, clientId, callbackPort, scopes }) {
    const server = { type: 'http', url, oauth: { clientId, callbackPort, scopes: scopeList(scopes) } };
    if (scopes.length > 0) {
      // `claude mcp add` has no option for scopes
      return asJson(name, server);
    }
    const options = ['--transport', 'http', '--client-id', clientId, '--callback-port', String(callbackPort)];
    return { fileContent: jsonFile('mcpServers', name, server), command: shell(...ADD, ...options, name, url) };
  },

  token({ name, url, variable }) {
    const authorization = `Bearer \${${variable}}`;
    return {
      fileContent: jsonFile('mcpServers', name, { type: 'http', url, headers: { Authorization: authorization } }),
      command: shell(...ADD, '--transport', 'http', name, url, '--header', `Authorization: ${authorization}`),
    };
  },

  helper: ({ name, url, helper }) => asJson(name, { type: 'http', url, headersHelper: helper }),

  proxy: ({ name, command, args }) => ({
    fileContent: jsonFile('mcpServers', name, { type: 'stdio', command, args }),
    command: shell(...ADD, name, '--', command, ...args),
  }),
};

function asJson(name: string, server: object): ClientInstruction {
  return {
    fileContent: jsonFile('mcpServers', name, server),
    command: shell('claude', 'mcp', 'add-json', '--scope', 'user', name, JSON.stringify(server)),
  };
}
