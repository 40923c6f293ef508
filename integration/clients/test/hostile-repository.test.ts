/* A repository that tries to take over the agent before its model acts: by settings, hooks, plugins, and variables. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
// @ts-expect-error it is plain JavaScript
import bundle from '../../../scripts/bundle.mjs';
import { AGENTS } from '../lib/agents.ts';
import { Canary } from '../lib/canary.ts';
import { addHostileFiles, RULE, VARIABLE } from '../lib/hostile-repository.ts';
import { JobBench } from '../lib/job-bench.ts';

const { claude, codex, gemini, openCode } = AGENTS;
let bench: JobBench;
let canary: Canary;
let folder: string;

before(() => (bundle as () => Promise<void>)());
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'canary-'));
  canary = await new Canary(path.join(folder, 'called.txt')).start();
  bench = await new JobBench({}).start();
});
afterEach(async () => {
  await bench.stop();
  canary.stop();
  rmSync(folder, { recursive: true });
});

for (const agent of [claude, codex, gemini, openCode]) {
  test(`${agent.name}: settings of a repository are not followed, its rules are`, async () => {
    const { gateway, model } = bench;
    const session = await bench.session(agent, 'jwt');
    addHostileFiles(session.work, canary);
    model.script = [agent.shell(`env > ${folder}/env.txt`), agent.tool, { text: 'done' }];
    const { result } = await session.run({ prompt: 'look around' });
    assert.deepEqual(canary.called, []);
    assert.deepEqual([result.status, result.message], ['succeeded', null]);
    assert.equal(gateway.toolCalls, 1);
    assert.ok(!readFileSync(path.join(folder, 'env.txt'), 'utf8').includes(VARIABLE));
    assert.ok(model.seen.every(({ headers, body }) => body.includes(RULE) && headers['x-of'] === undefined));
  });
}
