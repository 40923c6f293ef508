import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { CodingAgent } from '../../lib/agent/coding-agent';
import { McpGateway } from '../../lib/gateway/mcp-gateway';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { AgentAlarms } from '../../lib/monitoring/alarms/alarms';
import type { AgentDashboardProps } from '../../lib/monitoring/dashboard/agent-dashboard';
import { AgentDashboard } from '../../lib/monitoring/dashboard/agent-dashboard';
import { metricCount } from '../../lib/monitoring/search';
import { DashboardSegment } from '../../lib/monitoring/dashboard/dashboard-segment';
import { AgentPrices } from '../../lib/monitoring/prices';
import type { DashboardContext, IDashboardSegment } from '../../lib/monitoring/segment';
import { Fixture, messages, STRICT, thrownBy } from '../fixture';
import { bodyOf, ENV, graph, headings, ObservedFixture } from './dashboard-fixture';

/** else the CDK warns of references between stacks, whoever makes them */
const STRONG = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

const expressions = (properties: any): string[] =>
  properties.metrics.flatMap((metric: any[]) => metric.at(-1).expression ?? []);
const metric = (metricName: string, dimensionsMap?: Record<string, string>): cloudwatch.Metric =>
  new cloudwatch.Metric({ namespace: 'Mine', metricName, dimensionsMap });

