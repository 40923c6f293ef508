import type { Resource } from '../../template/resource';
import type { Entry } from '../reader/facts';
import { entry, sorted } from '../reader/facts';
import type { Reader } from '../reader/reader';

/** What DNS Firewall and Network Firewall let through. */
export function firewallEntries(reader: Reader): Entry[] {
  const of = (type: string, write: (resource: Resource) => Entry): Entry[] => reader.resourcesOf(type).map(write);
  return [
    ...of('AWS::Route53Resolver::FirewallRuleGroup', (group) => dnsRules(group, reader)),
    ...of('AWS::Route53Resolver::FirewallDomainList', (list) =>
      entry({
        name: reader.nameOf(list),
        kind: 'DNS firewall domain list',
        domains: sorted(reader.texts(list.get('Domains'))),
        domainFile: reader.text(list.get('DomainFileUrl')),
      }),
    ),
    ...of('AWS::Route53Resolver::FirewallRuleGroupAssociation', (association) =>
      entry({
        name: reader.about(association.get('FirewallRuleGroupId')),
        kind: 'DNS firewall association',
        on: reader.about(association.get('VpcId')),
        mutationProtection: reader.text(association.get('MutationProtection')),
      }),
    ),
    ...of('AWS::Route53Resolver::FirewallConfig', (config) =>
      entry({
        name: reader.about(config.get('ResourceId')),
        kind: 'DNS firewall that does not answer',
        letsThrough: reader.text(config.get('FirewallFailOpen')),
      }),
    ),
    ...of('AWS::NetworkFirewall::Firewall', (firewall) =>
      entry({
        name: reader.nameOf(firewall),
        kind: 'network firewall',
        on: reader.about(firewall.get('VpcId')),
        policy: reader.about(firewall.get('FirewallPolicyArn')),
      }),
    ),
    ...of('AWS::NetworkFirewall::FirewallPolicy', (policy) => firewallPolicy(policy, reader)),
    ...of('AWS::NetworkFirewall::RuleGroup', (group) => networkRules(group, reader)),
  ];
}

function dnsRules(group: Resource, reader: Reader): Entry {
  const rules = group.get('FirewallRules').items.map((rule) => {
    const list = reader.about(rule.get('FirewallDomainListId')) ?? reader.text(rule.get('DnsThreatProtection'));
    const redirection = reader.text(rule.get('FirewallDomainRedirectionAction'));
    return [reader.text(rule.get('Priority')), reader.text(rule.get('Action')), list, redirection]
      .filter(Boolean)
      .join(' ');
  });
  return entry({ name: reader.nameOf(group), kind: 'DNS firewall rules', rules: inOrder(rules) });
}

/** by their priority, which stands first */
function inOrder(rules: string[]): string[] {
  return sorted(rules).sort((one, other) => parseInt(one) - parseInt(other) || 0);
}

function firewallPolicy(policy: Resource, reader: Reader): Entry {
  const written = policy.get('FirewallPolicy');
  const groups = ['StatefulRuleGroupReferences', 'StatelessRuleGroupReferences'].flatMap(
    (key) => written.get(key).items,
  );
  return entry({
    name: reader.nameOf(policy),
    kind: 'network firewall policy',
    ruleGroups: sorted(groups.flatMap((group) => reader.about(group.get('ResourceArn')) ?? [])),
    statefulDefault: reader.texts(written.get('StatefulDefaultActions')),
    statelessDefault: reader.texts(written.get('StatelessDefaultActions')),
    fragmentDefault: reader.texts(written.get('StatelessFragmentDefaultActions')),
  });
}

function networkRules(group: Resource, reader: Reader): Entry {
  const source = group.get('RuleGroup', 'RulesSource');
  const list = source.get('RulesSourceList');
  const lines = (reader.text(source.get('RulesString')) ?? '').split('\n').map((line) => line.trim());
  const stateful = source.get('StatefulRules').items;
  return entry({
    name: reader.nameOf(group),
    kind: 'network firewall rules',
    action: reader.text(list.get('GeneratedRulesType')),
    targets: sorted(reader.texts(list.get('TargetTypes'))),
    domains: sorted(reader.texts(list.get('Targets'))),
    // the order decides which rule wins
    rules: [
      ...lines.filter((line) => line !== '' && !line.startsWith('#')),
      ...stateful.flatMap((rule) => reader.text(rule) ?? []),
    ],
    stateless: reader.text(source.get('StatelessRulesAndCustomActions')),
  });
}
