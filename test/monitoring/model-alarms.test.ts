import { Lazy } from 'aws-cdk-lib';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import { Template } from 'aws-cdk-lib/assertions';
import { AlarmKind, AlarmSeverity, AlarmStrategy } from '../../lib/monitoring/alarms/kind';
import { AgentAlarms } from '../../lib/monitoring/alarms/alarms';
import { AgentDashboard } from '../../lib/monitoring/dashboard/agent-dashboard';
import { DashboardSegment } from '../../lib/monitoring/dashboard/dashboard-segment';
import type { BedrockModelMetrics } from '../../lib/monitoring/models/model-rows';
import { STRICT, thrownBy } from '../fixture';
import { bodyOf, ENV, graph, ObservedFixture } from './dashboard-fixture';

const PRICES = { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 };
const OPUS = { modelId: 'eu.anthropic.claude-opus-4-6-v1', label: 'Opus', prices: PRICES };
const HAIKU = { modelId: 'eu.anthropic.claude-haiku-4-5-v1:0', prices: { input: 1, output: 5 } };
/** CloudWatch takes no more metrics in one alarm */
const MOST_METRICS = 10;

interface Options {
  readonly strategy?: AlarmStrategy;
  readonly fixture?: ObservedFixture;
}

function alarmsOn(models: BedrockModelMetrics[], { strategy, fixture = new ObservedFixture() }: Options = {}): any[] {
  const watch = [DashboardSegment.bedrockModels(models)];
  new AgentAlarms(fixture.stack, 'Alarms', { watch, topic: fixture.topic, strategy });
  return Object.values(Template.fromStack(fixture.stack).findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => Properties,
  );
}

function measured({ Metrics }: any): any[] {
  return Metrics.flatMap(({ MetricStat }: any) => MetricStat ?? []);
}

function profileArn(fixture: ObservedFixture, id: string): string {
  return new bedrock.CfnApplicationInferenceProfile(fixture.stack, id, { inferenceProfileName: id })
    .attrInferenceProfileArn;
}

