import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { AgentEndpoint } from '../../lib/agent/agent-endpoint';
import { CodingAgent } from '../../lib/agent/coding-agent';
import { McpGateway } from '../../lib/gateway/mcp-gateway';
import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import type { AlarmRule, IAlarmSource } from '../../lib/monitoring/alarms/rule';
import { AlarmKind, AlarmSeverity, AlarmStrategy } from '../../lib/monitoring/alarms/kind';
import { AgentAlarms } from '../../lib/monitoring/alarms/alarms';
import { Fixture, thrownBy } from '../fixture';

const KIND = AlarmKind.of('queue-too-long', AlarmSeverity.LOW);
const RUNTIME_ARN = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/kiro-a1b2c3d4e5';

const waiting = (Queue: string): cloudwatch.Metric =>
  new cloudwatch.Metric({ namespace: 'Mine', metricName: 'Waiting', dimensionsMap: { Queue } });

function rule(queue: string, others: Partial<AlarmRule> = {}): AlarmRule {
  return { kind: KIND, message: `tasks wait in ${queue}`, metric: waiting(queue), threshold: 7, ...others };
}

function source(...rules: AlarmRule[]): IAlarmSource {
  return { bindAlarms: () => rules };
}

function alarmsOn(watch: IAlarmSource[], strategy?: AlarmStrategy, stack = new Stack(new App(), 'Team')): AgentAlarms {
  return new AgentAlarms(stack, 'Alarms', { watch, topic: new sns.Topic(stack, 'Pager'), strategy });
}

const ids = ({ alarms }: AgentAlarms): string[] => alarms.map(({ node }) => node.id);

describe('rules are told apart', () => {
  test('by kind, variant and subject, in readable ids', () => {
    const stack = new Stack(new App(), 'Team');
    const rules = [
      rule('a'),
      rule('b', { variant: 'b' }),
      rule('c', { subject: new Construct(stack, 'C') }),
      rule('d', { kind: AlarmKind.of('queue-dead', AlarmSeverity.HIGH) }),
    ];
    expect(ids(alarmsOn([source(...rules)], undefined, stack))).toEqual([
      'QueueTooLong',
      'QueueTooLong-b',
      'QueueTooLong-Team-C',
      'QueueDead',
    ]);
  });

  test('if the paths of their subjects differ in a slash only', () => {
    const stack = new Stack(new App(), 'Team');
    const subjects = [new Construct(new Construct(stack, 'a'), 'b'), new Construct(stack, 'a-b')];
    const watch = subjects.map((subject, index) => source(rule(`queue${index}`, { subject })));
    const made = ids(alarmsOn(watch, undefined, stack));
    expect(new Set(made).size).toBe(2);
    made.forEach((id) => expect(id).toMatch(/^QueueTooLong-Team-a-b-[0-9a-f]{8}$/));
  });

  test('if their variants differ in a slash only, whichever comes first', () => {
    const watch = ['a/b', 'a-b', 'c'].map((variant) => source(rule(variant, { variant })));
    const made = ids(alarmsOn(watch));
    expect(made).toEqual([
      expect.stringMatching(/^QueueTooLong-a-b-[0-9a-f]{8}$/),
      expect.stringMatching(/^QueueTooLong-a-b-[0-9a-f]{8}$/),
      'QueueTooLong-c',
    ]);
    expect(ids(alarmsOn([...watch].reverse())).sort()).toEqual([...made].sort());
  });
});

describe('rules about the same', () => {
  test('that are equal are one', () => {
    expect(ids(alarmsOn([source(rule('a')), source(rule('a', { message: 'in other words' }))]))).toEqual([
      'QueueTooLong',
    ]);
  });

  test.each<[string, AlarmRule, string]>([
    ['another metric', rule('b'), 'tasks wait in b'],
    ['another threshold', rule('a', { threshold: 8 }), 'tasks wait in a'],
    ['other periods', rule('a', { evaluationPeriods: 5 }), 'tasks wait in a'],
    ['another number of bad periods', rule('a', { datapointsToAlarm: 3 }), 'tasks wait in a'],
    ['another severity', rule('a', { kind: AlarmKind.of(KIND.heading, AlarmSeverity.HIGH) }), 'tasks wait in a'],
  ])('fail for %s', (_case, second, got) => {
    const thrown = thrownBy(() => alarmsOn([source(rule('a')), source(second)]));
    expect(thrown.code).toBe('AlarmRulesDiffer');
    expect(thrown.text).toContain(
      `two rules of kind 'queue-too-long' are about the same and differ in metric, threshold or severity, so one would be lost (got '${got}'); allowed: only the other one, 'tasks wait in a', or rules that are told apart; give each a \`subject\` or a \`variant\` of its own`,
    );
  });

  test('fail for formulas of another period', () => {
    const formula = (minutes: number): AlarmRule =>
      rule('a', {
        metric: new cloudwatch.MathExpression({
          expression: 'SELECT SUM(Waiting) FROM "Mine"',
          period: Duration.minutes(minutes),
        }),
      });
    expect(() => alarmsOn([source(formula(1), formula(1))])).not.toThrow();
    expect(thrownBy(() => alarmsOn([source(formula(1), formula(5))])).code).toBe('AlarmRulesDiffer');
  });
});

