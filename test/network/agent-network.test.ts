import { App, NestedStack, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AgentNetwork } from '../../lib/network/agent-network';
import { Egress } from '../../lib/network/egress';
import { IRELAND, MODES, newNetwork, newStack, pathsTo } from './helpers';

describe('defaults', () => {
  const { network, template } = newNetwork();

  test('AWS only: no internet gateway, no NAT gateway, no firewall', () => {
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::NetworkFirewall::Firewall', 0);
    expect(network.alertLogGroup).toBeUndefined();
  });

  test('two zones, one subnet for agents in each', () => {
    template.resourceCountIs('AWS::EC2::Subnet', 2);
    expect(network.subnets).toHaveLength(2);
  });

  test('10.0.0.0/16 with DNS support and DNS hostnames', () => {
    template.hasResourceProperties('AWS::EC2::VPC', {
      CidrBlock: '10.0.0.0/16',
      EnableDnsHostnames: true,
      EnableDnsSupport: true,
    });
  });

  test('logs are kept for a year and survive the network', () => {
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(2);
    for (const group of groups) {
      expect(group.Properties).toEqual({ RetentionInDays: 365 });
      expect(group.DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  test('is a private network without a reason', () => {
    expect(network.isPublic).toBe(false);
    expect(network.publicReason).toBeUndefined();
    expect(network.securityGroups).toHaveLength(1);
  });

  test('brings no function that changes the default security group', () => {
    template.resourceCountIs('Custom::VpcRestrictDefaultSG', 0);
  });
});

describe.each(MODES)('%s', (mode, egress) => {
  const { template } = newNetwork({ egress: egress(), s3PrefixListId: 'pl-6da54004' });

  test('no subnet hands out public addresses', () => {
    const subnets = Object.values(template.findResources('AWS::EC2::Subnet'));
    expect(subnets.map((subnet) => subnet.Properties.MapPublicIpOnLaunch)).toEqual(subnets.map(() => false));
  });

  test('the group of the agents has no inbound rule, and only the outbound rules of the mode', () => {
    const amazonS3 = { DestinationPrefixListId: 'pl-6da54004', FromPort: 443, ToPort: 443 };
    const anywhere = (port: number): unknown => ({ CidrIp: '0.0.0.0/0', FromPort: port, ToPort: port });
    const expected: Record<string, unknown[]> = {
      awsOnly: [amazonS3],
      allowList: [amazonS3, anywhere(443)],
      internet: [amazonS3, anywhere(443), anywhere(80)],
    };
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Coding agents',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: expected[mode].map((rule) => Match.objectLike(rule as Record<string, unknown>)),
    });
  });

  test('any address is a destination only: of routes and of the rules above', () => {
    const found = pathsTo('0.0.0.0/0', template.toJSON());
    expect(pathsTo('::/0', template.toJSON())).toEqual([]);
    const places = new Set(found.map((path) => path.split('/').slice(-1)[0]));
    const rules = found.filter((path) => path.includes('SecurityGroupEgress'));
    expect(places).toEqual(
      new Set({ awsOnly: [], allowList: ['DestinationCidrBlock', 'CidrIp'] }[mode] ?? [...places]),
    );
    expect(rules).toHaveLength({ awsOnly: 0, allowList: 1, internet: 2 }[mode] ?? -1);
    expect(found.filter((path) => path.includes('Ingress'))).toEqual([]);
  });

  test('records every connection', () => {
    template.hasResource('AWS::EC2::FlowLog', {
      Properties: { ResourceType: 'VPC', TrafficType: 'ALL', LogDestinationType: 'cloud-watch-logs' },
      DependsOn: [Match.stringLikeRegexp('FlowLogPolicy')],
    });
  });

  test('has no inline policies', () => {
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.allResourcesProperties('AWS::IAM::Role', { Policies: Match.absent(), ManagedPolicyArns: Match.absent() });
  });
});

describe('internet', () => {
  test('one NAT gateway in each zone', () => {
    newNetwork({ egress: Egress.internet(), maxAzs: 3 }).template.resourceCountIs('AWS::EC2::NatGateway', 3);
  });

  test('fewer NAT gateways on request', () => {
    const { template } = newNetwork({ egress: Egress.internet({ natGateways: 1 }) });
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
  });

  test('fails with more NAT gateways than zones', () => {
    expect(() => newNetwork({ egress: Egress.internet({ natGateways: 3 }) })).toThrow(
      'there are more NAT gateways than availability zones (got 3); allowed: 1 to 2; raise maxAzs or lower natGateways',
    );
  });

  test('no DNS firewall and no interface endpoints', () => {
    const { template } = newNetwork({ egress: Egress.internet() });
    template.resourceCountIs('AWS::Route53Resolver::FirewallRuleGroup', 0);
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, 0);
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 1);
  });
});

