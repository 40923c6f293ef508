import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lazy } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { McpServerTargetProps } from '../../lib';
import {
  GitCredential,
  GitHubAppKey,
  OAuthVendor,
  OutboundIdentity,
  PrivateEndpoint,
  SchemaSource,
  ToolBroker,
  ToolTarget,
} from '../../lib';
import { Fixture, messages, resource, STRICT, thrownBy } from '../fixture';
import { GatewayFixture, ISSUER, JWT, TARGET, TOOL, TOOLS } from './gateway-fixture';

const folder = mkdtempSync(join(tmpdir(), 'schema-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const API = JSON.stringify({
  openapi: '3.0.0',
  info: { title: 'x', version: '1' },
  servers: [{ url: 'https://api.example.com' }],
  paths: { '/items': { get: { operationId: 'listItems', responses: {} } } },
});

const SIGNED = OutboundIdentity.gatewayRole({ service: 'execute-api' });

/** the places of a document, the whole among them */
function placesOf(value: unknown, place: string[] = []): string[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [place, ...inner.flatMap(([key, one]) => placesOf(one, [...place, key]))];
}

function replaced(value: any, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  const inner = replaced(value[key], rest, by);
  return Array.isArray(value) ? value.map((one, i) => (String(i) === key ? inner : one)) : { ...value, [key]: inner };
}

function added(make: (fixture: GatewayFixture) => ToolTarget, props = {}, id = 'own'): any {
  const fixture = new GatewayFixture(props);
  fixture.gateway.addTarget(id, make(fixture));
  return resource(fixture.template(), TARGET).Properties;
}
const endpointOf = (make: (fixture: GatewayFixture) => ToolTarget, props = {}): string =>
  added(make, props).TargetConfiguration.Mcp.McpServer.Endpoint;
const own =
  (props: Partial<McpServerTargetProps> = {}) =>
  (fixture: GatewayFixture) =>
    ToolTarget.mcpServer({ endpoint: 'https://mcp.example.com/mcp', identity: fixture.bot, ...props });
const fn = ({ stack }: GatewayFixture): lambda.Function =>
  new lambda.Function(stack, 'Fn', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => 1;'),
  });
const tool = (name: string): agentcore.ToolDefinition => ({
  name,
  description: `does ${name}`,
  inputSchema: {
    type: agentcore.SchemaDefinitionType.OBJECT,
    properties: { owner: { type: agentcore.SchemaDefinitionType.STRING } },
    required: ['owner'],
  },
});

describe('GitHub', () => {
  test.each([
    [{}, 'https://api.githubcopilot.com/mcp/'],
    [{ readOnly: true }, 'https://api.githubcopilot.com/mcp/readonly'],
    [{ toolsets: ['issues'] }, 'https://api.githubcopilot.com/mcp/x/issues'],
    [{ toolsets: ['pull_requests'], readOnly: true }, 'https://api.githubcopilot.com/mcp/x/pull_requests/readonly'],
    [{ toolsets: ['all'] }, 'https://api.githubcopilot.com/mcp/x/all'],
    [{ host: 'acme.ghe.com', readOnly: true }, 'https://copilot-api.acme.ghe.com/mcp/readonly'],
  ])('%j is at %s', (props, endpoint) => {
    expect(endpointOf(({ bot }) => ToolTarget.github({ identity: bot, ...props }))).toBe(endpoint);
  });

  test('through a broker is a function with the tools of the toolsets', () => {
    const fixture = new GatewayFixture();
    const broker = ToolBroker.fromFunction(
      fn(fixture),
      [tool('get_issue'), tool('create_issue'), tool('list_branches')],
      {
        writeTools: ['create_issue'],
      },
    );
    const identity = OutboundIdentity.broker(broker);
    fixture.gateway.addTarget('all', ToolTarget.github({ identity }));
    fixture.gateway.addTarget('issues', ToolTarget.github({ identity, toolsets: ['issues'] }));
    fixture.gateway.addTarget('read', ToolTarget.github({ identity, readOnly: true }));
    const names = Object.values<any>(fixture.template().findResources(TARGET)).map(({ Properties }) =>
      Properties.TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload.map(({ Name }: any) => Name),
    );
    expect(names).toEqual([
      ['get_issue', 'create_issue', 'list_branches'],
      ['get_issue', 'create_issue'],
      ['get_issue', 'list_branches'],
    ]);
    expect(fixture.allowed()).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['Fn9270CBC0', 'Arn'] } },
    ]);
  });

  test.each<[string, (fixture: GatewayFixture) => ToolTarget, string, string]>([
    [
      'an own server',
      ({ bot }) => ToolTarget.github({ identity: bot, host: 'github.acme.com' }),
      'NoGitHubServer',
      'use a GitHubAppBroker with its host',
    ],
    [
      'a host known later',
      ({ bot }) => ToolTarget.github({ identity: bot, host: Lazy.string({ produce: () => 'x' }) }),
      'NoGitHubServer',
      `'github.com' or '<name>.ghe.com'`,
    ],
    [
      'two toolsets',
      ({ bot }) => ToolTarget.github({ identity: bot, toolsets: ['issues', 'repos'] }),
      'SeveralToolsets',
      'add a target for each',
    ],
    [
      'a path as toolset',
      ({ bot }) => ToolTarget.github({ identity: bot, toolsets: ['../x'] }),
      'InvalidToolset',
      'this is not the name of a toolset of GitHub',
    ],
    [
      'a toolset that the broker lacks',
      (fixture) =>
        ToolTarget.github({
          identity: OutboundIdentity.broker(ToolBroker.fromFunction(fn(fixture), [tool('get_issue')])),
          toolsets: ['actions'],
        }),
      'NoToolOffered',
      'the broker has no tool of these toolsets',
    ],
  ])('refuses %s', (_name, make, code, text) => {
    const error = thrownBy(() => added(make));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });
});

