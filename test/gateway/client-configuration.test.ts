import { App, Aws, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Template } from 'aws-cdk-lib/assertions';
import { McpClient } from '../../lib';
import type { ClientConfigurationOptions } from '../../lib';
import { renderClientConfiguration } from '../../lib/gateway/clients/configuration';
import { addClientOutputs } from '../../lib/gateway/clients/outputs';
import { STRICT, thrownBy } from '../fixture';

const URL = 'https://tools-abc123.gateway.bedrock-agentcore.eu-west-1.amazonaws.com/mcp';
const JWT = { url: URL, region: 'eu-west-1', usesJwt: true };
const IAM = { ...JWT, usesJwt: false };
const OAUTH = { clientId: 'abc' };
const { CLAUDE_CODE, CODEX, CURSOR, GEMINI_CLI, OPEN_CODE, KIRO } = McpClient;
const ALL = [CLAUDE_CODE, CODEX, CURSOR, GEMINI_CLI, OPEN_CODE, KIRO];
const PROXY = ['mcp-proxy-for-aws==1.7.0', URL, '--service', 'bedrock-agentcore', '--region', 'eu-west-1'];
const PROXY_LINE = `uvx ${PROXY.join(' ')}`;

/** by name too, which tables of tests print */
function render(client: McpClient | string, options?: ClientConfigurationOptions, gateway = JWT) {
  const found = ALL.find((known) => known === client || known.name === client);
  return renderClientConfiguration(gateway, found as McpClient, options);
}

function server(client: McpClient | string, options?: ClientConfigurationOptions, gateway = JWT): unknown {
  const content = JSON.parse(render(client, options, gateway).fileContent);
  return (content.mcpServers ?? content.mcp).tools;
}

describe('signing in', () => {
  test.each([
    ['ClaudeCode', ['http://localhost:8765/callback']],
    ['Codex', ['http://localhost:8765/callback/C2whX2zoPfxw']],
    ['Cursor', ['http://localhost:8787/callback', 'cursor://anysphere.cursor-mcp/oauth/callback']],
    ['GeminiCli', ['http://localhost:8765/oauth/callback']],
    ['OpenCode', ['http://localhost:8765/mcp/oauth/callback']],
    ['Kiro', ['http://localhost:8765/oauth/callback']],
  ])('the redirect URIs of %s', (client, expected) => {
    expect(render(client, { oauth: OAUTH }).redirectUris).toEqual(expected);
  });

  test('the port is part of each redirect URI but those of Cursor', () => {
    for (const client of ALL.filter((c) => c !== CURSOR)) {
      const [uri] = render(client, { oauth: { ...OAUTH, callbackPort: 9999 } }).redirectUris;
      expect(uri).toContain('http://localhost:9999/');
    }
    expect(render(CURSOR, { oauth: { ...OAUTH, callbackPort: 9999 } }).redirectUris[0]).toContain(':8787/');
  });

  test('the redirect URI of Codex ends in a hash of the URL as Codex makes it', () => {
    // the pair is one that a user of Codex reported: https://github.com/openai/codex/issues/30460
    const gateway = { ...JWT, url: 'https://api.us.elevenlabs.io/v1/mcp' };
    expect(render(CODEX, { oauth: OAUTH }, gateway).redirectUris).toEqual([
      'http://localhost:8765/callback/6MFBM1In3Ey-',
    ]);
  });

  test.each([
    ['ClaudeCode', '.mcp.json', 'claude mcp login tools'],
    ['Codex', '~/.codex/config.toml', 'codex mcp login tools'],
    ['Cursor', '~/.cursor/mcp.json', undefined],
    ['GeminiCli', '~/.gemini/settings.json', undefined],
    ['OpenCode', '~/.config/opencode/opencode.json', 'opencode mcp auth tools'],
    ['Kiro', '~/.kiro/settings/mcp.json', undefined],
  ])('file and sign-in of %s', (client, filePath, signInCommand) => {
    expect(render(client, { oauth: OAUTH })).toMatchObject({ filePath, signInCommand });
  });

  test('Claude Code', () => {
    const common = '--scope user';
    expect(render(CLAUDE_CODE, { oauth: OAUTH }).command).toBe(
      `claude mcp add ${common} --transport http --client-id abc --callback-port 8765 tools ${URL}`,
    );
    const oauth = { clientId: 'abc', callbackPort: 8765, scopes: 'a b' };
    const withScopes = { oauth: { ...OAUTH, scopes: ['a', 'b'] } };
    expect(server(CLAUDE_CODE, withScopes)).toEqual({ type: 'http', url: URL, oauth });
    expect(render(CLAUDE_CODE, withScopes).command).toBe(
      `claude mcp add-json ${common} tools '${JSON.stringify({ type: 'http', url: URL, oauth })}'`,
    );
  });

  test('Codex', () => {
    const { command, fileContent } = render(CODEX, { oauth: { ...OAUTH, scopes: ['a', 'b'] } });
    expect(command).toBeUndefined();
    expect(fileContent).toBe(`mcp_oauth_callback_port = 8765
mcp_oauth_callback_url = "http://localhost:8765/callback"

[mcp_servers.tools]
url = "${URL}"
scopes = ["a","b"]

[mcp_servers.tools.oauth]
client_id = "abc"
`);
    expect(render(CODEX, { oauth: OAUTH }).fileContent).not.toContain('scopes');
  });

  // of Cursor and Kiro this is all the proof there is: the fields that their documentation names
  test.each([
    ['Cursor', { url: URL, auth: { CLIENT_ID: 'abc', scopes: ['a', 'b'] } }],
    [
      'GeminiCli',
      {
        type: 'http',
        url: URL,
        oauth: {
          enabled: true,
          clientId: 'abc',
          scopes: ['a', 'b'],
          redirectUri: 'http://localhost:8765/oauth/callback',
        },
      },
    ],
    [
      'OpenCode',
      {
        type: 'remote',
        url: URL,
        enabled: true,
        oauth: { clientId: 'abc', scope: 'a b', redirectUri: 'http://localhost:8765/mcp/oauth/callback' },
      },
    ],
    [
      'Kiro',
      {
        url: URL,
        oauth: { clientId: 'abc', redirectUri: 'http://localhost:8765/oauth/callback' },
        oauthScopes: ['a', 'b'],
      },
    ],
  ])('the entry of %s, with and without scopes', (client, expected) => {
    const { scopes, ...oauth } = { clientId: 'abc', scopes: ['a', 'b'] };
    expect(server(client, { oauth: { ...oauth, scopes } })).toEqual(expected);
    expect(render(client, { oauth }).fileContent).not.toMatch(/scope/i);
  });
});

