import type { Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AgentAuditTrail } from '../../lib/audit/agent-audit-trail';
import { resource, thrownBy } from '../fixture';
import { newStack, TRAIL, trailOf } from './audit-fixture';

const GROUP = 'AWS::Logs::LogGroup';
const QUERY = 'AWS::Logs::QueryDefinition';

describe('the log group', () => {
  test('is encrypted, kept for a year, and not deleted', () => {
    const stack = newStack();
    const { trailName, logGroup } = new AgentAuditTrail(stack, 'Audit');
    const template = trailOf();
    const { Properties, DeletionPolicy } = resource(template, GROUP);
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(Properties).toEqual({
      LogGroupName: {
        'Fn::Join': [
          '',
          [
            '/coding-agents/audit/',
            { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] },
            `/${trailName}`,
          ],
        ],
      },
      KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^AuditKey/), 'Arn'] },
      RetentionInDays: 365,
    });
    expect(stack.resolve(logGroup!.logGroupName)).toEqual({ Ref: expect.stringMatching(/^AuditLogsGroup/) });
  });

  test('is written by a role that may do this and no more', () => {
    const template = trailOf();
    expect(resource(template, 'AWS::IAM::Role').Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
    expect(resource(template, 'AWS::IAM::Role').Properties.Policies).toBeUndefined();
    template.resourceCountIs('AWS::IAM::Policy', 0);
    const { PolicyDocument, Roles } = resource(template, 'AWS::IAM::ManagedPolicy').Properties;
    expect(Roles).toEqual([{ Ref: expect.stringMatching(/^AuditLogsRole/) }]);
    expect(PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^AuditLogsGroup/), 'Arn'] },
      },
    ]);
  });

  test('keeps records as long as you say', () => {
    const template = trailOf({ logRetention: logs.RetentionDays.ONE_MONTH });
    expect(resource(template, GROUP).Properties.RetentionInDays).toBe(30);
  });

  test('is not kept forever', () => {
    expect(thrownBy(() => trailOf({ logRetention: logs.RetentionDays.INFINITE })).code).toBe('LogsKeptForever');
  });

  test('can be left away, with its role and the queries', () => {
    const stack = newStack();
    expect(new AgentAuditTrail(stack, 'Without', { cloudWatchLogs: false }).logGroup).toBeUndefined();
    const template = trailOf({ cloudWatchLogs: false });
    [GROUP, QUERY, 'AWS::IAM::Role', 'AWS::IAM::ManagedPolicy'].forEach((type) => template.resourceCountIs(type, 0));
    const { CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn } = resource(template, TRAIL).Properties;
    expect([CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn]).toEqual([undefined, undefined]);
    expect(JSON.stringify(resource(template, 'AWS::KMS::Key'))).not.toContain('logs.');
  });

  test('is needed for its retention', () => {
    const error = thrownBy(() => trailOf({ cloudWatchLogs: false, logRetention: logs.RetentionDays.ONE_DAY }));
    expect(error.code).toBe('NoAuditLogs');
    expect(error.text).toContain(
      "logRetention is about the log group of the trail, but it has none (got 'cloudWatchLogs: false'); leave one of the two away",
    );
  });
});

