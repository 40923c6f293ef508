import { Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cr from 'aws-cdk-lib/custom-resources';
import { AgentNetwork } from '../../lib/network/agent-network';
import { IRELAND, newNetwork, newStack } from './helpers';

const POLICIES = [
  {
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: Match.objectLike({ 'Fn::GetAtt': Match.anyValue() }),
  },
  { Action: 'ec2:DescribeManagedPrefixLists', Resource: '*' },
];

describe('without an id', () => {
  const { template } = newNetwork({}, IRELAND);

  test('it is looked up by name, and the rule lies within the security group', () => {
    const call = Match.serializedJson({
      service: 'EC2',
      action: 'DescribeManagedPrefixLists',
      parameters: { Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.eu-west-1.s3'] }] },
      outputPaths: ['PrefixLists.0.PrefixListId'],
      physicalResourceId: { id: 's3-prefix-list' },
    });
    template.hasResource('Custom::AWS', {
      Properties: { Create: call, Update: call, InstallLatestAwsSdk: false },
      DependsOn: [Match.stringLikeRegexp('LookupPolicy')],
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Coding agents',
      SecurityGroupEgress: [
        {
          DestinationPrefixListId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Lookup'), 'PrefixLists.0.PrefixListId'] },
          Description: 'HTTPS to Amazon S3',
          FromPort: 443,
          IpProtocol: 'tcp',
          ToPort: 443,
        },
      ],
    });
  });

  test('by a function with a role and a log group of its own', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: { 'Fn::GetAtt': [Match.stringLikeRegexp('S3PrefixListRole'), 'Arn'] },
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('S3PrefixListLogGroup') } },
    });
  });

  test.each(POLICIES)('that may $Action', (statement) => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [{ Effect: 'Allow', ...statement }] },
      Roles: [{ Ref: Match.stringLikeRegexp('S3PrefixListRole') }],
    });
  });
});

describe('with another custom resource in the stack, its function does the look-up', () => {
  const lookupPolicy = (Roles: unknown): unknown => ({
    PolicyDocument: { Statement: [{ Effect: 'Allow', ...POLICIES[1] }] },
    Roles,
  });

  test('that of the user', () => {
    const stack = newStack();
    new cr.AwsCustomResource(stack, 'Other', {
      onUpdate: { service: 'STS', action: 'GetCallerIdentity', physicalResourceId: cr.PhysicalResourceId.of('x') },
      policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
      installLatestAwsSdk: false,
    });
    new AgentNetwork(stack, 'Network');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    const roles = [{ Ref: Match.stringLikeRegexp('^AWS679f53fac002430cb0da5b7982bd2287ServiceRole') }];
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', lookupPolicy(roles));
  });

  test('that of another network', () => {
    const stack = newStack();
    new AgentNetwork(stack, 'Network');
    new AgentNetwork(stack, 'Second');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    const roles = [{ Ref: Match.stringLikeRegexp('^NetworkS3PrefixListRole') }];
    template.resourcePropertiesCountIs('AWS::IAM::ManagedPolicy', lookupPolicy(roles), 2);
  });
});

describe('with an id', () => {
  test('nothing is looked up', () => {
    const { template } = newNetwork({ s3PrefixListId: 'pl-63a5400a' });
    template.resourceCountIs('Custom::AWS', 0);
    template.resourceCountIs('AWS::Lambda::Function', 0);
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
  });

  test.each(['pl-63a5400a', 'pl-0123456789abcdef0', Token.asString({ Ref: 'PrefixListId' })])('takes %s', (id) => {
    expect(() => newNetwork({ s3PrefixListId: id })).not.toThrow();
  });

  test.each([
    '',
    'pl-',
    'pl-63a540',
    'pl-63A5400A',
    'sg-63a5400a',
    'pl-0123456789abcdef01',
    'com.amazonaws.eu-west-1.s3',
  ])('fails for %p', (id) => {
    expect(() => newNetwork({ s3PrefixListId: id })).toThrow(
      `s3PrefixListId is not the id of a prefix list (got '${id}'); allowed: 'pl-' and 8 to 17 hexadecimal digits; ` +
        'copy it from the console (VPC, managed prefix lists), or omit it to have it looked up',
    );
  });
});