describe('endpoints', () => {
  const observed = (): { stack: Stack; agent: CodingAgent; live: AgentEndpoint } => {
    const fixture = new Fixture();
    const agent = fixture.agent({ runtimeName: 'claude' });
    return { stack: fixture.stack, agent, live: agent.addEndpoint('live', { version: '1' }) };
  };
  const names = ({ alarms }: AgentAlarms): string[] => alarms.map(({ node }) => node.id.split('-')[0]).sort();
  const REQUESTS = ['AgentFailedRequests', 'AgentLatency', 'AgentSystemErrors', 'AgentThrottles'];

  test('can be watched beside their agent: what is spent, and the quota, once', () => {
    const { stack, agent, live } = observed();
    const made = alarmsOn([agent, live], undefined, stack);
    expect(names(made)).toEqual([...REQUESTS, ...REQUESTS, 'AgentSpend', 'SessionQuota'].sort());
    const descriptions = Object.values<any>(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => String(Properties.AlarmDescription),
    );
    expect(descriptions.filter((text) => text.includes('agent claude::live'))).toHaveLength(4);
  });

  test('can be watched alone', () => {
    const { stack, live } = observed();
    expect(names(alarmsOn([live], undefined, stack))).toEqual([...REQUESTS, 'AgentSpend', 'SessionQuota'].sort());
  });

  test('of an agent of another app too, and several of one runtime spend once', () => {
    const stack = new Stack(new App(), 'Team');
    const watch = ['live', 'canary'].map((name) =>
      CodingAgent.fromCodingAgentAttributes(stack, name, { runtimeArn: RUNTIME_ARN, endpointNames: [name] }),
    );
    expect(names(alarmsOn(watch, undefined, stack))).toEqual(
      [...REQUESTS, ...REQUESTS, 'AgentSpend', 'SessionQuota'].sort(),
    );
  });
});

describe('the strategy', () => {
  const without = [KIND];

  test('leaves out what is not asked for, also of a source that does not look at it', () => {
    expect(ids(alarmsOn([source(rule('a'))], AlarmStrategy.of({ without })))).toEqual([]);
  });

  test('can take thresholds that are known only at deployment, and descriptions say them', () => {
    const stack = new Stack(new App(), 'Team');
    const dollarsPerDay = new CfnParameter(stack, 'Dollars', { type: 'Number' }).valueAsNumber;
    const agent = CodingAgent.fromCodingAgentAttributes(stack, 'Kiro', { runtimeArn: RUNTIME_ARN });
    const made = alarmsOn([agent], AlarmStrategy.of({ dollarsPerDay }), stack);
    const [{ Properties }] = Object.values<any>(
      Template.fromStack(made.node.scope as Stack).findResources('AWS::CloudWatch::Alarm', {
        Properties: { Threshold: { Ref: 'Dollars' } },
      }),
    );
    expect(JSON.stringify(Properties.AlarmDescription)).toContain(
      '"[HIGH] the compute of agent kiro cost more than ",{"Ref":"Dollars"}," dollars in a day',
    );
  });

  test.each(['sessionQuota', 'sessionQuotaPercent'])('fails for a %s that is known only at deployment', (name) => {
    const thrown = thrownBy(() => AlarmStrategy.of({ [name]: Lazy.number({ produce: () => 5 }) }));
    expect(thrown.code).toBe('InvalidThreshold');
    expect(thrown.text).toBe(
      `${name} is multiplied at synthesis, so it must have a value by then (got 'known only at deployment'); allowed: a number; write it down, or leave it away for the default`,
    );
  });
});

test.each([
  ['count', agentcore.PolicyEngineMode.ENFORCE, 1],
  ['are logged only', agentcore.PolicyEngineMode.LOG_ONLY, 0],
])('denials of policies that %s', (_case, policyMode, count) => {
  const stack = new Stack(new App(), 'Team');
  const policies = [ToolPolicy.permitAll()];
  const gateway = new McpGateway(stack, 'Tools', { inboundAuth: InboundAuth.iam(), policies, policyMode });
  expect(alarmsOn([gateway], undefined, stack).alarmsOf(AlarmKind.TOOL_DENIALS)).toHaveLength(count);
});

test('alarms can be had by kind and by severity', () => {
  const urgent = AlarmKind.of('queue-dead', AlarmSeverity.HIGH);
  const made = alarmsOn([source(rule('a'), rule('b', { variant: 'b' }), rule('c', { kind: urgent }))]);
  const [a, b, c] = made.alarms;
  expect(made.alarmsOf(AlarmKind.of(KIND.heading, AlarmSeverity.LOW))).toEqual([a, b]);
  expect(made.alarmsOf(AlarmKind.AGENT_SPEND)).toEqual([]);
  expect(made.alarmsOfSeverity(AlarmSeverity.HIGH)).toEqual([c]);
  expect(made.alarmsOfSeverity(AlarmSeverity.LOW)).toEqual([a, b]);
});
