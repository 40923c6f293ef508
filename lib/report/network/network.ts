import type { Resource } from '../../template/resource';
import type { Entry, Section } from '../reader/facts';
import { entry, sorted, sortedBy } from '../reader/facts';
import type { Reader } from '../reader/reader';
import { facts, readStatements } from '../reader/statements';
import { callsOf } from './calls';
import { firewallEntries } from './firewall';

const GATEWAYS: Record<string, string> = {
  'AWS::EC2::EgressOnlyInternetGateway': 'egress-only internet gateway',
  'AWS::EC2::InternetGateway': 'internet gateway',
  'AWS::EC2::NatGateway': 'NAT gateway',
  'AWS::EC2::TransitGatewayAttachment': 'transit gateway',
  'AWS::EC2::TransitGatewayVpcAttachment': 'transit gateway',
  'AWS::EC2::VPCPeeringConnection': 'VPC peering',
  'AWS::EC2::VPNGateway': 'VPN gateway',
  'AWS::VpcLattice::ResourceGateway': 'VPC Lattice resource gateway',
  'AWS::VpcLattice::ServiceNetworkVpcAssociation': 'VPC Lattice service network',
};

const DESTINATIONS = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];

const PEERS = ['CidrIp', 'CidrIpv6', 'DestinationPrefixListId', 'DestinationSecurityGroupId'];

/** Each way by which something leaves the stack's networks, and what holds it back. */
export function networkSection(reader: Reader): Section {
  const entries = [
    ...reader.resourcesOf('AWS::EC2::VPC').map((vpc) => vpcEntry(vpc, reader)),
    ...reader.resourcesOf(...Object.keys(GATEWAYS)).map((gateway) => gatewayEntry(gateway, reader)),
    ...reader.resourcesOf('AWS::EC2::Route').map((route) => routeEntry(route, reader)),
    ...reader.resourcesOf('AWS::EC2::SecurityGroup').map((group) => groupEntry(group, reader)),
    ...foreignRules(reader),
    ...reader.resourcesOf('AWS::EC2::VPCEndpoint').map((endpoint) => endpointEntry(endpoint, reader)),
    ...subnetEntries(reader),
    ...firewallEntries(reader),
    ...callsOf(reader),
  ];
  return {
    id: 'network',
    title: 'Ways out of the network',
    none: 'The stack has no network, and nothing in it calls anything.',
    entries: sortedBy(entries, (one) => JSON.stringify([one.kind, one.name, one])),
  };
}

function vpcEntry(vpc: Resource, reader: Reader): Entry {
  const logs = reader.resourcesOf('AWS::EC2::FlowLog').filter((log) => log.get('ResourceId').resource === vpc);
  return entry({
    name: reader.nameOf(vpc),
    kind: 'VPC',
    addresses: reader.text(vpc.get('CidrBlock')) ?? reader.text(vpc.get('Ipv4IpamPoolId')),
    flowLogs: logs.length > 0 ? sorted(logs.map((log) => reader.text(log.get('TrafficType')) ?? 'all')) : 'none',
  });
}

function gatewayEntry(gateway: Resource, reader: Reader): Entry {
  const peer = ['PeerVpcId', 'TransitGatewayId', 'ServiceNetworkIdentifier'].map((key) => gateway.get(key));
  return entry({
    name: reader.nameOf(gateway),
    kind: GATEWAYS[gateway.type],
    to: peer.flatMap((value) => reader.about(value) ?? []),
  });
}

function routeEntry(route: Resource, reader: Reader): Entry {
  const others = new Set([...DESTINATIONS, 'RouteTableId']);
  const { Properties } = route.written as { Properties?: object };
  const via = Object.keys(Properties ?? {}).filter((key) => !others.has(key));
  return entry({
    name: reader.about(route.get('RouteTableId')),
    kind: 'route',
    to: DESTINATIONS.flatMap((key) => reader.text(route.get(key)) ?? []),
    via: via.sort().flatMap((key) => reader.about(route.get(key)) ?? []),
  });
}

function groupEntry(group: Resource, reader: Reader): Entry {
  const written = group.get('SecurityGroupEgress');
  const apart = reader
    .resourcesOf('AWS::EC2::SecurityGroupEgress')
    .filter((rule) => rule.get('GroupId').resource === group);
  const rules = [
    ...written.items.map((rule) => ruleText(rule, reader)),
    ...apart.map((rule) => ruleText(rule.get(), reader)),
  ];
  return entry({
    name: reader.nameOf(group),
    kind: 'security group',
    // EC2 adds this rule to a group that is made without any
    egress: sorted(written.empty ? ['everything to 0.0.0.0/0 (no rule is written)', ...rules] : rules),
  });
}

