import { RemovalPolicy } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Fixture, messages, resource, thrownBy } from '../fixture';

const [SOURCE, DESTINATION, DELIVERY] = ['DeliverySource', 'DeliveryDestination', 'Delivery'].map(
  (t) => `AWS::Logs::${t}`,
);
const GROUP = 'AWS::Logs::LogGroup';

test('logs, usage and traces are delivered by default, and kept for a year', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  const template = fixture.template();
  const sources = Object.values<any>(template.findResources(SOURCE)).map(({ Properties }) => [
    Properties.LogType,
    Properties.Name,
  ]);
  expect(sources).toEqual([
    ['APPLICATION_LOGS', `${agent.runtimeName}-logs`],
    ['USAGE_LOGS', `${agent.runtimeName}-usage`],
    ['TRACES', `${agent.runtimeName}-traces`],
  ]);
  expect(
    Object.values<any>(template.findResources(DESTINATION)).map((d) => d.Properties.DeliveryDestinationType),
  ).toEqual(['CWL', 'CWL', 'XRAY']);
  template.resourceCountIs(DELIVERY, 3);
  for (const group of Object.values<any>(template.findResources(GROUP))) {
    expect(group).toMatchObject({ Properties: { RetentionInDays: 365 }, DeletionPolicy: 'RetainExceptOnCreate' });
    expect(group.Properties.KmsKeyId).toBeUndefined();
  }
});

test('no slot of the account-wide resource policies is taken', () => {
  const fixture = new Fixture();
  fixture.agent();
  const template = fixture.template();
  template.resourceCountIs('AWS::Logs::ResourcePolicy', 0);
  template.resourceCountIs('AWS::XRay::ResourcePolicy', 0);
  const vended = Object.values<any>(template.findResources(GROUP)).filter((g) =>
    JSON.stringify(g).includes('/aws/vendedlogs/'),
  );
  expect(vended).toHaveLength(2);
});

test('the agents of a stack share destinations', () => {
  const fixture = new Fixture();
  fixture.agent();
  fixture.agent({}, 'Codex');
  const template = fixture.template();
  template.resourceCountIs(DESTINATION, 3);
  template.resourceCountIs(SOURCE, 6);
  template.resourceCountIs(GROUP, 4);
});

test('the name of a shared group holds the id of the stack, so that a stack can be made again while its logs are kept', () => {
  const fixture = new Fixture();
  fixture.agent();
  const groups = Object.values<any>(fixture.template().findResources(GROUP)).map((g) => g.Properties.LogGroupName);
  const instance = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
  const prefix = '/aws/vendedlogs/bedrock-agentcore/runtime/';
  expect(groups).toContainEqual({ 'Fn::Join': ['', [prefix, instance, '/USAGE_LOGS']] });
  const stackId = 'arn:aws:cloudformation:us-east-1:111122223333:stack/my-stack/51af3dc0-da77-11e4-872e-1234567db123';
  expect(stackId.split('/')[2]).toBe('51af3dc0-da77-11e4-872e-1234567db123');
});

test('agents that share groups must agree on how long they are kept', () => {
  const fixture = new Fixture();
  fixture.agent();
  const error = thrownBy(() => fixture.agent({ observability: { retention: logs.RetentionDays.ONE_MONTH } }, 'Codex'));
  expect(error.code).toBe('SharedLogsKeptOtherwise');
  expect(error.text).toContain(
    `(got '30 days, retain-on-update-or-delete'); allowed: 365 days, retain-on-update-or-delete, as 'Agents/Claude' asked first`,
  );
});

test('an agent with another key gets groups of its own', () => {
  const fixture = new Fixture();
  fixture.agent();
  const encryptionKey = new kms.Key(fixture.stack, 'Key');
  fixture.agent({ observability: { encryptionKey, retention: logs.RetentionDays.ONE_MONTH } }, 'Codex');
  fixture.template().resourceCountIs(DESTINATION, 5);
});

test('the deliveries of a stack come one after the other, each after its source', () => {
  const fixture = new Fixture();
  fixture.agent();
  fixture.agent({}, 'Codex');
  const deliveries = Object.entries<any>(fixture.template().findResources(DELIVERY));
  deliveries.forEach(([, { DependsOn }], i) => {
    expect([DependsOn].flat().some((id: string) => id.includes('Source'))).toBe(true);
    expect([DependsOn].flat().filter((id: string) => id.includes('Delivery'))).toEqual(
      i === 0 ? [] : [deliveries[i - 1][0]],
    );
  });
});