describe('what the segments of the library show', () => {
  const fixture = new ObservedFixture();
  const agents = [fixture.agent({ runtimeName: 'claude' }, 'Claude'), fixture.agent({ runtimeName: 'codex' }, 'Codex')];
  const alarms = new AgentAlarms(fixture.stack, 'Alarms', { watch: agents, topic: fixture.topic });
  const body = fixture.dashboard({ segments: [...agents, fixture.tools, fixture.broker, alarms] });

  test('rows stand in one order, each once', () => {
    expect(headings(body)).toEqual([
      'Alarms',
      'Cost',
      'Sessions',
      'Speed',
      'Failures',
      'Compute',
      'The picked agent',
      'Tools',
      'Tools by name',
      'Tools of the picked target',
      'GitHub App',
      'Credentials',
      'Policy decisions',
      'Callers',
      'Logs',
    ]);
  });

  test.each([
    ['New sessions', 'Sessions', 'Sum'],
    ['Requests', 'Invocations', 'Sum'],
    ['Errors of AWS (5xx)', 'SystemErrors', 'Sum'],
    ['Errors of caller or agent (4xx)', 'UserErrors', 'Sum'],
    ['Throttled (429)', 'Throttles', 'Sum'],
  ])('%s has a line for each agent', (title, metricName, stat) => {
    const { metrics } = graph(body, title);
    expect(metrics).toHaveLength(2);
    expect(metrics[0].slice(0, 6)).toEqual([
      'AWS/Bedrock-AgentCore',
      metricName,
      'Name',
      'claude::DEFAULT',
      'Operation',
      'InvokeAgentRuntime',
    ]);
    expect(metrics.map((line: any[]) => line.at(-1))).toMatchObject([
      { label: 'claude', stat },
      { label: 'codex', stat },
    ]);
  });

  test('sessions that live are counted for the account, once', () => {
    expect(graph(body, 'Active sessions, all agents of the account').metrics).toEqual([
      [
        'AWS/Bedrock-AgentCore',
        'ActiveSessionCount',
        'Service',
        'AgentCore.Runtime',
        expect.objectContaining({ stat: 'Maximum' }),
      ],
    ]);
  });

  test('compute is told by service and resource', () => {
    const [line] = graph(body, 'vCPU-hours').metrics;
    expect(line.slice(0, 2)).toEqual(['AWS/Bedrock-AgentCore', 'CPUUsed-vCPUHours']);
    expect([line[2], line[4], line[5]]).toEqual(['Resource', 'Service', 'AgentCore.Runtime']);
    expect(graph(body, 'GB-hours').metrics[0][1]).toBe('MemoryUsed-GBHours');
  });

  test('the picked agent is found by a name that a variable replaces', () => {
    expect(expressions(graph(body, 'Time of a request (ms)'))).toEqual(
      ['p50', 'p90', 'p99'].map(
        (stat) =>
          `SEARCH('{"AWS/Bedrock-AgentCore",Name,Operation,Resource} MetricName="Latency" Name="picked-agent"', '${stat}')`,
      ),
    );
    expect(body.variables).toContainEqual({
      id: 'agent',
      label: 'Agent',
      type: 'pattern',
      pattern: 'picked-agent',
      inputType: 'select',
      defaultValue: 'claude::DEFAULT',
      values: [
        { label: 'claude', value: 'claude::DEFAULT' },
        { label: 'codex', value: 'codex::DEFAULT' },
      ],
    });
  });

  test('tools are ranked by searches of this gateway, the picked target among them', () => {
    const searches = body.widgets.filter(({ properties }) => properties.title === 'Most called');
    const [all, picked] = searches.map(({ properties }) => expressions(properties)[0]);
    expect(all).toMatch(
      /^SORT\(SEARCH\('\{"AWS\/Bedrock-AgentCore",Method,Name,Operation,Protocol,Resource\} MetricName="Invocations" Resource="arn:[^"]+"', 'Sum'\), SUM, DESC, 10\)$/,
    );
    expect(picked).toContain('" Name=picked-target\'');
    expect(body.variables).toContainEqual(expect.objectContaining({ id: 'target', defaultValue: 'github' }));
  });

  test('the gateway is measured by the dimensions that are seen live', () => {
    const [line] = graph(body, 'Requests to the gateway').metrics;
    expect([line[2], line[4], line[6]]).toEqual(['Operation', 'Protocol', 'Resource']);
    expect([line[3], line[5]]).toEqual(['InvokeGateway', 'MCP']);
  });

  test('policies and credentials are searched by their documented names, whatever their dimensions', () => {
    expect(expressions(graph(body, 'Allowed and denied'))).toEqual([
      `SEARCH('Namespace="AWS/Bedrock-AgentCore" MetricName="AllowDecisions"', 'Sum')`,
      `SEARCH('Namespace="AWS/Bedrock-AgentCore" MetricName="DenyDecisions"', 'Sum')`,
    ]);
    expect(expressions(graph(body, 'Failed, by reason')).map((text) => /MetricName="(\w+)"/.exec(text)![1])).toEqual([
      'ApiKeyFetchFailures',
      'ResourceAccessTokenFetchFailures',
      'WorkloadAccessTokenFetchFailures',
    ]);
  });

  test('names that nobody publishes are nowhere', () => {
    expect(JSON.stringify(body)).not.toMatch(
      /[^e]SessionCount|TotalErrors|Authorizations|DeniedRequests|PolicyEvaluation/,
    );
  });

  test('the broker is shown by its own metrics, its errors by code', () => {
    expect(graph(body, 'Tokens made and used again').metrics.map((line: any[]) => line[1])).toEqual([
      'Mints',
      'CacheHits',
    ]);
    expect(expressions(graph(body, 'Failed calls, by reason'))[0]).toMatch(
      /^SEARCH\('\{"CodingAgents\/Broker",Broker,Code\} MetricName="Errors" Broker="GitHubAppFunction\w+"', 'Sum'\)$/,
    );
  });

  test('the most expensive sessions come from usage logs, and no whole id is shown', () => {
    const { query } = graph(body, 'Most expensive sessions (estimate; first 8 characters of the session id)');
    expect(query).toMatch(
      /^SOURCE 'CodingAgentsLogsUSAGELOGSGroup\w+' \| fields `attributes\.agent\.name` as agent, `attributes\.session\.id` as id, substr\(`attributes\.session\.id`, 0, 8\) as session\n\| stats /,
    );
    // sessions that begin alike stay apart
    expect(query).toContain(' by agent, id, session\n');
    expect(query).toMatch(/\| display agent, session, vcpu_hours, gb_hours, dollars$/);
    expect(query).toContain('* 0.0895 +');
    expect(query).toContain('* 0.00945 as dollars');
  });

  test('tables read the logs of all who share them', () => {
    expect(graph(body, 'Recent commands').query.match(/SOURCE '(Claude|Codex)RuntimeLogs/g)).toHaveLength(2);
    expect(graph(body, 'Recent denials').query).toMatch(/^SOURCE 'CodingAgentsLogsGATEWAYLOGSGroup/);
    expect(graph(body, 'Recent failures at GitHub').query).toMatch(/^SOURCE 'GitHubAppLogs/);
  });

  test('nothing warns', () => {
    expect(messages(fixture)).toEqual([]);
  });
});

describe('the estimate', () => {
  test('multiplies what was used by the prices, by kind and by source', () => {
    const fixture = new ObservedFixture();
    const agent = fixture.agent({ runtimeName: 'claude' });
    const body = fixture.dashboard({ segments: [agent, fixture.tools] });
    const visible = (title: string): unknown[] =>
      graph(body, title)
        .metrics.map((line: any[]) => line.at(-1))
        .filter(({ visible }: any) => visible !== false)
        .map(({ label, expression }: any) => [label, expression]);
    const kinds = [
      ['vCPU', '0.0895*SUM([u0])'],
      ['Memory', '0.00945*SUM([u1])'],
      ['Tool calls', '0.000005*SUM([u2])'],
    ];
    expect(visible('Estimate by kind (USD)')).toEqual(kinds);
    expect(visible('Estimate by source (USD)')).toEqual([
      ['claude', 'SUM([0.0895*SUM([u0]),0.00945*SUM([u1])])'],
      ['team-tools', '0.000005*SUM([u2])'],
    ]);
    expect(visible('Estimate for the time shown (USD)')).toEqual([
      ['total', 'SUM([0.0895*SUM([u0]),0.00945*SUM([u1]),0.000005*SUM([u2])])'],
      ...kinds,
    ]);
    expect(graph(body, 'Estimate for the time shown (USD)').setPeriodToTimeRange).toBe(true);
  });

  test('takes other prices, and says of which day the defaults are', () => {
    const fixture = new ObservedFixture();
    const body = fixture.dashboard({ segments: [fixture.agent()], prices: AgentPrices.of({ vcpuHour: 1 }) });
    expect(expressions(graph(body, 'Estimate by kind (USD)'))).toEqual(['1*SUM([u0])', '0.00945*SUM([u1])']);
    expect(JSON.stringify(body)).toContain(
      `List prices as of ${AgentPrices.DATED}, unless the stack says otherwise; decisions of policies, logs and data transfer are not in it.`,
    );
  });

  test('counts an agent once that comes twice', () => {
    const fixture = new ObservedFixture();
    const agent = fixture.agent();
    const body = fixture.dashboard({ segments: [agent, agent] });
    expect(expressions(graph(body, 'Estimate by kind (USD)'))).toEqual(['0.0895*SUM([u0])', '0.00945*SUM([u1])']);
    expect(graph(body, 'Requests').metrics).toHaveLength(1);
  });

  test('is left out where nothing costs', () => {
    const fixture = new ObservedFixture();
    expect(headings(fixture.dashboard({ segments: [fixture.broker] }))).toEqual(['GitHub App', 'Logs']);
  });

  test.each([
    ['vcpuHour', 0.0895],
    ['gigabyteHour', 0.00945],
    ['thousandToolCalls', 0.005],
  ] as const)('%s is %d by default', (name, price) => {
    expect(AgentPrices.of()[name]).toBe(price);
    expect(AgentPrices.of({ [name]: 7 })[name]).toBe(7);
  });

  test.each([[-1], [NaN], [Infinity], [Lazy.number({ produce: () => 1 })]])('fails for a price of %d', (price) => {
    const { code, text } = thrownBy(() => AgentPrices.of({ vcpuHour: price }));
    expect(code).toBe('InvalidPrice');
    expect(text).toMatch(
      /^the price vcpuHour cannot be \(got .*\); allowed: dollars as a number, 0 or more; leave it away/,
    );
  });
});

describe('defaults', () => {
  const fixture = new ObservedFixture();
  const body = fixture.dashboard({ segments: [fixture.agent()] });

  test('graphs have a period of five minutes, which the reader can change', () => {
    expect(body.periodOverride).toBe('inherit');
    expect(graph(body, 'Requests').period).toBe(300);
    expect(body.variables).toContainEqual(
      expect.objectContaining({ id: 'period', type: 'property', property: 'period', defaultValue: '300' }),
    );
    expect(body.variables.find(({ id }) => id === 'period').values).toHaveLength(5);
  });

  test('twelve hours are shown', () => {
    expect(body.start).toBe('-PT12H');
  });

  test('CloudFormation makes the name', () => {
    fixture.template().hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: Match.absent() });
  });
});

test('name, period and time are taken', () => {
  const fixture = new ObservedFixture();
  const body = fixture.dashboard({
    segments: [fixture.agent()],
    dashboardName: 'coding-agents',
    period: Duration.minutes(2),
    timeRange: Duration.days(1),
  });
  expect([body.start, graph(body, 'Requests').period]).toEqual(['-P1D', 120]);
  expect(body.variables.find(({ id }) => id === 'period')).toMatchObject({ defaultValue: '120' });
  expect(body.variables.find(({ id }) => id === 'period').values[0]).toEqual({ label: '2 minutes', value: '120' });
  fixture.template().hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'coding-agents' });
});