describe('a token from the environment', () => {
  const options = { headless: true };

  test.each([
    ['ClaudeCode', { type: 'http', url: URL, headers: { Authorization: 'Bearer ${MCP_GATEWAY_TOKEN}' } }],
    ['Cursor', { url: URL, headers: { Authorization: 'Bearer ${env:MCP_GATEWAY_TOKEN}' } }],
    ['GeminiCli', { type: 'http', url: URL, headers: { Authorization: 'Bearer $MCP_GATEWAY_TOKEN' } }],
    [
      'OpenCode',
      {
        type: 'remote',
        url: URL,
        enabled: true,
        oauth: false,
        headers: { Authorization: 'Bearer {env:MCP_GATEWAY_TOKEN}' },
      },
    ],
    ['Kiro', { url: URL, headers: { Authorization: 'Bearer ${MCP_GATEWAY_TOKEN}' } }],
  ])('the entry of %s', (client, expected) => {
    expect(server(client, options)).toEqual(expected);
  });

  test('Codex fails without the gateway, and keeps no copy of the environment', () => {
    expect(render(CODEX, options).fileContent).toBe(`[mcp_servers.tools]
url = "${URL}"
bearer_token_env_var = "MCP_GATEWAY_TOKEN"
required = true

[features]
shell_snapshot = false
`);
  });

  test.each([
    [
      'ClaudeCode',
      `claude mcp add --scope user --transport http tools ${URL} --header 'Authorization: Bearer \${MCP_GATEWAY_TOKEN}'`,
    ],
    [
      'GeminiCli',
      `gemini mcp add --scope user --transport http tools ${URL} --header 'Authorization: Bearer $MCP_GATEWAY_TOKEN'`,
    ],
    ['Codex', undefined],
    ['OpenCode', undefined],
    ['Cursor', undefined],
    ['Kiro', undefined],
  ])('the command of %s, in which no shell fills in the variable', (client, expected) => {
    expect(render(client, options).command).toBe(expected);
  });

  test('nobody signs in', () => {
    for (const client of ALL) {
      expect(render(client, options)).toMatchObject({ redirectUris: [] });
      expect(render(client, options).signInCommand).toBeUndefined();
    }
  });
});

