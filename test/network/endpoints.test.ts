import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AgentNetwork } from '../../lib/network/agent-network';
import { Egress } from '../../lib/network/egress';
import { IRELAND, newNetwork, newStack } from './helpers';

const anyone = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
const ofThisAccount = (key: string): object => ({
  ...anyone,
  Condition: { StringEquals: { [key]: IRELAND.account } },
});
const pull = {
  ...anyone,
  Action: [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
  ],
};
// a caller's token lies in the microVM, and would open the shells of other agents
const noAgentByToken = {
  ...anyone,
  Effect: 'Deny',
  Action: 'bedrock-agentcore:InvokeAgentRuntime*',
  Condition: { Null: { 'aws:PrincipalAccount': 'true' } },
};
const DEFAULTS: [string, ...unknown[]][] = [
  ['ecr.api', pull],
  ['ecr.dkr', pull],
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
  test('replaces the list; a service that is not ours refuses credentials of other accounts', () => {
    const interfaceEndpoints = [ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER];
    const { template } = newNetwork({ egress: Egress.internet(), interfaceEndpoints }, IRELAND);
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, 1);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Interface',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          anyone,
          {
            ...anyone,
            Effect: 'Deny',
            Condition: {
              StringNotEquals: { 'aws:PrincipalAccount': '111122223333' },
              Null: { 'aws:PrincipalAccount': 'false' },
              BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
            },
          },
        ],
      },
    });
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