describe('the saved queries', () => {
  const queries = (template: Template): Record<string, string> =>
    Object.fromEntries(
      Object.values<any>(template.findResources(QUERY)).map(({ Properties: { Name, QueryString } }) => [
        Name.split('/')[1],
        QueryString,
      ]),
    );

  test('are found under the name of the trail, and ask its log group', () => {
    const template = trailOf();
    const name: string = resource(template, TRAIL).Properties.TrailName;
    for (const { Properties } of Object.values<any>(template.findResources(QUERY))) {
      expect(Properties.Name.startsWith(`${name}/`)).toBe(true);
      expect(Properties.LogGroupNames).toEqual([{ Ref: expect.stringMatching(/^AuditLogsGroup/) }]);
      expect(Properties.QueryString).toContain('filter eventSource = "bedrock-agentcore.amazonaws.com"');
    }
  });

  test('are six', () => {
    expect(Object.keys(queries(trailOf()))).toEqual([
      'Who invoked what',
      'Who opened a shell',
      'Who ran commands',
      'Which credential was used for whom',
      'Denied calls',
      'Who changed agents, gateways and credentials',
    ]);
  });

  test('without management events nobody changes anything that is recorded', () => {
    const names = Object.keys(queries(trailOf({ managementEvents: false })));
    expect(names).toHaveLength(5);
    expect(names).not.toContain('Who changed agents, gateways and credentials');
  });

  /** the events that a query finds, by its own patterns */
  const EVENTS = [
    'InvokeAgentRuntime',
    'InvokeAgentRuntimeForUser',
    'InvokeAgentRuntimeWithWebSocketStream',
    'InvokeGateway',
    'InvokeMcp',
    'InvokeAgentRuntimeCommand',
    'InvokeAgentRuntimeCommandShell',
    'GetResourceApiKey',
    'GetResourceOauth2Token',
    'GetWorkloadAccessToken',
    'GetWorkloadAccessTokenForJWT',
    'CompleteResourceTokenAuth',
    'CreateGateway',
    'UpdateAgentRuntime',
    'DeleteGatewayTarget',
    'GetGateway',
    'ListGateways',
  ];
  const found = (query: string): string[] =>
    EVENTS.filter((event) =>
      [...query.matchAll(/eventName (=|like|not like) (?:"(\w+)"|\/(.*?)\/(?= |\n|$))/g)].every(
        ([, operator, literal, pattern]) =>
          operator === '=' ? event === literal : new RegExp(pattern).test(event) === (operator === 'like'),
      ),
    );

  test.each([
    ['Who invoked what', EVENTS.slice(0, 5)],
    ['Who ran commands', EVENTS.slice(5, 6)],
    ['Who opened a shell', EVENTS.slice(6, 7)],
    ['Which credential was used for whom', EVENTS.slice(7, 12)],
    ['Who changed agents, gateways and credentials', [...EVENTS.slice(0, 7), ...EVENTS.slice(12, 15)]],
  ])('%s: these events', (name, events) => {
    expect(found(queries(trailOf())[name])).toEqual(events);
  });

  test('the one about changes leaves calls to their own', () => {
    expect(queries(trailOf())['Who changed agents, gateways and credentials']).toContain(
      'eventCategory = "Management"',
    );
  });

  test('the one about denials looks at IAM, at tokens and at what MCP answers', () => {
    const query = queries(trailOf())['Denied calls'];
    expect(query).toContain(
      'filter errorCode like /AccessDenied|Unauthorized/ or responseElements.statusCode in [401, 403] or ispresent(responseElements.body.error.code)',
    );
  });
});

describe('the table for Athena', () => {
  test('is not there by default', () => {
    trailOf().resourceCountIs('AWS::Glue::Table', 0);
    expect(new AgentAuditTrail(newStack(), 'Audit').athenaTableName).toBeUndefined();
  });

  test('lies over the records of the account and region, a day a partition', () => {
    const stack = newStack();
    const { athenaTableName } = new AgentAuditTrail(stack, 'Audit', { athenaTable: true });
    const template = trailOf({ athenaTable: true });
    const { DatabaseInput, CatalogId } = resource(template, 'AWS::Glue::Database').Properties;
    const { Properties, DependsOn } = resource(template, 'AWS::Glue::Table');
    expect(DatabaseInput.Name).toMatch(/^[a-z0-9_]+$/);
    expect([CatalogId, Properties.CatalogId]).toEqual(['111122223333', '111122223333']);
    expect(Properties.DatabaseName).toBe(DatabaseInput.Name);
    expect(athenaTableName).toBe(`${DatabaseInput.Name}.events`);
    expect(DependsOn).toEqual([expect.stringMatching(/^AuditAthenaDatabase/)]);

    const { TableInput } = Properties;
    const under = (end: string) => ({
      'Fn::Join': [
        '',
        ['s3://', { Ref: expect.stringMatching(/^AuditBucket/) }, `/AWSLogs/111122223333/CloudTrail/eu-west-1/${end}`],
      ],
    });
    expect(TableInput.StorageDescriptor.Location).toEqual(under(''));
    expect(TableInput.PartitionKeys).toMatchObject([{ Name: 'day', Type: 'string' }]);
    expect(TableInput.Parameters).toEqual({
      classification: 'cloudtrail',
      'projection.enabled': 'true',
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy/MM/dd',
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'projection.day.range': 'NOW-365DAYS,NOW',
      'storage.location.template': under('${day}'),
    });
  });

  test('has a column for each field, with balanced types', () => {
    const { Columns } = resource(trailOf({ athenaTable: true }), 'AWS::Glue::Table').Properties.TableInput
      .StorageDescriptor;
    const types = Object.fromEntries(Columns.map(({ Name, Type }: any) => [Name, Type]));
    expect(types).toMatchObject({
      eventname: 'string',
      requestparameters: 'string',
      resources: 'array<struct<arn:string,accountid:string,type:string>>',
    });
    expect(types.useridentity).toMatch(/^struct<type:string,.*sessionissuer:struct<.*>>$/);
    for (const type of Object.values<string>(types)) {
      expect(type.split('<')).toHaveLength(type.split('>').length);
    }
  });

  test('reaches back ten years in a bucket of the user', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Mine', { objectLockEnabled: true });
    const { TableInput } = resource(trailOf({ bucket, athenaTable: true }, stack), 'AWS::Glue::Table').Properties;
    expect(TableInput.Parameters['projection.day.range']).toBe('NOW-3650DAYS,NOW');
  });
});
