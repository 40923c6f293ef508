/* What the library renders for clients, given to the real programs. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { type ClientConfigurationOptions } from '../../../lib/gateway/clients/options.ts';
import { type ClientConfiguration, renderClientConfiguration } from '../../../lib/gateway/clients/configuration.ts';
import { LoopbackGateway } from '../lib/loopback-gateway.ts';
import { PROGRAMS, type Program } from '../lib/programs.ts';
import { Sandbox, versionOf } from '../lib/sandbox.ts';
import { ProxyRecorder } from '../lib/silence.ts';

const CLIENT_ID = 'example-client';
const PORT = 18765;
const proxy = new ProxyRecorder();
let gateway: LoopbackGateway;
let sandbox: Sandbox;

before(() => proxy.start());
after(() => proxy.stop());
beforeEach(async () => {
  gateway = await new LoopbackGateway().start();
  sandbox = new Sandbox(proxy.environment);
});
afterEach(() => {
  gateway.stop();
  sandbox.remove();
});

for (const program of PROGRAMS) {
  describe(`${program.client.name} ${versionOf(program.package)}`, () => {
    const name = program.client.name;

    test(`${name}: the file with a token from the environment`, async () => {
      const { filePath, fileContent } = render(program, { headless: true });
      sandbox.install(filePath, fileContent);
      assert.equal(await program.state(sandbox, { MCP_GATEWAY_TOKEN: gateway.token }), 'connected');
      assertUsed();
      assert.deepEqual(sandbox.filesWith(gateway.token), []);
      // Codex would keep all variables there while it runs
      assert.ok(!sandbox.has('home/.codex/shell_snapshots'));
      assert.equal(await program.state(sandbox, { MCP_GATEWAY_TOKEN: 'expired' }), 'fails');
      assert.deepEqual(gateway.refused, []);
    });

    test(`${name}: the command with a token from the environment`, async () => {
      const { command } = render(program, { headless: true });
      const env = { MCP_GATEWAY_TOKEN: gateway.token };
      if (name === 'OpenCode' || name === 'Codex') {
        return assert.equal(command, undefined, 'its command cannot say all that the file says');
      }
      const { output, code } = await sandbox.shell(command ?? 'false', { env });
      assert.equal(code, 0, output);
      assert.equal(await program.state(sandbox, env), 'connected');
      assertUsed();
      assert.deepEqual(sandbox.filesWith(gateway.token), []);
    });

    test(`${name}: a misspelled file is found out`, async () => {
      const { filePath, fileContent } = render(program, { headless: true });
      const broken = fileContent.replaceAll(program.essential, program.essential.replace(/r/, 'rr'));
      assert.notEqual(broken, fileContent);
      sandbox.install(filePath, broken);
      const state = await program.state(sandbox, { MCP_GATEWAY_TOKEN: gateway.token });
      assert.equal(state, 'absent');
      assert.deepEqual(gateway.seen, []);
    });

    for (const scopes of [undefined, ['gw', 'openid']]) {
      test(`${name}: signing in ${scopes ? 'with scopes, by file' : 'without scopes, by command'}`, async () => {
        const configuration = render(program, { oauth: { clientId: CLIENT_ID, callbackPort: PORT, scopes } });
        register(configuration.redirectUris);
        await (scopes ? install(configuration) : enter(configuration));
        assert.equal(await program.state(sandbox), 'needs sign-in');
        const { output } = await program.signIn(sandbox);
        assert.equal(await program.state(sandbox), 'connected', output);
        assertUsed();
        assert.deepEqual(gateway.refused, []);
        // without ours, those that the gateway names; OpenCode takes them in any case, Gemini CLI in none
        const expected = scopes && name !== 'OpenCode' ? 'gw openid' : name === 'GeminiCli' ? '' : 'gw';
        assert.deepEqual(gateway.scopesAsked, [expected]);
      });
    }

    test(`${name}: signing in with another redirect URI registered`, async () => {
      const configuration = render(program, { oauth: { clientId: CLIENT_ID, callbackPort: PORT } });
      register([`http://localhost:${PORT}/`]);
      await enter(configuration);
      await signInUntilRefused(program);
      assert.deepEqual(gateway.refused, [`authorize ${CLIENT_ID} ${configuration.redirectUris[0]}`]);
    });

    test(`${name}: the signing proxy`, async () => {
      const howStarted = addUvx();
      await enter(render(program, {}, false));
      assert.equal(await program.state(sandbox, { AWS_PROFILE: 'developer', AWS_SESSION_TOKEN: 'none' }), 'connected');
      const { args, variables } = howStarted();
      assert.match(args[0], /^mcp-proxy-for-aws==\d+\.\d+\.\d+$/);
      assert.deepEqual(args.slice(1), [gateway.url, '--service', 'bedrock-agentcore', '--region', 'eu-west-1']);
      assert.ok(variables.includes('AWS_PROFILE') && variables.includes('AWS_SESSION_TOKEN'), variables.join());
    });
  });
}

for (const program of PROGRAMS.filter(({ client }) => /ClaudeCode|Codex/.test(client.name))) {
  test(`${program.client.name}: a program that prints the headers`, async () => {
    const helper = sandbox.addProgram('headers', `#!/bin/sh\necho '{"Authorization":"Bearer ${gateway.token}"}'\n`);
    await enter(render(program, { headersHelper: helper }));
    assert.equal(await program.state(sandbox), 'connected');
    assertUsed();
  });
}

for (const program of PROGRAMS) {
  test(`${program.client.name}: an identity provider that does not name itself in its answer`, async () => {
    gateway.sendsIssuer = false;
    const configuration = render(program, { oauth: { clientId: CLIENT_ID, callbackPort: PORT } });
    register(configuration.redirectUris);
    await enter(configuration);
    const { output } = await program.signIn(sandbox);
    if (program.client.name === 'GeminiCli') {
      assert.equal(await program.state(sandbox), 'needs sign-in', output);
      // the way out that docs/clients.md gives
      const endpoints = `"authorizationUrl": "${gateway.origin}/authorize", "tokenUrl": "${gateway.origin}/token",`;
      const fileContent = configuration.fileContent.replace('"oauth": {', `"oauth": { ${endpoints}`);
      install({ ...configuration, fileContent });
      await program.signIn(sandbox);
    }
    assert.equal(await program.state(sandbox), 'connected', output);
  });
}

test('no program called anyone but the gateway', () => {
  assert.deepEqual(proxy.called, []);
});

test('a program that is not told to be silent is found out', async () => {
  const recorder = await new ProxyRecorder().start();
  await sandbox.shell('claude mcp list', {
    env: { ...recorder.environment, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '' },
  });
  recorder.stop();
  assert.deepEqual(recorder.called, ['api.anthropic.com:443']);
});

function render({ client }: Program, options: ClientConfigurationOptions, usesJwt = true): ClientConfiguration {
  return renderClientConfiguration({ url: gateway.url, region: 'eu-west-1', usesJwt }, client, options);
}

function register(redirectUris: string[]): void {
  gateway.registration = { clientId: CLIENT_ID, redirectUris };
}

/** Runs the command where there is one, else writes the file. */
async function enter(configuration: ClientConfiguration): Promise<void> {
  if (configuration.command === undefined) {
    return install(configuration);
  }
  const { output, code } = await sandbox.shell(configuration.command);
  assert.equal(code, 0, output);
}

function install({ filePath, fileContent }: ClientConfiguration): void {
  sandbox.install(filePath, fileContent);
}

function assertUsed(): void {
  assert.ok(gateway.methodsAccepted.includes('initialize'), JSON.stringify(gateway.seen));
}

/** Programs go on waiting for the browser after the identity provider has refused. */
async function signInUntilRefused(program: Program): Promise<void> {
  const end = new AbortController();
  const watch = setInterval(() => gateway.refused.length > 0 && end.abort(), 50);
  await program.signIn(sandbox, end.signal);
  clearInterval(watch);
}

/** Puts a program named `uvx` on the path that is an MCP server and notes how it was started. */
function addUvx(): () => { args: string[]; variables: string[] } {
  const note = path.join(sandbox.home, 'uvx.json');
  const server = fileURLToPath(new URL('../lib/stdio-server.ts', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  sandbox.addProgram('uvx', `#!/bin/sh\nexec '${process.execPath}' --import '${tsx}' '${server}' '${note}' "$@"\n`);
  return () => JSON.parse(sandbox.read('home/uvx.json')) as { args: string[]; variables: string[] };
}