describe('Jira', () => {
  test('is called at one address with a key, and at another with the token of a person', () => {
    expect(endpointOf(({ bot }) => ToolTarget.jira({ identity: bot }))).toBe('https://mcp.atlassian.com/v1/mcp');
    const exchanged = ({ secret }: GatewayFixture): OutboundIdentity =>
      OutboundIdentity.onBehalfOf({
        discoveryUrl: ISSUER,
        clientId: 'jira',
        clientSecret: { secret, jsonKey: 'secret' },
        scopes: ['read:jira-work'],
      });
    expect(endpointOf((fixture) => ToolTarget.jira({ identity: exchanged(fixture) }), { inboundAuth: JWT })).toBe(
      'https://mcp.atlassian.com/v1/mcp/authv2',
    );
  });

  test.each([
    'https://acme.atlassian.net',
    'acme.atlassian.net',
    'https://acme.atlassian.net/',
    'acme.atlassian.net/',
    'HTTPS://Acme.Atlassian.NET/',
  ])('tells agents which site is meant: %s', (site) => {
    const { Description } = added(({ bot }) => ToolTarget.jira({ identity: bot, site }));
    expect(Description).toBe('Jira and Confluence of https://acme.atlassian.net');
  });

  const WHOLE = `write 'https://acme.atlassian.net'`;
  const DATA_CENTER = 'for the data center edition host an MCP server';
  test.each([
    ['https://acme.atlassian.net/jira', 'has a path', WHOLE],
    ['acme.atlassian.net/wiki/spaces', 'has a path', WHOLE],
    ['http://acme.atlassian.net', 'must use https', WHOLE],
    ['https://acme.atlassian.net:443/', '', ''],
    ['https://acme.atlassian.net:8443', 'has a port', WHOLE],
    ['https://acme.atlassian.net?x=1', 'must not have a query', WHOLE],
    ['acme', 'must name a public host', `write the whole host, as in 'https://acme.atlassian.net'`],
    ['https://jira.acme.com', 'is on another domain', DATA_CENTER],
    ['https://acme.atlassian.net.evil.com', 'is on another domain', DATA_CENTER],
    ['https://a.b.atlassian.net', 'is on another domain', DATA_CENTER],
    ['10.0.0.1', 'must name a public host', DATA_CENTER],
    ['', 'is empty', DATA_CENTER],
  ])('the site %s', (site, flaw, fix) => {
    const make = () => added(({ bot }) => ToolTarget.jira({ identity: bot, site }));
    if (flaw === '') {
      // the port of https, as it is
      expect(make().Description).toBe('Jira and Confluence of https://acme.atlassian.net');
      return;
    }
    const error = thrownBy(make);
    expect(error.code).toBe('InvalidJiraSite');
    expect(error.text).toContain(`this is not the address of a Jira site in the cloud: it ${flaw}`);
    expect(error.text).toContain(fix);
  });
});

