import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { AgentEndpointBase, CodingAgent } from '../../lib';
import { Fixture } from '../fixture';

const PUBLISHED: [
  method: string,
  metric: (on: AgentEndpointBase) => cloudwatch.Metric,
  name: string,
  statistic: string,
][] = [
  ['metricInvocations', (on) => on.metricInvocations(), 'Invocations', 'Sum'],
  ['metricSessions', (on) => on.metricSessions(), 'Sessions', 'Sum'],
  ['metricThrottles', (on) => on.metricThrottles(), 'Throttles', 'Sum'],
  ['metricErrors', (on) => on.metricErrors(), 'Errors', 'Sum'],
  ['metricSystemErrors', (on) => on.metricSystemErrors(), 'SystemErrors', 'Sum'],
  ['metricUserErrors', (on) => on.metricUserErrors(), 'UserErrors', 'Sum'],
  ['metricLatency', (on) => on.metricLatency(), 'Latency', 'p90'],
];

describe.each(PUBLISHED)('%s', (_method, metric, metricName, statistic) => {
  test('has the name, the dimensions and the statistic that are published', () => {
    const fixture = new Fixture();
    const agent = fixture.agent({ runtimeName: 'claude' });
    const { dimensions, ...config } = metric(agent).toMetricConfig().metricStat!;
    expect(config).toMatchObject({
      namespace: 'AWS/Bedrock-AgentCore',
      metricName,
      statistic,
      period: Duration.minutes(5),
    });
    expect(fixture.stack.resolve(dimensions)).toEqual([
      { name: 'Name', value: 'claude::DEFAULT' },
      { name: 'Operation', value: 'InvokeAgentRuntime' },
      { name: 'Resource', value: { 'Fn::GetAtt': [expect.stringMatching(/^ClaudeRuntime/), 'AgentRuntimeArn'] } },
    ]);
  });

  test('of an endpoint carries its name', () => {
    const live = new Fixture().agent({ runtimeName: 'claude' }).addEndpoint('live', { version: '1' });
    expect(metric(live).dimensions).toMatchObject({ Name: 'claude::live' });
  });
});

test.each<[string, (agent: CodingAgent) => cloudwatch.Metric, string]>([
  ['metricCpuHours', (agent) => agent.metricCpuHours(), 'CPUUsed-vCPUHours'],
  ['metricMemoryHours', (agent) => agent.metricMemoryHours(), 'MemoryUsed-GBHours'],
])('%s is published by service and resource', (_method, metric, metricName) => {
  const found = metric(new Fixture().agent());
  expect(found).toMatchObject({ metricName, statistic: 'Sum', namespace: 'AWS/Bedrock-AgentCore' });
  expect(Object.keys(found.dimensions!).sort()).toEqual(['Resource', 'Service']);
  expect(found.dimensions!.Service).toBe('AgentCore.Runtime');
});

test('options replace the defaults, and dimensions add to them', () => {
  const agent = new Fixture().agent();
  const metric = agent.metricLatency({
    statistic: 'p99',
    period: Duration.minutes(1),
    dimensionsMap: { Name: 'other' },
  });
  expect(metric).toMatchObject({ statistic: 'p99', period: Duration.minutes(1) });
  expect(metric.dimensions).toMatchObject({ Name: 'other', Operation: 'InvokeAgentRuntime' });
});
