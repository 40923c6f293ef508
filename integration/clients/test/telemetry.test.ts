/* Telemetry of real coding agents, by the bridge to where the telemetry of an agent goes at AWS. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { AGENTS } from '../lib/agents.ts';
import { JobBench } from '../lib/job-bench.ts';
import { LoopbackServer } from '../lib/loopback-server.ts';

const { claude, codex, gemini, openCode } = AGENTS;
const ALL = ['/v1/logs', '/v1/metrics', '/v1/traces'];

/** Stands in for CloudWatch and X-Ray. */
class Collector extends LoopbackServer {
  public readonly paths = new Set<string>();
  public readonly groups = new Set<unknown>();

  protected override answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
      this.paths.add(url);
      this.groups.add(headers['x-aws-log-group']);
    }
    response.writeHead(200).end();
  }
}

let collector: Collector;
let bench: JobBench;

beforeEach(async () => {
  collector = await new Collector().start();
  const names = ['XRAY', 'CLOUDWATCH', 'CLOUDWATCH_LOGS'];
  bench = await new JobBench({
    ...Object.fromEntries(names.map((name) => [`AWS_ENDPOINT_URL_${name}`, collector.origin])),
    AGENT_LOG_GROUP: '/some/group',
    AGENT_LOG_STREAM: 'otel',
  }).start();
});
afterEach(async () => {
  await bench.stop();
  collector.stop();
});

const SIGNALS = [
  { agent: claude, signals: ALL },
  { agent: codex, signals: ALL },
  { agent: gemini, signals: ALL },
  { agent: openCode, signals: ['/v1/logs', '/v1/traces'] },
];
for (const { agent, signals } of SIGNALS) {
  test(`${agent.name}: sends ${signals.join(', ')}, signed`, async () => {
    const session = await bench.session(agent, 'iam', { telemetry: true });
    bench.model.script = [agent.shell('echo one'), { text: 'done' }];
    const { result } = await session.run({ prompt: 'look around' });
    assert.equal(result.status, 'succeeded');
    assert.deepEqual([...collector.paths].sort(), signals);
    assert.ok(collector.groups.has('/some/group'));
  });
}
