import * as iam from 'aws-cdk-lib/aws-iam';
import { InboundAuth, McpGateway } from '../../lib';
import { Fixture, resource, thrownBy } from '../fixture';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const discoveryUrl = 'https://login.example.com/.well-known/openid-configuration';
const JWT = InboundAuth.jwt({ discoveryUrl, allowedClients: ['coding-agents'] });
const gatewayOf = ({ stack }: Fixture, inboundAuth: InboundAuth): McpGateway =>
  new McpGateway(stack, 'Tools', { inboundAuth });

function runtimeOf(fixture: Fixture): any {
  return resource(fixture.template(), RUNTIME).Properties;
}

function invokeStatements(fixture: Fixture): any[] {
  const policy = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'ClaudePolicy');
  return policy.Properties.PolicyDocument.Statement.filter(
    ({ Action }: any) => Action === 'bedrock-agentcore:InvokeGateway',
  );
}

describe('a gateway guarded by IAM', () => {
  test('is called with the role of the agent, which may call this one', () => {
    const fixture = new Fixture();
    const gateway = gatewayOf(fixture, InboundAuth.iam());
    fixture.agent({ gateway });
    expect(invokeStatements(fixture)).toEqual([
      {
        Effect: 'Allow',
        Action: 'bedrock-agentcore:InvokeGateway',
        Resource: fixture.stack.resolve(gateway.gatewayArn),
      },
    ]);
    const { EnvironmentVariables, RequestHeaderConfiguration } = runtimeOf(fixture);
    expect(EnvironmentVariables).toEqual({
      AWS_REGION: { Ref: 'AWS::Region' },
      MCP_GATEWAY_URL: fixture.stack.resolve(gateway.gatewayUrl),
      MCP_GATEWAY_AUTH: 'iam',
    });
    expect(RequestHeaderConfiguration).toBeUndefined();
  });

  test('can also be used by an agent that people call with a token', () => {
    const fixture = new Fixture();
    fixture.agent({ gateway: gatewayOf(fixture, InboundAuth.iam()), inboundAuth: JWT });
    expect(runtimeOf(fixture).EnvironmentVariables.MCP_GATEWAY_AUTH).toBe('iam');
  });

  test('of another stack is used alike', () => {
    const fixture = new Fixture();
    const gatewayArn = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/tools-abcdefghij';
    const gateway = McpGateway.fromMcpGatewayAttributes(fixture.stack, 'Other', {
      gatewayArn,
      inboundAuth: InboundAuth.iam(),
    });
    fixture.agent({ gateway });
    expect(invokeStatements(fixture)[0].Resource).toBe(gatewayArn);
  });
});

describe('a gateway guarded by tokens', () => {
  test('gets the token of the caller, which reaches the agent', () => {
    const fixture = new Fixture();
    fixture.agent({ gateway: gatewayOf(fixture, JWT), inboundAuth: JWT });
    const { EnvironmentVariables, RequestHeaderConfiguration } = runtimeOf(fixture);
    expect(EnvironmentVariables.MCP_GATEWAY_AUTH).toBe('jwt');
    expect(RequestHeaderConfiguration).toEqual({ RequestHeaderAllowlist: ['Authorization'] });
    expect(invokeStatements(fixture)).toEqual([]);
  });

  test('keeps the headers that the agent asks for', () => {
    const custom = 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-Team';
    const fixture = new Fixture();
    fixture.agent({ gateway: gatewayOf(fixture, JWT), inboundAuth: JWT, requestHeaders: ['authorization', custom] });
    expect(runtimeOf(fixture).RequestHeaderConfiguration.RequestHeaderAllowlist).toEqual(['Authorization', custom]);
  });

  test('refuses an agent whose callers bring none', () => {
    const fixture = new Fixture();
    const error = thrownBy(() => fixture.agent({ gateway: gatewayOf(fixture, JWT) }));
    expect(error.code).toBe('NoTokenForGateway');
    expect(error.text).toContain(
      `gateway 'Agents/Tools' asks for the caller's token, and callers of this agent bring none`,
    );
  });

  test.each([
    [
      'another issuer',
      { discoveryUrl: discoveryUrl.replace('login', 'other'), allowedClients: ['coding-agents'] },
      'they trust different issuers',
    ],
    ['other clients', { discoveryUrl, allowedClients: ['laptop'] }, 'they allow no client in common'],
  ])('refuses an agent for tokens of %s', (_name, rules, flaw) => {
    const fixture = new Fixture();
    const error = thrownBy(() =>
      fixture.agent({ gateway: gatewayOf(fixture, JWT), inboundAuth: InboundAuth.jwt(rules) }),
    );
    expect(error.code).toBe('TokenNotForGateway');
    expect(error.text).toContain(`the token that opens this agent would not open its gateway 'Agents/Tools': ${flaw}`);
  });

  test('refuses an agent for tokens of another audience', () => {
    const fixture = new Fixture();
    const [gateway, inboundAuth] = ['a', 'b'].map((audience) =>
      InboundAuth.jwt({ discoveryUrl, allowedAudiences: [audience] }),
    );
    const error = thrownBy(() => fixture.agent({ gateway: gatewayOf(fixture, gateway), inboundAuth }));
    expect(error.text).toContain('they allow no audience in common');
  });
});

describe('request headers', () => {
  test('are not passed on by default, and those that are named are', () => {
    const fixture = new Fixture();
    fixture.agent({ requestHeaders: ['x-amzn-bedrock-agentcore-runtime-custom-team'] });
    fixture.agent({}, 'Plain');
    const template = fixture.template();
    expect(resource(template, RUNTIME, 'Claude').Properties.RequestHeaderConfiguration).toEqual({
      RequestHeaderAllowlist: ['x-amzn-bedrock-agentcore-runtime-custom-team'],
    });
    expect(resource(template, RUNTIME, 'Plain').Properties.RequestHeaderConfiguration).toBeUndefined();
  });

  const custom = (name: string | number): string => `X-Amzn-Bedrock-AgentCore-Runtime-Custom-${name}`;
  test.each<[string, string[], string, string]>([
    ['of another name', ['X-Evil'], 'InvalidRequestHeader', 'a header that AgentCore does not let through'],
    ['twice', [custom('a'), custom('A')], 'InvalidRequestHeader', 'requestHeaders lists a header twice'],
    ['over twenty', Array.from({ length: 21 }, (_, i) => custom(i)), 'TooManyRequestHeaders', 'at most 20'],
    ['with a signature', ['Authorization'], 'AuthorizationWithoutToken', 'which holds a signature and no token'],
  ])('are refused: %s', (_name, requestHeaders, code, text) => {
    const error = thrownBy(() => new Fixture().agent({ requestHeaders }));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });
});

test('an agent does not admit everyone who has AWS credentials', () => {
  const error = thrownBy(() => new Fixture().agent({ inboundAuth: InboundAuth.authenticateOnly() }));
  expect(error.code).toBe('AgentWithoutAuthorization');
  expect(error.text).toContain('an agent cannot admit everyone who has AWS credentials');
});

test('an agent can be granted the use of a further gateway', () => {
  const fixture = new Fixture();
  const agent = fixture.agent();
  const grant = gatewayOf(fixture, InboundAuth.iam()).grantInvoke(agent);
  expect(grant.success).toBe(true);
  expect(grant.principalStatement?.effect).toBe(iam.Effect.ALLOW);
});
