import { join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { McpGatewayProps } from '../../lib';
import {
  ApiKeyScheme,
  ConsentPortal,
  InboundAuth,
  McpGateway,
  OAuthVendor,
  OutboundIdentity,
  SchemaSource,
  ToolPolicy,
  ToolTarget,
} from '../../lib';
import { messages, resource, thrownBy } from '../fixture';
import { GATEWAY, GatewayFixture, JWT, TARGET, TOOLS } from '../gateway/gateway-fixture';
import { Deployment } from './deployment';
import { allMembers } from './tripwire';

// What goes wrong with the L2s of gateways when one does not know it. The title of each test says what the library does
// about it; that the L2s still do it is in gateway-tripwires.test.ts.

const API_KEY = 'AWS::BedrockAgentCore::ApiKeyCredentialProvider';
const OAUTH = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';
const ENGINE = 'AWS::BedrockAgentCore::PolicyEngine';
const POLICY = 'AWS::BedrockAgentCore::Policy';
const API = JSON.stringify({
  openapi: '3.0.0',
  servers: [{ url: 'https://api.example.com' }],
  paths: { '/items': { get: { operationId: 'list' } } },
});
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:tools:live';

/** needs no right of its own */
const SIGNED = OutboundIdentity.gatewayRole({ service: 'execute-api' });

const server = ({ bot }: GatewayFixture): ToolTarget =>
  ToolTarget.mcpServer({ endpoint: 'https://mcp.example.com', identity: bot });
const imported = (scope: Construct): lambda.IFunction => lambda.Function.fromFunctionArn(scope, 'Fn', FUNCTION_ARN);
const hooks = (scope: Construct): ToolTarget =>
  ToolTarget.lambdaFunction({
    function: imported(scope),
    tools: [{ name: 'notify', description: 'Notifies', inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT } }],
  });
const describedBy = (schema: SchemaSource, identity: OutboundIdentity): ToolTarget =>
  ToolTarget.openApi({ schema, identity });

/** what must be there before a resource, by type */
function typesBefore(fixture: GatewayFixture, type: string): string[] {
  const template = fixture.template();
  const { Resources } = template.toJSON();
  const { DependsOn = [] } = resource(template, type);
  return [...new Set<string>(DependsOn.map((id: string) => Resources[id].Type))].sort();
}

describe('1: a workload identity is spelled in lower case', () => {
  test('so a generated name is, and rights name the identity by the id that the service gives', () => {
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget('own', server(fixture));
    const deployed = new Deployment(fixture.app);
    const { Name } = deployed.properties(fixture.gateway.gateway);
    expect(Name).toBe(Name.toLowerCase());
    const rights = deployed
      .role(fixture.gateway.role)
      .policies.flatMap(({ Statement }) => Statement)
      .filter(({ Action }) => Action === 'bedrock-agentcore:GetWorkloadAccessToken');
    const id = deployed.literal(fixture.gateway, fixture.gateway.gatewayId);
    expect(id).toMatch(new RegExp(`^${Name}-[0-9a-z]{10}$`));
    expect(rights.flatMap(({ Resource }) => Resource)).toEqual([
      expect.stringMatching(/:workload-identity-directory\/default$/),
      expect.stringMatching(new RegExp(`:workload-identity-directory/default/workload-identity/${id}$`)),
    ]);
  });

  test('and a given one with a capital letter is refused', () => {
    const error = thrownBy(() => new GatewayFixture({ gatewayName: 'ProdTools' }));
    expect(error.text).toContain(`use 'prodtools'`);
  });
});

describe('2: what a resource needs is there before it', () => {
  test.each<[string, (fixture: GatewayFixture) => ToolTarget]>([
    ['a function', ({ stack }) => hooks(stack)],
    [
      'an API whose description is in a bucket',
      () => describedBy(SchemaSource.fromFile(join(__dirname, 'assets/tools/tickets.json')), SIGNED),
    ],
    ['a server called with a key', server],
  ])('the policy of the role before %s', (_, target) => {
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget('own', target(fixture));
    expect(typesBefore(fixture, TARGET)).toContain('AWS::IAM::ManagedPolicy');
  });

  test('and before a gateway with a key', () => {
    const app = new App();
    const stack = new Stack(app, 'Agents');
    new McpGateway(stack, 'Tools', { inboundAuth: InboundAuth.iam(), encryptionKey: new kms.Key(stack, 'Key') });
    const { template } = app.synth().getStackByName('Agents');
    const { DependsOn } = Object.values<any>(template.Resources).find(({ Type }) => Type === GATEWAY);
    expect(DependsOn.map((id: string) => template.Resources[id].Type)).toContain('AWS::IAM::ManagedPolicy');
  });
});

