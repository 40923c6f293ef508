import type { Resource } from '../../template/resource';
import type { Entry } from '../reader/facts';
import { entry, sorted } from '../reader/facts';
import type { Reader } from '../reader/reader';

/** Which routes and which network ACL count for a subnet, and what network ACLs let through. */
export function subnetEntries(reader: Reader): Entry[] {
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
