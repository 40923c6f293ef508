import { App, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AgentNetwork } from '../../lib/network/agent-network';
import type { FromVpcProps } from '../../lib/network/agent-network-props';
import { Egress } from '../../lib/network/egress';
import { IRELAND, newStack } from './helpers';

const PL = { s3PrefixListId: 'pl-6da54004' };

/** Public, private and isolated subnets; in an agnostic stack, so that nothing is looked up. */
function newVpc(stack: Stack, props?: ec2.VpcProps): ec2.Vpc {
  return new ec2.Vpc(stack, 'Vpc', {
    natGateways: 1,
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    ],
    ...props,
  });
}

function imported(stack: Stack, attributes: Partial<ec2.VpcAttributes> = {}): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Imported', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    vpcCidrBlock: '10.7.0.0/16',
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    ...attributes,
  });
}

function isolatedOnly(stack: Stack, count: number): ec2.IVpc {
  return imported(stack, {
    availabilityZones: Array.from({ length: count }, (_, i) => `eu-west-1${String.fromCharCode(97 + i)}`),
    privateSubnetIds: undefined,
    isolatedSubnetIds: Array.from({ length: count }, (_, i) => `subnet-${i}`),
  });
}

describe('defaults', () => {
  test('the private subnets with a way out', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const network = AgentNetwork.fromVpc(stack, 'Network', { vpc, ...PL });
    expect(network.subnets).toEqual(vpc.privateSubnets);
    expect(network.vpc).toBe(vpc);
    expect(network.isPublic).toBe(false);
    expect(network.publicReason).toBeUndefined();
  });

  test('or the isolated ones', () => {
    const stack = newStack();
    const vpc = newVpc(stack, {
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
        { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
    });
    expect(AgentNetwork.fromVpc(stack, 'Network', { vpc, ...PL }).subnets).toEqual(vpc.isolatedSubnets);
  });

  test('a security group without inbound rules, and HTTPS to the VPC and to Amazon S3', () => {
    const stack = newStack();
    const network = AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), ...PL });
    expect(network.securityGroups).toHaveLength(1);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      VpcId: 'vpc-1',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [
        Match.objectLike({ CidrIp: '10.7.0.0/16', FromPort: 443, ToPort: 443 }),
        Match.objectLike({ DestinationPrefixListId: 'pl-6da54004', FromPort: 443, ToPort: 443 }),
      ],
    });
  });

  test('the prefix list of S3 is looked up', () => {
    const stack = newStack();
    AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack) });
    Template.fromStack(stack).resourceCountIs('Custom::AWS', 1);
  });

  test('connections open more', () => {
    const stack = newStack();
    const network = AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), ...PL });
    network.connections.allowTo(ec2.Peer.ipv4('10.8.0.0/16'), ec2.Port.tcp(2049));
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '10.8.0.0/16' })]),
    });
  });

  test('in a stack with account and region nothing is looked up', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: IRELAND });
    AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack) });
    expect(app.synth().manifest.missing).toBeUndefined();
  });
});

describe('egress', () => {
  const inVpc = { CidrIp: '10.7.0.0/16', FromPort: 443, ToPort: 443 };
  const toS3 = { DestinationPrefixListId: 'pl-6da54004', FromPort: 443, ToPort: 443 };
  const anywhere = (port: number): object => ({ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: port, ToPort: port });

  test.each([
    ['awsOnly', Egress.awsOnly(), [inVpc, toS3]],
    ['internet', Egress.internet(), [inVpc, toS3, anywhere(443), anywhere(80)]],
  ])('%s decides what the new security group lets out', (_mode, egress, rules) => {
    const stack = newStack();
    AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), egress, ...PL });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: rules.map((rule) => Match.objectLike(rule)),
    });
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Network', Match.anyValue());
  });

  test('warns without it for subnets with a way out, which stays closed', () => {
    const stack = newStack();
    AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), ...PL });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Network',
      Match.stringLikeRegexp(
        'the subnets have a way out, but the new security group lets agents reach the VPC and Amazon S3 only ' +
          "\\(got 'Stack/Imported'\\); give egress: Egress.internet\\(\\) to use the NAT gateways, or egress: " +
          'Egress.awsOnly\\(\\) to keep them closed \\[ack: cdk-coding-agents:natUnreachable\\]',
      ),
    );
  });

  test('is not missed where the subnets have no way out', () => {
    const stack = newStack();
    const subnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
    AgentNetwork.fromVpc(stack, 'Network', { vpc: newVpc(stack), subnets, ...PL });
    Annotations.fromStack(stack).hasNoWarning('/Stack/Network', Match.anyValue());
  });

  test('fails for a list of domains', () => {
    const stack = newStack();
    const egress = Egress.allowList(['github.com']);
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), egress })).toThrow(
      'an existing VPC cannot filter by domain: the firewalls for it are built by `new AgentNetwork` only ' +
        "(got 'Egress.allowList(...)'); allowed: Egress.awsOnly() or Egress.internet(); use new AgentNetwork(...) for " +
        'the list, or Egress.internet() behind a firewall of your own',
    );
  });

  test('fails beside securityGroups', () => {
    const stack = newStack();
    const vpc = imported(stack);
    const securityGroups = [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1', { allowAllOutbound: false })];
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc, egress: Egress.awsOnly(), securityGroups })).toThrow(
      'egress and securityGroups are both given, but egress makes a security group of its own; allowed: one of the ' +
        'two; omit egress and open what agents need in your groups, or omit securityGroups',
    );
  });
});

