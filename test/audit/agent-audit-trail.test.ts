import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CodingAgent, McpGateway, ToolTarget } from '../../lib';
import { AgentAuditTrail } from '../../lib/audit/agent-audit-trail';
import { Fixture, messages, resource, STRICT, thrownBy } from '../fixture';
import { GatewayFixture, JWT } from '../gateway/gateway-fixture';
import { arn, ENV, newStack, runtimeIn, selectorsOf, TRAIL, trailOf } from './audit-fixture';

const RUNTIME_ARN = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/claude-abcdefghij';
const GATEWAY_ARN = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/tools-abcdefghij';
const EVERYTHING = {
  Runtime: 'all',
  RuntimeEndpoint: 'all',
  Gateway: 'all',
  APIKeyCredentialProvider: 'all',
  OAuth2CredentialProvider: 'all',
  WorkloadIdentity: 'all',
  TokenVault: 'all',
  WorkloadIdentityDirectory: 'all',
};

const att = (idStart: string, attribute: string) => ({
  'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${idStart}`)), attribute],
});
const identity = (idStart: string, attribute: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':bedrock-agentcore:eu-west-1:111122223333:workload-identity-directory/default/workload-identity/',
      att(idStart, attribute),
    ],
  ],
});

describe('the trail', () => {
  test('logs, is validated and encrypted, and waits for what CloudTrail tries', () => {
    const { Properties, DependsOn } = resource(trailOf(), TRAIL);
    expect(Properties).toEqual({
      TrailName: expect.stringMatching(/^Stack-Audit-/),
      IsLogging: true,
      EnableLogFileValidation: true,
      IsMultiRegionTrail: false,
      IncludeGlobalServiceEvents: true,
      S3BucketName: { Ref: expect.stringMatching(/^AuditBucket/) },
      KMSKeyId: att('AuditKey', 'Arn'),
      CloudWatchLogsLogGroupArn: att('AuditLogsGroup', 'Arn'),
      CloudWatchLogsRoleArn: att('AuditLogsRole', 'Arn'),
      AdvancedEventSelectors: expect.any(Array),
    });
    expect(DependsOn).toEqual([
      expect.stringMatching(/^AuditBucketPolicy/),
      expect.stringMatching(/^AuditLogsGroup/),
      expect.stringMatching(/^AuditLogsPolicy/),
      expect.stringMatching(/^AuditLogsRole/),
    ]);
  });

  test('tells its name and ARN', () => {
    const stack = newStack();
    const trail = new AgentAuditTrail(stack, 'Audit');
    expect(trail.trailName).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/);
    expect(stack.resolve(trail.trailArn)).toEqual(arn(`cloudtrail:eu-west-1:111122223333:trail/${trail.trailName}`));
  });
});