test('a program that prints the headers', () => {
  const options = { headersHelper: '/opt/tools/headers' };
  const entry = { type: 'http', url: URL, headersHelper: '/opt/tools/headers' };
  expect(server(CLAUDE_CODE, options)).toEqual(entry);
  expect(render(CLAUDE_CODE, options).command).toBe(
    `claude mcp add-json --scope user tools '${JSON.stringify(entry)}'`,
  );
  expect(render(CODEX, options).fileContent).toBe(`[mcp_servers.tools]
url = "${URL}"
http_headers_helper = "/opt/tools/headers"
required = true
`);
});

describe('a gateway guarded by IAM', () => {
  test.each([
    ['ClaudeCode', { type: 'stdio', command: 'uvx', args: PROXY }],
    ['Cursor', { command: 'uvx', args: PROXY }],
    [
      'GeminiCli',
      {
        command: 'uvx',
        args: PROXY,
        env: {
          AWS_ACCESS_KEY_ID: '${AWS_ACCESS_KEY_ID:-}',
          AWS_SECRET_ACCESS_KEY: '${AWS_SECRET_ACCESS_KEY:-}',
          AWS_SESSION_TOKEN: '${AWS_SESSION_TOKEN:-}',
          AWS_WEB_IDENTITY_TOKEN_FILE: '${AWS_WEB_IDENTITY_TOKEN_FILE:-}',
        },
      },
    ],
    ['OpenCode', { type: 'local', command: ['uvx', ...PROXY], enabled: true }],
    ['Kiro', { command: 'uvx', args: PROXY }],
  ])('the entry of %s, the same with headless', (client, expected) => {
    expect(server(client, undefined, IAM)).toEqual(expected);
    expect(server(client, { headless: true }, IAM)).toEqual(expected);
  });

  test('Codex passes the AWS credentials on', () => {
    const { fileContent } = render(CODEX, {}, IAM);
    expect(fileContent).toContain(`command = "uvx"\nargs = ${JSON.stringify(PROXY)}\nenv_vars = ["AWS_ACCESS_KEY_ID",`);
    expect(fileContent).toContain('"AWS_CONTAINER_CREDENTIALS_FULL_URI"');
  });

  test('the command of Claude Code', () => {
    expect(render(CLAUDE_CODE, {}, IAM).command).toBe(`claude mcp add --scope user tools -- ${PROXY_LINE}`);
  });
});

test('the name of the server', () => {
  const options = { serverName: 'acme-tools', headless: true };
  expect(render(CODEX, options).fileContent).toContain('[mcp_servers.acme-tools]');
  for (const client of ALL.filter((c) => c !== CODEX)) {
    expect(render(client, options).fileContent).toContain('"acme-tools": {');
  }
});