test('Slack is called with the consent of the person, and the tools are fixed', () => {
  const consented = ({ secret }: GatewayFixture): OutboundIdentity =>
    OutboundIdentity.userConsent({
      vendor: OAuthVendor.slack(),
      clientId: '1.2',
      clientSecret: { secret, jsonKey: 'secret' },
      scopes: ['chat:write'],
      returnUrl: 'https://agents.example.com/done',
    });
  const { TargetConfiguration, CredentialProviderConfigurations } = added(
    (fixture) => ToolTarget.slack({ identity: consented(fixture), toolSchema: TOOLS }),
    { inboundAuth: JWT },
  );
  expect(TargetConfiguration.Mcp.McpServer).toEqual({
    Endpoint: 'https://mcp.slack.com/mcp',
    McpToolSchema: { InlinePayload: JSON.stringify({ tools: [TOOL] }) },
  });
  expect(CredentialProviderConfigurations[0].CredentialProvider.OauthCredentialProvider).toMatchObject({
    GrantType: 'AUTHORIZATION_CODE',
    DefaultReturnUrl: 'https://agents.example.com/done',
  });
});

describe('an MCP server', () => {
  test('is given what the L2 lacks', () => {
    const properties = added(own({ listing: 'DYNAMIC' as any, resourcePriority: 5, requestHeaders: ['X-Team'] }));
    expect(properties.TargetConfiguration.Mcp.McpServer).toEqual({
      Endpoint: 'https://mcp.example.com/mcp',
      ListingMode: 'DYNAMIC',
      ResourcePriority: 5,
    });
    expect(properties.MetadataConfiguration).toEqual({ AllowedRequestHeaders: ['X-Team'] });
    expect(properties.CredentialProviderConfigurations).toEqual([
      {
        CredentialProviderType: 'API_KEY',
        CredentialProvider: {
          ApiKeyCredentialProvider: {
            ProviderArn: { 'Fn::GetAtt': [expect.any(String), 'CredentialProviderArn'] },
            CredentialLocation: 'HEADER',
            CredentialParameterName: 'Authorization',
            CredentialPrefix: 'Bearer',
          },
        },
      },
    ]);
  });

  test('inside a VPC is reached through it', () => {
    const { vpc, group } = new Fixture();
    const endpoint = 'https://mcp.corp/mcp';
    const privateEndpoint = PrivateEndpoint.inVpc({ vpc, securityGroups: [group], routingDomain: 'mcp.corp' });
    const fixture = new GatewayFixture();
    const local = new ec2.Vpc(fixture.stack, 'Vpc');
    const groups = [new ec2.SecurityGroup(fixture.stack, 'Group', { vpc: local })];
    fixture.gateway.addTarget(
      'own',
      own({ endpoint, privateEndpoint: PrivateEndpoint.inVpc({ vpc: local, securityGroups: groups }) })(fixture),
    );
    const { PrivateEndpoint: rendered } = resource(fixture.template(), TARGET).Properties;
    expect(rendered.ManagedVpcResource).toMatchObject({
      SubnetIds: [expect.anything(), expect.anything()],
      SecurityGroupIds: [expect.anything()],
      EndpointIpAddressType: 'IPV4',
    });
    expect(privateEndpoint._render(fixture.stack).managedVpcResource?.routingDomain).toBe('mcp.corp');
  });

  test.each([
    ['http://mcp.example.com', 'must use https'],
    ['https://user:hunter2@mcp.example.com', 'must not hold a user name or password'],
    ['https://169.254.169.254/latest', 'must name a public host'],
    ['https://10.0.0.7/mcp', 'must name a public host'],
    ['https://[fd00:ec2::254]/', 'must name a public host'],
    ['https://localhost/mcp', 'must name a public host'],
    ['https://mcp', 'must name a public host'],
    ['https://mcp.internal./', 'must name a public host'],
    ['https://mcp.example.com/#x', 'must not have a fragment'],
    ['mcp.example.com', 'is not a URL'],
  ])('at %s is refused', (endpoint, flaw) => {
    const error = thrownBy(() => added(own({ endpoint })));
    expect(error.code).toBe('InvalidTargetEndpoint');
    expect(error.text).toContain(`the endpoint of the server ${flaw}`);
    expect(error.text).not.toContain('hunter2');
  });

  test('known at deployment is taken as it is', () => {
    expect(endpointOf(own({ endpoint: Lazy.string({ produce: () => 'https://x.example.com' }) }))).toBe(
      'https://x.example.com',
    );
  });

  test('has no broker', () => {
    const error = thrownBy(() =>
      added((fixture) =>
        own({ identity: OutboundIdentity.broker(ToolBroker.fromFunction(fn(fixture), [tool('x')])) })(fixture),
      ),
    );
    expect(error.code).toBe('BrokerForServer');
    expect(error.text).toContain('a broker answers itself, so this server would never be called');
  });

  test('that asks for consent is not asked for its tools at each request', () => {
    const identity = OutboundIdentity.userConsent({
      vendor: OAuthVendor.github(),
      clientId: 'Iv1',
      clientSecret: { secret: new GatewayFixture().secret, jsonKey: 'secret' },
      scopes: ['read:user'],
      returnUrl: 'https://agents.example.com/done',
    });
    const error = thrownBy(() =>
      added(
        own({
          identity,
          toolSchema: SchemaSource.fromBucket(s3.Bucket.fromBucketName(new GatewayFixture().stack, 'B', 'tools'), 'k'),
          listing: 'DYNAMIC' as any,
        }),
        {
          inboundAuth: JWT,
        },
      ),
    );
    expect(error.code).toBe('DynamicListingWithConsent');
    expect(error.text).toContain('tools cannot be listed at each request where users must consent first');
  });
});

