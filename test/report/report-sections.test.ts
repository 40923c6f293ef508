import { App, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { reportOf, reportOfResources } from './report-apps';

const AGENTCORE = 'AWS::BedrockAgentCore::';
const byName = (entries: any[], name: string): any => entries.find((one) => one.name === name);

describe('resource policies', () => {
  test('who else may use buckets, keys, functions and gateways', () => {
    const statement = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 's3:Get*', Resource: '*' };
    const { resourcePolicies } = reportOfResources({
      Bucket: { Type: 'AWS::S3::Bucket' },
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: { Statement: [statement] } },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: 'fn',
          Action: 'lambda:InvokeFunction',
          Principal: 's3.amazonaws.com',
          SourceAccount: { Ref: 'AWS::AccountId' },
        },
      },
      Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: 'fn', AuthType: 'NONE' } },
      Gateway: {
        Type: `${AGENTCORE}ResourcePolicy`,
        Properties: {
          ResourceArn: 'arn:gateway',
          Policy: {
            'Fn::Sub': '{"Statement":{"Effect":"Deny","Principal":"*","Action":"a:b","Resource":"${Bucket.Arn}"}}',
          },
        },
      },
      Broken: { Type: 'AWS::Logs::ResourcePolicy', Properties: { PolicyDocument: 'no JSON' } },
    });
    expect(resourcePolicies).toEqual([
      {
        name: 'Broken',
        type: 'AWS::Logs::ResourcePolicy',
        unknown: [{ conditions: ['no JSON'] }],
      },
      {
        name: 'Bucket',
        type: 'AWS::S3::BucketPolicy',
        allow: [{ principals: ['111122223333'], actions: ['s3:Get*'], resources: ['*'] }],
      },
      {
        name: 'arn:gateway',
        type: `${AGENTCORE}ResourcePolicy`,
        deny: [{ principals: ['*'], actions: ['a:b'], resources: ['${Bucket.Arn}'] }],
      },
      {
        name: 'fn',
        type: 'AWS::Lambda::Permission',
        allow: [
          {
            principals: ['s3.amazonaws.com'],
            actions: ['lambda:InvokeFunction'],
            conditions: ['SourceAccount: ${Account}'],
          },
        ],
      },
      { name: 'fn', type: 'AWS::Lambda::Url', authorization: 'NONE' },
    ]);
  });
});

