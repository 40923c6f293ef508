import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Duration, Lazy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Template } from 'aws-cdk-lib/assertions';
import { CODES } from '../../handlers/shared/errors';
import type { CodingAgent } from '../../lib/agent/coding-agent';
import { McpGateway } from '../../lib/gateway/mcp-gateway';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import type { AlarmContext, IAlarmSource } from '../../lib/monitoring/alarms/rule';
import { CREDENTIAL_CODES } from '../../lib/git/broker-monitoring';
import type { AlarmThresholds } from '../../lib/monitoring/alarms/kind';
import { AlarmKind, AlarmSeverity, AlarmStrategy } from '../../lib/monitoring/alarms/kind';
import type { AgentAlarmsProps } from '../../lib/monitoring/alarms/alarms';
import { AgentAlarms } from '../../lib/monitoring/alarms/alarms';
import { DashboardSegment } from '../../lib/monitoring/dashboard/dashboard-segment';
import { AgentPrices } from '../../lib/monitoring/prices';
import { Fixture, messages, STRICT, thrownBy } from '../fixture';
import { ENV, ObservedFixture } from './dashboard-fixture';

const RUNBOOK = readFileSync(path.join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const MODEL = { modelId: 'eu.anthropic.claude-opus-4-6-v1', label: 'Opus' };
const TOKEN_PRICES = { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 };
const KINDS = Object.values(AlarmKind).filter((value): value is AlarmKind => value instanceof AlarmKind);

/** how many periods are looked at, and how many must be bad, where that is not the default */
const PERIODS: Record<string, [number, number]> = {
  'agent-latency': [3, 3],
  'tool-latency': [3, 3],
  'agent-spend': [1, 1],
  'model-spend': [1, 1],
  'tool-denials': [1, 1],
};

/** of the account, for gateways; the first is there with policies only */
const DENIALS = AlarmKind.TOOL_DENIALS.heading;
const FETCHES = 3;
const OF_AGENT = KINDS.filter(({ heading }) => heading.startsWith('agent-'));
const OF_GATEWAY = KINDS.filter(({ heading }) => heading.startsWith('tool-') && heading !== DENIALS);
const OF_BROKER = KINDS.filter(({ heading }) => heading.startsWith('broker-'));

function limitOf({ heading, _threshold }: AlarmKind, { _limits }: AlarmStrategy): number | Duration {
  if (_threshold === undefined) {
    throw new Error(`${heading} has no threshold`);
  }
  return _limits[_threshold]!;
}

/** as CloudWatch compares it */
function thresholdOf(kind: AlarmKind, strategy: AlarmStrategy): number {
  const limit = limitOf(kind, strategy);
  if (kind === AlarmKind.SESSION_QUOTA) {
    return (2500 * (limit as number)) / 100;
  }
  return limit instanceof Duration ? limit.toMilliseconds() : limit;
}

/** as people read it */
function limitInWords(kind: AlarmKind, strategy: AlarmStrategy): string {
  const limit = limitOf(kind, strategy);
  if (limit instanceof Duration) {
    return `p90 over ${limit.toHumanString()}`;
  }
  const unit = Object.entries(UNITS).find(([name]) => kind._threshold!.endsWith(name))?.[1];
  return `${limit}${unit ?? ' in five minutes'}`;
}
const UNITS = { Percent: ' %', ollarsPerDay: ' dollars a day' };

/** The alarms of a stack, by what their descriptions link. */
function alarmsOf(stack: Stack): Map<string, any[]> {
  const byHeading = new Map<string, any[]>();
  for (const { Properties } of Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))) {
    const heading = /#([a-z-]+)$/.exec(String(Properties.AlarmDescription))?.[1] ?? 'none';
    byHeading.set(heading, [...(byHeading.get(heading) ?? []), Properties]);
  }
  return byHeading;
}

function quotaFixture(region: string | undefined): { stack: Stack; agent: CodingAgent } {
  const fixture = new Fixture({ stackProps: { env: region === undefined ? undefined : { ...ENV, region } } });
  return { stack: fixture.stack, agent: fixture.agent() };
}

