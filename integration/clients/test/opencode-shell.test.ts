/* OpenCode in a shell as AgentCore opens it in a session: whom it calls. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ModelServer } from '../lib/model-server.ts';
import { PrivateEtc } from '../lib/private-etc.ts';
import { Sandbox } from '../lib/sandbox.ts';
import { ProxyRecorder } from '../lib/silence.ts';

const IMAGES = fileURLToPath(new URL('../../../images', import.meta.url));
const etc = new PrivateEtc();
const { skip } = etc;
const model = new ModelServer();
let proxy: ProxyRecorder;
let sandbox: Sandbox;

before(() => model.start());
after(() => {
  model.stop();
  etc.remove();
});
beforeEach(async () => {
  proxy = await new ProxyRecorder().start();
  sandbox = new Sandbox(proxy.environment);
  // what the sandbox keeps from being installed
  rmSync(path.join(sandbox.home, '.config'), { recursive: true });
});
afterEach(() => {
  sandbox.remove();
  proxy.stop();
});

test(
  'opencode in a shell: calls its maker and the npm registry where nothing keeps it from that',
  { skip },
  async () => {
    await ask();
    assert.deepEqual(called(), ['models.opencode.ai:443', 'registry.npmjs.org:443']);
  },
);

test('opencode in a shell: what the image has in /etc and at home keeps it silent', { skip }, async () => {
  etc.put(image('shared/agent.sh'), 'profile.d/agent.sh');
  etc.put(image('opencode/silent.sh'), 'profile.d/opencode.sh');
  etc.put(image('opencode/managed-settings.json'), 'opencode/opencode.json');
  const settings = path.join(sandbox.home, '.config', 'opencode');
  execFileSync('sh', [path.join(IMAGES, 'opencode', 'no-plugins.sh'), settings, etc.place('opencode')]);
  await ask();
  assert.deepEqual(called(), []);
});

/** Lets it work in a login shell, which gets nothing of the variables around it but those. */
async function ask(): Promise<void> {
  const provider = { npm: '@ai-sdk/openai-compatible', options: { baseURL: `${model.url}/v1` }, models: { m: {} } };
  sandbox.install('~/own.json', JSON.stringify({ enabled_providers: ['own'], provider: { own: provider } }));
  const kept = ['HOME', 'PATH', ...Object.keys(proxy.environment)].map((name) => `${name}="$${name}"`).join(' ');
  const line = `env -i ${kept} OPENCODE_CONFIG="$HOME/own.json" bash --login -c "$(command -v opencode) run -m own/m hello"`;
  const { output, code } = await sandbox.shell(etc.with(line));
  assert.equal(code, 0, output);
}

function image(file: string): string {
  return readFileSync(path.join(IMAGES, file), 'utf8');
}

function called(): string[] {
  return [...new Set(proxy.called)].sort();
}
