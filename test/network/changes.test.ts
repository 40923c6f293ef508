import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AgentNetwork } from '../../lib/network/agent-network';
import type { AgentNetworkProps } from '../../lib/network/agent-network-props';
import { Egress } from '../../lib/network/egress';
import { IRELAND, newNetwork, newStack } from './helpers';

// A network that is deployed and changed. CloudFormation creates first and deletes last, and a resource whose
// create-only property changes is created a second time beside the first one.

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
type Resources = Record<string, Resource>;

/** From the pages of CloudFormation: "Update requires: Replacement". */
const CREATE_ONLY: Record<string, string[]> = {
  'AWS::EC2::EIP': ['Domain', 'NetworkBorderGroup', 'TransferAddress', 'Address', 'IpamPoolId'],
  'AWS::EC2::FlowLog': [
    'DeliverCrossAccountRole',
    'DeliverLogsPermissionArn',
    'DestinationOptions',
    'LogDestination',
    'LogDestinationType',
    'LogFormat',
    'LogGroupName',
    'MaxAggregationInterval',
    'ResourceId',
    'ResourceType',
    'TrafficType',
  ],
  'AWS::EC2::InternetGateway': [],
  'AWS::EC2::NatGateway': [
    'AllocationId',
    'AvailabilityMode',
    'ConnectivityType',
    'PrivateIpAddress',
    'SubnetId',
    'VpcId',
  ],
  'AWS::EC2::Route': ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId', 'RouteTableId'],
  'AWS::EC2::RouteTable': ['VpcId'],
  'AWS::EC2::SecurityGroup': ['GroupDescription', 'GroupName', 'VpcId'],
  'AWS::EC2::SecurityGroupEgress': [
    'CidrIp',
    'CidrIpv6',
    'DestinationPrefixListId',
    'DestinationSecurityGroupId',
    'FromPort',
    'GroupId',
    'IpProtocol',
    'ToPort',
  ],
  'AWS::EC2::SecurityGroupIngress': [
    'CidrIp',
    'CidrIpv6',
    'FromPort',
    'GroupId',
    'GroupName',
    'IpProtocol',
    'SourcePrefixListId',
    'SourceSecurityGroupId',
    'ToPort',
  ],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'Ipv6Native', 'OutpostArn', 'VpcId'],
  'AWS::EC2::SubnetRouteTableAssociation': ['RouteTableId', 'SubnetId'],
  'AWS::EC2::VPC': ['CidrBlock', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength'],
  'AWS::EC2::VPCEndpoint': ['ServiceName', 'ServiceRegion', 'VpcEndpointType', 'VpcId'],
  'AWS::EC2::VPCGatewayAttachment': ['VpcId'],
  'AWS::IAM::ManagedPolicy': ['Description', 'ManagedPolicyName', 'Path'],
  'AWS::IAM::Role': ['Path', 'RoleName'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::NetworkFirewall::Firewall': ['FirewallName', 'TransitGatewayId', 'VpcId'],
  'AWS::NetworkFirewall::FirewallPolicy': ['FirewallPolicyName'],
  'AWS::NetworkFirewall::LoggingConfiguration': ['FirewallArn', 'FirewallName'],
  'AWS::NetworkFirewall::RuleGroup': ['Capacity', 'RuleGroupName', 'Type'],
  'AWS::Route53Resolver::FirewallDomainList': ['DomainFileUrl', 'Name'],
  'AWS::Route53Resolver::FirewallRuleGroup': ['Name'],
  'AWS::Route53Resolver::FirewallRuleGroupAssociation': ['FirewallRuleGroupId', 'Priority', 'VpcId'],
};

const EGRESS: Record<string, () => Egress> = {
  awsOnly: () => Egress.awsOnly(),
  allowList: () => Egress.allowList(['github.com', '.npmjs.org']),
  'another allowList': () => Egress.allowList(['example.com']),
  internet: () => Egress.internet(),
  'internet with one NAT gateway': () => Egress.internet({ natGateways: 1 }),
};
interface State {
  readonly name: string;
  readonly resources: Resources;
  /** what the stacks of agents import */
  readonly imported: unknown;
  readonly agents: string[];
}

function deployed(name: string, props: AgentNetworkProps): State {
  const stack = newStack(IRELAND);
  const network = new AgentNetwork(stack, 'Network', { s3PrefixListId: 'pl-6da54004', ...props });
  const ids = network.subnets.map(({ subnetId }) => stack.resolve(subnetId) as { Ref: string });
  return {
    name,
    resources: Template.fromStack(stack).toJSON().Resources as Resources,
    imported: stack.resolve({
      vpc: network.vpc.vpcId,
      subnets: ids.slice(0, 2),
      groups: network.securityGroups.map(({ securityGroupId }) => securityGroupId),
    }),
    agents: ids.map(({ Ref }) => Ref),
  };
}

function statesWith(props: () => AgentNetworkProps): State[] {
  return Object.entries(EGRESS).flatMap(([mode, egress]) =>
    [2, 3].map((maxAzs) => deployed(`${mode}, ${maxAzs} zones`, { ...props(), egress: egress(), maxAzs })),
  );
}

/** The first and last address of a literal range. */
function rangeOf(cidr: string): [number, number] {
  const [address, bits] = cidr.split('/');
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

function cidrsOf(resources: Resources): Record<string, string> {
  const subnets = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::EC2::Subnet');
  return Object.fromEntries(subnets.map(([id, { Properties }]) => [id, Properties.CidrBlock as string]));
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a[0] <= b[1] && b[0] <= a[1];
}

/** Everything about a change that CloudFormation or EC2 would refuse, or that would lose what agents use. */
function problemsOf(before: State, after: State): string[] {
  const problems: string[] = [];
  for (const [id, { Type, Properties }] of Object.entries(after.resources)) {
    const present = before.resources[id] as Resource | undefined;
    if (present === undefined) {
      continue;
    }
    const fixed = CREATE_ONLY[Type] as string[] | undefined;
    if (fixed === undefined) {
      throw new Error(`no create-only properties are known for ${Type}`);
    }
    const changed = fixed.filter(
      (name) => JSON.stringify(Properties[name]) !== JSON.stringify(present.Properties[name]),
    );
    if (present.Type !== Type || changed.length > 0) {
      problems.push(`${id} is replaced: ${changed.join()}`);
    }
  }
  const present = Object.entries(cidrsOf(before.resources));
  for (const [id, cidr] of Object.entries(cidrsOf(after.resources))) {
    const stays = present.some(([otherId, other]) => otherId === id && other === cidr);
    const clashes = stays ? [] : present.filter(([, other]) => overlaps(cidr, other));
    problems.push(...clashes.map(([otherId, other]) => `${id} (${cidr}) overlaps ${otherId} (${other})`));
  }
  if (JSON.stringify(before.imported) !== JSON.stringify(after.imported)) {
    problems.push('agents import something else');
  }
  return problems;
}

describe.each<[string, () => AgentNetworkProps]>([
  ['the default addresses', () => ({})],
  ['the smallest range', () => ({ ipAddresses: ec2.IpAddresses.cidr('172.20.0.0/24') })],
  ['a range with gaps', () => ({ ipAddresses: ec2.IpAddresses.cidr('10.4.0.0/19') })],
])('with %s', (_what, props) => {
  const states = statesWith(props);
  const pairs = states.flatMap((before) => states.map((after) => [before.name, after.name, before, after] as const));

  test('all changes are tried', () => {
    expect(pairs).toHaveLength(100);
  });

  test.each(pairs)('%s becomes %s in place', (_before, _after, before, after) => {
    expect(problemsOf(before, after)).toEqual([]);
    // what stays is what agents run in: the subnets of the zones that stay
    const kept = before.agents.filter((id) => id in after.resources);
    expect(kept).toHaveLength(Math.min(before.agents.length, after.agents.length));
  });

  test.each(states)('$name has no two subnets that overlap', ({ resources }) => {
    const ranges = Object.values(cidrsOf(resources));
    const clashes = ranges.filter((range, i) => ranges.slice(i + 1).some((other) => overlaps(range, other)));
    expect(clashes).toEqual([]);
  });
});

test('addresses of a pool are divided alike in every mode', () => {
  const pool = (): ec2.IIpAddresses =>
    // room for four such subnets: three for agents, and one for all small ones
    ec2.IpAddresses.awsIpamAllocation({
      ipv4IpamPoolId: 'ipam-pool-1',
      ipv4NetmaskLength: 20,
      defaultSubnetIpv4NetmaskLength: 22,
    });
  const states = statesWith(() => ({ ipAddresses: pool() }));
  const ranges = states.map(({ resources }) => cidrsOf(resources));
  const all = Object.assign({}, ...ranges) as Record<string, unknown>;
  expect(Object.keys(all)).toHaveLength(9);
  expect(new Set(Object.values(all).map((range) => JSON.stringify(range))).size).toBe(9);
  for (const [id, range] of ranges.flatMap((one) => Object.entries(one))) {
    expect(range).toEqual(all[id]);
  }
});

describe('too few addresses', () => {
  test('fail with the range and what it must hold', () => {
    expect(() => newNetwork({ ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/25') })).toThrow(
      'the addresses of the VPC cannot be divided into its subnets: x.x.x.x/29 is not a valid VPC CIDR range. ' +
        'VPCs must be between /16 and /28 and the minimum subnet size is /28. ' +
        "(got '10.0.0.0/25'); allowed: room for the subnets of agents and six of /28 in three " +
        'zones, so that egress and maxAzs can change later: /16 to /24 with IpAddresses.cidr, or three of ' +
        'defaultSubnetIpv4NetmaskLength and a rest with an IPAM pool; give ipAddresses a larger range, or smaller subnets',
    );
  });

  test('fail for a pool', () => {
    const ipAddresses = ec2.IpAddresses.awsIpamAllocation({
      ipv4IpamPoolId: 'ipam-pool-1',
      ipv4NetmaskLength: 20,
      defaultSubnetIpv4NetmaskLength: 21,
    });
    expect(() => newNetwork({ ipAddresses })).toThrow(
      /cannot be divided into its subnets.*\(got '\/20'\); allowed: room/,
    );
  });

  test('fail for an allocator that gives fewer ranges than asked for', () => {
    const ipAddresses: ec2.IIpAddresses = {
      allocateVpcCidr: () => ({ cidrBlock: '10.0.0.0/16' }),
      allocateSubnetsCidr: () => ({ allocatedSubnets: [{ cidr: '10.0.0.0/24' }] }),
    };
    expect(() => newNetwork({ ipAddresses })).toThrow(
      "the addresses of the VPC cannot be divided into its subnets: 1 of 9 ranges was given (got '10.0.0.0/16')",
    );
  });

  test('are no error for a network that keeps its ranges', () => {
    const ipAddresses = ec2.IpAddresses.cidr('10.0.0.0/26');
    expect(() => newNetwork({ ipAddresses, legacyAddressPlan: true })).not.toThrow();
  });
});

describe('networks made before all modes shared one address plan', () => {
  const legacy = (mode: string, maxAzs: number): State =>
    deployed(`${mode} of old`, { egress: EGRESS[mode](), maxAzs, legacyAddressPlan: true });
  const today = (mode: string, maxAzs: number): State =>
    deployed(`${mode} of today`, { egress: EGRESS[mode](), maxAzs });
  const ranges = ({ resources }: State): string[] => Object.values(cidrsOf(resources)).sort();

  // as commit 2cf2b32 gave them
  test.each([
    ['awsOnly', 2, ['10.0.0.0/17', '10.0.128.0/17']],
    ['awsOnly', 3, ['10.0.0.0/18', '10.0.128.0/18', '10.0.64.0/18']],
    ['internet', 2, ['10.0.0.0/28', '10.0.0.16/28', '10.0.128.0/18', '10.0.64.0/18']],
    ['allowList', 2, ['10.0.0.0/28', '10.0.0.16/28', '10.0.0.32/28', '10.0.0.48/28', '10.0.128.0/18', '10.0.64.0/18']],
  ])('%s in %p zones keeps its ranges with legacyAddressPlan', (mode, maxAzs, expected) => {
    expect(ranges(legacy(mode, maxAzs))).toEqual(expected);
  });

  test('an allow list in two zones has them today too', () => {
    expect(today('allowList', 2).resources).toEqual(legacy('allowList', 2).resources);
  });

  test.each([
    ['awsOnly', 2],
    ['awsOnly', 3],
  ])('%s in %p zones cannot take the plan of today: subnets overlap', (mode, maxAzs) => {
    expect(problemsOf(legacy(mode, maxAzs), today(mode, maxAzs)).join()).toContain('overlaps');
  });

  // the way that docs/network.md shows: the NAT gateways go in the first step and come back in the second
  test.each([
    ['internet', 2],
    ['internet', 3],
    ['allowList', 2],
    ['allowList', 3],
  ])('%s in %p zones takes the plan of today by way of awsOnly', (mode, maxAzs) => {
    const between = today('awsOnly', maxAzs);
    expect(problemsOf(legacy(mode, maxAzs), between)).toEqual([]);
    expect(problemsOf(between, today(mode, maxAzs))).toEqual([]);
  });

  test.each([
    ['internet', 2, /NatGateway\w* is replaced|NatSubnet1\w* is replaced: CidrBlock/],
    ['allowList', 3, /overlaps/],
  ])('%s in %p zones cannot take it in one step', (mode, maxAzs, problem) => {
    expect(problemsOf(legacy(mode, maxAzs), today(mode, maxAzs)).join()).toMatch(problem);
  });
});