describe('a schema', () => {
  test('of a file is uploaded, and the gateway may read that one object', () => {
    const fixture = new GatewayFixture();
    const schema = SchemaSource.fromFile(file('tools.json', JSON.stringify({ tools: [TOOL] })));
    const target = fixture.gateway.addTarget('own', own({ toolSchema: schema })(fixture));
    const { McpToolSchema } = resource(fixture.template(), TARGET).Properties.TargetConfiguration.Mcp.McpServer;
    expect(JSON.stringify(McpToolSchema.S3.Uri)).toMatch(/s3:.*cdk-hnb659fds-assets.*[0-9a-f]{64}\.json/);
    const read = fixture.allowed().filter(({ Action }) => Action === 's3:GetObject');
    expect(read).toHaveLength(1);
    expect(JSON.stringify(read[0].Resource)).toMatch(/[0-9a-f]{64}\.json/);
    expect(target.toolNames).toEqual(['own___post']);
  });

  test('of a bucket is read with its key, and its tools are not known', () => {
    const fixture = new GatewayFixture();
    const bucket = new s3.Bucket(fixture.stack, 'Bucket', { encryptionKey: new kms.Key(fixture.stack, 'Key') });
    const target = fixture.gateway.addTarget(
      'own',
      own({ toolSchema: SchemaSource.fromBucket(bucket, 'tools.json') })(fixture),
    );
    expect(fixture.allowed().map(({ Action }) => Action)).toEqual(
      expect.arrayContaining(['s3:GetObject', 'kms:Decrypt']),
    );
    expect(target.toolNames).toBeUndefined();
  });

  test.each<[string, () => unknown, string, string]>([
    [
      'a file that is not there',
      () => SchemaSource.fromFile('/nowhere.json'),
      'NoSuchSchemaFile',
      `got '/nowhere.json'`,
    ],
    [
      'an empty file',
      () => SchemaSource.fromFile(file('empty.json', ' ')),
      'InvalidSchemaSize',
      'the tool schema is empty',
    ],
    [
      'a large text',
      () => SchemaSource.fromInline('x'.repeat(1024 * 1024 + 1)),
      'InvalidSchemaSize',
      'the tool schema is too large',
    ],
    [
      'no JSON',
      () => added(own({ toolSchema: SchemaSource.fromInline('{') })),
      'ToolSchemaNotJson',
      'the tool schema is not JSON',
    ],
    [
      'a bare list',
      () => added(own({ toolSchema: SchemaSource.fromInline('[]') })),
      'InvalidToolSchema',
      'wrap a bare list',
    ],
    [
      'no tools',
      () => added(own({ toolSchema: SchemaSource.fromInline('{"tools":[]}') })),
      'InvalidToolSchema',
      'the tool schema lists no tools',
    ],
    [
      'a tool without a name',
      () => withTool({ ...TOOL, name: '' }),
      'InvalidTool',
      'tool number 1: its name is missing or not allowed',
    ],
    [
      'a tool without description',
      () => withTool({ ...TOOL, description: ' ' }),
      'InvalidTool',
      `tool 'post': it has no description`,
    ],
    [
      'a tool without schema',
      () => withTool({ ...TOOL, inputSchema: { type: 'string' } }),
      'InvalidTool',
      'its inputSchema is missing or not of type object',
    ],
    ['a tool twice', () => withTool(TOOL, TOOL), 'InvalidTool', `tool 'post': it is listed twice`],
  ])('%s is refused', (_name, action, code, text) => {
    const error = thrownBy(action);
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  const withTool = (...tools: object[]): unknown =>
    added(own({ toolSchema: SchemaSource.fromInline(JSON.stringify({ tools })) }));
});

describe('an API', () => {
  test('is described inline or by a file, with the right to read it', () => {
    const { TargetConfiguration, CredentialProviderConfigurations } = added(({ bot }) =>
      ToolTarget.openApi({ schema: SchemaSource.fromInline(API), identity: bot, description: 'items' }),
    );
    expect(TargetConfiguration.Mcp.OpenApiSchema).toEqual({ InlinePayload: API });
    expect(CredentialProviderConfigurations).toHaveLength(1);
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget(
      'api',
      ToolTarget.openApi({ schema: SchemaSource.fromFile(file('api.json', API)), identity: fixture.bot }),
    );
    expect(fixture.allowed().map(({ Action }) => Action)).toContain('s3:GetObject');
  });

  test('may be written in YAML, and is read as the same', () => {
    const yaml = [
      'openapi: 3.1.0',
      'info: { title: x, version: "1" }',
      'servers:',
      '  - url: https://{region}.example.com/v1',
      '    variables: { region: { default: eu, enum: [eu, us] } }',
      'x-base: &base { name: id, in: path, required: true }',
      'paths:',
      '  /items/{id}:',
      '    parameters: [{ <<: *base, description: its id }]',
      '    get: { operationId: getItem, responses: { 200: { $ref: "#/components/responses/Ok" } } }',
      '    summary: one item',
      '  x-more: anything',
      'components: { responses: { Ok: { description: ok } } }',
    ].join('\n');
    const fixture = new GatewayFixture();
    const target = ToolTarget.openApi({ schema: SchemaSource.fromFile(file('api.yaml', yaml)), identity: fixture.bot });
    fixture.gateway.addTarget('x', target);
    expect(messages(fixture)).toEqual([]);
    const error = thrownBy(() => fixture.gateway.addTarget('y'.repeat(60), target));
    expect(error.text).toContain(`${'y'.repeat(60)}___getItem (70 characters)`);
  });

  test('the parser of YAML is the one that aws-cdk-lib bundles: this fails on the day it does not', () => {
    const { bundleDependencies = [], bundledDependencies = [] } = JSON.parse(
      readFileSync(require.resolve('aws-cdk-lib/package.json'), 'utf8'),
    );
    expect([...bundleDependencies, ...bundledDependencies]).toContain('yaml');
  });

  test('that is known only at deployment is left to AgentCore', () => {
    const text = Lazy.string({ produce: () => API });
    expect(() =>
      added(({ bot }) => ToolTarget.openApi({ schema: SchemaSource.fromInline(text), identity: bot })),
    ).not.toThrow();
  });

  test('any damage to a description is refused with a code, or accepted, and never ends in a raw error', () => {
    const whole = {
      openapi: '3.0.3',
      info: { title: 'x', version: '1' },
      servers: [{ url: 'https://{r}.example.com', variables: { r: { default: 'a', enum: ['a'] } } }],
      paths: {
        '/a/{id}': {
          parameters: [{ name: 'id', in: 'path', schema: { $ref: '#/components/schemas/Id' } }],
          get: {
            operationId: 'getA',
            parameters: [{ name: 'q', in: 'query' }],
            requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { a: {} } } } } },
            responses: { 200: { description: 'ok' } },
          },
        },
      },
      components: { schemas: { Id: { type: 'string' } } },
    };
    const places = placesOf(whole);
    expect(places.length).toBeGreaterThan(40);
    const codes = new Set<string>();
    for (const place of places) {
      for (const damage of [null, [], {}, '', 0, 'x', [null], { x: null }, true]) {
        const text = JSON.stringify(replaced(whole, place, damage));
        try {
          ToolTarget.openApi({ schema: SchemaSource.fromInline(text), identity: SIGNED });
        } catch (error) {
          codes.add((error as Error).name);
        }
      }
    }
    expect([...codes].sort()).toEqual(['InvalidOpenApi', 'OpenApiUnreadable']);
  });

  test('with operations whose names are too long is refused', () => {
    const long = API.replace('listItems', 'x'.repeat(60));
    const error = thrownBy(() =>
      added(({ bot }) => ToolTarget.openApi({ schema: SchemaSource.fromInline(long), identity: bot })),
    );
    expect(error.code).toBe('ToolNameTooLong');
  });

  test('has no broker', () => {
    const error = thrownBy(() =>
      added((fixture) =>
        ToolTarget.openApi({
          schema: SchemaSource.fromInline(API),
          identity: OutboundIdentity.broker(ToolBroker.fromFunction(fn(fixture), [tool('x')])),
        }),
      ),
    );
    expect(error.code).toBe('BrokerForServer');
    expect(error.text).toContain('a broker answers itself, so this API would never be called');
  });
});