describe('subnets', () => {
  test('can be selected', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const subnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
    expect(AgentNetwork.fromVpc(stack, 'Network', { vpc, subnets, ...PL }).subnets).toEqual(vpc.isolatedSubnets);
  });

  test.each([
    ['by type', () => ({ subnetType: ec2.SubnetType.PUBLIC })],
    ['by object', (vpc: ec2.IVpc) => ({ subnets: [vpc.privateSubnets[0], vpc.publicSubnets[0]] })],
  ])('fails for public subnets selected %s', (_how, select) => {
    const stack = newStack();
    const vpc = newVpc(stack);
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc, subnets: select(vpc) })).toThrow(
      "public subnets give agents no internet (got 'Stack/Vpc/PublicSubnet1'); " +
        'allowed: PRIVATE_WITH_EGRESS or PRIVATE_ISOLATED; select private subnets; for the internet they need a NAT gateway',
    );
  });

  test('fails for a public subnet that is imported once more', () => {
    const stack = newStack();
    const vpc = imported(stack, { publicSubnetIds: ['subnet-8', 'subnet-9'] });
    const subnets = { subnets: [ec2.Subnet.fromSubnetId(stack, 'Again', 'subnet-9')] };
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc, subnets })).toThrow(
      'public subnets give agents no internet',
    );
  });

  test('fails for a VPC without private subnets', () => {
    const stack = newStack();
    const vpc = imported(stack, { privateSubnetIds: undefined, publicSubnetIds: ['subnet-8', 'subnet-9'] });
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc })).toThrow(
      "the VPC has no private subnets (got 'Stack/Imported'); " +
        'add some (PRIVATE_WITH_EGRESS or PRIVATE_ISOLATED); an imported VPC must name them',
    );
  });

  test('fails for an empty selection', () => {
    const stack = newStack();
    const subnets = { subnetFilters: [ec2.SubnetFilter.byIds(['subnet-77'])] };
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), subnets })).toThrow(
      'subnets is empty (got 0); allowed: 1 to 16; omit subnets for the default',
    );
  });

  test('takes 16 and no more', () => {
    const stack = newStack();
    expect(AgentNetwork.fromVpc(stack, 'Network', { vpc: isolatedOnly(stack, 16), ...PL }).subnets).toHaveLength(16);
    const other = newStack();
    expect(() => AgentNetwork.fromVpc(other, 'Network', { vpc: isolatedOnly(other, 17) })).toThrow(
      'there are too many subnets (got 17); allowed: 1 to 16; leave some out',
    );
  });

  test('warns if all lie in one zone', () => {
    const stack = newStack();
    AgentNetwork.fromVpc(stack, 'Network', { vpc: isolatedOnly(stack, 1), ...PL });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Network',
      Match.stringLikeRegexp(
        "all agents run in one availability zone \\(got '1 subnet'\\); " +
          'select subnets in at least two zones, so that agents survive the loss of one',
      ),
    );
  });

  test('are taken as they are when their zones are not known', () => {
    const stack = newStack();
    const subnets = { subnets: ['subnet-1', 'subnet-2'].map((id) => ec2.Subnet.fromSubnetId(stack, id, id)) };
    AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), subnets, egress: Egress.awsOnly(), ...PL });
    Annotations.fromStack(stack).hasNoWarning('/Stack/Network', Match.anyValue());
  });
});

describe('the VPC', () => {
  test.each([
    ['account', { account: '999988887777', region: 'eu-west-1' }, '999988887777', '111122223333'],
    ['region', { account: '111122223333', region: 'eu-north-1' }, 'eu-north-1', 'eu-west-1'],
  ])('fails in another %s', (part, env, theirs, ours) => {
    const app = new App();
    const vpc = imported(new Stack(app, 'Other', { env }));
    expect(() => AgentNetwork.fromVpc(new Stack(app, 'Stack', { env: IRELAND }), 'Network', { vpc })).toThrow(
      `the VPC is in another ${part} than the agents (got '${theirs}'); allowed: ${ours}; ` +
        'use a VPC of this account and region: network interfaces join no other',
    );
  });

  test('may be in a stack whose account and region are not known', () => {
    const app = new App();
    const vpc = imported(new Stack(app, 'Other'));
    const stack = new Stack(app, 'Stack', { env: IRELAND });
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc, ...PL })).not.toThrow();
  });

  test.each([
    ['DNS hostnames', { enableDnsHostnames: false }],
    ['DNS support', { enableDnsHostnames: false, enableDnsSupport: false }],
  ])('fails without %s', (_what, props) => {
    const stack = newStack();
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc: newVpc(stack, props) })).toThrow(
      "the VPC has DNS support or DNS hostnames turned off (got 'Stack/Vpc'); " +
        'set enableDnsSupport and enableDnsHostnames to true: endpoints and file systems are reached by name',
    );
  });

  test('fails if no security group is given and its address range is not known', () => {
    const stack = newStack();
    const vpc = imported(stack, { vpcCidrBlock: undefined });
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc })).toThrow(
      'the address range of the imported VPC is not known, so no security group can be made for it ' +
        "(got 'Stack/Imported'); give vpcCidrBlock to Vpc.fromVpcAttributes, or give securityGroups",
    );
  });
});

