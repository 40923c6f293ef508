import { App, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AgentCli, CodingAgent } from '../../lib';
import { AgentNetwork } from '../../lib/network/agent-network';
import type { AgentNetworkProps } from '../../lib/network/agent-network-props';
import { Egress } from '../../lib/network/egress';
import { IRELAND, newNetwork, newStack } from './helpers';

const anyone = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
const ofThisAccount = (key: string): object => ({
  ...anyone,
  Condition: { StringEquals: { [key]: IRELAND.account } },
});
const foreign = (...accounts: string[]): object => ({
  ...anyone,
  Effect: 'Deny',
  Condition: {
    StringNotEquals: { 'aws:PrincipalAccount': accounts.length === 1 ? accounts[0] : accounts },
    Null: { 'aws:PrincipalAccount': 'false' },
    BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  },
});
const anonymousElsewhere = {
  ...anyone,
  Effect: 'Deny',
  Condition: {
    StringNotEquals: { 'aws:ResourceAccount': '111122223333' },
    Null: { 'aws:PrincipalAccount': 'true' },
    BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  },
};
const pulls = (...accounts: string[]): object[] => {
  const repositories = accounts.map((account) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-west-1:${account}:repository/*`]],
  }));
  return [
    {
      ...anyone,
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: repositories.length === 1 ? repositories[0] : repositories,
    },
    { ...anyone, Action: 'ecr:GetAuthorizationToken' },
    foreign(...accounts),
  ];
};
// a caller's token lies in the microVM, and would open the shells of other agents
const noAgentByToken = {
  ...anyone,
  Effect: 'Deny',
  Action: 'bedrock-agentcore:InvokeAgentRuntime*',
  Condition: { Null: { 'aws:PrincipalAccount': 'true' } },
};
const DEFAULTS: [string, ...unknown[]][] = [
  ['ecr.api', ...pulls('111122223333')],
  ['ecr.dkr', ...pulls('111122223333')],
  ['logs', ofThisAccount('aws:PrincipalAccount')],
  [
    'bedrock',
    {
      ...ofThisAccount('aws:PrincipalAccount'),
      Action: ['bedrock:GetInferenceProfile', 'bedrock:ListInferenceProfiles'],
    },
  ],
  ['bedrock-runtime', ofThisAccount('aws:PrincipalAccount')],
  ['bedrock-agentcore', ofThisAccount('aws:ResourceAccount'), noAgentByToken],
  ['bedrock-agentcore.gateway', ofThisAccount('aws:ResourceAccount')],
  ['xray', ofThisAccount('aws:PrincipalAccount')],
  ['monitoring', ofThisAccount('aws:PrincipalAccount')],
];

describe.each([
  ['awsOnly', Egress.awsOnly()],
  ['allowList', Egress.allowList(['github.com'])],
])('interface endpoints of %s', (_mode, egress) => {
  const { template } = newNetwork({ egress }, IRELAND);

  test('are those that agents need', () => {
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, DEFAULTS.length);
  });

  test.each(DEFAULTS)('%s has a policy of its own', (service, ...statements) => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: `com.amazonaws.eu-west-1.${service}`,
      PrivateDnsEnabled: true,
      SubnetIds: [{ Ref: Match.stringLikeRegexp('AgentsSubnet1') }, { Ref: Match.stringLikeRegexp('AgentsSubnet2') }],
      SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('Endpoints'), 'GroupId'] }],
      PolicyDocument: { Version: '2012-10-17', Statement: statements },
    });
  });

  test('share one security group: HTTPS from the agents and from the VPC, nothing out', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'VPC endpoints for AWS services',
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.0.0.0/16', FromPort: 443, ToPort: 443 })],
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp' })],
    });
    const ofAgents = { 'Fn::GetAtt': [Match.stringLikeRegexp('^NetworkSecurityGroup'), 'GroupId'] };
    const ofEndpoints = { 'Fn::GetAtt': [Match.stringLikeRegexp('^NetworkEndpointsSecurityGroup'), 'GroupId'] };
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: ofEndpoints,
      SourceSecurityGroupId: ofAgents,
      FromPort: 443,
      ToPort: 443,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      GroupId: ofAgents,
      DestinationSecurityGroupId: ofEndpoints,
      FromPort: 443,
      ToPort: 443,
    });
  });
});

describe('interfaceEndpoints', () => {
  test('replaces the list; a service that is not ours refuses other accounts', () => {
    const interfaceEndpoints = [ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER];
    const { template } = newNetwork({ egress: Egress.internet(), interfaceEndpoints }, IRELAND);
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, 1);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Interface',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [anyone, foreign('111122223333'), anonymousElsewhere],
      },
    });
  });

  test('fails for Amazon S3, whose names it would take over from the gateway endpoint', () => {
    const { S3 } = ec2.InterfaceVpcEndpointAwsService;
    const text =
      'the network leads to Amazon S3 through its gateway endpoint, and a second endpoint would take that over ' +
      "(got 's3'); allowed: interface endpoints of other services; remove it, and open buckets with network.allowBucket(...)";
    expect(() => newNetwork({ interfaceEndpoints: [S3] })).toThrow(text);
    expect(() => newNetwork().network.addInterfaceEndpoint(S3)).toThrow(text);
  });

  test('fails for a service listed twice', () => {
    const { STS } = ec2.InterfaceVpcEndpointAwsService;
    expect(() => newNetwork({ egress: Egress.internet(), interfaceEndpoints: [STS, STS] })).toThrow(
      "the network would have two endpoints of one service (got 'sts'); remove one",
    );
  });

  test('warns where agents could not start without those left out', () => {
    const stack = newStack();
    const interfaceEndpoints = [ec2.InterfaceVpcEndpointAwsService.ECR];
    new AgentNetwork(stack, 'Network', { interfaceEndpoints });
    new AgentNetwork(stack, 'Open', { egress: Egress.internet(), interfaceEndpoints });
    const text =
      "interfaceEndpoints lacks services without which no agent starts in this network \\(got 'ecr.dkr, logs'\\); " +
      'add them, or omit interfaceEndpoints to have all that agents need';
    Annotations.fromStack(stack).hasWarning('/Stack/Network', Match.stringLikeRegexp(text));
    Annotations.fromStack(stack).hasNoWarning('/Stack/Open', Match.stringLikeRegexp('interfaceEndpoints'));
  });
});

describe('imageAccounts', () => {
  test.each(['ecr.api', 'ecr.dkr'])('may be pulled from, through %s', (service) => {
    const { template } = newNetwork({ imageAccounts: ['444455556666', '777788889999'] }, IRELAND);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: `com.amazonaws.eu-west-1.${service}`,
      PolicyDocument: { Statement: pulls('111122223333', '444455556666', '777788889999') },
    });
  });

  test.each(['', '*', '1234', '4444-5555-6666', '444455556666.dkr.ecr.eu-west-1.amazonaws.com'])(
    'fail for %p',
    (account) => {
      expect(() => newNetwork({ imageAccounts: [account] })).toThrow(
        `imageAccounts holds what is not the id of an account (got '${account}'); allowed: 12 digits; copy it from the ` +
          'address of the image: <account>.dkr.ecr.<region>.amazonaws.com/...',
      );
    },
  );

  test('may be known at deployment only', () => {
    expect(() => newNetwork({ imageAccounts: [Token.asString({ Ref: 'Images' })] })).not.toThrow();
  });

  const agentWith = (props: AgentNetworkProps, account: string): void => {
    const stack = newStack(IRELAND);
    new CodingAgent(stack, 'Agent', {
      cli: AgentCli.fromArtifact(
        agentcore.AgentRuntimeArtifact.fromImageUri(
          `${account}.dkr.ecr.eu-west-1.amazonaws.com/agent@sha256:${'0'.repeat(64)}`,
        ),
      ),
      network: new AgentNetwork(stack, 'Network', props),
    });
  };

  test('are needed by agents whose image is there', () => {
    expect(() => agentWith({}, '444455556666')).toThrow(
      'the image of the agent is in another account, and the endpoints of its network let images of this one be pulled ' +
        "(got '444455556666'); add imageAccounts: ['444455556666'] to the network",
    );
  });

  test.each<[string, AgentNetworkProps, string]>([
    ['that are listed', { imageAccounts: ['444455556666'] }, '444455556666'],
    ['of this account', {}, '111122223333'],
    ['in a network without endpoints of ECR', { egress: Egress.internet() }, '444455556666'],
  ])('are not needed for images %s', (_what, props, account) => {
    expect(() => agentWith(props, account)).not.toThrow();
  });
});

describe('the way to S3', () => {
  const arns = (bucket: string): unknown[] => [
    { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${bucket}`]] },
    { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${bucket}/*`]] },
  ];
  const agentCore = { StringEquals: { 'aws:PrincipalServiceName': 'bedrock-agentcore.amazonaws.com' } };
  const common = { Effect: 'Allow', Principal: '*' };
  const service = [
    { ...common, Action: 's3:GetObject', Resource: arns('prod-eu-west-1-starport-layer-bucket') },
    { ...common, Action: 's3:GetObject', Resource: arns('acr-code-*-eu-west-1-an'), Condition: agentCore },
    {
      ...common,
      Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      Resource: arns('acr-storage-*-eu-west-1-an'),
      Condition: agentCore,
    },
  ];
  const read = ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'];
  const write = [
    's3:AbortMultipartUpload',
    's3:DeleteObject',
    's3:ListBucketMultipartUploads',
    's3:ListMultipartUploadParts',
    's3:PutObject',
  ];

  test('leads to the buckets of the services only', () => {
    const { template } = newNetwork({}, IRELAND);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      RouteTableIds: [
        { Ref: Match.stringLikeRegexp('AgentsSubnet1RouteTable') },
        { Ref: Match.stringLikeRegexp('AgentsSubnet2RouteTable') },
      ],
      PolicyDocument: { Statement: service },
    });
  });

  test.each([
    ['read', undefined, read],
    ['read', { write: false }, read],
    ['read and write', { write: true }, [...read, ...write]],
  ])('allowBucket: %s with %p', (_what, options, actions) => {
    const stack = newStack(IRELAND);
    const network = new AgentNetwork(stack, 'Network');
    network.allowBucket(s3.Bucket.fromBucketName(stack, 'Bucket', 'skills'), options);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      PolicyDocument: { Statement: [...service, { ...common, Action: actions, Resource: arns('skills') }] },
    });
  });

  test('allowBucket makes the stack of the network depend on that of the bucket', () => {
    const app = new App();
    const buckets = new Stack(app, 'Buckets');
    const networkStack = new Stack(app, 'NetworkStack');
    new AgentNetwork(networkStack, 'Network').allowBucket(new s3.Bucket(buckets, 'Skills'));
    app.synth();
    expect(networkStack.dependencies).toEqual([buckets]);
  });
});