describe('3: an MCP server on AgentCore Runtime', () => {
  const fixture = new GatewayFixture();
  const runtime = new agentcore.Runtime(fixture.stack, 'Server', {
    agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(
      '111122223333.dkr.ecr.eu-central-1.amazonaws.com/server:1',
    ),
    protocolConfiguration: agentcore.ProtocolType.MCP,
  });
  const endpoint = runtime.addEndpoint('live', { version: '1' });
  const { target } = fixture.gateway.addTarget('server', ToolTarget.agentRuntime({ runtime, endpoint }));
  const deployed = new Deployment(fixture.app);
  const arn = deployed.literal(runtime, runtime.agentRuntimeArn);

  test('is called by its whole ARN, encoded as one segment of the path', () => {
    const url = deployed.properties(target).TargetConfiguration.Mcp.McpServer.Endpoint;
    const host = 'https://bedrock-agentcore.eu-central-1.amazonaws.com';
    expect(arn).toContain(':runtime/');
    expect(url).toBe(`${host}/runtimes/${encodeURIComponent(arn)}/invocations?qualifier=live`);
  });

  test('may be called by the gateway, at this endpoint only', () => {
    const statements = deployed.role(fixture.gateway.role).policies.flatMap(({ Statement }) => Statement);
    expect(statements).toEqual([
      {
        Action: 'bedrock-agentcore:InvokeAgentRuntime',
        Effect: 'Allow',
        Resource: [arn, `${arn}/runtime-endpoint/live`],
      },
    ]);
  });

  test('is up before the gateway asks it for its tools', () => {
    expect(typesBefore(fixture, TARGET)).toEqual(
      expect.arrayContaining([
        'AWS::BedrockAgentCore::Runtime',
        'AWS::BedrockAgentCore::RuntimeEndpoint',
        'AWS::IAM::ManagedPolicy',
      ]),
    );
  });
});

test('5: a Cedar policy waits for every target, and for the policy before it', () => {
  const fixture = new GatewayFixture({ policies: [ToolPolicy.permitAll(), ToolPolicy.permitTargets(['late'])] });
  fixture.gateway.addTarget('early', server(fixture));
  fixture.gateway.addTarget('late', server(fixture));
  const template = fixture.template();
  const targets = Object.keys(template.findResources(TARGET));
  const policies = Object.entries<any>(template.findResources(POLICY));
  expect(targets).toHaveLength(2);
  policies.forEach(([, { DependsOn }]) => expect(DependsOn).toEqual(expect.arrayContaining(targets)));
  const others = policies.map(([id, { DependsOn }]) => policies.filter(([o]) => o !== id && DependsOn.includes(o)));
  expect(others.map(({ length }) => length).sort()).toEqual([0, 1]);
});

test('6: a target has no grants, and what refreshes it names the gateway', () => {
  const fixture = new GatewayFixture({ refreshTools: scheduler.ScheduleExpression.cron({ hour: '1' }) });
  const target = fixture.gateway.addTarget('own', server(fixture));
  expect(allMembers(target).filter((name) => name.startsWith('grant'))).toEqual([]);
  const [id] = Object.keys(fixture.template().findResources(TARGET));
  const policies = JSON.stringify(fixture.template().findResources('AWS::IAM::ManagedPolicy'));
  expect(policies).toContain('bedrock-agentcore:SynchronizeGatewayTargets');
  expect(policies).not.toContain(`{"Ref":"${id}"}`);
});

