import type { ClientDialect, SignInEntry } from './dialect';
import { jsonFile, shell } from './dialect';

const ADD = ['gemini', 'mcp', 'add', '--scope', 'user'];

/** Gemini CLI keeps variables with such names from local servers, unless it is told to pass them on. */
const WITHHELD = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

/**
 * Gemini CLI, as of 0.61.0. It signs in from its own prompt: `/mcp auth <name>`.
 *
 * @see https://geminicli.com/docs/tools/mcp-server
 */
export const geminiCli: ClientDialect = {
  filePath: '~/.gemini/settings.json',
  redirectUris: (entry) => [redirectUri(entry)],

  signIn(entry) {
    const { name, url, clientId, scopes } = entry;
    const asked = scopes.length > 0 ? scopes : undefined;
    const oauth = { enabled: true, clientId, scopes: asked, redirectUri: redirectUri(entry) };
    return { fileContent: jsonFile('mcpServers', name, { type: 'http', url, oauth }) };
  },

  token({ name, url, variable }) {
    const authorization = `Bearer $${variable}`;
    return {
      fileContent: jsonFile('mcpServers', name, { type: 'http', url, headers: { Authorization: authorization } }),
      command: shell(...ADD, '--transport', 'http', name, url, '--header', `Authorization: ${authorization}`),
    };
  },

  proxy: ({ name, command, args }) => ({
    fileContent: jsonFile('mcpServers', name, { command, args, env: Object.fromEntries(WITHHELD.map(passedOn)) }),
  }),
};

/** empty where the variable is not set, which the AWS SDKs take for not set */
function passedOn(variable: string): [string, string] {
  return [variable, `\${${variable}:-}`];
}

/** the path is fixed by Gemini CLI; without the whole URI it takes a random port */
function redirectUri({ callbackPort }: SignInEntry): string {
  return `http://localhost:${callbackPort}/oauth/callback`;
}
