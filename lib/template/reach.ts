import type { Need, Openings, PortRange } from '../contract/reach';
import {
  EVERYTHING_OPEN,
  NEEDS_NOTE,
  START_NEEDS,
  serviceOfAction,
  serviceOfEndpoint,
  unreachedOf,
} from '../contract/reach';
import { NOTES } from '../private/notes';
import { memoized } from './memoized';
import { allows, roleOf, statementsFor, statementsIn } from './policies';
import type { Resource } from './resource';
import { Value } from './value';

/** What a runtime needs, and what of it its network does not open as far as the templates of the app say. */
interface Reach {
  /** without those that follow from the rights of the role */
  readonly needs: readonly Need[];
  readonly unreached: readonly Need[];
  /** buckets of the app that the role may use and the endpoint for Amazon S3 keeps shut */
  readonly shutBuckets: readonly Resource[];
}

const LAST_PORT = 65_535;
const ANY_ADDRESS = '0.0.0.0/0';
const S3 = 's3';

/** Compares what a runtime needs with what the subnets, routes, groups, endpoints and firewalls of the app open. */
export const reachOf = memoized((runtime: Resource): Reach => {
  const needs = notedNeeds(runtime);
  const network = networkOf(runtime);
  return network === undefined
    ? { needs, unreached: [], shutBuckets: [] }
    : {
        needs,
        unreached: unreachedOf([...needs, ...needsByRight(runtime, needs)], network.openings),
        shutBuckets: shutBuckets(runtime, network.endpoints),
      };
});

/** What this library noted, after what the start of an image needs. */
function notedNeeds(runtime: Resource): Need[] {
  const { template, written } = runtime;
  const isImage = !runtime.get('AgentRuntimeArtifact', 'ContainerConfiguration', 'ContainerUri').absent;
  const { Metadata } = written as { Metadata?: Record<string, unknown> };
  const notes = new Value(template, Metadata?.[`${NOTES}${NEEDS_NOTE}`], 'Metadata');
  const noted = notes.items.map((need) => ({
    service: need.get('service').literal,
    host: need.get('host').literal,
    port: need.get('port').absent ? undefined : Number(need.get('port').text),
    onInternet: need.get('onInternet').is('true'),
    purpose: need.get('purpose').literal ?? '',
  }));
  return [...(isImage ? START_NEEDS : []), ...noted];
}

/** A need for each service that the role may call, except for those that are known already. */
function needsByRight(runtime: Resource, known: readonly Need[]): Need[] {
  const found = new Map<string, Need>();
  for (const action of actionsOf(runtime).sort()) {
    const service = serviceOfAction(action);
    if (service !== undefined && !found.has(service) && known.every((need) => need.service !== service)) {
      found.set(service, { service, purpose: `the right ${action}` });
    }
  }
  return [...found.values()];
}

function actionsOf(runtime: Resource): string[] {
  return grantsOf(runtime).flatMap((statement) =>
    statement.get('Action').items.flatMap(({ literal }) => literal ?? []),
  );
}

function grantsOf(runtime: Resource): Value[] {
  const role = roleOf(runtime);
  return role === undefined ? [] : statementsFor(role).filter(allows);
}

interface Network {
  readonly openings: Openings;
  /** undefined if some of them may be elsewhere */
  readonly endpoints: readonly Resource[];
}

/** The network of a runtime; undefined if a part of it is not in the templates. */
function networkOf(runtime: Resource): Network | undefined {
  const { assembly } = runtime.template;
  const configuration = runtime.get('NetworkConfiguration', 'NetworkModeConfig');
  const subnets = resources(configuration.get('Subnets'));
  const [vpc, ...others] = new Set(subnets?.map((subnet) => subnet.get('VpcId').resource));
  if (!assembly.complete || subnets === undefined || vpc === undefined || others.length > 0) {
    return undefined;
  }
  const inVpc = (type: string): Resource[] =>
    assembly.resourcesOf(type).filter((resource) => resource.get('VpcId').resource === vpc);
  const endpoints = inVpc('AWS::EC2::VPCEndpoint');
  const ports = portsOf(resources(configuration.get('SecurityGroups')));
  const isShut = ports !== 'any' && ports.length === 0;
  const domains = isShut || !subnets.some(hasWayOut) ? [] : listedDomains(inVpc('AWS::NetworkFirewall::Firewall'));
  const services = endpoints.flatMap((endpoint) => serviceOfEndpoint(endpoint.get('ServiceName').text ?? '') ?? []);
  return {
    openings: {
      ...EVERYTHING_OPEN,
      services: domains === 'any' ? 'any' : services,
      domains,
      ports,
      privateHosts: inVpc('AWS::Route53Resolver::FirewallRuleGroupAssociation').length === 0,
    },
    endpoints,
  };
}