describe('forty agents', () => {
  const fixture = new ObservedFixture();
  // as long as names can be
  const agents = Array.from({ length: 40 }, (_, index) =>
    fixture.agent({ runtimeName: `agent_${index}_`.padEnd(48, 'x') }, `Agent${index}`),
  );
  // as long as the ids of models are, all with every price
  const models = DashboardSegment.bedrockModels(
    Array.from({ length: 12 }, (_, index) => ({
      modelId: `global.anthropic.claude-opus-4-${index}-20260101-v1:0`.padEnd(60, 'x'),
      prices: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    })),
  );
  // a stack takes 500 resources
  const observing = new Stack(fixture.app, 'Observing');
  const alarms = new AgentAlarms(observing, 'Alarms', {
    watch: [...agents, fixture.tools, fixture.broker, models],
    topic: fixture.topic,
  });
  const body = fixture.dashboard({ segments: [alarms, ...agents, fixture.tools, fixture.broker, models] }, observing);

  test('all their alarms and twelve models with prices fit into 100 KB', () => {
    expect(body.bytes).toBeLessThan(100_000);
    expect(messages({ stack: observing }).filter((text) => text.includes('dashboardTooLarge'))).toEqual([]);
  });

  test('make no more graphs than one', () => {
    const one = new ObservedFixture();
    const opus = DashboardSegment.bedrockModels([{ modelId: 'eu.anthropic.claude-opus-4-6-v1' }]);
    const small = one.dashboard({ segments: [one.agent(), one.tools, one.broker, opus] });
    expect(body.widgets.length).toBeLessThanOrEqual(small.widgets.length + 2);
  });

  test('are all found, by searches of 1,024 characters at most', () => {
    const texts = expressions(graph(body, 'Requests'));
    const queries = texts.map((text) => /^SEARCH\('(.*)', 'Sum'\)$/.exec(text)![1]);
    expect(Math.max(...queries.map((query) => query.length))).toBeLessThanOrEqual(1024);
    expect(queries[0]).toMatch(
      /^\{"AWS\/Bedrock-AgentCore",Name,Operation,Resource\} MetricName="Invocations" Name=\("/,
    );
    const names = queries.flatMap((query) => [...query.matchAll(/"(agent_\d+_x*)::DEFAULT"/g)].map(([, name]) => name));
    expect(names).toEqual(agents.map(({ runtimeName }) => runtimeName));
  });

  test('are found by ARN where there is no name', () => {
    const queries = expressions(graph(body, 'vCPU-hours'));
    expect(queries.join().match(/"arn:/g)).toHaveLength(40);
    expect(Math.max(...queries.map((query) => query.length))).toBeLessThanOrEqual(1024 + `SEARCH('', 'Sum')`.length);
  });

  test('have at most 500 metrics in a graph and 2,500 in all', () => {
    const counts = body.widgets.map(({ properties }) => properties.metrics?.length ?? 0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2500);
  });

  test('show the state of the severest alarms', () => {
    const { alarms: shown } = graph(body, `State of 40 of ${alarms.alarms.length} alarms`);
    expect(shown).toHaveLength(40);
    expect(shown.join()).not.toMatch(/Latency|Throttles/);
  });
});

test('more agents fit, each of them is found, and nothing is longer than CloudWatch takes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(1, 24, 48), (count, length) => {
      const stack = new Stack(new App(), 'Team');
      const names = Array.from({ length: count }, (_, index) => `a${index}_`.padEnd(length, 'x').slice(0, 48));
      const agents = names.map((name, index) =>
        CodingAgent.fromCodingAgentAttributes(stack, `Agent${index}`, {
          runtimeArn: `arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/${name}-a1b2c3d4e5`,
        }),
      );
      new AgentDashboard(stack, 'Dashboard', {
        segments: agents,
      });
      const body = bodyOf(Template.fromStack(stack));
      expect(body.bytes).toBeLessThan(100 * 1024);
      const graphs = body.widgets.map(({ properties }) => properties.metrics ?? []);
      expect(Math.max(...graphs.map((metrics) => metrics.length))).toBeLessThanOrEqual(500);
      const texts = graphs.flat().flatMap((line: any[]) => line.at(-1)?.expression ?? []);
      expect(Math.max(0, ...texts.map((text: string) => text.length))).toBeLessThanOrEqual(2048);
      const searched = texts.flatMap((text: string) => /^SEARCH\('(.*)', '\w+'\)$/.exec(text)?.[1].length ?? []);
      expect(Math.max(0, ...searched)).toBeLessThanOrEqual(1024);
      const requests = JSON.stringify(graph(body, 'Requests').metrics);
      expect(names.filter((name) => !requests.includes(`${name}::DEFAULT`))).toEqual([]);
    }),
    {
      numRuns: 12,
      examples: [
        [1, 1],
        [10, 48],
        [11, 48],
        [60, 48],
      ],
    },
  );
});