describe('ways out of the network', () => {
  const network = (resources: Record<string, unknown>): any[] => reportOfResources(resources).network;

  test.each<[string, object, string[]]>([
    ['no rule is written', {}, ['everything to 0.0.0.0/0 (no rule is written)']],
    ['an empty list', { SecurityGroupEgress: [] }, ['everything to 0.0.0.0/0 (no rule is written)']],
    [
      'the rule by which the CDK says nothing',
      { SecurityGroupEgress: [{ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp', FromPort: 252, ToPort: 86 }] },
      ['nothing'],
    ],
    ['everything', { SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] }, ['everything to 0.0.0.0/0']],
    [
      'a port and a range',
      {
        SecurityGroupEgress: [
          { CidrIp: '10.0.0.0/8', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
          { CidrIpv6: '::/0', IpProtocol: 'udp', FromPort: 1, ToPort: 9 },
        ],
      },
      ['tcp 443 to 10.0.0.0/8', 'udp 1-9 to ::/0'],
    ],
  ])('a security group: %s', (_, Properties, egress) => {
    expect(network({ Group: { Type: 'AWS::EC2::SecurityGroup', Properties } })).toEqual([
      { name: 'Group', kind: 'security group', egress },
    ]);
  });

  test('gateways, routes, endpoints and their policies', () => {
    const entries = network({
      Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: 'subnet-1' } },
      Route: {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId: 'rtb-1', DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: { Ref: 'Nat' } },
      },
      Open: { Type: 'AWS::EC2::VPCEndpoint', Properties: { VpcEndpointType: 'Interface', ServiceName: 'sts' } },
    });
    expect(entries).toEqual([
      { name: 'Nat', kind: 'NAT gateway' },
      { name: 'Open', kind: 'interface endpoint', service: ['sts'], policy: 'everything (no policy)' },
      { name: 'rtb-1', kind: 'route', to: ['0.0.0.0/0'], via: ['Nat'] },
    ]);
  });

  test('what firewalls let through; rules by their priority', () => {
    const entries = network({
      List: { Type: 'AWS::Route53Resolver::FirewallDomainList', Properties: { Domains: ['b.com', 'a.com'] } },
      Rules: {
        Type: 'AWS::Route53Resolver::FirewallRuleGroup',
        Properties: {
          FirewallRules: [
            { Priority: 10, Action: 'BLOCK', FirewallDomainListId: 'all' },
            { Priority: 9, Action: 'ALLOW', FirewallDomainListId: { 'Fn::GetAtt': ['List', 'Id'] } },
          ],
        },
      },
      Domains: {
        Type: 'AWS::NetworkFirewall::RuleGroup',
        Properties: {
          RuleGroup: {
            RulesSource: {
              RulesSourceList: { GeneratedRulesType: 'ALLOWLIST', TargetTypes: ['TLS_SNI'], Targets: ['github.com'] },
            },
          },
        },
      },
    });
    expect(entries).toEqual([
      { name: 'List', kind: 'DNS firewall domain list', domains: ['a.com', 'b.com'] },
      { name: 'Rules', kind: 'DNS firewall rules', rules: ['9 ALLOW List', '10 BLOCK all'] },
      {
        name: 'Domains',
        kind: 'network firewall rules',
        action: 'ALLOWLIST',
        targets: ['TLS_SNI'],
        domains: ['github.com'],
      },
    ]);
  });

  test('runtimes and functions that reach the internet by themselves', () => {
    const entries = network({
      Agent: { Type: `${AGENTCORE}Runtime`, Properties: { NetworkConfiguration: { NetworkMode: 'PUBLIC' } } },
      Fn: { Type: 'AWS::Lambda::Function', Properties: {} },
      Inside: {
        Type: 'AWS::Lambda::Function',
        Properties: { VpcConfig: { SubnetIds: ['s'], SecurityGroupIds: ['g'] } },
      },
    });
    expect(entries).toEqual([
      { name: 'Fn', kind: 'network of a function', mode: 'PUBLIC' },
      { name: 'Inside', kind: 'network of a function', mode: 'VPC', securityGroups: ['g'] },
      { name: 'Agent', kind: 'network of a runtime', mode: 'PUBLIC' },
    ]);
  });
});