/** The resources that a list names; undefined if one of them is not in the app, or the list is empty. */
function resources(list: Value): Resource[] | undefined {
  const named = list.items.map(({ resource }) => resource);
  return named.length > 0 && named.every((resource) => resource !== undefined) ? named : undefined;
}

/** A subnet without a route table of the app has the main one of its VPC, which may lead anywhere. */
function hasWayOut(subnet: Resource): boolean {
  const { assembly } = subnet.template;
  const tables = assembly
    .resourcesOf('AWS::EC2::SubnetRouteTableAssociation')
    .filter((association) => association.get('SubnetId').resource === subnet)
    .map((association) => association.get('RouteTableId').resource);
  const routes = assembly.resourcesOf('AWS::EC2::Route');
  return (
    tables.length === 0 ||
    tables.some((table) => table === undefined || routes.some((route) => route.get('RouteTableId').resource === table))
  );
}

/** The domains that the firewalls of a VPC let through, if lists of domains are what decides. */
function listedDomains(firewalls: Resource[]): Openings['domains'] {
  const groups = firewalls
    .flatMap((firewall) => firewall.get('FirewallPolicyArn').resource ?? [])
    .flatMap((policy) => policy.get('FirewallPolicy', 'StatefulRuleGroupReferences').items)
    .map((reference) => reference.get('ResourceArn').resource?.get('RuleGroup', 'RulesSource', 'RulesSourceList'));
  const lists = groups.filter((list) => list?.get('GeneratedRulesType').is('ALLOWLIST'));
  const targets = lists.flatMap((list) => list?.get('Targets').items ?? []).map(({ literal }) => literal);
  return targets.length > 0 && targets.every((target) => target !== undefined) ? targets : 'any';
}

/** The TCP ports that security groups open to every IPv4 address. */
function portsOf(groups: Resource[] | undefined): Openings['ports'] {
  if (groups === undefined) {
    return 'any';
  }
  return groups.flatMap((group) => {
    const inline = group.get('SecurityGroupEgress');
    const apart = group.template.assembly
      .resourcesOf('AWS::EC2::SecurityGroupEgress')
      .filter((rule) => rule.get('GroupId').resource === group);
    // EC2 opens everything for a group that is made without a rule
    const everything = inline.empty ? [{ from: 0, to: LAST_PORT }] : [];
    return [...everything, ...[...inline.items, ...apart.map((rule) => rule.get())].flatMap(rangeOf)];
  });
}

function rangeOf(rule: Value): PortRange[] {
  const address = rule.get('CidrIp');
  const isKnown = !rule.unknown && (address.absent || address.literal !== undefined);
  if (isKnown && address.literal !== ANY_ADDRESS) {
    return [];
  }
  if (!isKnown || rule.get('IpProtocol').is('-1')) {
    return [{ from: 0, to: LAST_PORT }];
  }
  const [from, to] = ['FromPort', 'ToPort'].map((key) => Number(rule.get(key).literal));
  return rule.get('IpProtocol').is('tcp', '6')
    ? [{ from: Number.isNaN(from) ? 0 : from, to: Number.isNaN(to) ? LAST_PORT : to }]
    : [];
}

/** The buckets of the app that a role may use and that the policy of the VPC's endpoint for S3 does not name. */
function shutBuckets(runtime: Resource, endpoints: readonly Resource[]): Resource[] {
  const policies = endpoints
    .filter((endpoint) => serviceOfEndpoint(endpoint.get('ServiceName').text ?? '') === S3)
    .map((endpoint) => endpoint.get('PolicyDocument'));
  if (policies.length === 0 || policies.some(({ absent }) => absent)) {
    return [];
  }
  const opened = policies
    .flatMap(statementsIn)
    .filter(allows)
    .flatMap((statement) => (statement.get('Resource').absent ? [statement] : statement.get('Resource').items));
  const isOpen = (bucket: Resource): boolean =>
    opened.some((arn) => arn.resource === bucket || arn.unknown || arn.text === undefined || arn.is('*'));
  const used = grantsOf(runtime)
    .filter((statement) => statement.get('Action').items.some(({ text = '' }) => /^s3:/i.test(text)))
    .flatMap((statement) => statement.get('Resource').items)
    .flatMap(({ resource }) => (resource?.type === 'AWS::S3::Bucket' ? resource : []));
  return [...new Set(used)].filter((bucket) => !isOpen(bucket));
}