function watched(props: Partial<AgentAlarmsProps> = {}, fixture = new ObservedFixture()): Map<string, any[]> {
  const models = DashboardSegment.bedrockModels([{ ...MODEL, prices: TOKEN_PRICES }]);
  const watch = [fixture.agent({ runtimeName: 'claude' }), fixture.tools, fixture.broker, models];
  new AgentAlarms(fixture.stack, 'Alarms', { watch, topic: fixture.topic, ...props });
  expect(messages(fixture)).toEqual([]);
  return alarmsOf(fixture.stack);
}

describe('by default', () => {
  const alarms = watched();

  test('there is an alarm of each kind', () => {
    expect([...alarms.keys()].sort()).toEqual(KINDS.map(({ heading }) => heading).sort());
  });

  test('all go to the topic, take silence for good, and do not tell of recovery', () => {
    for (const alarm of [...alarms.values()].flat()) {
      expect(alarm).toMatchObject({
        AlarmActions: [{ Ref: expect.stringMatching(/^Pager/) }],
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanThreshold',
      });
      expect(alarm.OKActions).toBeUndefined();
    }
  });

  test.each(KINDS.map((kind) => [kind.heading, kind] as const))('%s rings above its threshold', (heading, kind) => {
    const [EvaluationPeriods, DatapointsToAlarm] = PERIODS[heading] ?? [3, 2];
    for (const alarm of alarms.get(heading)!) {
      expect(alarm).toMatchObject({
        Threshold: thresholdOf(kind, AlarmStrategy.defaults()),
        EvaluationPeriods,
        DatapointsToAlarm,
      });
    }
  });

  test('the percent of failures is none while these are few, and never through nothing', () => {
    const [{ Metrics }] = alarms.get('agent-failed-requests')!;
    const all = 'IF(FILL(calls, 0) >= (FILL(errors0, 0)), FILL(calls, 0), (FILL(errors0, 0)))';
    expect(Metrics[0].Expression).toBe(`IF((FILL(errors0, 0)) >= 3, 100 * (FILL(errors0, 0)) / ${all}, 0)`);
    expect(
      Metrics.slice(1).map(({ Id, MetricStat }: any) => [Id, MetricStat.Metric.MetricName, MetricStat.Period]),
    ).toEqual([
      ['calls', 'Invocations', 300],
      ['errors0', 'UserErrors', 300],
    ]);
  });

  test('failures of tools are those of either side', () => {
    const [{ Metrics }] = alarms.get('tool-errors')!;
    expect(Metrics[0].Expression).toContain('(FILL(errors0, 0) + FILL(errors1, 0))');
    expect(Metrics.slice(2).map(({ MetricStat }: any) => MetricStat.Metric.MetricName)).toEqual([
      'SystemErrors',
      'UserErrors',
    ]);
  });

  test('what is spent is added up over a day', () => {
    const [{ Metrics }] = alarms.get('agent-spend')!;
    expect(Metrics[0].Expression).toBe('SUM([0.0895*SUM([cpu]),0.00945*SUM([memory])])');
    expect(
      Metrics.slice(1).map(({ MetricStat }: any) => [MetricStat.Metric.MetricName, MetricStat.Period, MetricStat.Stat]),
    ).toEqual([
      ['CPUUsed-vCPUHours', 86_400, 'Sum'],
      ['MemoryUsed-GBHours', 86_400, 'Sum'],
    ]);
  });

  test('what comes in unknown dimensions is asked for by query', () => {
    const queryOf = ({ Metrics }: any): unknown => [Metrics[0].Expression, Metrics[0].Period];
    expect(alarms.get('tool-denials')!.map(queryOf)).toEqual([
      ['SELECT SUM(DenyDecisions) FROM "AWS/Bedrock-AgentCore"', 300],
    ]);
    expect(alarms.get('credential-failures')!.map(queryOf)).toEqual(
      ['ApiKeyFetchFailures', 'ResourceAccessTokenFetchFailures', 'WorkloadAccessTokenFetchFailures'].map((name) => [
        `SELECT SUM(${name}) FROM "AWS/Bedrock-AgentCore"`,
        300,
      ]),
    );
  });

  test('the codes of a broker are those that its function writes', () => {
    expect(CODES).toEqual(expect.arrayContaining(CREDENTIAL_CODES));
    const codes = alarms
      .get('broker-credentials')!
      .map(({ Dimensions }) => Dimensions.find(({ Name }: any) => Name === 'Code').Value);
    expect(codes).toEqual(CREDENTIAL_CODES);
  });

  test('what AWS does not document is not alarmed', () => {
    expect(JSON.stringify([...alarms.values()])).not.toMatch(
      /InboundAuthorization|SessionCount"(?<!ActiveSessionCount")|"Errors","Namespace":"AWS/,
    );
  });

  test('a description says how bad it is, what it is, and where to read on', () => {
    expect(alarms.get('agent-failed-requests')![0].AlarmDescription).toBe(
      '[HIGH] more than 25 % of the requests to agent claude fail at the caller or in the agent; a file system may not be mounted. ' +
        'What to do: https://github.com/cdk-coding-agents/cdk-coding-agents/blob/main/docs/runbook.md#agent-failed-requests',
    );
  });
});