describe('secrets', () => {
  const READ = 'secretsmanager:GetSecretValue';
  const role = (...Statement: object[]): object => ({
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement } }] },
  });
  const key = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'team/key' } };
  const readers = (reader: object): any =>
    byName(reportOfResources({ Key: key, Reader: reader }).secrets, 'Key').readBy;

  test.each<[string, object[], string[]]>([
    ['its reference', [{ Effect: 'Allow', Action: READ, Resource: { Ref: 'Key' } }], ['Reader']],
    ['a wildcard', [{ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }], ['Reader']],
    [
      'a pattern of its name',
      [{ Effect: 'Allow', Action: READ, Resource: 'arn:aws:secretsmanager:*:*:secret:team/*' }],
      ['Reader'],
    ],
    [
      'a pattern of other names',
      [{ Effect: 'Allow', Action: READ, Resource: 'arn:aws:secretsmanager:*:*:secret:other/*' }],
      ['nobody in this app'],
    ],
    [
      'another action',
      [{ Effect: 'Allow', Action: 'secretsmanager:DescribeSecret', Resource: '*' }],
      ['nobody in this app'],
    ],
    [
      'a condition',
      [{ Effect: 'Allow', Action: READ, Resource: '*', Condition: { Bool: { a: 'b' } } }],
      ['Reader (under conditions)'],
    ],
    [
      'a deny that wins',
      [
        { Effect: 'Allow', Action: READ, Resource: '*' },
        { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' },
      ],
      ['nobody in this app'],
    ],
    [
      'a deny with a condition',
      [
        { Effect: 'Allow', Action: READ, Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { a: 'b' } } },
      ],
      ['Reader'],
    ],
  ])('a role reaches it by %s', (_, statements, expected) => {
    expect(readers(role(...statements))).toEqual(expected);
  });

  test('credential providers and properties that take a secret are its users', () => {
    const { secrets } = reportOfResources({
      Key: key,
      Provider: {
        Type: `${AGENTCORE}ApiKeyCredentialProvider`,
        Properties: { ApiKeySecretConfig: { SecretId: { Ref: 'Key' }, JsonKey: 'token' } },
      },
      Database: {
        Type: 'AWS::RDS::DBInstance',
        Properties: {
          MasterUserPassword: { 'Fn::Sub': '{{resolve:secretsmanager:${Key}:SecretString:password}}' },
          MasterUsername: '{{resolve:secretsmanager:elsewhere:SecretString:user}}',
        },
      },
    });
    expect(secrets).toEqual([
      {
        name: 'Key',
        kind: 'secret',
        key: 'aws/secretsmanager',
        credentialProviders: ['Provider'],
        putInto: ['Database MasterUserPassword'],
      },
      { name: 'elsewhere', kind: 'not made by this app', putInto: ['Database MasterUsername'] },
    ]);
  });

  test('readers in another stack are listed with the secret, and the secret with them', () => {
    const app = new App();
    const secret = new secretsmanager.Secret(new Stack(app, 'Keys'), 'Key');
    const reader = new iam.Role(new Stack(app, 'Team'), 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    secret.grantRead(reader);
    const { stacks } = reportOf(app);
    expect(byName(stacks, 'Keys').secrets[0].readBy).toEqual(['Team/Role']);
    expect(byName(stacks, 'Team').secrets).toEqual([
      { name: 'Keys/Key', kind: 'secret of another stack', readBy: ['Role'] },
    ]);
  });

  test('parameters and unknown secrets that a role reads', () => {
    const { secrets } = reportOfResources({
      Reader: role(
        { Effect: 'Allow', Action: 'ssm:GetParameter*', Resource: 'arn:aws:ssm:eu-west-1:1:parameter/token' },
        { Effect: 'Allow', Action: READ, Resource: { 'Fn::ImportValue': 'KeyArn' } },
        { Effect: 'Allow', Action: [READ, 'kms:Decrypt'], Resource: 'arn:aws:kms:eu-west-1:1:key/1' },
      ),
    });
    expect(secrets.map(({ name }: any) => name)).toEqual([
      '${ImportValue(KeyArn)}',
      'arn:aws:ssm:eu-west-1:1:parameter/token',
    ]);
  });
});