describe('a function', () => {
  test('is invoked as the role of the gateway, which may invoke it alone', () => {
    const fixture = new GatewayFixture();
    const target = fixture.gateway.addTarget(
      'own',
      ToolTarget.lambdaFunction({ function: fn(fixture), tools: [tool('read'), tool('write')], writeTools: ['write'] }),
    );
    expect(resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations).toEqual([
      { CredentialProviderType: 'GATEWAY_IAM_ROLE' },
    ]);
    expect(fixture.allowed()).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['Fn9270CBC0', 'Arn'] } },
    ]);
    expect(target.toolNames).toEqual(['own___read', 'own___write']);
    expect(target._config.tools?.map(({ readOnly }) => readOnly)).toEqual([true, false]);
    expect(target.actor).toBe('the role of the function');
  });

  test('of another stack needs no right to change its policy', () => {
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:f';
    const fixture = new GatewayFixture();
    const imported = lambda.Function.fromFunctionArn(fixture.stack, 'F', arn);
    fixture.gateway.addTarget('own', ToolTarget.lambdaFunction({ function: imported, tools: [tool('x')] }));
    expect(fixture.allowed()).toEqual([{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn }]);
  });

  test('without tools is refused, and so is a name of a tool that is not there', () => {
    const make = (props: object) => () =>
      added((fixture) => ToolTarget.lambdaFunction({ function: fn(fixture), tools: [tool('drop')], ...props }));
    expect(thrownBy(make({ tools: [] })).text).toContain('a broker has the wrong number of tools');
    expect(thrownBy(make({ writeTools: ['dorp'] })).text).toContain('writeTools names a tool that is not there');
  });

  test('that hands out tokens is refused, by its alias too', () => {
    const { stack } = new GatewayFixture();
    const credential = new GitCredential(stack, 'Clone', {
      clientId: 'Iv23liExampleAppId00',
      installationId: 1,
      key: GitHubAppKey.kms(
        kms.Key.fromKeyArn(
          stack,
          'AppKey',
          'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
        ),
      ),
      repositories: ['acme/web'],
    });
    const error = thrownBy(() => ToolTarget.lambdaFunction({ function: credential.alias, tools: [tool('x')] }));
    expect(error.code).toBe('CredentialAsTool');
    expect(error.text).toContain('this function hands out tokens, and as a tool it would hand them to the model');
  });

  test('may change something, as long as nobody says otherwise', () => {
    const fixture = new GatewayFixture();
    const target = fixture.gateway.addTarget(
      'own',
      ToolTarget.lambdaFunction({ function: fn(fixture), tools: [tool('x')] }),
    );
    expect(target._config.readOnly).toBe(false);
  });
});