test('lines whose names cannot stand in a search stay lines, and odd dimensions are quoted', () => {
  const lines = (dimension: string, value: (index: number) => string): IDashboardSegment =>
    DashboardSegment.of({
      rows: [
        {
          title: 'Mine',
          graphs: [
            {
              title: 'Many',
              metrics: Array.from({ length: 11 }, (_, index) => metric('M', { [dimension]: value(index) })),
            },
          ],
        },
      ],
    });
  const shown = (segment: IDashboardSegment): any[] =>
    graph(new ObservedFixture().dashboard({ segments: [segment] }), 'Many').metrics;
  for (const odd of [`'`, '"', '\\', `x', 'Sum') OR SEARCH('`, '" OR Name="']) {
    expect(shown(lines('Team', (index) => `${odd}${index}`))).toHaveLength(11);
  }
  expect(expressions({ metrics: shown(lines('Team name', (index) => `t${index}`)) })).toEqual([
    expect.stringContaining('"Team name"'),
  ]);
});

test('ten agents still have a line each', () => {
  const fixture = new ObservedFixture();
  const agents = Array.from({ length: 10 }, (_, index) => fixture.agent({}, `Agent${index}`));
  const body = fixture.dashboard({ segments: agents });
  expect(expressions(graph(body, 'Requests'))).toEqual([]);
  expect(graph(body, 'Requests').metrics).toHaveLength(10);
});