/** rules for groups of other stacks or accounts */
function foreignRules(reader: Reader): Entry[] {
  const byGroup = new Map<string, string[]>();
  for (const rule of reader.resourcesOf('AWS::EC2::SecurityGroupEgress')) {
    const group = rule.get('GroupId');
    if (group.resource?.template !== reader.template) {
      const name = reader.about(group) ?? '';
      byGroup.set(name, [...(byGroup.get(name) ?? []), ruleText(rule.get(), reader)]);
    }
  }
  return [...byGroup].map(([name, rules]) =>
    entry({ name, kind: 'security group of another stack', egress: sorted(rules) }),
  );
}

function ruleText(rule: ReturnType<Resource['get']>, reader: Reader): string {
  if (rule.unknown) {
    return reader.text(rule) ?? '';
  }
  const peers = PEERS.flatMap((key) => reader.about(rule.get(key)) ?? []);
  // how the CDK writes that nothing is allowed: a group without any rule would allow everything
  if (peers.includes('255.255.255.255/32')) {
    return 'nothing';
  }
  const [protocol, from, to] = ['IpProtocol', 'FromPort', 'ToPort'].map((key) => reader.text(rule.get(key)));
  const ports = from === undefined || from === to ? (from ?? '') : `${from}-${to}`;
  return `${protocol === '-1' ? 'everything' : [protocol, ports].filter(Boolean).join(' ')} to ${peers.join(', ')}`;
}

function endpointEntry(endpoint: Resource, reader: Reader): Entry {
  const policy = endpoint.get('PolicyDocument');
  return entry({
    name: reader.nameOf(endpoint),
    kind: `${(reader.text(endpoint.get('VpcEndpointType')) ?? 'Gateway').toLowerCase()} endpoint`,
    service: ['ServiceName', 'ResourceConfigurationArn', 'ServiceNetworkArn'].flatMap(
      (key) => reader.text(endpoint.get(key)) ?? [],
    ),
    privateDns: reader.text(endpoint.get('PrivateDnsEnabled')),
    policy: policy.absent ? 'everything (no policy)' : undefined,
    ...(policy.absent ? {} : facts(readStatements(policy, reader))),
  });
}

/** Which routes and which network ACL count for a subnet, and what network ACLs let through. */
function subnetEntries(reader: Reader): Entry[] {
  return [
    ...reader.resourcesOf('AWS::EC2::SubnetRouteTableAssociation').map((association) =>
      entry({
        name: reader.about(association.get('SubnetId')),
        kind: 'routes of a subnet',
        routeTable: reader.about(association.get('RouteTableId')),
      }),
    ),
    ...reader.resourcesOf('AWS::EC2::SubnetNetworkAclAssociation').map((association) =>
      entry({
        name: reader.about(association.get('SubnetId')),
        kind: 'network ACL of a subnet',
        networkAcl: reader.about(association.get('NetworkAclId')),
      }),
    ),
    ...aclEntries(reader),
  ];
}

/** the rules of an ACL are resources of their own, in the order of their numbers */
function aclEntries(reader: Reader): Entry[] {
  const byAcl = new Map<string, string[]>();
  for (const rule of reader.resourcesOf('AWS::EC2::NetworkAclEntry')) {
    const name = reader.about(rule.get('NetworkAclId')) ?? '';
    byAcl.set(name, [...(byAcl.get(name) ?? []), aclRule(rule, reader)]);
  }
  return [...byAcl].map(([name, rules]) => entry({ name, kind: 'network ACL', rules: sorted(rules) }));
}

function aclRule(rule: Resource, reader: Reader): string {
  const isEgress = rule.get('Egress').is('true');
  const [number, action, protocol] = ['RuleNumber', 'RuleAction', 'Protocol'].map((key) => reader.text(rule.get(key)));
  const peer = reader.text(rule.get('CidrBlock')) ?? reader.text(rule.get('Ipv6CidrBlock'));
  const [from, to] = ['From', 'To'].map((key) => reader.text(rule.get('PortRange', key)));
  const ports = from === undefined || from === to ? from : `${from}-${to}`;
  const what = protocol === '-1' ? 'everything' : ['protocol', protocol, ports].filter(Boolean).join(' ');
  return `${isEgress ? 'out' : 'in'} ${number} ${action}: ${what} ${isEgress ? 'to' : 'from'} ${peer}`;
}