describe('a runtime', () => {
  const runtime = (fixture: GatewayFixture): agentcore.Runtime =>
    new agentcore.Runtime(fixture.stack, 'Server', {
      agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromImageUri(
        '111122223333.dkr.ecr.eu-west-1.amazonaws.com/mcp:1',
      ),
      protocolConfiguration: agentcore.ProtocolType.MCP,
    });

  test('is called by its encoded ARN, as the role of the gateway, after it is up', () => {
    const fixture = new GatewayFixture();
    const server = runtime(fixture);
    const endpoint = server.addEndpoint('live');
    fixture.gateway.addTarget('own', ToolTarget.agentRuntime({ runtime: server, endpoint }));
    const { Properties, DependsOn } = resource(fixture.template(), TARGET);
    const url = JSON.stringify(Properties.TargetConfiguration.Mcp.McpServer.Endpoint);
    expect(url).toContain('/invocations?qualifier=live');
    expect(url).toMatch(/"%2F".*"\/".*"%3A".*":"/);
    expect(Properties.CredentialProviderConfigurations[0].CredentialProvider.IamCredentialProvider).toEqual({
      Service: 'bedrock-agentcore',
    });
    const arn = fixture.stack.resolve(server.agentRuntimeArn);
    expect(fixture.allowed()).toEqual([
      {
        Effect: 'Allow',
        Action: 'bedrock-agentcore:InvokeAgentRuntime',
        Resource: [arn, { 'Fn::Join': ['', [arn, '/runtime-endpoint/live']] }],
      },
    ]);
    expect(DependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ServerEndpointlive/),
        expect.stringMatching(/^ToolsAccessTargets/),
        expect.stringMatching(/^Server[0-9A-F]{8}$/),
      ]),
    );
  });

  test('that does not speak MCP is refused', () => {
    const { stack } = new GatewayFixture();
    const artifact = agentcore.AgentRuntimeArtifact.fromImageUri('111122223333.dkr.ecr.eu-west-1.amazonaws.com/x:1');
    const http = new agentcore.Runtime(stack, 'Http', { agentRuntimeArtifact: artifact });
    const error = thrownBy(() => ToolTarget.agentRuntime({ runtime: http }));
    expect(error.code).toBe('RuntimeWithoutMcp');
    expect(error.text).toContain(`runtime 'Agents/Http' does not speak MCP (got 'HTTP')`);
  });

  test('is called at DEFAULT unless an endpoint is named', () => {
    const url = added((fixture) => ToolTarget.agentRuntime({ runtime: runtime(fixture) }));
    expect(JSON.stringify(url)).toContain('qualifier=DEFAULT');
  });
});

