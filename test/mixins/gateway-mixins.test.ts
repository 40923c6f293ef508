import { Duration, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Template } from 'aws-cdk-lib/assertions';
import { InboundAuth, ListingMode, mixins, PrivateEndpoint, SchemaSource } from '../../lib';
import { Fixture, resource, thrownBy } from '../fixture';

const ISSUER = 'https://login.example.com/.well-known/openid-configuration';
const LATTICE = PrivateEndpoint.lattice('rcfg-0123456789abcdef0');
const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';

function l2(stack = new Stack()): { stack: Stack; gateway: agentcore.Gateway; target: agentcore.GatewayTarget } {
  const authorizerConfiguration = agentcore.GatewayAuthorizer.usingCustomJwt({
    discoveryUrl: ISSUER,
    allowedClients: ['x'],
  });
  const gateway = new agentcore.Gateway(stack, 'Gateway', { gatewayName: 'own', authorizerConfiguration });
  const target = gateway.addMcpServerTarget('Target', {
    endpoint: 'https://mcp.example.com',
    credentialProviderConfigurations: [],
  });
  return { stack, gateway, target };
}

const propertiesOf = (stack: Stack, type: string): any => resource(Template.fromStack(stack), type).Properties;

test('the protocol of an L2 gateway is completed, and the rest of it kept', () => {
  const { stack, gateway } = l2();
  gateway.with(
    new mixins.GatewayMcpOptions({
      sessionTimeout: Duration.minutes(15),
      responseStreaming: true,
      singlePageToolLists: true,
    }),
  );
  expect(propertiesOf(stack, 'AWS::BedrockAgentCore::Gateway').ProtocolConfiguration.Mcp).toMatchObject({
    SessionConfiguration: { SessionTimeoutInSeconds: 900 },
    StreamingConfiguration: { EnableResponseStreaming: true },
    DisableMcpListToolsPagination: true,
    SearchType: 'SEMANTIC',
  });
});

test('a mixin without wishes changes nothing', () => {
  const [plain, mixed] = [l2(), l2()];
  mixed.gateway.with(new mixins.GatewayMcpOptions({}), new mixins.JwtAuthorizerOptions({}));
  mixed.target.with(new mixins.GatewayTargetOptions({}), new mixins.McpServerListing({}));
  expect(Template.fromStack(mixed.stack).toJSON()).toEqual(Template.fromStack(plain.stack).toJSON());
});

test('an L2 gateway finds an issuer inside a VPC, and advertises scopes', () => {
  const { stack, gateway } = l2();
  gateway.with(
    new mixins.JwtAuthorizerOptions({ privateEndpoint: LATTICE, advertisedScopes: { 'tools.read': 'api://x/read' } }),
  );
  expect(
    propertiesOf(stack, 'AWS::BedrockAgentCore::Gateway').AuthorizerConfiguration.CustomJWTAuthorizer,
  ).toMatchObject({
    DiscoveryUrl: ISSUER,
    PrivateEndpoint: { SelfManagedLatticeResource: { ResourceConfigurationIdentifier: 'rcfg-0123456789abcdef0' } },
    AdvertisedScopeMapping: { 'tools.read': 'api://x/read' },
  });
});

test('an agent finds an issuer inside a VPC', () => {
  const fixture = new Fixture();
  const discoveryUrl = 'https://idp.corp/.well-known/openid-configuration';
  fixture.agent({ inboundAuth: InboundAuth.jwt({ discoveryUrl, allowedClients: ['x'], privateEndpoint: LATTICE }) });
  const { AuthorizerConfiguration } = propertiesOf(fixture.stack, 'AWS::BedrockAgentCore::Runtime');
  expect(AuthorizerConfiguration.CustomJWTAuthorizer).toMatchObject({
    DiscoveryUrl: discoveryUrl,
    PrivateEndpoint: { SelfManagedLatticeResource: { ResourceConfigurationIdentifier: 'rcfg-0123456789abcdef0' } },
  });
});

