import { Duration, Lazy, Stack, Stage } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import {
  InboundAuth,
  JwtClaim,
  McpClient,
  McpGateway,
  OutboundIdentity,
  Rate,
  RateLimit,
  ToolPolicy,
  ToolTarget,
} from '../../lib';
import { Fixture, messages, resource, STRICT, thrownBy } from '../fixture';
import { GATEWAY, GatewayFixture, ISSUER, JWT, TARGET, TOOLS } from './gateway-fixture';

const properties = (fixture: GatewayFixture, type = GATEWAY): any => resource(fixture.template(), type).Properties;
const server = (fixture: GatewayFixture, props = {}): ToolTarget =>
  ToolTarget.mcpServer({ endpoint: 'https://mcp.example.com/mcp', identity: fixture.bot, ...props });
const handler = (fixture: GatewayFixture, id = 'Fn'): lambda.Function =>
  new lambda.Function(fixture.stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async (event) => event;'),
  });

const TOOL_OF_FUNCTION = {
  name: 'read',
  description: 'reads',
  inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT },
};

describe('by default', () => {
  test('a gateway speaks three versions of MCP, searches by meaning, and tells nobody why a call failed', () => {
    const { ProtocolConfiguration, ...rest } = properties(new GatewayFixture());
    expect(ProtocolConfiguration).toEqual({
      Mcp: {
        Instructions: 'Tools of this team. Each call is made with the identity that the team chose for it.',
        SearchType: 'SEMANTIC',
        SupportedVersions: ['2025-11-25', '2025-06-18', '2025-03-26'],
      },
    });
    expect(rest).toEqual({
      Name: 'agents-tools-9a11d28c',
      AuthorizerType: 'AWS_IAM',
      ProtocolType: 'MCP',
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^ToolsAccessRole/), 'Arn'] },
    });
  });

  test('there is no Cognito, no policy engine, no rate limit and no web ACL', () => {
    const template = new GatewayFixture().template();
    for (const type of [
      'AWS::Cognito::UserPool',
      'AWS::BedrockAgentCore::PolicyEngine',
      'AWS::BedrockAgentCore::GatewayRateLimit',
      'AWS::WAFv2::WebACLAssociation',
      'AWS::IAM::Policy',
      'AWS::Scheduler::Schedule',
    ]) {
      template.resourceCountIs(type, 0);
    }
  });

  test('its role may nothing, and is assumed by this gateway only', () => {
    const fixture = new GatewayFixture();
    expect(fixture.allowed()).toEqual([]);
    const [statement] = resource(fixture.template(), 'AWS::IAM::Role').Properties.AssumeRolePolicyDocument.Statement;
    expect(statement.Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: { 'aws:SourceArn': arn(':gateway/agents-tools-9a11d28c-??????????') },
    });
  });

  test('logs and traces are delivered and kept for a year, with credentials masked', () => {
    const template = new GatewayFixture().template();
    const sources = Object.values<any>(template.findResources('AWS::Logs::DeliverySource')).map((s) => s.Properties);
    expect(sources.map(({ LogType }) => LogType)).toEqual(['APPLICATION_LOGS', 'TRACES']);
    const group = resource(template, 'AWS::Logs::LogGroup');
    expect(group.Properties.RetentionInDays).toBe(365);
    expect(JSON.stringify(group.Properties.LogGroupName)).toContain('/aws/vendedlogs/bedrock-agentcore/gateway/');
    const { Statement, Configuration } = group.Properties.DataProtectionPolicy;
    expect(Statement.map(({ Operation }: any) => Object.keys(Operation)[0])).toEqual(['Audit', 'Deidentify']);
    expect(Statement[0].DataIdentifier).toEqual(Statement[1].DataIdentifier);
    expect(Configuration.CustomDataIdentifier.map(({ Name }: any) => Name)).toContain('GitHubToken');
  });
});