describe('segments of your own', () => {
  test('share rows, graphs and tables by title, and rows stand by order', () => {
    const fixture = new ObservedFixture();
    const note = 'read me';
    const segment = (name: string): IDashboardSegment =>
      DashboardSegment.of({
        rows: [
          { title: 'Late' },
          {
            title: 'Work',
            order: 5,
            note,
            graphs: [{ title: 'Tasks', stacked: true, metrics: [metric(name), metric('Same')] }],
          },
        ],
        tables: [{ title: 'Lines', logGroupNames: [name, 'same'], query: ['fields @message'] }],
      });
    const body = fixture.dashboard({ segments: [segment('A'), segment('B')] });
    expect(headings(body)).toEqual(['Work', 'Late', 'Logs']);
    expect(body.widgets[0].properties.markdown).toBe('## Work\nread me');
    expect(graph(body, 'Tasks')).toMatchObject({ stacked: true });
    expect(graph(body, 'Tasks').metrics.map(([, name]: string[]) => name)).toEqual(['A', 'Same', 'B']);
    expect(graph(body, 'Lines').query).toBe(`SOURCE 'A' | SOURCE 'same' | SOURCE 'B' | fields @message`);
  });

  test('are told the period and the prices', () => {
    const told: DashboardContext[] = [];
    const segment: IDashboardSegment = {
      bindDashboard(context) {
        told.push(context);
        return { rows: [{ title: 'Mine', widgets: [new cloudwatch.TextWidget({ markdown: 'hello' })] }] };
      },
    };
    const prices = AgentPrices.of({ vcpuHour: 2 });
    const body = new ObservedFixture().dashboard({ segments: [segment], period: Duration.hours(1), prices });
    expect(told).toEqual([{ period: Duration.hours(1), prices }]);
    expect(body.widgets.at(-1)!.properties.markdown).toBe('hello');
  });

  test('read at most fifty log groups in a table, and the title says so', () => {
    const logGroupNames = Array.from({ length: 51 }, (_, index) => `group-${index}`);
    const segment = DashboardSegment.of({ tables: [{ title: 'Lines', logGroupNames, query: ['limit 1'] }] });
    const { query } = graph(new ObservedFixture().dashboard({ segments: [segment] }), 'Lines (50 of 51 log groups)');
    expect(query.match(/SOURCE/g)).toHaveLength(50);
  });

  test('a table without logs is left out', () => {
    const fixture = new ObservedFixture();
    const quiet = { usageLogs: false, applicationLogs: false, runtimeLogs: false };
    const body = fixture.dashboard({ segments: [fixture.agent({ observability: quiet })] });
    expect(headings(body)).not.toContain('Logs');
  });
});