test.each([
  ['applicationLogs', 'APPLICATION_LOGS'],
  ['usageLogs', 'USAGE_LOGS'],
  ['traces', 'TRACES'],
])('%s can be switched off by itself', (prop, logType) => {
  const fixture = new Fixture();
  fixture.agent({ observability: { [prop]: false } });
  const types = Object.values<any>(fixture.template().findResources(SOURCE)).map((s) => s.Properties.LogType);
  expect(types).toHaveLength(2);
  expect(types).not.toContain(logType);
});

test('the log group of the runtime is owned on V1, left to the service on V2, and either can be changed', () => {
  const owned = (version?: agentcore.PlatformVersion, runtimeLogs?: boolean) => {
    const fixture = new Fixture();
    fixture.agent({ platformVersion: version, observability: { runtimeLogs } });
    const groups = Object.values<any>(fixture.template().findResources(GROUP));
    return groups.some((g) => JSON.stringify(g).includes('/aws/bedrock-agentcore/runtimes/'));
  };
  const { V1, V2 } = agentcore.PlatformVersion;
  expect([owned(), owned(V1), owned(V2)]).toEqual([true, true, false]);
  expect([owned(V1, false), owned(V2, true)]).toEqual([false, true]);
});

test('the group of the runtime has the name that the service looks for', () => {
  const fixture = new Fixture();
  fixture.agent();
  const group = resource(fixture.template(), GROUP, 'ClaudeRuntimeLogs');
  expect(group.Properties.LogGroupName['Fn::Join'][1]).toEqual([
    '/aws/bedrock-agentcore/runtimes/',
    { 'Fn::GetAtt': [expect.stringMatching(/^ClaudeRuntime/), 'AgentRuntimeId'] },
    '-DEFAULT',
  ]);
});

test('a resource policy for X-Ray is made when asked for, once, and traces wait for it', () => {
  const fixture = new Fixture();
  fixture.agent({ observability: { traceResourcePolicy: true } });
  fixture.agent({ observability: { traceResourcePolicy: true } }, 'Codex');
  const template = fixture.template();
  const [[id, policy]] = Object.entries<any>(template.findResources('AWS::XRay::ResourcePolicy'));
  expect(JSON.stringify(policy.Properties.PolicyDocument)).toContain('LogGeneratingResourceArns');
  const xray = Object.values<any>(template.findResources(DESTINATION)).find(
    (d) => d.Properties.DeliveryDestinationType === 'XRAY',
  );
  expect(xray.DependsOn).toEqual([id]);
});

describe('a key', () => {
  test('encrypts every group, and its policy lets CloudWatch Logs use it for these groups', () => {
    const fixture = new Fixture();
    const encryptionKey = new kms.Key(fixture.stack, 'Key');
    const agent = fixture.agent({ observability: { encryptionKey, removalPolicy: RemovalPolicy.DESTROY } });
    const template = fixture.template();
    for (const group of Object.values<any>(template.findResources(GROUP))) {
      expect(group.Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
      expect(group.DeletionPolicy).toBe('Delete');
    }
    const statements = resource(template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement.slice(1);
    expect(statements.map((s: any) => JSON.stringify(s.Condition))).toEqual([
      expect.stringContaining('/aws/vendedlogs/bedrock-agentcore/runtime/*'),
      expect.stringContaining(`/runtimes/${agent.runtimeName}-*`),
    ]);
    expect(JSON.stringify(statements[0].Principal)).toContain('logs.');
  });

  test('that is imported brings a warning that says what its policy needs', () => {
    const fixture = new Fixture();
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
    fixture.agent({ observability: { encryptionKey: kms.Key.fromKeyArn(fixture.stack, 'Key', arn) } });
    fixture.template();
    const said = messages(fixture).join();
    expect(said).toContain('the encryptionKey of log groups is imported, so its policy cannot be extended here');
    expect(said).toContain('...:log-group:/aws/vendedlogs/bedrock-agentcore/runtime/*');
    expect(said).toContain('cdk-coding-agents:importedLogKey');
  });
});

test('logs that are kept forever are refused', () => {
  const fixture = new Fixture();
  const error = thrownBy(() => fixture.agent({ observability: { retention: logs.RetentionDays.INFINITE } }));
  expect(error.code).toBe('LogsKeptForever');
  expect(error.text).toContain(
    `logs would be kept forever (got 'RetentionDays.INFINITE'); allowed: any limited retention; choose one, for example RetentionDays.TEN_YEARS; left away it is one year`,
  );
});