describe('props', () => {
  test.each([0, 1, 4, 2.5, NaN])('fails for maxAzs %p', (maxAzs) => {
    expect(() => newNetwork({ maxAzs })).toThrow(`maxAzs is out of range (got ${maxAzs}); allowed: 2 or 3`);
  });

  test('fails for maxAzs not known before deployment', () => {
    expect(() => newNetwork({ maxAzs: Token.asNumber({ Ref: 'Zones' }) })).toThrow(
      "maxAzs is out of range (got 'a value not known before deployment')",
    );
  });

  test('ipAddresses', () => {
    const { template } = newNetwork({ ipAddresses: ec2.IpAddresses.cidr('172.20.0.0/20') });
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '172.20.0.0/20' });
  });

  test('addresses from a pool are read from the VPC', () => {
    const ipAddresses = ec2.IpAddresses.awsIpamAllocation({
      ipv4IpamPoolId: 'ipam-pool-1',
      ipv4NetmaskLength: 20,
      defaultSubnetIpv4NetmaskLength: 24,
    });
    const { template } = newNetwork({ ipAddresses });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'VPC endpoints for AWS services',
      SecurityGroupIngress: [
        Match.objectLike({ CidrIp: { 'Fn::GetAtt': [Match.stringLikeRegexp('Vpc'), 'CidrBlock'] } }),
      ],
    });
  });

  test('logRetention and removalPolicy', () => {
    const { template } = newNetwork({
      egress: Egress.allowList(['github.com']),
      logRetention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(3);
    for (const group of groups) {
      expect(group.Properties.RetentionInDays).toBe(30);
      expect(group.DeletionPolicy).toBe('Delete');
    }
  });

  test('encryptionKey encrypts every log group, and its policy lets CloudWatch Logs do so', () => {
    const stack = newStack(IRELAND);
    const encryptionKey = new kms.Key(stack, 'Key');
    new AgentNetwork(stack, 'Network', { egress: Egress.allowList(['github.com']), encryptionKey });
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::Logs::LogGroup', {
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Key'), 'Arn'] },
    });
    const arn = ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-west-1:111122223333:log-group:Stack-*'];
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Action: [
              'kms:Decrypt',
              'kms:DescribeKey',
              'kms:Encrypt',
              'kms:GenerateDataKey',
              'kms:ReEncryptFrom',
              'kms:ReEncryptTo',
            ],
            Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': { 'Fn::Join': ['', arn] } } },
            Effect: 'Allow',
            Principal: { Service: 'logs.eu-west-1.amazonaws.com' },
            Resource: '*',
          },
        ]),
      },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('the key of a parent stack does not wait for the nested stack of the network', () => {
    const stack = newStack(IRELAND);
    const encryptionKey = new kms.Key(stack, 'Key');
    const nested = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
    new AgentNetwork(nested, 'Network', { encryptionKey });
    const template = Template.fromStack(stack);
    const arn = ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-west-1:111122223333:log-group:Stack-*'];
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': { 'Fn::Join': ['', arn] } } },
          }),
        ]),
      },
    });
    expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).not.toContain('NestedStack');
  });

  test('warns for an imported key, whose policy cannot be changed', () => {
    const stack = newStack(IRELAND);
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
    new AgentNetwork(stack, 'Network', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Network',
      Match.stringLikeRegexp(
        "the encryptionKey of log groups is imported, so its policy cannot be extended here \\(got 'Stack/Key'\\); " +
          'allowed: a key policy that lets logs.<region>.amazonaws.com encrypt and decrypt, or the deployment fails; ' +
          'allow it there for kms:EncryptionContext:aws:logs:arn like ...:log-group:Stack-\\* ' +
          '\\[ack: cdk-coding-agents:importedLogKey\\]',
      ),
    );
  });
});

test('the role of the flow logs is for this account and writes into one log group', () => {
  const { template } = newNetwork({ s3PrefixListId: 'pl-6da54004' }, IRELAND);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            ArnLike: {
              'aws:SourceArn': {
                'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ec2:eu-west-1:111122223333:vpc-flow-log/*']],
              },
            },
          },
        },
      ],
    },
  });
  template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: {
      Statement: [
        {
          Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          Effect: 'Allow',
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('FlowLogGroup'), 'Arn'] },
        },
      ],
    },
  });
});

test('connections open more from the agents', () => {
  const stack = newStack();
  const network = new AgentNetwork(stack, 'Network');
  network.connections.allowTo(ec2.Peer.ipv4('10.9.0.0/16'), ec2.Port.tcp(2049), 'NFS');
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '10.9.0.0/16', FromPort: 2049 })]),
  });
});

test('agents in another stack can use the network', () => {
  const app = new App();
  const network = new AgentNetwork(new Stack(app, 'NetworkStack'), 'Network');
  const agents = new Stack(app, 'Agents');
  const mounts = new ec2.SecurityGroup(agents, 'Mounts', { vpc: network.vpc, allowAllOutbound: false });
  mounts.connections.allowFrom(network, ec2.Port.tcp(2049));
  new iam.Role(agents, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  expect(() => app.synth()).not.toThrow();
});