test('an endpoint reads the commands in its own log group, and no group of an agent that keeps none', () => {
  const context = { period: Duration.minutes(5), prices: AgentPrices.of() };
  const commandsOf = (observability: object): unknown => {
    const fixture = new Fixture();
    const agent = fixture.agent({ observability });
    const { tables = [] } = agent.addEndpoint('live', { version: '1' }).bindDashboard(context);
    return fixture.stack.resolve(tables.find(({ title }) => title === 'Recent commands')?.logGroupNames);
  };
  expect(commandsOf({})).toEqual([{ Ref: expect.stringMatching(/^ClaudeEndpointliveRuntimeLogs/) }]);
  expect(commandsOf({ runtimeLogs: false })).toEqual([]);
});

test('imported agents and endpoints are shown by name and endpoint', () => {
  const fixture = new ObservedFixture();
  const imported = CodingAgent.fromCodingAgentAttributes(fixture.stack, 'Imported', {
    runtimeArn: 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/kiro-a1b2c3d4e5',
  });
  const live = fixture.agent({ runtimeName: 'claude' }).addEndpoint('live', { version: '1' });
  const body = fixture.dashboard({ segments: [imported, live] });
  expect(graph(body, 'Requests').metrics.map((line: any[]) => [line[3], line.at(-1).label])).toEqual([
    ['kiro::DEFAULT', 'kiro'],
    ['claude::live', 'claude::live'],
  ]);
});

test('a gateway without policies and targets has no rows for them', () => {
  const { stack } = new ObservedFixture();
  const gateway = new McpGateway(stack, 'Bare', { inboundAuth: InboundAuth.iam() });
  const { rows = [] } = gateway.bindDashboard({ period: Duration.minutes(5), prices: AgentPrices.of() });
  expect(rows.map(({ title }) => title)).toEqual(['Tools', 'Tools by name', 'Credentials', 'Callers']);
});

test('credential providers and policy engines can be shown without a gateway', () => {
  const segments = [DashboardSegment.credentialProviders(), DashboardSegment.policyEngines()];
  expect(headings(new ObservedFixture().dashboard({ segments }))).toEqual(['Credentials', 'Policy decisions']);
});