describe('the runbook', () => {
  test.each(KINDS.map((kind) => [kind.heading]))('tells of %s', (heading) => {
    const sections = RUNBOOK.split(/^## /m).slice(1);
    const slug = (section: string): string => section.split('\n')[0].toLowerCase().replace(/ /g, '-');
    const found = sections.filter((section) => slug(section) === heading);
    expect(found).toHaveLength(1);
    const parts = found[0]
      .split(/^### /m)
      .slice(1)
      .map((part) => part.split('\n'));
    expect(parts.map(([title]) => title)).toEqual(['Description', 'Investigation', 'Resolution']);
    for (const [, ...lines] of parts) {
      expect(lines.join('').length).toBeGreaterThan(40);
    }
  });

  test('begins with a table of all alarms', () => {
    const title = (heading: string): string => heading[0].toUpperCase() + heading.slice(1).replace(/-/g, ' ');
    const rows = KINDS.map((kind) => [
      `[${title(kind.heading)}](#${kind.heading})`,
      kind.severity,
      limitInWords(kind, AlarmStrategy.defaults()),
      limitInWords(kind, AlarmStrategy.strict()),
      `\`${kind._threshold}\``,
    ]);
    const head = ['alarm', 'severity', 'rings above, by default', '`strict()`', '`AlarmThresholds`'];
    const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    expect(/<!-- alarms -->\n+([\s\S]*?)\n+<!-- end -->/.exec(RUNBOOK)?.[1]).toBe(table);
  });

  test('has no heading without an alarm', () => {
    const headings = [...RUNBOOK.matchAll(/^## (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/ /g, '-'));
    expect(headings.sort()).toEqual(KINDS.map(({ heading }) => heading).sort());
  });
});

describe('options', () => {
  test('high severity goes to its own topic, and recovery is told where it was alarmed', () => {
    const fixture = new ObservedFixture();
    const highSeverityTopic = new sns.Topic(fixture.stack, 'Night');
    const alarms = watched({ highSeverityTopic, tellRecovery: true }, fixture);
    for (const { heading, severity } of KINDS) {
      const topic = [{ Ref: expect.stringMatching(severity === AlarmSeverity.HIGH ? /^Night/ : /^Pager/) }];
      alarms.get(heading)!.forEach((alarm) => expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic }));
    }
  });

  test('the runbook can be another one, and so can the prices', () => {
    const prices = AgentPrices.of({ vcpuHour: 1, gigabyteHour: 2 });
    const alarms = watched({ runbookUrl: 'https://wiki.example.com/agents', prices });
    expect(alarms.get('tool-latency')![0].AlarmDescription).toContain('https://wiki.example.com/agents#tool-latency');
    expect(alarms.get('agent-spend')![0].Metrics[0].Expression).toBe('SUM([1*SUM([cpu]),2*SUM([memory])])');
  });

  test.each([
    ['eu-west-1', undefined, 2000],
    ['us-east-1', undefined, 4000],
    ['us-west-2', undefined, 4000],
    ['us-east-1', 10_000, 8000],
    [undefined, undefined, 2000],
  ])('the session quota in %s, told as %s, warns at %d', (region, sessionQuota, Threshold) => {
    const { stack, agent } = quotaFixture(region);
    const topic = new sns.Topic(stack, 'Pager');
    new AgentAlarms(stack, 'Alarms', { watch: [agent], topic, strategy: AlarmStrategy.of({ sessionQuota }) });
    const alarms = alarmsOf(stack);
    expect(alarms.get('session-quota')![0]).toMatchObject({ Threshold });
  });
});

describe('only what is watched', () => {
  test('an agent brings its kinds, and agents bring the one of the account once', () => {
    const fixture = new ObservedFixture();
    const watch = [fixture.agent({}, 'A'), fixture.agent({}, 'B')];
    const { alarms } = new AgentAlarms(fixture.stack, 'Alarms', { watch, topic: fixture.topic });
    expect(alarms).toHaveLength(2 * OF_AGENT.length + 1);
    expect([...alarmsOf(fixture.stack).keys()].filter((heading) => !/^(agent|session)-/.test(heading))).toEqual([]);
  });

  test('each gateway and broker brings its kinds, and gateways bring those of the account once', () => {
    const count = (...names: ('tools' | 'broker' | 'bare')[]): number => {
      const fixture = new ObservedFixture();
      const bare = (): McpGateway => new McpGateway(fixture.stack, 'Bare', { inboundAuth: InboundAuth.iam() });
      const watch = names.map((name) => (name === 'bare' ? bare() : fixture[name]));
      return new AgentAlarms(fixture.stack, 'Alarms', { watch, topic: fixture.topic }).alarms.length;
    };
    const [gateway, broker] = [OF_GATEWAY.length, OF_BROKER.length + CREDENTIAL_CODES.length - 1];
    expect([count('bare'), count('tools'), count('bare', 'tools'), count('broker')]).toEqual([
      gateway + FETCHES,
      gateway + FETCHES + 1,
      2 * gateway + FETCHES + 1,
      broker,
    ]);
  });

  test('a gateway without policies has none on denials', () => {
    const fixture = new ObservedFixture();
    const gateway = new McpGateway(fixture.stack, 'Bare', { inboundAuth: InboundAuth.iam() });
    new AgentAlarms(fixture.stack, 'Alarms', { watch: [gateway], topic: fixture.topic });
    expect([...alarmsOf(fixture.stack).keys()].sort()).toEqual(
      ['credential-failures', ...OF_GATEWAY.map(({ heading }) => heading)].sort(),
    );
  });

  test('sources of your own are told the context, and their rules become alarms', () => {
    const fixture = new ObservedFixture();
    const told: AlarmContext[] = [];
    const metric = new cloudwatch.Metric({ namespace: 'Mine', metricName: 'Waiting' });
    const kind = AlarmKind.of('queue-too-long', AlarmSeverity.LOW);
    const source: IAlarmSource = {
      bindAlarms(context) {
        told.push(context);
        return [{ kind, message: 'tasks wait', metric, threshold: 7, evaluationPeriods: 4, datapointsToAlarm: 3 }];
      },
    };
    const strategy = AlarmStrategy.strict();
    new AgentAlarms(fixture.stack, 'Alarms', { watch: [source], topic: fixture.topic, strategy });
    expect(told[0]).toMatchObject({ strategy, region: fixture.stack.region });
    expect(alarmsOf(fixture.stack).get('queue-too-long')).toMatchObject([
      {
        MetricName: 'Waiting',
        Threshold: 7,
        EvaluationPeriods: 4,
        DatapointsToAlarm: 3,
        AlarmDescription: expect.stringMatching(/^\[LOW\] tasks wait\. /),
      },
    ]);
  });
});

describe('strategies', () => {
  test.each(KINDS.map((kind) => [kind.heading, kind] as const))(
    'strict: %s at less than by default',
    (heading, kind) => {
      const Threshold = thresholdOf(kind, AlarmStrategy.strict());
      expect(strict.get(heading)![0]).toMatchObject({ Threshold });
      expect(Threshold).toBeLessThan(thresholdOf(kind, AlarmStrategy.defaults()));
    },
  );
  const strict = watched({ strategy: AlarmStrategy.strict() });

  test('one field changes one threshold', () => {
    const alarms = watched({ strategy: AlarmStrategy.of({ latency: Duration.minutes(1), toolLatency: undefined }) });
    expect(alarms.get('agent-latency')![0].Threshold).toBe(60_000);
    expect(alarms.get('tool-latency')![0].Threshold).toBe(30_000);
  });

  test('over another base, and without some kinds', () => {
    const base = AlarmStrategy.of({ basedOn: AlarmStrategy.strict(), without: [AlarmKind.AGENT_LATENCY] });
    const alarms = watched({
      strategy: AlarmStrategy.of({ basedOn: base, denials: 99, without: [AlarmKind.TOOL_LATENCY] }),
    });
    expect(alarms.get('tool-denials')![0].Threshold).toBe(99);
    expect(alarms.get('tool-errors')![0].Threshold).toBe(10);
    expect([alarms.has('agent-latency'), alarms.has('tool-latency')]).toEqual([false, false]);
    expect([base.asksFor(AlarmKind.AGENT_LATENCY), base.asksFor(AlarmKind.AGENT_SPEND)]).toEqual([false, true]);
  });

  test('what is known at deployment only is not judged', () => {
    expect(() => AlarmStrategy.of({ dollarsPerDay: Lazy.number({ produce: () => 5 }) })).not.toThrow();
  });

  test.each<[string, AlarmThresholds, string]>([
    [
      'a percentage of 100',
      { toolErrorPercent: 100 },
      `toolErrorPercent can never be exceeded, or is no threshold at all (got 100); allowed: 0 or more, and less than 100; leave it away for the default`,
    ],
    [
      'less than nothing',
      { throttles: -1 },
      `throttles can never be exceeded, or is no threshold at all (got -1); allowed: 0 or more; a quota more than 0; leave it away`,
    ],
    ['no number', { dollarsPerDay: NaN }, '(got NaN)'],
    ['a quota of nothing', { sessionQuota: 0 }, 'sessionQuota can never be exceeded'],
  ])('fails for %s', (_case, thresholds, text) => {
    const thrown = thrownBy(() => AlarmStrategy.of(thresholds));
    expect(thrown.code).toBe('InvalidThreshold');
    expect(thrown.text).toContain(text);
  });
});

describe('errors', () => {
  test.each<[string, Partial<AgentAlarmsProps>, string, string]>([
    [
      'nothing to watch',
      { watch: [] },
      'NothingToWatch',
      `there is nothing to alarm about (got 'an empty list'); allowed: at least one agent, gateway, broker or IAlarmSource; pass it in \`watch\``,
    ],
    [
      'a runbook without https',
      { runbookUrl: 'http://wiki' },
      'InvalidRunbookUrl',
      `runbookUrl cannot be linked (got 'http://wiki'); allowed: an https URL without an anchor, at most 500 characters; leave it away`,
    ],
    [
      'a runbook with an anchor',
      { runbookUrl: 'https://wiki.example.com/#top' },
      'InvalidRunbookUrl',
      'runbookUrl cannot be linked',
    ],
  ])('fails for %s', (_case, props, code, text) => {
    const { stack, broker, topic } = new ObservedFixture();
    const thrown = thrownBy(() => new AgentAlarms(stack, 'Alarms', { watch: [broker], topic, ...props }));
    expect(thrown.code).toBe(code);
    expect(thrown.text).toContain(text);
  });

  test.each(['Queue', 'queue too long', '', 'a--b', '#a'])(`fails for the heading '%s'`, (heading) => {
    const thrown = thrownBy(() => AlarmKind.of(heading, AlarmSeverity.LOW));
    expect(thrown.code).toBe('InvalidRunbookHeading');
    expect(thrown.text).toContain(
      `this cannot be the anchor of a heading in a runbook (got '${heading}'); allowed: lower-case words`,
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
    expect(watched({ tellRecovery: true }, new ObservedFixture({ context: STRICT, stackProps: { env } })).size).toBe(
      KINDS.length,
    );
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