describe('an app of L1s: tools and agents', () => {
  const target = (credential: object): object => ({
    Type: `${AGENTCORE}GatewayTarget`,
    Properties: {
      Name: 'jira',
      GatewayIdentifier: { Ref: 'Gateway' },
      TargetConfiguration: { Mcp: { McpServer: { Endpoint: 'https://mcp.example.com/mcp' } } },
      CredentialProviderConfigurations: [credential],
    },
  });
  const oauth = (GrantType?: string): object => ({
    CredentialProviderType: 'OAUTH',
    CredentialProvider: { OauthCredentialProvider: { ProviderArn: 'arn', GrantType, Scopes: ['b', 'a'] } },
  });

  test.each<[object, string]>([
    [oauth('TOKEN_EXCHANGE'), 'the caller, on behalf of whom a token is exchanged (TOKEN_EXCHANGE)'],
    [oauth('AUTHORIZATION_CODE'), 'the user who consented (AUTHORIZATION_CODE)'],
    [oauth('CLIENT_CREDENTIALS'), 'a client of its own (CLIENT_CREDENTIALS)'],
    [oauth(), 'a client of its own (CLIENT_CREDENTIALS)'],
    [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }, 'the role of the gateway'],
    [{ CredentialProviderType: 'CALLER_IAM_CREDENTIALS' }, 'the caller, by IAM credentials'],
    [{ CredentialProviderType: 'JWT_PASSTHROUGH' }, 'the caller, whose token is passed on'],
    [{ CredentialProviderType: 'SOMETHING_NEW' }, 'SOMETHING_NEW'],
    [
      { CredentialProviderType: 'API_KEY', CredentialProvider: { ApiKeyCredentialProvider: { ProviderArn: 'arn' } } },
      'a bot with an API key',
    ],
  ])('%o acts as %s', (credential, name) => {
    const [entry] = reportOfResources({ Target: target(credential) }).tools;
    expect(entry).toMatchObject({ target: 'jira', gateway: '${Gateway}', actsAs: [{ name }] });
  });

  test('a target without a credential acts as nobody', () => {
    const { Type, Properties } = target({}) as any;
    const [entry] = reportOfResources({
      Target: { Type, Properties: { ...Properties, CredentialProviderConfigurations: undefined } },
    }).tools;
    expect(entry.actsAs).toEqual([{ name: 'nobody: no credential is sent' }]);
  });

  test('a gateway: its authorizer, and the policies in force with their text', () => {
    const { tools, network } = reportOfResources({
      Engine: { Type: `${AGENTCORE}PolicyEngine`, Properties: { Name: 'engine' } },
      Policy: {
        Type: `${AGENTCORE}Policy`,
        Properties: {
          Name: 'deny_all',
          PolicyEngineId: { 'Fn::GetAtt': ['Engine', 'PolicyEngineId'] },
          Definition: {
            Cedar: { Statement: 'forbid(\n  principal,\n  action in [A::B::"x", A::B::"y"],\n  resource\n);' },
          },
        },
      },
      Gateway: {
        Type: `${AGENTCORE}Gateway`,
        Properties: {
          AuthorizerType: 'CUSTOM_JWT',
          AuthorizerConfiguration: {
            CustomJWTAuthorizer: { DiscoveryUrl: 'https://id.example.com/x', AllowedClients: ['b', 'a'] },
          },
          PolicyEngineConfiguration: { Arn: { 'Fn::GetAtt': ['Engine', 'PolicyEngineArn'] }, Mode: 'LOG_ONLY' },
        },
      },
    });
    expect(byName(tools, 'Gateway')).toEqual({
      name: 'Gateway',
      kind: 'gateway',
      authorizer: 'CUSTOM_JWT',
      issuer: 'https://id.example.com/x',
      clients: ['a', 'b'],
      policyMode: 'LOG_ONLY',
      policyEngine: 'Engine',
      policyCount: 1,
      policies: ['deny_all'],
    });
    expect(byName(tools, 'Policy').cedar).toEqual([
      'forbid(',
      'principal,',
      'action in [A::B::"x",',
      'A::B::"y"],',
      'resource',
      ');',
    ]);
    expect(network).toContainEqual({ name: 'id.example.com', kind: 'host that AgentCore calls', for: ['Gateway'] });
  });

  test('a runtime of an L1: image, callers, mounts; the values of its environment stay out', () => {
    const app = new App();
    const stack = new Stack(app, 'Team');
    new agentcore.CfnRuntime(stack, 'Agent', {
      agentRuntimeName: 'agent',
      roleArn: 'arn:aws:iam::111122223333:role/agent',
      agentRuntimeArtifact: { containerConfiguration: { containerUri: 'repo/agent:1' } },
      networkConfiguration: { networkMode: 'PUBLIC' },
      environmentVariables: { TOKEN_NAME: 'what nobody should read' },
      filesystemConfigurations: [{ sessionStorage: { mountPath: '/mnt/work' } }],
      lifecycleConfiguration: { idleRuntimeSessionTimeout: 900 },
    });
    const { stacks, markdown, json } = reportOf(app);
    expect(stacks[0].agents).toEqual([
      {
        name: 'Agent',
        kind: 'runtime',
        needs: [
          'ecr.api endpoint (the image of the agent)',
          'ecr.dkr endpoint (the image of the agent)',
          'logs endpoint (the logs of the agent)',
        ],
        runtimeName: 'agent',
        image: 'repo/agent:1',
        role: 'arn:aws:iam::111122223333:role/agent',
        authorizer: 'AWS_IAM',
        mounts: ['/mnt/work SessionStorage'],
        idleSeconds: '900',
        environment: ['TOKEN_NAME'],
      },
    ]);
    expect(markdown + json).not.toContain('what nobody should read');
  });
});