test('headers and the private endpoint of an L2 target', () => {
  const { stack, target } = l2();
  target.with(
    new mixins.GatewayTargetOptions({
      requestHeaders: ['X-Team', 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-Team'],
      responseHeaders: ['ETag'],
      privateEndpoint: LATTICE,
    }),
  );
  expect(propertiesOf(stack, TARGET)).toMatchObject({
    MetadataConfiguration: {
      AllowedRequestHeaders: ['X-Team', 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-Team'],
      AllowedResponseHeaders: ['ETag'],
    },
    PrivateEndpoint: { SelfManagedLatticeResource: { ResourceConfigurationIdentifier: 'rcfg-0123456789abcdef0' } },
  });
});

test.each<[string[], string, string]>([
  [['Authorization'], 'InvalidTargetHeader', 'that AgentCore does not pass on'],
  [['user-agent'], 'InvalidTargetHeader', 'that AgentCore does not pass on'],
  [['Accept-Language'], 'InvalidTargetHeader', 'that AgentCore does not pass on'],
  [['X-Amzn-Trace-Id'], 'InvalidTargetHeader', 'that AgentCore does not pass on'],
  [['X Team'], 'InvalidTargetHeader', 'that AgentCore does not pass on'],
  [['x'.repeat(101)], 'InvalidTargetHeader', 'that AgentCore does not pass on'],
  [['X-A', 'x-a'], 'InvalidTargetHeader', 'requestHeaders lists a header twice'],
  [Array.from({ length: 11 }, (_, i) => `X-${i}`), 'TooManyTargetHeaders', 'at most 10'],
])('the headers %j are refused', (requestHeaders, code, text) => {
  const error = thrownBy(() => new mixins.GatewayTargetOptions({ requestHeaders }));
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});

test('headers of answers are checked alike', () => {
  expect(thrownBy(() => new mixins.GatewayTargetOptions({ responseHeaders: ['X Team'] })).text).toContain(
    'responseHeaders',
  );
});

test('an L2 target lists its tools as it is told', () => {
  const { stack, target } = l2();
  target.with(
    new mixins.McpServerListing({ toolSchema: SchemaSource.fromInline('{"tools":[]}'), resourcePriority: 0 }),
  );
  expect(propertiesOf(stack, TARGET).TargetConfiguration.Mcp.McpServer).toEqual({
    Endpoint: 'https://mcp.example.com',
    McpToolSchema: { InlinePayload: '{"tools":[]}' },
    ResourcePriority: 0,
  });
});

test.each([-1, 1001, 1.5])('the priority %d is refused', (resourcePriority) => {
  const error = thrownBy(() => new mixins.McpServerListing({ resourcePriority }));
  expect(error).toMatchObject({
    code: 'InvalidResourcePriority',
    text: expect.stringContaining(`resourcePriority is out of range (got ${resourcePriority}); allowed: 0 to 1000`),
  });
});

test('a fixed list that is asked for at each request is refused', () => {
  const toolSchema = SchemaSource.fromInline('{}');
  const error = thrownBy(() => new mixins.McpServerListing({ toolSchema, mode: ListingMode.DYNAMIC }));
  expect(error.code).toBe('FixedAndDynamicTools');
  expect(error.text).toContain('the tools of a server are given as a fixed list and shall be listed at each request');
});

test('a function is not asked for its tools', () => {
  const { stack, gateway } = l2();
  const target = gateway.addLambdaTarget('Fn', {
    lambdaFunction: lambda.Function.fromFunctionAttributes(stack, 'F', {
      functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
      sameEnvironment: true,
    }),
    toolSchema: agentcore.ToolSchema.fromInline([]),
  });
  const error = thrownBy(() => target.with(new mixins.McpServerListing({})));
  expect(error.code).toBe('NotAnMcpServer');
  expect(error.text).toContain('only an MCP server is asked for its tools');
});

describe('a private endpoint', () => {
  const group = (stack: Stack, vpc: ec2.IVpc, id = 'Group'): ec2.SecurityGroup =>
    new ec2.SecurityGroup(stack, id, { vpc });

  test('has one to five groups', () => {
    const stack = new Stack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    for (const count of [0, 6]) {
      const securityGroups = Array.from({ length: count }, (_, i) => group(stack, vpc, `G${i}`));
      const error = thrownBy(() => PrivateEndpoint.inVpc({ vpc, securityGroups }));
      expect(error.code).toBe('InvalidEndpointGroups');
      expect(error.text).toContain(`(got ${count}); allowed: 1 to 5`);
    }
  });

  test('needs subnets, which are the private ones unless they are named', () => {
    const stack = new Stack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { subnetConfiguration: [{ name: 'a', subnetType: ec2.SubnetType.PUBLIC }] });
    const securityGroups = [group(stack, vpc)];
    const error = thrownBy(() => PrivateEndpoint.inVpc({ vpc, securityGroups }));
    expect(error.code).toBe('NoEndpointSubnet');
    expect(error.text).toContain('the private endpoint has no subnet');
    const named = PrivateEndpoint.inVpc({ vpc, securityGroups, subnets: vpc.publicSubnets });
    expect(named._render(stack).managedVpcResource?.subnetIds).toHaveLength(vpc.publicSubnets.length);
  });

  test('of VPC Lattice is named by id or ARN', () => {
    const arn = 'arn:aws:vpc-lattice:eu-west-1:111122223333:resourceconfiguration/rcfg-0123456789abcdef0';
    expect(PrivateEndpoint.lattice(arn)._render(new Stack())).toEqual({
      selfManagedLatticeResource: { resourceConfigurationIdentifier: arn },
    });
    const error = thrownBy(() => PrivateEndpoint.lattice('vpce-1'));
    expect(error.code).toBe('InvalidResourceConfiguration');
    expect(error.text).toContain(`this is not a resource configuration of VPC Lattice (got 'vpce-1')`);
  });
});

test('advertised scopes are among the allowed ones', () => {
  const error = thrownBy(() =>
    InboundAuth.jwt({ discoveryUrl: ISSUER, allowedScopes: ['a'], advertisedScopes: { b: 'api://b' } }),
  );
  expect(error.code).toBe('InvalidAdvertisedScope');
  expect(error.text).toContain(`advertisedScopes names a scope that is not allowed, or too many (got 'b')`);
});