test.each([
  ['a GitHub token of today', `ghs_1234567_eyJhbGciOi.eyJpc3MiOi-x.abcdefgh`],
  ['a fine-grained token', `github_pat_${'a'.repeat(30)}`],
  ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0xx.c2lnbmF0dXJl'],
  ['a Slack token', 'xoxp-123456789012-abcdef'],
  ['an Atlassian token', `ATATT${'x'.repeat(24)}`],
])('the log group masks %s', (_name, secret) => {
  const { Configuration } = resource(new GatewayFixture().template(), 'AWS::Logs::LogGroup').Properties
    .DataProtectionPolicy;
  const patterns: string[] = Configuration.CustomDataIdentifier.map(({ Regex }: any) => Regex);
  expect(patterns.some((pattern) => new RegExp(pattern).test(secret))).toBe(true);
  // CloudWatch Logs takes at most 200 characters of few kinds
  patterns.forEach((pattern) => expect(pattern).toMatch(/^[A-Za-z0-9_#=@/;, \-^$?[\]{}|\*+.]{1,200}$/));
});

test('a token guards the gateway, and everything that can be asked of it is asked', () => {
  const fixture = new GatewayFixture({
    inboundAuth: InboundAuth.jwt({
      discoveryUrl: ISSUER,
      allowedClients: ['cli'],
      allowedAudiences: ['tools'],
      allowedScopes: ['tools'],
      advertisedScopes: { tools: 'api://tools/tools' },
    }),
  });
  expect(properties(fixture)).toMatchObject({
    AuthorizerType: 'CUSTOM_JWT',
    AuthorizerConfiguration: {
      CustomJWTAuthorizer: {
        DiscoveryUrl: ISSUER,
        AllowedClients: ['cli'],
        AllowedAudience: ['tools'],
        AllowedScopes: ['tools'],
        AdvertisedScopeMapping: { tools: 'api://tools/tools' },
      },
    },
  });
});

describe('signatures without authorization', () => {
  const inboundAuth = InboundAuth.authenticateOnly();
  const one = ToolPolicy.fromCedar(
    'permit(principal, action, resource is AgentCore::Gateway) when { principal.id == "arn:aws:sts::1:assumed-role/x" };',
  );

  test('are taken where policies name principals', () => {
    const fixture = new GatewayFixture({ inboundAuth, policies: [one] });
    fixture.gateway.addTarget(
      'fn',
      ToolTarget.lambdaFunction({ function: handler(fixture), tools: [TOOL_OF_FUNCTION] }),
    );
    expect(properties(fixture).AuthorizerType).toBe('AUTHENTICATE_ONLY');
  });

  const LOG_ONLY = agentcore.PolicyEngineMode.LOG_ONLY;
  const anybody = ToolPolicy.fromCedar('permit(principal, action, resource is AgentCore::Gateway);');
  test.each([
    ['without policies', {}, 'without policies in force'],
    ['with policies that only report', { policies: [one], policyMode: LOG_ONLY }, 'without policies in force'],
    ['with a starter', { policies: [ToolPolicy.permitAll()] }, 'permits without a condition on the principal'],
    ['with a permit for anybody', { policies: [one, anybody] }, 'permits without a condition on the principal'],
  ])('are refused %s', (_name, props, got) => {
    const error = thrownBy(() => new GatewayFixture({ inboundAuth, ...props }));
    expect(error.code).toBe('GatewayWithoutAuthorization');
    expect(error.text).toContain('anyone with AWS credentials, of any account, could call tools');
    expect(error.text).toContain(got);
  });

  test('are refused before a server, whose resources and prompts no policy covers', () => {
    const fixture = new GatewayFixture({ inboundAuth, policies: [one] });
    const error = thrownBy(() => fixture.gateway.addTarget('own', server(fixture)));
    expect(error.code).toBe('ServerWithoutAuthorization');
    expect(error.text).toContain('an MCP server behind a gateway that authorizes nobody');
  });
});

test('sessions, streaming, lists on one page, versions, instructions and exception level are set as asked', () => {
  const fixture = new GatewayFixture({
    sessionTimeout: Duration.hours(1),
    responseStreaming: true,
    singlePageToolLists: true,
    instructions: 'Ask before you merge.',
    supportedVersions: [agentcore.MCPProtocolVersion.MCP_2025_06_18],
    exceptionLevel: agentcore.GatewayExceptionLevel.DEBUG,
    description: 'tools',
    tags: { team: 'platform' },
  });
  const { ProtocolConfiguration, ExceptionLevel, Description, Tags } = properties(fixture);
  expect(ProtocolConfiguration.Mcp).toEqual({
    SessionConfiguration: { SessionTimeoutInSeconds: 3600 },
    StreamingConfiguration: { EnableResponseStreaming: true },
    DisableMcpListToolsPagination: true,
    Instructions: 'Ask before you merge.',
    SupportedVersions: ['2025-06-18'],
    SearchType: 'SEMANTIC',
  });
  expect([ExceptionLevel, Description, Tags]).toEqual(['DEBUG', 'tools', { team: 'platform' }]);
  expect(messages(fixture)).toEqual([expect.stringContaining('callers are told the cause of each error')]);
});

describe('search by meaning', () => {
  const dynamic = (fixture: GatewayFixture): ToolTarget => server(fixture, { listing: 'DYNAMIC' });

  test('is left away for a gateway with a target that lists its tools at each request', () => {
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget('live', dynamic(fixture));
    expect(properties(fixture).ProtocolConfiguration.Mcp.SearchType).toBeUndefined();
  });

  test('is off when it is switched off', () => {
    expect(properties(new GatewayFixture({ semanticSearch: false })).ProtocolConfiguration.Mcp.SearchType).toBe(
      undefined,
    );
  });

  test('and such a target are refused together', () => {
    const fixture = new GatewayFixture({ semanticSearch: true });
    fixture.gateway.addTarget('live', dynamic(fixture));
    expect(thrownBy(() => fixture.template()).text).toContain(
      `tools that are listed at each request cannot be searched by meaning (got 'semanticSearch with 'live'')`,
    );
  });
});

describe('a customer-managed key', () => {
  test('encrypts the gateway, whose role may use it for that alone and before it is made', () => {
    const fixture = new GatewayFixture();
    const stack = new Stack(fixture.app, 'Keyed');
    new McpGateway(stack, 'Tools', {
      inboundAuth: JWT,
      encryptionKey: new kms.Key(stack, 'Key'),
      gatewayName: 'tools',
    });
    const template = new GatewayFixture().template.call({ stack } as any);
    const gateway = resource(template, GATEWAY);
    expect(gateway.Properties.KmsKeyArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
    expect(gateway.DependsOn).toEqual([expect.stringMatching(/^ToolsAccessPolicy/)]);
    const { Statement } = resource(template, 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument;
    expect(Statement.map(({ Action }: any) => Action)).toEqual([
      'kms:DescribeKey',
      ['kms:Decrypt', 'kms:GenerateDataKey'],
      'kms:CreateGrant',
    ]);
    for (const { Condition } of Statement) {
      expect(JSON.stringify(Condition)).toMatch(
        /kms:ViaService|aws:bedrock-agentcore-gateway:arn.*gateway\/tools-\?{10}/,
      );
    }
  });
});

describe('interceptors', () => {
  test('are invoked by the role, which may invoke exactly them', () => {
    const first = new GatewayFixture();
    const request = handler(first, 'Request');
    const stack = first.stack;
    const gateway = new McpGateway(stack, 'Own', {
      inboundAuth: JWT,
      requestInterceptor: { function: request, passRequestHeaders: true },
      responseInterceptor: { function: request },
    });
    const { InterceptorConfigurations } = resource(first.template(), GATEWAY, 'Own').Properties;
    const arnOf = { 'Fn::GetAtt': [stack.getLogicalId(request.node.defaultChild as any), 'Arn'] };
    expect(InterceptorConfigurations).toEqual(
      [true, false].map((PassRequestHeaders, index) => ({
        InterceptionPoints: [['REQUEST', 'RESPONSE'][index]],
        Interceptor: { Lambda: { Arn: arnOf } },
        InputConfiguration: { PassRequestHeaders },
      })),
    );
    const policy = resource(first.template(), 'AWS::IAM::ManagedPolicy', 'OwnAccess');
    expect(policy.Properties.PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf },
    ]);
    expect(messages(first)).toEqual([
      expect.stringContaining(
        'an interceptor is handed the headers of each request, the token of the caller among them',
      ),
    ]);
    expect(gateway.gatewayName).not.toBe(first.gateway.gatewayName);
  });
});

test('a web ACL is associated, and requests are refused while it does not answer', () => {
  const webAclArn = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/agents/1';
  const fixture = new GatewayFixture({ webAclArn });
  const { gatewayArn } = fixture.gateway;
  expect(properties(fixture).WafConfiguration).toEqual({ FailureMode: 'FAIL_CLOSE' });
  expect(properties(fixture, 'AWS::WAFv2::WebACLAssociation')).toEqual({
    WebACLArn: webAclArn,
    ResourceArn: fixture.stack.resolve(gatewayArn),
  });
});

test('rate limits are made for the gateway', () => {
  const fixture = new GatewayFixture({ rateLimits: [RateLimit.perPrincipal(Rate.requestsPerMinute(60))] });
  expect(properties(fixture, 'AWS::BedrockAgentCore::GatewayRateLimit')).toMatchObject({
    GatewayIdentifier: fixture.stack.resolve(fixture.gateway.gatewayId),
    DimensionKeys: ['$.context.iam.principal'],
  });
});

describe('policies', () => {
  test('are in force, and each waits for every target', () => {
    const fixture = new GatewayFixture({ policies: [ToolPolicy.permitAll()] });
    fixture.gateway.addTarget('own', server(fixture));
    const template = fixture.template();
    expect(resource(template, GATEWAY).Properties.PolicyEngineConfiguration.Mode).toBe('ENFORCE');
    const policy = resource(template, 'AWS::BedrockAgentCore::Policy');
    expect(policy.DependsOn.some((id: string) => id.startsWith('ToolsownTarget'))).toBe(true);
    expect(resource(template, GATEWAY).DependsOn).toContainEqual(expect.stringMatching(/^ToolsAccessPolicy/));
  });

  test('that only report bring a warning', () => {
    const policyMode = agentcore.PolicyEngineMode.LOG_ONLY;
    const fixture = new GatewayFixture({ policies: [ToolPolicy.permitAll()], policyMode });
    expect(properties(fixture).PolicyEngineConfiguration.Mode).toBe('LOG_ONLY');
    expect(messages(fixture)).toEqual([expect.stringContaining('decisions of the policies are logged only')]);
  });

  test('are handed out as Cedar, with a literal for the gateway', () => {
    const fixture = new GatewayFixture({ policies: [ToolPolicy.permitAll()] });
    fixture.gateway.addTarget('own', server(fixture, { toolSchema: TOOLS }));
    const { policies, schema } = fixture.gateway.toCedar();
    expect(Object.keys(policies)).toHaveLength(1);
    expect(Object.values(policies)[0]).not.toMatch(/Token\[/);
    expect(schema).toContain('own___post');
  });

  test('that are not there cannot be tested', () => {
    expect(thrownBy(() => new GatewayFixture().gateway.toCedar())).toMatchObject({
      code: 'NoPolicies',
      text: expect.stringContaining('this gateway has no policies to test'),
    });
  });
});

describe('grantInvoke', () => {
  const caller = (fixture: GatewayFixture): iam.Role =>
    new iam.Role(fixture.stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });

  test('allows one action on one gateway', () => {
    const fixture = new GatewayFixture();
    fixture.gateway.grantInvoke(caller(fixture));
    expect(resource(fixture.template(), 'AWS::IAM::Policy').Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'bedrock-agentcore:InvokeGateway',
        Resource: fixture.stack.resolve(fixture.gateway.gatewayArn),
      },
    ]);
    expect(messages(fixture)).toEqual([]);
  });

  test('warns where callers bring a token', () => {
    const fixture = new GatewayFixture({ inboundAuth: JWT });
    fixture.gateway.grantInvoke(caller(fixture));
    expect(messages(fixture)).toEqual([
      expect.stringContaining(`gateway 'Agents/Tools' is called with a token, so a right in IAM has no effect`),
    ]);
  });
});

test('the address is built from the id', () => {
  const fixture = new GatewayFixture({}, { stackProps: { env: { region: 'eu-west-1', account: '111122223333' } } });
  expect(fixture.stack.resolve(fixture.gateway.gatewayUrl)).toEqual({
    'Fn::Join': [
      '',
      [
        'https://',
        { 'Fn::GetAtt': [expect.stringMatching(/^ToolsGateway/), 'GatewayIdentifier'] },
        '.gateway.bedrock-agentcore.eu-west-1.amazonaws.com/mcp',
      ],
    ],
  });
});

test('an imported gateway is called in its own region', () => {
  const { stack } = new GatewayFixture();
  const gatewayArn = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/tools-abcdefghij';
  const imported = McpGateway.fromMcpGatewayAttributes(stack, 'Other', { gatewayArn, inboundAuth: JWT });
  expect(imported.gatewayId).toBe('tools-abcdefghij');
  expect(JSON.stringify(stack.resolve(imported.gatewayUrl))).toContain(
    'https://tools-abcdefghij.gateway.bedrock-agentcore.us-east-1.',
  );
  expect(imported.inboundAuth).toBe(JWT);
});

test('outputs tell clients what to do, and can be added for other options', () => {
  const fixture = new GatewayFixture({ inboundAuth: JWT });
  const { gateway } = fixture;
  gateway.addOutputs({ clients: [McpClient.CLAUDE_CODE, McpClient.CODEX], oauth: { clientId: 'cli' } });
  gateway.addOutputs({ clients: [McpClient.CLAUDE_CODE], headless: true });
  const outputs = Object.entries(fixture.template().findOutputs('*'));
  expect(outputs.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
    'ToolsClientOutputsUrl',
    'ToolsClientOutputsArn',
    'ToolsClientOutputsClaudeCode',
    'ToolsClientOutputsCodex',
    'ToolsClientOutputsClaudeCodeHeadless',
  ]);
  const configuration = gateway.clientConfiguration(McpClient.CLAUDE_CODE, { oauth: { clientId: 'cli' } });
  expect(configuration.command).toContain('claude mcp add');
});