test('stores: which key, how long, and what is left when the stack goes', () => {
  const { stores } = reportOfResources({
    Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true } },
    Forever: { Type: 'AWS::Logs::LogGroup' },
    Year: {
      Type: 'AWS::Logs::LogGroup',
      DeletionPolicy: 'Retain',
      Properties: { RetentionInDays: 365, KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    },
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { Ref: 'Key' } } },
          ],
        },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 30 }] },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic' },
  });
  expect(stores).toEqual([
    { name: 'Key', type: 'AWS::KMS::Key', keeps: ['EnableKeyRotation: true'], whenDeleted: 'Delete' },
    {
      name: 'Forever',
      type: 'AWS::Logs::LogGroup',
      key: 'AES-GCM by CloudWatch Logs',
      keeps: ['kept forever'],
      whenDeleted: 'Delete',
    },
    { name: 'Year', type: 'AWS::Logs::LogGroup', key: 'Key', keeps: ['RetentionInDays: 365'], whenDeleted: 'Retain' },
    {
      name: 'Files',
      type: 'AWS::S3::Bucket',
      key: 'Key',
      lifecycle: ['ExpirationInDays: 30, Status: Enabled'],
      whenDeleted: 'Delete',
    },
    { name: 'Topic', type: 'AWS::SNS::Topic', key: 'not encrypted', whenDeleted: 'Delete' },
  ]);
});

