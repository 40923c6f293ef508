import { App, SecretValue, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { resource, STRICT } from '../fixture';
import { declarationsIn, interfaceIn, ROOT, still, throws } from './tripwire';

// What the L2s of gateways lack or get wrong today. A test that fails here is good news: it says what to delete.

const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:tools';

/** A gateway as the L2 makes it. */
class Plain {
  public readonly stack: Stack;
  public readonly gateway: agentcore.Gateway;

  public constructor(props: Partial<agentcore.GatewayProps> = {}, context: Record<string, unknown> = {}) {
    this.stack = new Stack(new App({ context }), 'Agents');
    const authorizerConfiguration = agentcore.GatewayAuthorizer.usingAwsIam();
    this.gateway = new agentcore.Gateway(this.stack, 'Tools', { authorizerConfiguration, ...props });
  }

  public server(...credentialProviderConfigurations: agentcore.ICredentialProviderConfig[]): agentcore.GatewayTarget {
    const endpoint = 'https://mcp.example.com';
    return this.gateway.addMcpServerTarget('Server', { endpoint, credentialProviderConfigurations });
  }

  public api(apiSchema: agentcore.ApiSchema): agentcore.GatewayTarget {
    return this.gateway.addOpenApiTarget('Api', {
      apiSchema,
      validateOpenApiSchema: false,
      credentialProviderConfigurations: [agentcore.GatewayCredentialProvider.fromIamRole({ service: 'execute-api' })],
    });
  }

  public function(lambdaFunction = this.ownFunction()): agentcore.GatewayTarget {
    return this.gateway.addLambdaTarget('Function', {
      lambdaFunction,
      toolSchema: agentcore.ToolSchema.fromInline([]),
    });
  }

  public ownFunction(): lambda.IFunction {
    const attributes = { functionArn: FUNCTION_ARN, sameEnvironment: true };
    return lambda.Function.fromFunctionAttributes(this.stack, 'Own', attributes);
  }

  public importedFunction(): lambda.IFunction {
    return lambda.Function.fromFunctionArn(this.stack, 'Imported', FUNCTION_ARN);
  }

  public key(): agentcore.ICredentialProviderConfig {
    const provider = new agentcore.ApiKeyCredentialProvider(this.stack, 'Key', {
      apiKey: SecretValue.secretsManager('key'),
    });
    return agentcore.GatewayCredentialProvider.fromApiKeyIdentity(provider);
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }

  /** all that roles and users are allowed, as text */
  public rights(): string {
    return JSON.stringify(this.template().findResources('AWS::IAM::Policy'));
  }

  public dependsOn(type: string): unknown {
    return resource(this.template(), type).DependsOn;
  }
}

describe('mixins', () => {
  const gateway = declarationsIn(`${ROOT}/gateway`);

  test.each<[string, RegExp, string]>([
    ['a grant type', /grantType/i, 'lib/mixins/gateway-target-oauth-grant.ts'],
    ['a return URL', /returnUrl/i, 'lib/mixins/gateway-target-oauth-grant.ts'],
    ['sessions', /session(Configuration|Timeout)/i, 'lib/mixins/gateway-mcp-options.ts'],
    ['streaming', /responseStreaming|streamingConfiguration/i, 'lib/mixins/gateway-mcp-options.ts'],
    ['lists on one page', /pagination/i, 'lib/mixins/gateway-mcp-options.ts'],
    ['a listing mode', /listingMode/i, 'lib/mixins/mcp-server-listing.ts'],
    ['the tools of a server as a list', /mcpToolSchema/i, 'lib/mixins/mcp-server-listing.ts'],
    ['a priority of resources', /resourcePriority/i, 'lib/mixins/mcp-server-listing.ts'],
    [
      'private endpoints',
      /privateEndpoint/i,
      'lib/mixins/gateway-target-options.ts and lib/mixins/jwt-authorizer-options.ts',
    ],
    ['advertised scopes', /advertisedScope/i, 'lib/mixins/jwt-authorizer-options.ts'],
  ])('the L2 gateway and its targets know no %s', (_, known, mixin) => {
    still(!known.test(gateway), `the L2 knows ${known.source}: ${mixin} can use it`);
  });

  test('the L2 runtime knows no private endpoint of an issuer', () => {
    still(
      !/privateEndpoint/i.test(declarationsIn(`${ROOT}/runtime`)),
      'the L2 runtime knows private endpoints: lib/mixins/jwt-authorizer-options.ts can use it',
    );
  });

  test('the L2 target of a server passes no headers on', () => {
    const file = `${ROOT}/gateway/targets/target.d.ts`;
    const props = interfaceIn(file, 'GatewayTargetCommonProps') + interfaceIn(file, 'GatewayTargetMcpServerProps');
    still(
      !/metadataConfiguration|headers/i.test(props),
      'the L2 target knows headers: lib/mixins/gateway-target-options.ts can use it',
    );
  });
});

describe('L1', () => {
  test('the L2 knows no gateway that only authenticates', () => {
    still(
      !Object.keys(agentcore.GatewayAuthorizerType).includes('AUTHENTICATE_ONLY'),
      'GatewayAuthorizerType has AUTHENTICATE_ONLY: the cast in lib/identity/inbound-auth.ts can go',
    );
  });

  test.each([
    ['ConsentPortal', 'lib/identity/consent/consent-portal.ts'],
    ['RateLimit', 'lib/gateway/limits/rate-limits.ts'],
  ])('there is no L2 of a %s', (name, file) => {
    const found = Object.keys(agentcore).filter((member) => member.includes(name));
    expect(found.filter((member) => member.startsWith('Cfn'))).toHaveLength(1);
    still(
      found.every((member) => member.startsWith('Cfn')),
      `aws-bedrockagentcore has ${found.join(', ')}: ${file} can be built on it`,
    );
  });

  test('the L2 credential providers refer to no secret of the user', () => {
    still(
      !/external|secretSource|secretConfig/i.test(declarationsIn(`${ROOT}/identity`)),
      'the L2 providers take secrets of the user: lib/identity/outbound/bot.ts and oauth-provider.ts can use them',
    );
  });

  test('the L2 providers know neither token exchange nor private keys', () => {
    still(
      !/onBehalfOf|tokenExchange|privateKeyJwt/i.test(declarationsIn(`${ROOT}/identity`)),
      'the L2 providers know token exchange or private keys: lib/identity/outbound/on-behalf-of.ts can use them',
    );
  });
});

describe('the validator', () => {
  const before = process.env.CDK_VALIDATION;
  afterEach(() => {
    process.env.CDK_VALIDATION = before;
  });

  test('does not know DisableMcpListToolsPagination', () => {
    process.env.CDK_VALIDATION = 'true';
    // the lower-case name, since the L2 would have findings of its own
    const plain = new Plain({ gatewayName: 'tools' }, STRICT);
    expect(() => plain.template()).not.toThrow();
    const changed = new Plain({ gatewayName: 'tools' }, STRICT);
    const cfn = changed.gateway.node.defaultChild as agentcore.CfnGateway;
    cfn.addPropertyOverride('ProtocolConfiguration.Mcp.DisableMcpListToolsPagination', true);
    still(
      throws(() => changed.template()),
      'the schema has DisableMcpListToolsPagination: Acknowledgements.SINGLE_PAGE_TOOL_LISTS can go',
    );
  });
});

describe('rights', () => {
  test('the L2 function target allows every version of the function', () => {
    const plain = new Plain();
    plain.function();
    still(
      plain.rights().includes(`${FUNCTION_ARN}:*`),
      'the L2 allows the function alone: FunctionTarget in lib/gateway/targets/function-target.ts can go',
    );
  });

  test('the L2 function target refuses an imported function', () => {
    const plain = new Plain();
    still(
      throws(() => plain.function(plain.importedFunction())),
      'the L2 takes imported functions: FunctionTarget in lib/gateway/targets/function-target.ts can go, if it grants no more',
    );
  });

  test('the L2 interceptor allows every version of the function, and refuses an imported one', () => {
    const plain = new Plain();
    plain.gateway.addInterceptor(agentcore.LambdaInterceptor.forRequest(plain.ownFunction()));
    still(
      plain.rights().includes(`${FUNCTION_ARN}:*`) &&
        throws(() => plain.gateway.addInterceptor(agentcore.LambdaInterceptor.forResponse(plain.importedFunction()))),
      'the L2 interceptor grants less or takes more: FunctionInterceptor in lib/gateway/gateway-interceptors.ts can go',
    );
  });

  test('the L2 schema of a file allows to read all assets of the account', () => {
    const plain = new Plain();
    plain.api(agentcore.ApiSchema.fromLocalAsset(__filename));
    const rights = plain.rights();
    still(
      rights.includes('s3:List*') && rights.includes('"/*"'),
      'the L2 allows the object alone: LocatedSchema in lib/gateway/targets/openapi-target.ts can go',
    );
  });

  test('the L2 credentials allow every secret of AgentCore, and spell the workload identity in mixed case', () => {
    const plain = new Plain();
    plain.server(plain.key());
    still(
      plain.rights().includes('secret:bedrock-agentcore-identity!*'),
      'the L2 allows one secret alone: lib/identity/outbound/checks.ts can go',
    );
    still(
      /workload-identity\/[a-z-]*[A-Z]/.test(plain.rights()),
      'the L2 spells the workload identity in lower case: gatewayNameOf in lib/gateway/gateway-names.ts need not',
    );
  });

  test('the L2 target of a server allows nothing for signed requests', () => {
    const plain = new Plain();
    plain.server(agentcore.GatewayCredentialProvider.fromIamRole({ service: 'bedrock-agentcore' }));
    still(
      !plain.rights().includes('InvokeAgentRuntime'),
      'the L2 allows to invoke a runtime: compare it with lib/gateway/targets/runtime-target.ts',
    );
  });

  test('the grants of the L2 target name no ARN', () => {
    const plain = new Plain();
    plain.server(plain.key()).grantRead(new iam.User(plain.stack, 'User'));
    const [id] = Object.keys(plain.template().findResources(TARGET));
    still(
      plain.rights().includes(`{"Ref":"${id}"}`),
      'the grants of the L2 target name an ARN: the warning in lib/gateway/targets/mcp-target.ts can go',
    );
  });
});

describe('order', () => {
  test('the L2 target of a function does not wait for its right', () => {
    const plain = new Plain();
    plain.function();
    still(
      plain.dependsOn(TARGET) === undefined,
      'the L2 target of a function waits: see lib/gateway/gateway-targets.ts',
    );
  });

  test('the L2 target of an API does not wait for the right to its description', () => {
    const plain = new Plain();
    plain.api(agentcore.ApiSchema.fromLocalAsset(__filename));
    still(plain.dependsOn(TARGET) === undefined, 'the L2 target of an API waits: see lib/gateway/gateway-targets.ts');
  });

  test('the L2 gateway does not wait for the right to its key', () => {
    const stack = new Stack();
    const authorizerConfiguration = agentcore.GatewayAuthorizer.usingAwsIam();
    const kmsKey = new kms.Key(stack, 'Key');
    new agentcore.Gateway(stack, 'Tools', { authorizerConfiguration, kmsKey });
    still(
      resource(Template.fromStack(stack), 'AWS::BedrockAgentCore::Gateway').DependsOn === undefined,
      'the L2 gateway waits for the right to its key: addDependency in lib/gateway/mcp-gateway.ts can go',
    );
  });

  test('the L2 policy waits for its engine alone', () => {
    const plain = new Plain();
    plain.function();
    const statement = 'permit(principal, action, resource is AgentCore::Gateway);';
    new agentcore.PolicyEngine(plain.stack, 'Engine').addPolicy('All', {
      statement: agentcore.PolicyStatement.fromCedar(statement),
    });
    const [engine] = Object.keys(plain.template().findResources('AWS::BedrockAgentCore::PolicyEngine'));
    expect(plain.dependsOn('AWS::BedrockAgentCore::Policy')).toContain(engine);
    still(
      [plain.dependsOn('AWS::BedrockAgentCore::Policy')].flat().length === 1,
      'the L2 policy waits for more: compare it with attach() in lib/gateway/policy/policy-engine.ts',
    );
  });
});

describe('defaults and checks', () => {
  test('the L2 key stands after a prefix with a space, also in a header of its own', () => {
    const header = agentcore.ApiKeyCredentialLocation.header({ credentialParameterName: 'x-api-key' });
    still(
      header.credentialPrefix === 'Bearer ',
      'the L2 has another prefix: ApiKeyCredential in lib/identity/outbound/checks.ts need not render it',
    );
  });

  test('the L2 target takes two credentials, of which AgentCore takes one', () => {
    const plain = new Plain();
    const signed = agentcore.GatewayCredentialProvider.fromIamRole({ service: 'lambda' });
    still(
      !throws(() => plain.server(signed, signed)),
      'the L2 refuses two credentials; ToolTarget has no place for the second anyway',
    );
  });

  test('the L2 gateway makes a user pool when it is told nothing', () => {
    const stack = new Stack();
    new agentcore.Gateway(stack, 'Tools');
    still(
      Object.keys(Template.fromStack(stack).findResources('AWS::Cognito::UserPool')).length === 1,
      'the L2 makes up no authorizer: McpGatewayProps.inboundAuth need not be required for that reason',
    );
  });

  test('the L2 gateway speaks one old version of MCP', () => {
    const { ProtocolConfiguration } = resource(new Plain().template(), 'AWS::BedrockAgentCore::Gateway').Properties;
    still(
      JSON.stringify(ProtocolConfiguration.Mcp.SupportedVersions) === '["2025-03-26"]',
      'the L2 has other versions by default: compare them with lib/gateway/gateway-checks.ts',
    );
  });

  test('the L2 import of a gateway has no address', () => {
    const { stack } = new Plain();
    const imported = agentcore.Gateway.fromGatewayAttributes(stack, 'Imported', {
      gatewayArn: 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/x-0123456789',
      gatewayId: 'x-0123456789',
      gatewayName: 'x',
      role: new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }),
    });
    still(
      imported.gatewayUrl === undefined,
      'the L2 import has an address: lib/gateway/mcp-gateway-base.ts can be built on it',
    );
  });
});
