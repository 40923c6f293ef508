import { Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { Openings, PortRange } from '../contract/reach';
import { EVERYTHING_OPEN, START_SERVICES, serviceOfEndpoint } from '../contract/reach';
import { ownerOf } from '../private/references';
import { AgentNetwork } from './agent-network';
import type { IAgentNetwork } from './contracts';

const LAST_PORT = 65_535;

/**
 * What a network opens to agents with these security groups. Call it while the app is synthesized: endpoints and rules
 * can be added until then. What another app made is not known here, and counts as open.
 */
export function openingsOf(network: IAgentNetwork, groups: readonly ec2.ISecurityGroup[]): Openings {
  if (network.isPublic) {
    return EVERYTHING_OPEN;
  }
  const { vpc } = network;
  const resource = vpc.node.defaultChild;
  const ports = portsToAnywhere(groups);
  const isAgentNetwork = network instanceof AgentNetwork;
  const domains = isAgentNetwork ? network._domains : hasWayOut(network) && !isShut(ports) ? 'any' : [];
  const isKnown = ec2.CfnVPC.isCfnVPC(resource) && (isAgentNetwork || domains.length === 0);
  return {
    // AgentNetwork itself warns if it lacks the services without which nothing starts
    services: isKnown ? [...endpointsIn(resource), ...(isAgentNetwork ? START_SERVICES : [])] : 'any',
    domains,
    ports,
    privateHosts: !isAgentNetwork,
  };
}

/** Whether the internet is shut on the port of https. */
function isShut(ports: Openings['ports']): boolean {
  return ports !== 'any' && ports.length === 0;
}

/** Whether a subnet of the agents has a route out of the VPC, as far as the app knows. */
function hasWayOut({ vpc, subnets }: IAgentNetwork): boolean {
  if (!ec2.CfnVPC.isCfnVPC(vpc.node.defaultChild)) {
    return true;
  }
  const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
  return subnets.some((subnet) => !isolated.has(subnet.subnetId) || hasRoute(subnet));
}

/** A route that the app itself added to an isolated subnet. */
function hasRoute(subnet: ec2.ISubnet): boolean {
  const table = ownerOf(subnet.routeTable.routeTableId);
  return everythingIn(subnet).some((node) => ec2.CfnRoute.isCfnRoute(node) && ownerOf(node.routeTableId) === table);
}

function endpointsIn(vpc: ec2.CfnVPC): string[] {
  return everythingIn(vpc)
    .filter((node) => ec2.CfnVPCEndpoint.isCfnVPCEndpoint(node))
    .filter(({ vpcId }) => ownerOf(vpcId) === vpc)
    .flatMap((endpoint) => serviceOfEndpoint(serviceNameOf(endpoint)) ?? []);
}

/** The name of the service, with `?` for a region that is known only at deployment. */
function serviceNameOf(endpoint: ec2.CfnVPCEndpoint): string {
  const name: unknown = Stack.of(endpoint).resolve(endpoint.serviceName);
  const parts: unknown = (name as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join']?.[1] ?? [name];
  return (parts as unknown[]).map((part) => (typeof part === 'string' ? part : '?')).join('');
}

/** The TCP ports that the groups open to every IPv4 address; 'any' if the rules of one group are not in the app. */
function portsToAnywhere(groups: readonly ec2.ISecurityGroup[]): Openings['ports'] {
  const ports: PortRange[] = [];
  for (const group of groups) {
    const resource = group.node.defaultChild;
    if (!ec2.CfnSecurityGroup.isCfnSecurityGroup(resource)) {
      return 'any';
    }
    const inline = Stack.of(resource).resolve(resource.securityGroupEgress) as Rule[] | undefined;
    const apart = everythingIn(resource).filter(
      (node) => ec2.CfnSecurityGroupEgress.isCfnSecurityGroupEgress(node) && ownerOf(node.groupId) === resource,
    ) as ec2.CfnSecurityGroupEgress[];
    // EC2 opens everything for a group that is made without a rule
    const rules: Rule[] = inline === undefined || inline.length === 0 ? [{ ipProtocol: '-1', cidrIp: ANY }] : inline;
    ports.push(...[...rules, ...apart].flatMap(rangeOf));
  }
  return ports;
}

type Rule = Pick<ec2.CfnSecurityGroupEgressProps, 'ipProtocol' | 'cidrIp' | 'fromPort' | 'toPort'>;

const ANY = '0.0.0.0/0';

function rangeOf({ ipProtocol, cidrIp, fromPort = 0, toPort = LAST_PORT }: Rule): PortRange[] {
  const isKnown = !Token.isUnresolved(cidrIp) && !Token.isUnresolved(fromPort) && !Token.isUnresolved(toPort);
  if (isKnown && cidrIp !== ANY) {
    return [];
  }
  if (ipProtocol === '-1' || !isKnown) {
    return [{ from: 0, to: LAST_PORT }];
  }
  return ipProtocol === 'tcp' || ipProtocol === '6' ? [{ from: fromPort, to: toPort }] : [];
}

function everythingIn(scope: IConstruct): IConstruct[] {
  return scope.node.root.node.findAll();
}