describe('models', () => {
  const opus = { modelId: 'eu.anthropic.claude-opus-4-6-v1', label: 'Opus' };

  test('tokens are counted by model, and cost what their prices say', () => {
    const models = DashboardSegment.bedrockModels([
      { ...opus, prices: { input: 5, output: 25, cacheRead: 0.5 } },
      { modelId: 'amazon.nova-pro-v1:0' },
    ]);
    const body = new ObservedFixture().dashboard({ segments: [models] });
    expect(graph(body, 'Tokens in').metrics).toEqual([
      ['AWS/Bedrock', 'InputTokenCount', 'ModelId', opus.modelId, { label: 'Opus', stat: 'Sum' }],
      [
        'AWS/Bedrock',
        'InputTokenCount',
        'ModelId',
        'amazon.nova-pro-v1:0',
        { label: 'amazon.nova-pro-v1:0', stat: 'Sum' },
      ],
    ]);
    expect(expressions(graph(body, 'Estimate by kind (USD)'))).toEqual([
      '0.000005*SUM([u0])',
      '0.000025*SUM([u1])',
      '0.0000005*SUM([u2])',
    ]);
  });

  test.each([
    ['no model', [], 'there is no model to show (got an empty list)'],
    [
      'a model twice',
      [opus, opus],
      `a model is listed twice (got '${opus.modelId}'); allowed: at least one model, each once`,
    ],
  ])('fails for %s', (_case, models, text) => {
    const thrown = thrownBy(() => DashboardSegment.bedrockModels(models));
    expect(thrown.code).toBe('InvalidModels');
    expect(thrown.text.replace(`'an empty list'`, 'an empty list')).toContain(text);
  });

  test.each(['', `x'y`, 'a" OR Name="b', 'two words'])('fails for the id %p', (modelId) => {
    const thrown = thrownBy(() => DashboardSegment.bedrockModels([{ modelId }]));
    expect(thrown.code).toBe('InvalidModelId');
    expect(thrown.text).toContain('nothing on Amazon Bedrock is called by this');
  });

  test('fails for a price that is none', () => {
    const prices = { input: -5, output: 25 };
    expect(thrownBy(() => DashboardSegment.bedrockModels([{ ...opus, prices }])).code).toBe('InvalidPrice');
  });
});