describe('7: what CloudFormation replaces gets another name', () => {
  const idOf = (props: Partial<McpGatewayProps>): string =>
    Object.keys(new GatewayFixture(props).template().findResources(GATEWAY))[0];

  test('another name of a gateway is another gateway, since its id keeps the first one', () => {
    expect(idOf({ gatewayName: 'one' })).not.toBe(idOf({ gatewayName: 'two' }));
    expect(idOf({})).toBe(idOf({ description: 'the same one' }));
  });

  test('another key makes another policy engine', () => {
    const engineWith = (key?: string): string => {
      const stack = new Stack(new App(), 'Agents');
      const encryptionKey = key && kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-central-1:111122223333:key/${key}`);
      const gateway = new McpGateway(stack, 'Tools', {
        inboundAuth: InboundAuth.iam(),
        policies: [ToolPolicy.permitAll()],
        ...(encryptionKey && { encryptionKey }),
      });
      return new Deployment(gateway.node.root as App).resources(ENGINE)[0].properties.Name;
    };
    expect(new Set([engineWith(), engineWith('1'), engineWith('2')]).size).toBe(3);
    expect(engineWith('1')).toBe(engineWith('1'));
  });

  test('another vendor makes another credential provider', () => {
    const providerOf = (vendor: OAuthVendor): string => {
      const fixture = new GatewayFixture({ inboundAuth: JWT });
      const clientSecret = { secret: fixture.secret, jsonKey: 'secret' };
      const returnUrl = 'https://connect.example.com/done';
      const consent = { vendor, clientId: '1', clientSecret, scopes: ['read'], returnUrl };
      const identity = OutboundIdentity.userConsent(consent);
      const endpoint = 'https://mcp.example.com';
      fixture.gateway.addTarget('own', ToolTarget.mcpServer({ endpoint, identity, toolSchema: TOOLS }));
      return resource(fixture.template(), OAUTH).Properties.Name;
    };
    expect(providerOf(OAuthVendor.github())).not.toBe(providerOf(OAuthVendor.slack()));
    expect(providerOf(OAuthVendor.slack())).toBe(providerOf(OAuthVendor.slack()));
  });
});

describe('8: names', () => {
  test('of targets and tools are those that were given, wherever the gateway stands', () => {
    const names = ['Tools', 'Deep-Inside-Of-Something'].map((id) => {
      const stack = new Stack(new App(), 'Agents');
      const gateway = new McpGateway(stack, id, { inboundAuth: InboundAuth.iam() });
      const target = gateway.addTarget('hooks', hooks(stack));
      return [target.targetName, ...(target.toolNames ?? [])];
    });
    expect(names).toEqual([
      ['hooks', 'hooks___notify'],
      ['hooks', 'hooks___notify'],
    ]);
  });

  test.each(['1st', 'größe', 'A_b.C d', 'x'.repeat(200), '---'])('made of the id %s are taken by the service', (id) => {
    const app = new App();
    // an id that names cannot begin with
    const stack = new Stack(app, '9-prod', { stackName: 'Agents' });
    everything(stack, id);
    const properties = Object.values<any>(app.synth().stacks[0].template.Resources);
    const named = (type: string): string =>
      properties.find(({ Type }) => Type === `AWS::BedrockAgentCore::${type}`).Properties.Name;
    expect(named('Gateway')).toMatch(/^(?=.{1,48}$)[0-9a-z](-?[0-9a-z])*$/);
    expect(named('PolicyEngine')).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,47}$/);
    expect(named('ApiKeyCredentialProvider')).toMatch(/^[a-zA-Z0-9-]{1,128}$/);
    expect(named('OAuth2CredentialProvider')).toMatch(/^[a-zA-Z0-9-]{1,128}$/);
    expect(named('ConsentPortal')).toMatch(/^[a-zA-Z0-9_-]{1,50}$/);
  });
});

test('9: no authorizer is made up: there is no Cognito, and nothing is open', () => {
  const template = new GatewayFixture().template();
  expect(resource(template, GATEWAY).Properties.AuthorizerType).toBe('AWS_IAM');
  expect(JSON.stringify(template.toJSON())).not.toContain('Cognito');
});

describe('10: an imported gateway', () => {
  const stack = new Stack();
  const gatewayArn = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/tools-0123456789';
  const gateway = McpGateway.fromMcpGatewayAttributes(stack, 'Imported', { gatewayArn, inboundAuth: JWT });

  test('has an address and the authorization that it was said to have', () => {
    expect(gateway.gatewayUrl).toBe('https://tools-0123456789.gateway.bedrock-agentcore.eu-west-1.amazonaws.com/mcp');
    expect(gateway.inboundAuth).toBe(JWT);
  });

  test('takes no targets', () => {
    expect(allMembers(gateway).filter((name) => name.startsWith('add'))).toEqual(['addOutputs']);
  });
});

describe('11: imported', () => {
  test('functions work in a stack for any account and region', () => {
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget('hooks', hooks(fixture.stack));
    const other = new Stack(fixture.app, 'Other');
    const requestInterceptor = { function: imported(other) };
    new McpGateway(other, 'Tools', { inboundAuth: InboundAuth.iam(), requestInterceptor });
    expect(() => fixture.app.synth()).not.toThrow();
  });

  test.each<[string, (stack: Stack) => iam.IGrantable]>([
    ['a role that cannot be changed', (stack) => roleOf(stack, '111122223333', { mutable: false })],
    ['a role of another account', (stack) => roleOf(stack, '444455556666')],
  ])('%s gets no right to call the tools, and a warning says so', (_, granteeOf) => {
    const fixture = new GatewayFixture({}, { stackProps: { env: { account: '111122223333', region: 'eu-west-1' } } });
    fixture.gateway.grantInvoke(granteeOf(fixture.stack));
    expect(messages(fixture).join()).toContain('cdk-coding-agents:gatewayNotGranted');
  });

  test('a role of this account gets it', () => {
    const fixture = new GatewayFixture({}, { stackProps: { env: { account: '111122223333', region: 'eu-west-1' } } });
    fixture.gateway.grantInvoke(roleOf(fixture.stack, '111122223333'));
    expect(messages(fixture)).toEqual([]);
    expect(JSON.stringify(fixture.template().findResources('AWS::IAM::Policy'))).toContain('InvokeGateway');
  });
});

describe('15 and 16: a key', () => {
  const credentialsWith = (scheme?: ApiKeyScheme): any[] => {
    const fixture = new GatewayFixture();
    const identity = OutboundIdentity.bot({ secret: fixture.secret, jsonKey: 'token', scheme });
    fixture.gateway.addTarget('own', ToolTarget.mcpServer({ endpoint: 'https://mcp.example.com', identity }));
    return resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations;
  };

  test('stands after Bearer without a space, since the gateway adds one', () => {
    const [{ CredentialProvider }, ...others] = credentialsWith();
    expect(CredentialProvider.ApiKeyCredentialProvider.CredentialPrefix).toBe('Bearer');
    expect(others).toEqual([]);
  });

  test('in a header of its own has nothing before it', () => {
    const [{ CredentialProvider }] = credentialsWith(ApiKeyScheme.header('x-api-key'));
    expect(CredentialProvider.ApiKeyCredentialProvider).not.toHaveProperty('CredentialPrefix');
  });

  test('is named by the secret of the user: no attribute that is an object where a string is expected', () => {
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget('own', server(fixture));
    expect(JSON.stringify(fixture.template().toJSON())).not.toMatch(/ApiKeySecretArn|ClientSecretArn/);
  });
});

test('17: tags reach everything of a gateway that takes them', () => {
  const app = new App();
  const stack = new Stack(app, 'Agents');
  everything(stack, 'Tools', { tags: { team: 'platform' } });
  const resources = Object.entries<any>(app.synth().getStackByName('Agents').template.Resources);
  const tagged = resources.filter(([, { Properties }]) => JSON.stringify(Properties?.Tags ?? '').includes('platform'));
  const types = new Set(tagged.map(([, { Type }]) => Type));
  // a target takes none, and the log group is shared by the gateways of the stack
  expect([...types].sort()).toEqual(
    expect.arrayContaining([GATEWAY, ENGINE, API_KEY, OAUTH, 'AWS::IAM::Role', 'AWS::Logs::DeliverySource']),
  );
});

test('18: two stages of one app do not share a name that an account has once', () => {
  const namesOf = (id: string): string[] => {
    const app = new App();
    const stack = new Stack(new Stage(app, id), 'Agents');
    everything(stack, 'Tools');
    const [{ template }] = app.synth().getNestedAssembly(`assembly-${id}`).stacks;
    return Object.values<any>(template.Resources)
      .filter(({ Type }) => /^AWS::BedrockAgentCore::(?!GatewayTarget|Policy$)/.test(Type))
      .map(({ Properties }) => Properties.Name);
  };
  const [dev, prod] = [namesOf('Dev'), namesOf('Prod')];
  // a gateway, an engine, a portal with a provider, and a provider each for two targets
  expect(dev).toHaveLength(6);
  expect(dev.filter((name) => prod.includes(name))).toEqual([]);
});

function roleOf(stack: Stack, account: string, options: iam.FromRoleArnOptions = {}): iam.IRole {
  return iam.Role.fromRoleArn(stack, 'Imported', `arn:aws:iam::${account}:role/agents`, options);
}

/** a gateway with all that has a name of its own */
function everything(stack: Stack, id: string, props: Partial<McpGatewayProps> = {}): void {
  const gateway = new McpGateway(stack, id, { inboundAuth: JWT, policies: [ToolPolicy.permitAll()], ...props });
  const reference = { secret: new secretsmanager.Secret(stack, 'Secret'), jsonKey: 'value' };
  const portal = new ConsentPortal(stack, `${id}Portal`, { gateway, clientId: 'portal', clientSecret: reference });
  const endpoint = 'https://mcp.example.com';
  const bot = OutboundIdentity.bot(reference);
  const consent = { vendor: OAuthVendor.slack(), clientId: '1', clientSecret: reference, scopes: ['read'], portal };
  const person = OutboundIdentity.userConsent(consent);
  gateway.addTarget('bot', ToolTarget.mcpServer({ endpoint, identity: bot }));
  gateway.addTarget('person', ToolTarget.mcpServer({ endpoint, identity: person, toolSchema: TOOLS }));
  gateway.addTarget('api', describedBy(SchemaSource.fromInline(API), SIGNED));
}
