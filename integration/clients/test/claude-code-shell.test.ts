/* What the managed settings of the image make of Claude Code in a shell, where nothing else keeps a repository out. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PORTS } from '../../../lib/contract/session.ts';
import { Canary } from '../lib/canary.ts';
import { LoopbackGateway } from '../lib/loopback-gateway.ts';
import { ModelServer } from '../lib/model-server.ts';
import { PrivateEtc } from '../lib/private-etc.ts';
import { Sandbox } from '../lib/sandbox.ts';

const IMAGES = fileURLToPath(new URL('../../../images', import.meta.url));
const etc = new PrivateEtc();
const { skip } = etc;
const model = new ModelServer();
let canary: Canary;
let gateway: LoopbackGateway;
let sandbox: Sandbox;

before(() => model.start());
after(() => {
  model.stop();
  etc.remove();
});
beforeEach(async () => {
  gateway = await new LoopbackGateway().start();
  sandbox = new Sandbox({ ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'none' });
  canary = await new Canary(path.join(sandbox.home, 'called.txt')).start();
  const program = { command: 'sh', args: ['-c', canary.command('program')] };
  sandbox.install('.mcp.json', JSON.stringify({ mcpServers: { own: http(canary.url('own')), program } }));
});
afterEach(() => {
  sandbox.remove();
  gateway.stop();
  canary.stop();
});

const SERVERS = ['GET /own', 'POST /own', 'program'];

test('claude-code in a shell: servers of a repository are connected where nothing is managed', { skip }, async () => {
  await ask('');
  assert.deepEqual(called(), SERVERS);
});

test('claude-code in a shell: managed settings keep them out, and the tools of a job in', { skip }, async () => {
  manage();
  // as a job names it
  const bridge = JSON.stringify({ mcpServers: { gateway: http(gateway.url, gateway.token) } });
  await ask(`--mcp-config '${bridge}'`);
  assert.deepEqual(called(), []);
  assert.ok(gateway.methodsAccepted.includes('initialize'));
});

/** Starts it as a person would, in the repository; the settings of a user count. */
async function ask(options: string): Promise<void> {
  const line = `claude -p 'say so' --output-format json --dangerously-skip-permissions ${options}`;
  const { output, code } = await sandbox.shell(etc.with(line));
  assert.equal(code, 0, output);
}

/** The file as the image has it, but for the port of the bridge. */
function manage(): void {
  const file = etc.place('claude-code', 'managed-settings.json');
  const script = path.join(IMAGES, 'shared', 'merge-settings.mjs');
  execFileSync(process.execPath, [script, path.join(IMAGES, 'claude-code', 'managed-settings.json'), file]);
  const text = readFileSync(file, 'utf8');
  const port = `127.0.0.1:${PORTS.bridge}/`;
  assert.ok(text.includes(port));
  writeFileSync(file, text.replaceAll(port, `${new URL(gateway.url).host}/`));
}

function called(): string[] {
  return canary.called.filter((one) => SERVERS.includes(one));
}

function http(url: string, token?: string): object {
  return { type: 'http', url, ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }) };
}