describe('what broadens without a policy', () => {
  const target = (Mcp: object, more: object = {}): any => ({
    T: { Type: `${AGENTCORE}GatewayTarget`, Properties: { TargetConfiguration: { Mcp }, ...more } },
  });
  const entryOf = (resources: Record<string, unknown>, section = 'tools'): any =>
    reportOfResources(resources)[section][0];
  const openApi = (...methods: string[]): any => {
    const operations = Object.fromEntries(methods.map((method) => [method, {}]));
    return target({ OpenApiSchema: { InlinePayload: JSON.stringify({ paths: { '/tickets': operations } }) } });
  };

  test('which methods an API Gateway target offers', () => {
    const ApiGatewayToolConfiguration = { ToolFilters: [{ FilterPath: '/a', Methods: ['GET', 'DELETE'] }] };
    expect(entryOf(target({ ApiGateway: { RestApiId: 'api', ApiGatewayToolConfiguration } })).where).toEqual([
      'ApiGatewayToolConfiguration.ToolFilters: {"FilterPath":"/a","Methods":["GET","DELETE"]}',
      'RestApiId: api',
    ]);
  });

  test('the operations of an OpenAPI description, and the tools of a schema', () => {
    expect(entryOf(openApi('get', 'delete')).tools).toEqual(['DELETE /tickets', 'GET /tickets']);
    const InlinePayload = JSON.stringify({ tools: [{ name: 'search' }, { name: 'remove' }] });
    const mcp = target({ McpServer: { Endpoint: 'https://mcp.example.com', McpToolSchema: { InlinePayload } } });
    expect(entryOf(mcp).tools).toEqual(['remove', 'search']);
  });

  test('a description that is not read changes what is said when it changes', () => {
    const yaml = (text: string): string[] => entryOf(target({ OpenApiSchema: { InlinePayload: text } })).tools;
    expect(yaml('paths: {}')).toEqual([
      expect.stringMatching(/^what a description says that is no JSON of tools \(\w{12}\)$/),
    ]);
    expect(yaml('paths: {}')).not.toEqual(yaml('paths: {/a: {}}'));
  });

  test('what a target passes on', () => {
    const MetadataConfiguration = {
      AllowedRequestHeaders: ['x-a'],
      AllowedQueryParameters: ['q'],
      AllowedResponseHeaders: ['x-b'],
    };
    expect(entryOf(target({ Lambda: {} }, { MetadataConfiguration }))).toMatchObject({
      passedHeaders: ['x-a'],
      passedQuery: ['q'],
      returnedHeaders: ['x-b'],
    });
  });

  test('return URLs of a workload identity, and rules of a gateway', () => {
    const { tools } = reportOfResources({
      Rule: {
        Type: `${AGENTCORE}GatewayRule`,
        Properties: { GatewayIdentifier: 'tools', Priority: 1, Actions: [{ RouteToTarget: { Name: 'jira' } }] },
      },
      Identity: {
        Type: `${AGENTCORE}WorkloadIdentity`,
        Properties: { AllowedResourceOauth2ReturnUrls: ['https://b.example.com', 'https://a.example.com'] },
      },
    });
    expect(tools).toEqual([
      {
        name: 'Rule',
        kind: 'gateway rule',
        gateway: 'tools',
        priority: '1',
        does: ['{"RouteToTarget":{"Name":"jira"}}'],
      },
      {
        name: 'Identity',
        kind: 'workload identity',
        returnUrls: ['https://a.example.com', 'https://b.example.com'],
      },
    ]);
  });

  test('users that are added to a group', () => {
    const Properties = { GroupName: { Ref: 'Admins' }, Users: ['mallory'] };
    const { identities } = reportOfResources({
      Admins: { Type: 'AWS::IAM::Group' },
      Addition: { Type: 'AWS::IAM::UserToGroupAddition', Properties },
    });
    expect(identities[1]).toEqual({ name: 'Admins', kind: 'group to which users are added', users: ['mallory'] });
  });

  test('routes and network ACLs of subnets, and what DNS Firewall trusts or lets through', () => {
    const acl = (more: object): object => ({
      Type: 'AWS::EC2::NetworkAclEntry',
      Properties: { NetworkAclId: 'acl', RuleNumber: 100, Protocol: -1, CidrBlock: '0.0.0.0/0', ...more },
    });
    const { network } = reportOfResources({
      Routes: {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { SubnetId: 's-1', RouteTableId: 'public' },
      },
      Acl: { Type: 'AWS::EC2::SubnetNetworkAclAssociation', Properties: { SubnetId: 's-1', NetworkAclId: 'acl' } },
      Out: acl({ Egress: true, RuleAction: 'deny' }),
      In: acl({ RuleAction: 'allow', Protocol: 6, PortRange: { From: 443, To: 443 } }),
      Config: {
        Type: 'AWS::Route53Resolver::FirewallConfig',
        Properties: { ResourceId: 'vpc', FirewallFailOpen: 'ENABLED' },
      },
      Rules: {
        Type: 'AWS::Route53Resolver::FirewallRuleGroup',
        Properties: {
          FirewallRules: [
            {
              Priority: 1,
              Action: 'ALLOW',
              FirewallDomainListId: 'list',
              FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
            },
          ],
        },
      },
    });
    expect(network).toEqual([
      { name: 'Rules', kind: 'DNS firewall rules', rules: ['1 ALLOW list TRUST_REDIRECTION_DOMAIN'] },
      { name: 'vpc', kind: 'DNS firewall that does not answer', letsThrough: 'ENABLED' },
      { name: 's-1', kind: 'network ACL of a subnet', networkAcl: 'acl' },
      {
        name: 'acl',
        kind: 'network ACL',
        rules: ['in 100 allow: protocol 6 443 from 0.0.0.0/0', 'out 100 deny: everything to 0.0.0.0/0'],
      },
      { name: 's-1', kind: 'routes of a subnet', routeTable: 'public' },
    ]);
  });
});
