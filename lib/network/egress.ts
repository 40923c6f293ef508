import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from '../private/errors';
import { checkDomains } from './domains';
import { SMALLEST_SUBNET, SubnetGroup } from './zoned-vpc';
import { checkArguments } from '../private/kinds';

/** Options of `Egress.internet()`. */
export interface InternetEgressOptions {
  /**
   * How many NAT gateways carry the traffic, from 1 to the number of availability zones.
   *
   * Fewer cost less; when the zone of a shared gateway fails, agents in the other zones lose the internet too.
   *
   * @default - one in each availability zone
   */
  readonly natGateways?: number;
}

/** What an egress mode asks of the network; inert until AgentNetwork builds it. */
export interface EgressPlan {
  readonly subnetConfiguration: ec2.SubnetConfiguration[];
  readonly natGateways: 'none' | 'onePerZone' | number;
  readonly interfaceEndpoints: ec2.InterfaceVpcEndpointAwsService[];
  /** TCP ports that agents may reach at any address */
  readonly openPorts: number[];
  /** true if AWS is reached through endpoints only, so that the list of endpoints has to be complete */
  readonly endpointsOnly: boolean;
  /** whether DNS answers AWS names and `domains` only */
  readonly filtersDns: boolean;
  /** names that the network firewall lets through, as the user wrote them */
  readonly domains: string[];
}

/**
 * Where agents may connect to.
 *
 * A coding agent reads text that others wrote and runs code that it wrote itself, so what it can reach is what can leak.
 */
export class Egress {
  /**
   * AWS services in this region only, through VPC endpoints; no way to the internet.
   *
   * No internet gateway, no NAT gateway. DNS answers AWS names only, because a DNS query is a way out of its own.
   */
  public static awsOnly(): Egress {
    return new Egress({
      subnetConfiguration: [{ name: SubnetGroup.AGENTS, subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      natGateways: 'none',
      interfaceEndpoints: awsEndpoints(),
      openPorts: [],
      endpointsOnly: true,
      filtersDns: true,
      domains: [],
    });
  }

  /**
   * As `awsOnly()`, and TLS on port 443 to the domains listed.
   *
   * AWS Network Firewall compares the server name of each TLS handshake with the list and drops everything else: other
   * ports, other protocols, TLS without a server name, QUIC. DNS answers the listed and AWS names only. It does not
   * decrypt: whoever may reach a domain may send it anything, and a hostile program can write an allowed name into a
   * handshake with another server.
   *
   * @param domains at most 490 lower-case names; `github.com` is that name only, `.npmjs.org` is it and all subdomains.
   *   Throws if one has a scheme, port or path, is an IP address, a whole top-level domain, or listed twice.
   *
   * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
   */
  public static allowList(domains: string[]): Egress {
    checkArguments('Egress.allowList', { domains: ['string[]', domains] });
    checkDomains(domains);
    return new Egress({
      subnetConfiguration: [
        { name: SubnetGroup.AGENTS, subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        { name: SubnetGroup.FIREWALL, subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: SMALLEST_SUBNET },
        natSubnets(),
      ],
      natGateways: 'onePerZone',
      interfaceEndpoints: awsEndpoints(),
      openPorts: [443],
      endpointsOnly: true,
      filtersDns: true,
      domains: [...domains],
    });
  }

  /**
   * Any address on TCP ports 443 and 80, through NAT gateways; DNS answers every name.
   *
   * For trusted work only: nothing stops an agent from sending what it has read to anyone.
   */
  public static internet(options: InternetEgressOptions = {}): Egress {
    checkArguments('Egress.internet', { options: ['InternetEgressOptions?', options] });
    const { natGateways } = options;
    if (natGateways !== undefined && !(natGateways >= 1 && natGateways % 1 === 0)) {
      // a token, which is a negative number, is refused too: the CDK would make no gateway at all
      throw invalidValue('InvalidNatGateways', {
        what: 'natGateways must be a whole number of gateways',
        got: Token.isUnresolved(natGateways) ? 'a value not known before deployment' : natGateways,
        allowed: '1 to the number of availability zones',
        fix: 'use Egress.awsOnly() for a network without a way out',
      });
    }
    return new Egress({
      subnetConfiguration: [{ name: SubnetGroup.AGENTS, subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }, natSubnets()],
      natGateways: natGateways ?? 'onePerZone',
      interfaceEndpoints: [],
      openPorts: [443, 80],
      endpointsOnly: false,
      filtersDns: false,
      domains: [],
    });
  }

  /** @internal */
  public readonly _plan: EgressPlan;

  private constructor(plan: EgressPlan) {
    this._plan = plan;
  }
}

// functions and not constants: the CDK loads a module when it is first touched, and most apps never come here
const natSubnets = (): ec2.SubnetConfiguration => ({
  name: SubnetGroup.NAT,
  subnetType: ec2.SubnetType.PUBLIC,
  cidrMask: SMALLEST_SUBNET,
  mapPublicIpOnLaunch: false,
});

/** Image pull, logs, traces, metrics, models, and AgentCore itself with its gateways. */
const awsEndpoints = (): ec2.InterfaceVpcEndpointAwsService[] => [
  ec2.InterfaceVpcEndpointAwsService.ECR,
  ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
  ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  // Claude Code asks it which inference profiles there are
  ec2.InterfaceVpcEndpointAwsService.BEDROCK,
  ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME,
  ec2.InterfaceVpcEndpointAwsService.BEDROCK_AGENTCORE,
  ec2.InterfaceVpcEndpointAwsService.BEDROCK_AGENTCORE_GATEWAY,
  ec2.InterfaceVpcEndpointAwsService.XRAY,
  ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
];