describe('errors', () => {
  test.each([
    ['', 'is not a name that all clients take'],
    ['my tools', 'is not a name that all clients take'],
    ['1tools', 'is not a name that all clients take'],
    ['my_tools', 'is not a name that all clients take'],
    ['t'.repeat(17), 'is not a name that all clients take'],
    ['tools]\n[x', 'is not a name that all clients take'],
    [Aws.STACK_NAME, 'is known only at deployment'],
  ])('the name %j', (serverName, flaw) => {
    const { code, text } = thrownBy(() => render(CODEX, { serverName, headless: true }));
    expect(code).toBe('InvalidServerName');
    expect(text).toContain(`serverName ${flaw}`);
    expect(text).toContain('allowed: a literal: a letter, then letters, digits and dashes, at most 16 in all');
  });

  test.each(['t', 'T9', 't'.repeat(16)])('the name %s is taken', (serverName) => {
    expect(() => render(CODEX, { serverName, headless: true })).not.toThrow();
  });

  test.each([
    [{ oauth: OAUTH }, 'oauth'],
    [{ headersHelper: '/x' }, 'headersHelper'],
  ])('a token for a gateway guarded by IAM: %j', (options, got) => {
    expect(thrownBy(() => render(CLAUDE_CODE, options, IAM))).toEqual({
      code: 'ClientAuthNeedsJwt',
      text: `this gateway is guarded by IAM, so a client cannot come with a token (got '${got}'); allowed: serverName and headless; leave it away: requests are signed with the AWS credentials of the user. For sign-in, guard the gateway with InboundAuth.jwt`,
    });
  });

  test.each([undefined, {}, { headless: false }, { serverName: 'x' }])('no way to a token: %j', (options) => {
    const { code, text } = thrownBy(() => render(CLAUDE_CODE, options));
    expect(code).toBe('ClientAuthMissing');
    expect(text).toContain('nothing says where the client gets its token; allowed: one of oauth, headless');
  });

  test('more than one way to a token', () => {
    const { code, text } = thrownBy(() => render(CLAUDE_CODE, { oauth: OAUTH, headless: true, headersHelper: '/x' }));
    expect(code).toBe('ClientAuthAmbiguous');
    expect(text).toContain("(got 'oauth, headless, headersHelper')");
    expect(text).toContain('render one configuration for each');
  });

  test.each(['Cursor', 'GeminiCli', 'OpenCode', 'Kiro'])('%s knows no program for headers', (client) => {
    const { code, text } = thrownBy(() => render(client, { headersHelper: '/opt/headers' }));
    expect(code).toBe('NoHeadersHelper');
    expect(text).toContain(`${client} cannot ask a program for headers (got '/opt/headers')`);
  });

  test.each(['headers', './headers', '/opt/headers --flag', '/opt/$(x)', ''])('the program %j', (headersHelper) => {
    const { code, text } = thrownBy(() => render(CLAUDE_CODE, { headersHelper }));
    expect(code).toBe('InvalidHeadersHelper');
    expect(text).toContain('headersHelper is not the path of a program');
  });

  test.each([
    [1023, false],
    [1024, true],
    [65535, true],
    [65536, false],
    [8080.5, false],
    [NaN, false],
    [0, false],
  ])('the port %s', (callbackPort, isAllowed) => {
    const action = () => render(CODEX, { oauth: { ...OAUTH, callbackPort } });
    if (isAllowed) {
      expect(action().fileContent).toContain(`mcp_oauth_callback_port = ${callbackPort}\n`);
      return;
    }
    const { code, text } = thrownBy(action);
    expect(code).toBe('InvalidCallbackPort');
    expect(text).toContain(`(got ${callbackPort}); allowed: a literal whole number from 1024 to 65535`);
  });

  test('a port known only at deployment', () => {
    const callbackPort = Token.asNumber(Fn.importValue('Port'));
    expect(thrownBy(() => render(CODEX, { oauth: { ...OAUTH, callbackPort } })).code).toBe('InvalidCallbackPort');
  });

  test.each(['', ' ', 'a b', `a'b`, 'a"b', 'a\\b', 'a'.repeat(256)])('the client id %j', (clientId) => {
    const { code, text } = thrownBy(() => render(CODEX, { oauth: { clientId } }));
    expect(code).toBe('InvalidPublicClientId');
    expect(text).toContain('oauth.clientId is not a client id');
  });

  test('a client id that a program in JavaScript forgot', () => {
    expect(thrownBy(() => render(CODEX, { oauth: {} as typeof OAUTH })).code).toBe('InvalidPublicClientId');
  });

  test.each(['a b', '', 'a"', 'a\\', 'ä', 'a\n'])('the scope %j', (scope) => {
    const { code, text } = thrownBy(() => render(CODEX, { oauth: { ...OAUTH, scopes: ['ok', scope] } }));
    expect(code).toBe('InvalidScope');
    expect(text).toContain('oauth.scopes contains what is not a scope');
    expect(text).toContain('write each scope as an entry of its own');
  });

  test('scopes known only at deployment', () => {
    const scopes = Lazy.list({ produce: () => ['a'] });
    const { code, text } = thrownBy(() => render(CODEX, { oauth: { ...OAUTH, scopes } }));
    expect(code).toBe('InvalidScope');
    expect(text).toContain('oauth.scopes is known only at deployment');
  });

  test('a client secret has no place', () => {
    const oauth = { ...OAUTH, clientSecret: 'hunter2-hunter2' };
    const { code, text } = thrownBy(() => render(CODEX, { oauth }));
    expect(code).toBe('SecretInClientConfiguration');
    expect(text).toContain('oauth.clientSecret has no place here');
    expect(text).toContain('PKCE takes the place of a client secret');
    expect(text).not.toContain('hunter2');
  });

  test.each([['clientId'], ['scopes']])('a token given as %s is not printed', (prop) => {
    const token = `ghp_${'x'.repeat(36)}`;
    const oauth = { ...OAUTH, [prop]: prop === 'scopes' ? [token] : token };
    const { code, text } = thrownBy(() => render(CODEX, { oauth }));
    expect(code).toBe('SecretInClientConfiguration');
    expect(text).toContain('oauth holds a GitHub token');
    expect(text).not.toContain(token);
  });
});