describe('what a model costs', () => {
  const [alarm, ...others] = alarmsOn([OPUS]);

  test('is one alarm, on all its tokens of a day at their prices', () => {
    expect(others).toEqual([]);
    expect(alarm.Metrics[0].Expression).toBe(
      'SUM([0.000005*SUM([tokens0]),0.000025*SUM([tokens1]),0.0000005*SUM([tokens2]),0.00000625*SUM([tokens3])])',
    );
    const dimension = { Name: 'ModelId', Value: OPUS.modelId };
    expect(measured(alarm)).toEqual(
      ['InputTokenCount', 'OutputTokenCount', 'CacheReadInputTokenCount', 'CacheWriteInputTokenCount'].map(
        (MetricName) => ({
          Metric: { Namespace: 'AWS/Bedrock', MetricName, Dimensions: [dimension] },
          Period: 86_400,
          Stat: 'Sum',
        }),
      ),
    );
  });

  test('is too much above 200 dollars, and nothing on a day without a call', () => {
    expect(alarm).toMatchObject({
      Threshold: 200,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('is told as urgent, with what to do', () => {
    expect(AlarmKind.MODEL_SPEND.severity).toBe(AlarmSeverity.HIGH);
    expect(alarm.AlarmDescription).toBe(
      '[HIGH] the tokens of model Opus cost more than 200 dollars in a day, in the whole account (estimate). ' +
        'What to do: https://github.com/cdk-coding-agents/cdk-coding-agents/blob/main/docs/runbook.md#model-spend',
    );
  });

  test('counts only what has a price', () => {
    const [one] = alarmsOn([{ ...OPUS, prices: { input: 0, output: 25, cacheRead: 0 } }]);
    expect(one.Metrics[0].Expression).toBe('0.000025*SUM([tokens0])');
    expect(measured(one).map(({ Metric }) => Metric.MetricName)).toEqual(['OutputTokenCount']);
  });

  test('without a label it is called by its id', () => {
    expect(alarmsOn([HAIKU])[0].AlarmDescription).toContain(`the tokens of model ${HAIKU.modelId} cost`);
  });
});

describe('many models', () => {
  test('have an alarm each, whose metrics CloudWatch takes', () => {
    const all = ['a.b-1', 'a.b1', 'ab-1', 'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/a.b-1'];
    const alarms = alarmsOn(all.map((modelId) => ({ modelId, prices: PRICES })));
    expect(alarms.map((alarm) => measured(alarm)[0].Metric.Dimensions[0].Value)).toEqual(all);
    for (const { Metrics } of alarms) {
      expect(Metrics.length).toBeLessThanOrEqual(MOST_METRICS);
    }
  });

  test('those without prices, or that cost nothing, have none', () => {
    const [alarm, ...others] = alarmsOn([
      { modelId: 'amazon.nova-pro-v1:0' },
      OPUS,
      { modelId: 'amazon.nova-lite-v1:0', prices: { input: 0, output: 0 } },
    ]);
    expect(others).toEqual([]);
    expect(alarm.AlarmDescription).toContain('model Opus');
    expect(alarmsOn([{ modelId: OPUS.modelId }])).toEqual([]);
  });

  test('a model that two sources name has one alarm', () => {
    const { stack, topic } = new ObservedFixture();
    const watch = [DashboardSegment.bedrockModels([OPUS]), DashboardSegment.bedrockModels([HAIKU, OPUS])];
    expect(new AgentAlarms(stack, 'Alarms', { watch, topic }).alarms).toHaveLength(2);
  });
});

describe('the strategy', () => {
  test.each([
    ['its strict thresholds', AlarmStrategy.strict(), [50]],
    ['one of your own', AlarmStrategy.of({ modelDollarsPerDay: 1000 }), [1000]],
    ['zero', AlarmStrategy.of({ modelDollarsPerDay: 0 }), [0]],
    ['that of agents, which is another', AlarmStrategy.of({ dollarsPerDay: 7 }), [200]],
    ['none at all', AlarmStrategy.of({ without: [AlarmKind.MODEL_SPEND] }), []],
  ])('says when: %s', (_case, strategy, thresholds) => {
    expect(alarmsOn([OPUS], { strategy }).map(({ Threshold }) => Threshold)).toEqual(thresholds);
  });

  test.each([-1, NaN])('takes no %d', (modelDollarsPerDay) => {
    const thrown = thrownBy(() => AlarmStrategy.of({ modelDollarsPerDay }));
    expect(thrown.code).toBe('InvalidThreshold');
    expect(thrown.text).toContain(`modelDollarsPerDay can never be exceeded, or is no threshold at all`);
  });
});

test('it is a segment of a dashboard too', () => {
  const fixture = new ObservedFixture();
  const models = DashboardSegment.bedrockModels([OPUS]);
  const alarms = new AgentAlarms(fixture.stack, 'Alarms', { watch: [models], topic: fixture.topic });
  new AgentDashboard(fixture.stack, 'Dashboard', { segments: [alarms, models] });
  const body = bodyOf(Template.fromStack(fixture.stack));
  expect(graph(body, 'Tokens in').metrics).toHaveLength(1);
  expect(graph(body, 'State').alarms).toHaveLength(1);
});

describe('an id that is known only at deployment', () => {
  test('is told apart by its label', () => {
    const fixture = new ObservedFixture();
    const alarms = alarmsOn(
      ['web', 'api/v2'].map((label) => ({ modelId: profileArn(fixture, label[0]), label, prices: PRICES })),
      { fixture },
    );
    expect(alarms.map(({ AlarmDescription }) => /model (\S+)/.exec(AlarmDescription)?.[1])).toEqual(['web', 'api/v2']);
    expect(measured(alarms[0])[0].Metric.Dimensions[0].Value).toEqual({
      'Fn::GetAtt': ['w', 'InferenceProfileArn'],
    });
  });

  test('needs no label where nothing is paid, or nobody asks', () => {
    const fixture = new ObservedFixture();
    expect(alarmsOn([{ modelId: profileArn(fixture, 'Web') }], { fixture })).toEqual([]);
    const strategy = AlarmStrategy.of({ without: [AlarmKind.MODEL_SPEND] });
    const other = new ObservedFixture();
    expect(alarmsOn([{ modelId: profileArn(other, 'Web'), prices: PRICES }], { fixture: other, strategy })).toEqual([]);
  });

  test.each([
    ['no label', [undefined], `(got 'no label')`],
    ['a label that is not known either', [Lazy.string({ produce: () => 'web' })], `(got 'no label')`],
    ['one label for two', ['web', 'web'], `(got 'web')`],
    ['the id of another model as label', [OPUS.modelId], `(got '${OPUS.modelId}')`],
  ])('fails for %s', (_case, labels, got) => {
    const fixture = new ObservedFixture();
    const unknown = labels.map((label, index) => ({
      modelId: profileArn(fixture, `P${index}`),
      label,
      prices: PRICES,
    }));
    const thrown = thrownBy(() => alarmsOn([OPUS, ...unknown], { fixture }));
    expect(thrown.code).toBe('InvalidModelLabel');
    expect(thrown.text).toContain(
      `the alarm of a model has no name of its own, for the id of the model is known only at deployment ${got}; allowed: a label that no other model has; set \`label\``,
    );
  });
});

test.each([
  ['with', ENV],
  ['without', undefined],
])('synthesizes without a finding %s account and region', (_case, env) => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const fixture = new ObservedFixture({ context: STRICT, stackProps: { env } });
    expect(alarmsOn([OPUS, HAIKU], { fixture })).toHaveLength(2);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