test('no two gateways of an account and region share a name', () => {
  const { stack } = new GatewayFixture({ gatewayName: 'tools' });
  const error = thrownBy(() => new McpGateway(stack, 'Other', { inboundAuth: JWT, gatewayName: 'tools' }));
  expect(error.code).toBe('GatewayNameTaken');
  expect(error.text).toContain(`it belongs to 'Agents/Tools'`);
});

test('an agent and a gateway may have the same name', () => {
  const fixture = new Fixture();
  new McpGateway(fixture.stack, 'Tools', { inboundAuth: JWT, gatewayName: 'tools' });
  fixture.agent({ runtimeName: 'tools' });
  const names = Object.values<any>(fixture.template().findResources('AWS::Logs::DeliverySource')).map(
    ({ Properties }) => Properties.Name,
  );
  expect(new Set(names).size).toBe(names.length);
});

test('tokens that any application of the issuer gets bring a warning', () => {
  const wide = InboundAuth.jwt({ discoveryUrl: ISSUER, allowedScopes: ['openid'] });
  expect(messages(new GatewayFixture({ inboundAuth: wide }))).toEqual([
    expect.stringContaining('tokens that the issuer gave to other applications would be let in too'),
  ]);
  const claimed = InboundAuth.jwt({ discoveryUrl: ISSUER, claims: [JwtClaim.stringEquals('token_use', 'access')] });
  expect(messages(new GatewayFixture({ inboundAuth: claimed }))).toHaveLength(1);
  const narrow = InboundAuth.jwt({ discoveryUrl: ISSUER, allowedScopes: ['openid', 'tools'], allowedClients: ['cli'] });
  expect(messages(new GatewayFixture({ inboundAuth: narrow }))).toEqual([]);
});

