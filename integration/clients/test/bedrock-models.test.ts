/* Which models real coding agents call on Bedrock, told what the constructs render: those of their route, and no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentCli, BedrockModel, ModelRoute } from '../../../lib/index.ts';
import { AGENTS } from '../lib/agents.ts';
import { REGION } from '../lib/guarded-gateway.ts';
import { ACCOUNT, settingsOf } from '../lib/rendered.ts';
import { useJobBench } from '../lib/use-job-bench.ts';

const { claude, openCode } = AGENTS;
const OPUS = 'global.anthropic.claude-opus-4-6-v1';
const SONNET = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const HAIKU = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0';
const OLD = 'anthropic.claude-3-haiku-20240307-v1:0';
const OWN = `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/abc123def456`;

const opus = BedrockModel.globalInferenceProfile(OPUS);
const sonnet = BedrockModel.inferenceProfile(SONNET, [REGION]);
const haiku = BedrockModel.inferenceProfile(HAIKU, [REGION]);
const old = BedrockModel.foundation(OLD);
const own = BedrockModel.applicationInferenceProfile(OWN, { modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0' });

const use = useJobBench();

const ROUTES = [
  { name: 'Opus', models: [opus], ids: [OPUS], dollars: 0.006975 },
  { name: 'Sonnet', models: [sonnet], ids: [SONNET], dollars: 0.004185 },
  { name: 'Haiku', models: [haiku], ids: [HAIKU], dollars: 0.001395 },
  { name: 'Opus and Haiku', models: [opus, haiku], ids: [OPUS, HAIKU], dollars: 0.006975 },
  { name: 'Haiku and Sonnet', models: [haiku, sonnet], ids: [HAIKU, SONNET], dollars: 0.001395 },
  { name: 'Sonnet and Opus', models: [sonnet, opus], ids: [SONNET, OPUS], dollars: 0.004185 },
  { name: 'all three', models: [opus, sonnet, haiku], ids: [OPUS, SONNET, HAIKU], dollars: 0.006975 },
  // what it does not know, it reckons at this price; it looks a profile up, and nothing answers here
  { name: 'an old foundation model', models: [old], ids: [OLD], dollars: 0.006975 },
  { name: 'a profile of the account', models: [own], ids: [OWN], dollars: 0.006975 },
  { name: 'a profile of the account and Opus', models: [own, opus], ids: [OWN, OPUS], dollars: 0.006975 },
];
for (const { name, models, ids, dollars } of ROUTES) {
  test(`claude-code: a route with ${name} calls nothing else`, async () => {
    const session = await use.bench.bedrock(claude, settingsOf(AgentCli.claudeCode(), ModelRoute.bedrock(models)));
    use.bench.model.allowed = (id) => ids.includes(id);
    const { result } = await session.run({ prompt: 'say so' });
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
    assert.deepEqual(
      [...use.bench.model.invoked].filter((id) => !ids.includes(id)),
      [],
    );
    assert.ok(use.bench.model.invoked.has(ids[0]));
    // what keeps it from calling others must not make it take the model for another
    assert.ok(Math.abs(Number(result.dollars) - dollars) < 1e-9, String(result.dollars));
  });
}

const OPEN_CODE = [
  { name: 'Sonnet and Haiku', models: [sonnet, haiku], ids: [SONNET, HAIKU], isPriced: true },
  { name: 'a profile of the account', models: [own], ids: [OWN], isPriced: false },
];
for (const { name, models, ids, isPriced } of OPEN_CODE) {
  test(`opencode: a route with ${name} calls nothing else`, async () => {
    const session = await use.bench.bedrock(openCode, settingsOf(AgentCli.openCode(), ModelRoute.bedrock(models)));
    use.bench.model.allowed = (id) => ids.includes(id);
    const { result } = await session.run({ prompt: 'say so' });
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
    assert.deepEqual([...use.bench.model.invoked], [ids[0]]);
    assert.equal(Number(result.dollars) > 0, isPriced);
    assert.equal(result.dollars === null, !isPriced);
  });
}

test('opencode: puts a geography before a foundation model, which is why the constructs refuse it', async () => {
  const session = await use.bench.bedrock(openCode, { model: 'amazon.nova-lite-v1:0', route: { via: 'bedrock' } });
  await session.run({ prompt: 'say so' });
  assert.deepEqual([...use.bench.model.invoked], ['eu.amazon.nova-lite-v1:0']);
});