describe('errors', () => {
  const lines = (count: number): IDashboardSegment =>
    DashboardSegment.of({
      rows: [
        {
          title: 'Mine',
          // of different names, so that no search can stand for them
          graphs: [{ title: 'Many', metrics: Array.from({ length: count }, (_, index) => metric(`M${index}`)) }],
        },
      ],
    });
  const graphs = (count: number): IDashboardSegment =>
    DashboardSegment.of({
      rows: Array.from({ length: count }, (_, row) => ({
        title: `Row ${row}`,
        graphs: [{ title: 'Many', metrics: Array.from({ length: 500 }, (_, index) => metric(`M${row}x${index}`)) }],
      })),
    });
  const choice = (...variables: string[]): IDashboardSegment =>
    DashboardSegment.of({ choices: variables.map((variable) => ({ variable, label: 'a', value: 'a' })) });

  test.each<[string, Partial<AgentDashboardProps>, string, string]>([
    [
      'no segments',
      { segments: [] },
      'NoSegments',
      `the dashboard has nothing to show (got 'no segments'); allowed: at least one agent, gateway, broker or DashboardSegment; pass it in \`segments\``,
    ],
    [
      'a name with spaces',
      { dashboardName: 'my agents' },
      'InvalidDashboardName',
      `CloudWatch does not take this as the name of a dashboard (got 'my agents'); allowed: letters, digits, dashes and underscores, at most 255; leave it away`,
    ],
    [
      'a period of seconds',
      { period: Duration.seconds(90) },
      'InvalidPeriod',
      `graphs cannot have this period (got '1 minute 30 seconds'); allowed: a minute or a multiple of it, a day at most; leave it away`,
    ],
    ['a period of two days', { period: Duration.days(2) }, 'InvalidPeriod', 'graphs cannot have this period'],
    [
      'a period that is known only at deployment',
      { period: Duration.seconds(Lazy.number({ produce: () => 60 })) },
      'InvalidPeriod',
      `graphs cannot have this period (got 'known only at deployment'); allowed: a minute or a multiple of it, a day at most`,
    ],
    [
      '501 metrics in a graph',
      { segments: [lines(501)] },
      'TooManyMetricsInGraph',
      `graph 'Many' of row 'Mine' has more metrics than CloudWatch shows (got 501); allowed: at most 500; show fewer`,
    ],
    [
      '2,501 metrics',
      {
        segments: [
          graphs(5),
          DashboardSegment.of({ rows: [{ title: 'x', graphs: [{ title: 'x', metrics: [metric('x')] }] }] }),
        ],
      },
      'TooManyMetrics',
      'the dashboard has more metrics than CloudWatch shows on one (got 2501); allowed: at most 2500',
    ],
    [
      'a variable with a dash',
      { segments: [choice('my-team')] },
      'InvalidChoice',
      `a segment lets readers pick something under a name that cannot be (got 'my-team'); allowed: lower-case letters`,
    ],
    ['a variable that is there', { segments: [choice('period')] }, 'InvalidChoice', `(got 'period')`],
    ['a variable that begins another', { segments: [choice('team', 'teams')] }, 'InvalidChoice', `(got 'team')`],
  ])('fails for %s', (_case, props, code, text) => {
    const { stack } = new ObservedFixture();
    const thrown = thrownBy(() => new AgentDashboard(stack, 'Dashboard', { segments: [lines(1)], ...props }));
    expect(thrown.code).toBe(code);
    expect(thrown.text).toContain(text);
  });

  const costs = (count: number, sources = 1): IDashboardSegment =>
    DashboardSegment.of({
      costs: Array.from({ length: count }, (_, index) => ({
        source: `source ${index % sources}`,
        kind: 'mine',
        metric: metric(`M${index}`),
        dollarsPerUnit: 1,
      })),
    });

  test('costs count once for each widget that there is: graphs of many sources are left out', () => {
    const { stack } = new ObservedFixture();
    expect(() => new AgentDashboard(stack, 'Fits', { segments: [graphs(4), costs(400, 11)] })).not.toThrow();
    const thrown = thrownBy(() => new AgentDashboard(stack, 'TooMany', { segments: [graphs(4), costs(400, 10)] }));
    expect(thrown.text).toContain('(got 3200)');
  });

  test('costs are as many as a formula can name', () => {
    const { stack } = new ObservedFixture();
    expect(() => new AgentDashboard(stack, 'Fits', { segments: [costs(400)] })).not.toThrow();
    const thrown = thrownBy(() => new AgentDashboard(stack, 'TooMany', { segments: [costs(450)] }));
    expect(thrown.code).toBe('TooManyMetrics');
    expect(thrown.text).toContain('a formula of 2,048 characters');
  });

  test('500 in a graph and 2,500 in all are shown', () => {
    expect(() => new ObservedFixture().dashboard({ segments: [graphs(5)] })).not.toThrow();
  });

  test('what a formula reads counts', () => {
    const formula = new cloudwatch.MathExpression({
      expression: 'a+b',
      usingMetrics: { a: metric('A'), b: metric('B') },
    });
    expect([metricCount(formula), metricCount(metric('A'))]).toEqual([2, 1]);
  });
});

test.each([
  ['with', ENV],
  ['without', undefined],
])('synthesizes without a finding %s account and region', (_case, env) => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const fixture = new ObservedFixture({ context: { ...STRICT, ...STRONG }, stackProps: { env } });
    const agent = fixture.agent();
    const watch = [agent, fixture.tools, fixture.broker];
    const alarms = new AgentAlarms(fixture.stack, 'Alarms', { watch, topic: fixture.topic, tellRecovery: true });
    const elsewhere = new Stack(fixture.app, 'Elsewhere', { env });
    new AgentDashboard(elsewhere, 'Dashboard', { segments: [alarms, ...watch] });
    expect(headings(bodyOf(Template.fromStack(elsewhere)))).toContain('Sessions');
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