describe('the name', () => {
  test('comes from the path, in lower case', () => {
    expect(new GatewayFixture().gateway.gatewayName).toBe('agents-tools-9a11d28c');
  });

  test('differs in each stage, and stays within 48 characters', () => {
    const fixture = new GatewayFixture();
    const names = ['Beta', 'Prod'].map((id) => {
      const stack = new Stack(new Stage(fixture.app, id), `A-Stack-With-A-Name-That-Goes-On-For-Quite-A-While`);
      return new McpGateway(stack, 'Tools', { inboundAuth: JWT }).gatewayName;
    });
    expect(new Set(names).size).toBe(2);
    names.forEach((name) => expect(name).toMatch(/^(?=.{1,48}$)[0-9a-z](-?[0-9a-z])*$/));
  });

  test('is taken as given, and another name is another gateway', () => {
    const logicalIds = ['one', 'two'].map((gatewayName) => {
      const fixture = new GatewayFixture({ gatewayName });
      expect(properties(fixture).Name).toBe(gatewayName);
      return Object.keys(fixture.template().findResources(GATEWAY))[0];
    });
    expect(new Set(logicalIds).size).toBe(2);
  });
});

describe('what a gateway cannot be made with', () => {
  test.each<[string, object, string, string]>([
    ['an upper-case name', { gatewayName: 'Tools' }, 'InvalidGatewayName', `use 'tools'`],
    ['a name with underscores', { gatewayName: 'my_tools' }, 'InvalidGatewayName', `use 'my-tools'`],
    ['an empty name', { gatewayName: '' }, 'InvalidGatewayName', 'leave it away for a generated name'],
    ['a long name', { gatewayName: 'x'.repeat(49) }, 'InvalidGatewayName', `use '${'x'.repeat(48)}'`],
    ['a name of strange signs', { gatewayName: '**' }, 'InvalidGatewayName', `use 'tools'`],
    [
      'a name known later',
      { gatewayName: Lazy.string({ produce: () => 'x' }) },
      'GatewayNameNotLiteral',
      'write it out',
    ],
    ['no version', { supportedVersions: [] }, 'NoMcpVersion', 'leave supportedVersions away'],
    ['empty instructions', { instructions: '' }, 'InvalidInstructions', 'leave them away'],
    ['long instructions', { instructions: 'x'.repeat(2049) }, 'InvalidInstructions', '2049 characters'],
    [
      'a token in the instructions',
      { instructions: `use ghp_${'a'.repeat(36)}` },
      'SecretInPlainText',
      'a GitHub token',
    ],
    ['a long description', { description: 'x'.repeat(201) }, 'DescriptionLength', '1 to 200'],
    ['a short session', { sessionTimeout: Duration.minutes(14) }, 'InvalidGatewaySessionTimeout', '900 to 28800'],
    ['a long session', { sessionTimeout: Duration.hours(9) }, 'InvalidGatewaySessionTimeout', '32400 seconds'],
    [
      'a global web ACL',
      { webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1' },
      'InvalidWebAcl',
      'make a regional one',
    ],
    [
      'logs forever',
      { observability: { retention: logs.RetentionDays.INFINITE } },
      'LogsKeptForever',
      'any limited retention',
    ],
  ])('%s', (_name, props, code, text) => {
    const error = thrownBy(() => new GatewayFixture(props));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  test.each([
    [
      'an alias',
      (stack: Stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/x'),
      'KeyIsAlias',
      'the key of the gateway is an alias',
    ],
    [
      'a key of another region',
      (stack: Stack) =>
        kms.Key.fromKeyArn(stack, 'Far', 'arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012'),
      'ForeignKey',
      'the key of the gateway is in another region',
    ],
  ])('%s', (_name, key, code, text) => {
    const { app } = new GatewayFixture();
    const stack = new Stack(app, 'Here', { env: { region: 'eu-west-1', account: '111122223333' } });
    const error = thrownBy(() => new McpGateway(stack, 'Tools', { inboundAuth: JWT, encryptionKey: key(stack) }));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  test('an ARN of something else', () => {
    const { stack } = new GatewayFixture();
    const gatewayArn = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/tools-abcdefghij';
    const error = thrownBy(() => McpGateway.fromMcpGatewayAttributes(stack, 'X', { gatewayArn, inboundAuth: JWT }));
    expect(error.code).toBe('InvalidGatewayArn');
    expect(error.text).toContain('this is not the ARN of a gateway');
  });
});

describe('refreshing tools', () => {
  test('calls the API on a schedule, one target each, without a function', () => {
    const fixture = new GatewayFixture({ refreshTools: scheduler.ScheduleExpression.rate(Duration.days(1)) });
    fixture.gateway.addTarget('own', server(fixture));
    fixture.gateway.addTarget('live', server(fixture, { listing: 'DYNAMIC' }));
    fixture.gateway.addTarget('fixed', server(fixture, { toolSchema: TOOLS }));
    const template = fixture.template();
    const schedule = resource(template, 'AWS::Scheduler::Schedule');
    expect(schedule.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Target: {
        Arn: {
          'Fn::Join': [
            '',
            expect.arrayContaining([':scheduler:::aws-sdk:bedrockagentcorecontrol:synchronizeGatewayTargets']),
          ],
        },
      },
    });
    expect(JSON.stringify(schedule.Properties.Target.Input)).toMatch(/GatewayIdentifier.*TargetIdList/);
    const policy = resource(template, 'AWS::IAM::ManagedPolicy', 'ToolsownRefresh').Properties.PolicyDocument.Statement;
    expect(policy[0]).toEqual({
      Effect: 'Allow',
      Action: 'bedrock-agentcore:SynchronizeGatewayTargets',
      Resource: fixture.stack.resolve(fixture.gateway.gatewayArn),
    });
    expect(JSON.stringify(policy)).toContain('bedrock-agentcore:GetResourceApiKey');
    expect(JSON.stringify(policy)).toContain('secretsmanager:GetSecretValue');
    expect(schedule.DependsOn).toEqual([expect.stringMatching(/^ToolsownRefreshPolicy/)]);
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });
});

test('the strict validator accepts a gateway with everything on', () => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const fixture = new GatewayFixture(
      {
        inboundAuth: InboundAuth.jwt({
          discoveryUrl: ISSUER,
          allowedScopes: ['tools'],
          advertisedScopes: { tools: 'x/tools' },
        }),
        policies: [ToolPolicy.permitAll()],
        rateLimits: [RateLimit.perClaim('sub', Rate.requestsPerMinute(60))],
        sessionTimeout: Duration.hours(1),
        responseStreaming: true,
        singlePageToolLists: true,
        refreshTools: scheduler.ScheduleExpression.rate(Duration.days(1)),
        webAclArn: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/agents/11111111-1111-1111-1111-111111111111',
      },
      { context: STRICT },
    );
    fixture.gateway.addTarget('own', server(fixture, { requestHeaders: ['X-Request-Id'], responseHeaders: ['ETag'] }));
    fixture.gateway.addTarget('fixed', server(fixture, { toolSchema: TOOLS, resourcePriority: 1 }));
    fixture.gateway.addTarget(
      'none',
      ToolTarget.mcpServer({
        endpoint: 'https://docs.example.com/mcp',
        identity: OutboundIdentity.none({ reason: 'serves public documentation only' }),
        listing: 'DYNAMIC' as any,
      }),
    );
    fixture.template().resourceCountIs(TARGET, 3);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});

function arn(end: string): object {
  return {
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':bedrock-agentcore:',
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        end,
      ],
    ],
  };
}