describe('availabilityZoneIds', () => {
  const create = (region: string | undefined, props: Partial<FromVpcProps>): void => {
    const stack = newStack({ region });
    AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), ...PL, ...props });
  };

  test('fails for an unsupported zone', () => {
    expect(() => create('us-east-1', { availabilityZoneIds: ['use1-az1', 'use1-az3'] })).toThrow(
      "AgentCore does not support this availability zone of us-east-1 (got 'use1-az3'); " +
        'allowed: use1-az1, use1-az2, use1-az4; select subnets in supported zones',
    );
  });

  test('fails for an unsupported region', () => {
    expect(() => create('eu-central-2', { availabilityZoneIds: ['euc2-az1'] })).toThrow(
      'AgentCore runs no agents in a VPC of this region',
    );
  });

  test.each([
    ['supported', 'us-east-1', ['use1-az1', 'use1-az4']],
    ['not given', 'us-east-1', undefined],
    ['in an unknown region', undefined, ['use1-az3']],
    ['not known yet', 'us-east-1', [Fn.importValue('zone')]],
  ])('takes ids that are %s', (_what, region, availabilityZoneIds) => {
    expect(() => create(region, { availabilityZoneIds })).not.toThrow();
  });
});

describe('securityGroups', () => {
  const narrow = { allowAllOutbound: false };

  test('are used as they are', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc, ...narrow });
    const network = AgentNetwork.fromVpc(stack, 'Network', { vpc, securityGroups: [group] });
    expect(network.securityGroups).toEqual([group]);
    expect(network.connections.securityGroups).toEqual([group]);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 1);
  });

  test('take 1 to 16', () => {
    const stack = newStack();
    const vpc = imported(stack);
    const groups = Array.from({ length: 17 }, (_, i) =>
      ec2.SecurityGroup.fromSecurityGroupId(stack, `Group${i}`, `sg-${i}`, narrow),
    );
    expect(() => AgentNetwork.fromVpc(stack, 'Sixteen', { vpc, securityGroups: groups.slice(1) })).not.toThrow();
    expect(() => AgentNetwork.fromVpc(stack, 'Seventeen', { vpc, securityGroups: groups })).toThrow(
      'there are too many securityGroups (got 17); allowed: 1 to 16; leave some out',
    );
    expect(() => AgentNetwork.fromVpc(stack, 'None', { vpc, securityGroups: [] })).toThrow(
      'securityGroups is empty (got 0); allowed: 1 to 16; omit securityGroups for the default',
    );
  });

  test('fails for a group of another VPC', () => {
    const stack = newStack();
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc: newVpc(stack), ...narrow });
    const vpc = new ec2.Vpc(stack, 'Other');
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc, securityGroups: [group] })).toThrow(
      "a security group is in another VPC than the network (got 'Stack/Group'); allowed: groups of Stack/Other; create it with `vpc: network.vpc`",
    );
  });

  test('fails for a group of another imported VPC', () => {
    const stack = newStack();
    const other = ec2.Vpc.fromVpcAttributes(stack, 'Other', { vpcId: 'vpc-2', availabilityZones: ['eu-west-1a'] });
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc: other, ...narrow });
    expect(() => AgentNetwork.fromVpc(stack, 'Network', { vpc: imported(stack), securityGroups: [group] })).toThrow(
      'a security group is in another VPC',
    );
  });

  test('take a group whose VPC is not known', () => {
    const stack = newStack();
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1', narrow);
    AgentNetwork.fromVpc(stack, 'Network', { vpc: newVpc(stack), securityGroups: [group] });
    Annotations.fromStack(stack).hasNoWarning('/Stack/Network', Match.anyValue());
  });

  test.each([
    ['made', (stack: Stack, vpc: ec2.IVpc) => new ec2.SecurityGroup(stack, 'Group', { vpc })],
    ['imported', (stack: Stack) => ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
  ])('warn about an open group that is %s', (_how, create) => {
    const stack = newStack();
    const vpc = imported(stack);
    AgentNetwork.fromVpc(stack, 'Network', { vpc, securityGroups: [create(stack, vpc)] });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Network',
      Match.stringLikeRegexp(
        "a security group lets agents connect to any address and port \\(got 'Stack/Group'\\); create it with " +
          'allowAllOutbound: false and open what agents need; say so too when you import a narrow one',
      ),
    );
  });
});