describe('an identity that the service does not know', () => {
  const signed = OutboundIdentity.gatewayRole({ service: 'execute-api' });
  test.each([
    ['GitHub', ToolTarget.github({ identity: signed })],
    ['Jira', ToolTarget.jira({ identity: signed })],
    ['Slack', ToolTarget.slack({ identity: signed })],
  ])('signs nothing for %s', (service, target) => {
    const error = thrownBy(() => added(() => target));
    expect(error.code).toBe('SignatureForVendor');
    expect(error.text).toContain(`${service} knows nothing of signed AWS requests`);
  });

  test('brings no tools of GitHub under the name of another service', () => {
    const error = thrownBy(() =>
      added((fixture) =>
        ToolTarget.slack({
          identity: OutboundIdentity.broker(ToolBroker.fromFunction(fn(fixture), [tool('get_issue')])),
        }),
      ),
    );
    expect(error.code).toBe('BrokerOfOtherService');
    expect(error.text).toContain('these are tools of GitHub, under the name of Slack');
  });

  test.each<[string, object]>([
    ['requestHeaders', { requestHeaders: ['X-Team'] }],
    ['toolSchema, resourcePriority', { toolSchema: TOOLS, resourcePriority: 1 }],
    ['host', { host: 'acme.ghe.com' }],
  ])('ignores nothing: %s beside a broker', (got, props) => {
    const error = thrownBy(() =>
      added((fixture) => {
        const identity = OutboundIdentity.broker(ToolBroker.fromFunction(fn(fixture), [tool('get_issue')]));
        return ToolTarget.github({ identity, ...props });
      }),
    );
    expect(error.code).toBe('PropsForServerOnly');
    expect(error.text).toContain(`(got '${got}')`);
  });
});