test('a scope cannot end the quotes of the shell', () => {
  const { command } = render(CLAUDE_CODE, { oauth: { ...OAUTH, scopes: [`a';id;'`] } });
  expect(command).toContain(`"scopes":"a'\\'';id;'\\''"`);
});

describe('in a stack', () => {
  /** the outputs with each part that is known only at deployment replaced by a plausible value */
  function outputs(stack: Stack): { value: string; description: string }[] {
    const valueOf = (ref: string): string =>
      ref === 'AWS::Region' ? 'eu-west-1' : ref.startsWith('PoolClient') ? '7k3' : ref;
    const text = (value: any): string =>
      typeof value === 'string' ? value : value.Ref ? valueOf(value.Ref) : value['Fn::Join'][1].map(text).join('');
    return Object.values(Template.fromStack(stack).findOutputs('*')).map(({ Value, Description }) => ({
      value: text(Value),
      description: Description,
    }));
  }

  function stackWithOutputs(oauth: boolean, context = {}): Stack {
    const stack = new Stack(new App({ context }), 'Tools');
    const url = `https://tools.gateway.bedrock-agentcore.${stack.region}.amazonaws.com/mcp`;
    const pool = new cognito.UserPool(stack, 'Pool');
    const { userPoolClientId } = pool.addClient('Client');
    addClientOutputs(
      stack,
      { url, region: stack.region, usesJwt: oauth },
      { clients: [...ALL, CODEX], ...(oauth && { oauth: { clientId: userPoolClientId } }) },
    );
    return stack;
  }

  test('one output for each client, complete where all else is known only at deployment', () => {
    const url = 'https://tools.gateway.bedrock-agentcore.eu-west-1.amazonaws.com/mcp';
    const found = outputs(stackWithOutputs(true));
    expect(found).toHaveLength(6);
    const [claude, codex, cursor] = found;
    expect(claude).toEqual({
      value: `claude mcp add --scope user --transport http --client-id '7k3' --callback-port 8765 tools '${url}'`,
      description:
        'Adds the tools to ClaudeCode; then claude mcp login tools; redirect URIs: http://localhost:8765/callback',
    });
    expect(codex.value).toContain(`[mcp_servers.tools]\nurl = "${url}"\n`);
    expect(codex.description).toBe('Belongs into ~/.codex/config.toml of Codex; then codex mcp login tools');
    expect(JSON.parse(cursor.value)).toEqual({ mcpServers: { tools: { url, auth: { CLIENT_ID: '7k3' } } } });
  });

  test('a region known only at deployment', () => {
    const [claude] = outputs(stackWithOutputs(false));
    expect(claude.value).toMatch(/--region 'eu-west-1'$/);
    expect(claude.description).toBe('Adds the tools to ClaudeCode');
  });

  test('the address of Codex is left out, since a hash of the URL belongs to it', () => {
    expect(render(CODEX, { oauth: OAUTH }, { ...JWT, url: `https://${Aws.REGION}/mcp` }).redirectUris).toEqual([]);
  });

  test('has no finding of the strict validator', () => {
    process.env.CDK_VALIDATION = 'true';
    try {
      const stack = stackWithOutputs(true, STRICT);
      expect(() => Template.fromStack(stack)).not.toThrow();
    } finally {
      process.env.CDK_VALIDATION = 'false';
    }
  });
});