describe('what is recorded', () => {
  test('everything by default, and the management events without those of KMS and RDS', () => {
    const template = trailOf();
    expect(selectorsOf(template)).toEqual({ Management: 'all', ...EVERYTHING });
    const [management, runtime] = resource(template, TRAIL).Properties.AdvancedEventSelectors;
    expect(management.FieldSelectors).toEqual([
      { Field: 'eventCategory', Equals: ['Management'] },
      { Field: 'eventSource', NotEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
    ]);
    expect(runtime.FieldSelectors).toEqual([
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::BedrockAgentCore::Runtime'] },
    ]);
  });

  test('no management events', () => {
    expect(selectorsOf(trailOf({ managementEvents: false }))).toEqual(EVERYTHING);
  });

  test('an agent: its runtime, its endpoints, its identity', () => {
    const fixture = new Fixture({ stackProps: { env: ENV } });
    new AgentAuditTrail(fixture.stack, 'Audit', { of: [fixture.agent()], managementEvents: false });
    const runtime = [att('ClaudeRuntime', 'AgentRuntimeArn')];
    expect(selectorsOf(fixture.template())).toEqual({
      Runtime: runtime,
      RuntimeEndpoint: runtime,
      WorkloadIdentity: [identity('ClaudeRuntime', 'AgentRuntimeId')],
      TokenVault: 'all',
      WorkloadIdentityDirectory: 'all',
    });
  });

  test('a gateway, with the credentials of targets that are added later', () => {
    const { stack, gateway, bot } = new GatewayFixture({ inboundAuth: JWT }, { stackProps: { env: ENV } });
    new AgentAuditTrail(stack, 'Audit', { of: [gateway], managementEvents: false });
    gateway.addTarget('gh', ToolTarget.github({ readOnly: true, identity: bot }));
    expect(selectorsOf(Template.fromStack(stack))).toEqual({
      Gateway: [att('ToolsGateway', 'GatewayArn')],
      APIKeyCredentialProvider: [att('Tools.*', 'CredentialProviderArn')],
      WorkloadIdentity: [identity('ToolsGateway', 'GatewayIdentifier')],
      TokenVault: 'all',
      WorkloadIdentityDirectory: 'all',
    });
  });

  test('what is imported, by its ARN', () => {
    const stack = newStack();
    const claude = CodingAgent.fromCodingAgentAttributes(stack, 'Claude', { runtimeArn: RUNTIME_ARN });
    const tools = McpGateway.fromMcpGatewayAttributes(stack, 'Tools', { gatewayArn: GATEWAY_ARN, inboundAuth: JWT });
    const l2 = agentcore.Runtime.fromAgentRuntimeAttributes(stack, 'L2', {
      agentRuntimeArn: RUNTIME_ARN.replace('claude', 'codex'),
      agentRuntimeId: 'codex-abcdefghij',
      agentRuntimeName: 'codex',
      roleArn: 'arn:aws:iam::111122223333:role/codex',
      agentRuntimeVersion: '1',
    });
    const runtimes = [RUNTIME_ARN, RUNTIME_ARN.replace('claude', 'codex')];
    const identityOf = (id: string) =>
      arn(`bedrock-agentcore:eu-west-1:111122223333:workload-identity-directory/default/workload-identity/${id}`);
    expect(selectorsOf(trailOf({ of: [claude, tools, l2], managementEvents: false }, stack))).toEqual({
      Runtime: runtimes,
      RuntimeEndpoint: runtimes,
      Gateway: [GATEWAY_ARN],
      WorkloadIdentity: ['claude-abcdefghij', 'tools-abcdefghij', 'codex-abcdefghij'].map(identityOf),
      TokenVault: 'all',
      WorkloadIdentityDirectory: 'all',
    });
  });

  test('an endpoint stands for its agent', () => {
    const fixture = new Fixture({ stackProps: { env: ENV } });
    const live = fixture.agent().addEndpoint('live', { version: '1' });
    new AgentAuditTrail(fixture.stack, 'Audit', { of: [live] });
    expect(selectorsOf(fixture.template())).toMatchObject({ Runtime: [att('ClaudeRuntime', 'AgentRuntimeArn')] });
  });

  test('L1s, and each once, however often it is named', () => {
    const stack = newStack();
    const runtime = runtimeIn(stack);
    new agentcore.CfnOAuth2CredentialProvider(stack, 'OAuth', {
      name: 'oauth',
      credentialProviderVendor: 'GithubOauth2',
      oauth2ProviderConfigInput: {},
    });
    new agentcore.CfnWorkloadIdentity(stack, 'Identity', { name: 'identity' });
    expect(selectorsOf(trailOf({ of: [stack, runtime], managementEvents: false }, stack))).toEqual({
      Runtime: [att('Runtime', 'AgentRuntimeArn')],
      RuntimeEndpoint: [att('Runtime', 'AgentRuntimeArn')],
      OAuth2CredentialProvider: [att('OAuth', 'CredentialProviderArn')],
      WorkloadIdentity: [identity('Runtime', 'AgentRuntimeId'), att('Identity', 'WorkloadIdentityArn')],
      TokenVault: 'all',
      WorkloadIdentityDirectory: 'all',
    });
  });

  test('agents of another stack of the same place', () => {
    const app = new App();
    const [agents, audit] = [newStack({ env: ENV }, app, 'Agents'), newStack({ env: ENV }, app, 'AuditStack')];
    const template = trailOf({ of: [runtimeIn(agents)] }, audit);
    expect(JSON.stringify(selectorsOf(template))).toContain('Agents:ExportsOutputFnGetAttRuntimeAgentRuntimeArn');
  });
});

describe('refuses', () => {
  test('an empty list', () => {
    const error = thrownBy(() => trailOf({ of: [] }));
    expect(error.code).toBe('NothingToAudit');
    expect(error.text).toContain(
      'of is an empty list; allowed: agents, gateways, credential providers, workload identities, or constructs that hold some of them; make them before the trail, or leave `of` away for all of the account and region',
    );
  });

  test('what AgentCore does not know', () => {
    const stack = newStack();
    const error = thrownBy(() => trailOf({ of: [new s3.Bucket(stack, 'Logs')] }, stack));
    expect(error.code).toBe('NothingToAudit');
    expect(error.text).toContain(
      "of names something that AgentCore records nothing about (got 'Stack/Logs'); allowed: agents",
    );
  });

  test.each([
    ['region', { ...ENV, region: 'us-east-1' }],
    ['account', { ...ENV, account: '999999999999' }],
  ] as const)('an agent of another %s', (part, env) => {
    const app = new App();
    const runtime = runtimeIn(newStack({ env }, app, 'Agents'));
    const error = thrownBy(() => trailOf({ of: [runtime] }, newStack({ env: ENV }, app)));
    expect(error.code).toBe('AuditedElsewhere');
    expect(error.text).toContain(
      `'Agents/Runtime' is in another ${part} than the trail (got '${env[part]}'); allowed: ${ENV[part]}; make a trail in each account and region`,
    );
  });

  test('an imported agent of another region', () => {
    const stack = newStack();
    const runtimeArn = RUNTIME_ARN.replace('eu-west-1', 'us-east-1');
    const claude = CodingAgent.fromCodingAgentAttributes(stack, 'Claude', { runtimeArn });
    expect(thrownBy(() => trailOf({ of: [claude] }, stack)).code).toBe('AuditedElsewhere');
  });

  // 3 values for management events, 2 for each of 5 types, 3 for each runtime
  const MOST = 162;
  const stackWith = (runtimes: number): Stack => {
    const stack = newStack();
    Array.from({ length: runtimes }, (_, i) => runtimeIn(stack, `Runtime${i}`));
    return stack;
  };

  test('more than the selectors hold', () => {
    const [most, tooMany] = [MOST, MOST + 1].map(stackWith);
    expect(selectorsOf(trailOf({ of: [most] }, most)).Runtime).toHaveLength(MOST);
    const error = thrownBy(() => new AgentAuditTrail(tooMany, 'Audit', { of: [tooMany] }));
    expect(error.code).toBe('TooManyAudited');
    expect(error.text).toContain(
      "the trail names more resources than the selectors of a trail can hold (got '502 values'); allowed: 500 values: an agent takes three, a gateway two, a credential provider one; leave `of` away for all of the account and region, or split the list over two trails",
    );
  });

  test('what becomes too much later', () => {
    const stack = stackWith(MOST);
    new AgentAuditTrail(stack, 'Audit', { of: [stack] });
    runtimeIn(stack, 'OneMore');
    expect(() => Template.fromStack(stack)).toThrow("(got '502 values')");
  });

  test('a sixth trail in the account and region, but not elsewhere', () => {
    const app = new App();
    const stack = newStack({ env: ENV }, app);
    const names = ['A', 'B', 'C', 'D', 'E'];
    names.forEach((name) => new AgentAuditTrail(stack, name, { of: [runtimeIn(stack, `Runtime${name}`)] }));
    const other = newStack({ env: ENV }, app, 'Other');
    const error = thrownBy(() => trailOf({}, other));
    expect(error.code).toBe('TooManyTrails');
    expect(error.text).toContain(
      "an account has no room for another trail in this region (got '6 audit trails in this app'); allowed: 5, with those that others made; record more with one trail, for example with 'Stack/A'",
    );
    trailOf({}, newStack({ env: { ...ENV, region: 'us-east-1' } }, app, 'Elsewhere')).resourceCountIs(TRAIL, 1);
  });
});

describe('two trails of the same calls', () => {
  const warningsOf = (first: string[] | undefined, second: string[] | undefined): string[] => {
    const stack = newStack();
    const runtimes = new Map(['A', 'B'].map((id) => [id, runtimeIn(stack, id)]));
    const of = (ids: string[] | undefined) => ids?.map((id) => runtimes.get(id)!);
    new AgentAuditTrail(stack, 'First', { of: of(first) });
    new AgentAuditTrail(stack, 'Second', { of: of(second) });
    return messages({ stack });
  };
  const WARNING =
    "this trail records calls that 'Stack/First' records too, and each is paid for twice (got 'Stack/Second'); record them with one trail, or acknowledge this warning [ack: cdk-coding-agents:auditedTwice]";

  test.each([
    [['A'], ['A', 'B']],
    [undefined, ['A']],
    [['A'], undefined],
    [undefined, undefined],
  ])('%p and %p', (first, second) => {
    expect(warningsOf(first, second)).toEqual([WARNING]);
  });

  test('of different ones are fine', () => {
    expect(warningsOf(['A'], ['B'])).toEqual([]);
  });
});

describe('CloudFormation has nothing to say', () => {
  const before = process.env.CDK_VALIDATION;
  beforeAll(() => delete process.env.CDK_VALIDATION);
  afterAll(() => {
    process.env.CDK_VALIDATION = before;
  });

  test.each([
    ['any account', undefined],
    ['a known account', ENV],
  ])('in %s', (_, env) => {
    const fixture = new Fixture({ context: STRICT, stackProps: { env } });
    const serverAccessLogsBucket = new s3.Bucket(fixture.stack, 'AccessLogs');
    new AgentAuditTrail(fixture.stack, 'Audit', { of: [fixture.agent()], athenaTable: true, serverAccessLogsBucket });
    fixture.template().resourceCountIs(TRAIL, 1);
  });

  test('with as little as there can be', () => {
    const stack = newStack({ env: ENV }, new App({ context: STRICT }));
    trailOf({ cloudWatchLogs: false, managementEvents: false }, stack).resourceCountIs(TRAIL, 1);
  });
});

test('in an account that is known at deployment only', () => {
  const stack = new Stack(new App(), 'Anywhere');
  const trail = new AgentAuditTrail(stack, 'Audit', { of: [runtimeIn(stack)] });
  expect(selectorsOf(Template.fromStack(stack))).toMatchObject({ Runtime: [att('Runtime', 'AgentRuntimeArn')] });
  expect(JSON.stringify(stack.resolve(trail.trailArn))).toContain(JSON.stringify({ Ref: 'AWS::AccountId' }));
});