describe('the targets of a gateway', () => {
  test('are made at most four at a time, each after the policy that it needs', () => {
    const fixture = new GatewayFixture();
    const names = Array.from({ length: 9 }, (_, i) => `t${i}`);
    names.forEach((name) => fixture.gateway.addTarget(name, own()(fixture)));
    const targets = Object.values<any>(fixture.template().findResources(TARGET));
    const before = targets.map(({ DependsOn }) =>
      DependsOn.filter((id: string) => /^Toolst\dTarget/.test(id)).map((id: string) => id.slice(5, 7)),
    );
    expect(before).toEqual([[], [], [], [], ['t0'], ['t1'], ['t2'], ['t3'], ['t4']]);
    targets.forEach(({ DependsOn }) => expect(DependsOn).toContainEqual(expect.stringMatching(/^ToolsAccessTargets/)));
  });

  test('fit a hundred times into the policies of one role', () => {
    const fixture = new GatewayFixture();
    Array.from({ length: 100 }, (_, i) => fixture.gateway.addTarget(`t${i}`, own()(fixture)));
    const template = fixture.template();
    const policies = Object.entries(template.findResources('AWS::IAM::ManagedPolicy')).filter(([id]) =>
      id.startsWith('ToolsAccess'),
    );
    expect(policies.length).toBeLessThanOrEqual(10);
    const error = thrownBy(() => fixture.gateway.addTarget('more', own()(fixture)));
    expect(error.code).toBe('TooManyTargets');
    expect(error.text).toContain('the gateway has too many targets (got 101); allowed: at most 100');
  });

  test.each<[string, string, string]>([
    ['my_tools', 'InvalidTargetName', 'this is not a name for a target'],
    ['-x', 'InvalidTargetName', 'no underscore'],
    ['x'.repeat(101), 'InvalidTargetName', 'this is not a name for a target'],
    ['OWN', 'TargetNameTaken', 'two targets of one gateway share a name'],
    ['Access', 'ReservedTargetName', 'the gateway keeps a part of its own under this name'],
  ])('are not called %s', (name, code, text) => {
    const fixture = new GatewayFixture();
    fixture.gateway.addTarget('own', own()(fixture));
    const error = thrownBy(() => fixture.gateway.addTarget(name, own()(fixture)));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  test('have tools whose whole name models take', () => {
    const fixture = new GatewayFixture();
    const tools = [tool('x'.repeat(57))];
    const target = ToolTarget.lambdaFunction({ function: fn(fixture), tools });
    expect(fixture.gateway.addTarget('abcd', target).toolName('y')).toBe('abcd___y');
    const error = thrownBy(() => fixture.gateway.addTarget('abcde', target));
    expect(error.code).toBe('ToolNameTooLong');
    expect(error.text).toContain(`(65 characters)`);
  });
});

test('the strict validator accepts each kind of target', () => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const fixture = new GatewayFixture({ inboundAuth: JWT }, { context: STRICT });
    const { bot } = fixture;
    const clientSecret = { secret: fixture.secret, jsonKey: 'secret' };
    fixture.gateway.addTarget('github', ToolTarget.github({ identity: bot }));
    fixture.gateway.addTarget(
      'jira',
      ToolTarget.jira({
        identity: OutboundIdentity.onBehalfOf({
          discoveryUrl: ISSUER,
          clientId: 'jira',
          clientSecret,
          scopes: ['read:jira-work'],
        }),
      }),
    );
    fixture.gateway.addTarget('api', ToolTarget.openApi({ schema: SchemaSource.fromInline(API), identity: bot }));
    fixture.gateway.addTarget('fn', ToolTarget.lambdaFunction({ function: fn(fixture), tools: [tool('read')] }));
    fixture.gateway.addTarget(
      'file',
      own({ toolSchema: SchemaSource.fromFile(file('t.json', JSON.stringify({ tools: [TOOL] }))) })(fixture),
    );
    const vpc = new ec2.Vpc(fixture.stack, 'Vpc');
    const securityGroups = [new ec2.SecurityGroup(fixture.stack, 'Group', { vpc })];
    fixture.gateway.addTarget('vpc', own({ privateEndpoint: PrivateEndpoint.inVpc({ vpc, securityGroups }) })(fixture));
    fixture.gateway.addTarget(
      'lattice',
      own({ privateEndpoint: PrivateEndpoint.lattice('rcfg-0123456789abcdef0') })(fixture),
    );
    fixture.template().resourceCountIs(TARGET, 7);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
