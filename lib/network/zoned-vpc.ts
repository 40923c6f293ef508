import { Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { invalid } from '../private/errors';
import { chooseZoneIds } from './availability-zones';
import { acknowledgeAt } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';

/** /28, the smallest that a VPC allows, is what AWS advises for firewall endpoints; NAT gateways need one address. */
export const SMALLEST_SUBNET = 28;

/** The groups of subnets: every egress mode uses some of them. The values are the names in the construct tree. */
export enum SubnetGroup {
  AGENTS = 'Agents',
  FIREWALL = 'Firewall',
  NAT = 'Nat',
}

/** What differs between the VPCs of the egress modes. */
interface ZonedVpcOptions {
  readonly maxAzs: number;
  readonly subnetConfiguration: ec2.SubnetConfiguration[];
  readonly natGateways: number;
  readonly natGatewayProvider?: ec2.NatProvider;
  readonly ipAddresses?: ec2.IIpAddresses;
  /** whether each combination of egress mode and zones has ranges that overlap those of the others */
  readonly legacyAddressPlan: boolean;
}

/** A VPC whose subnets lie in availability zones that AgentCore supports; needs no look-up in any stack. */
export function createZonedVpc(scope: Construct, id: string, options: ZonedVpcOptions): ec2.Vpc {
  const zoneIds = chooseZoneIds(scope, options.maxAzs);
  // the names of the zones follow from their ids at deployment, so they are read back from the subnets
  const zoneSubnets: ec2.CfnSubnet[] = [];
  const zoneNames = zoneIds.map((_, i) => Lazy.string({ produce: () => zoneSubnets[i].attrAvailabilityZone }));

  const addresses = options.ipAddresses ?? ec2.IpAddresses.cidr(ec2.Vpc.DEFAULT_CIDR_RANGE);

  const vpc = withoutZoneLookup(Stack.of(scope), () => {
    return new ec2.Vpc(scope, id, {
      availabilityZones: zoneNames,
      subnetConfiguration: options.subnetConfiguration,
      natGateways: options.natGateways,
      natGatewayProvider: options.natGatewayProvider,
      ipAddresses: options.legacyAddressPlan ? addresses : new LastingAddresses(scope, addresses),
      enableDnsSupport: true,
      enableDnsHostnames: true,
      // true would bring a function that may change any security group's rules; nothing here uses the default group
      restrictDefaultSecurityGroup: false,
    });
  });

  const { DEFAULT_GROUP_HIPAA, DEFAULT_GROUP_NIST_R4, DEFAULT_GROUP_NIST_R5, DEFAULT_GROUP_PCI } = Acknowledgements;
  [DEFAULT_GROUP_HIPAA, DEFAULT_GROUP_NIST_R4, DEFAULT_GROUP_NIST_R5, DEFAULT_GROUP_PCI].forEach((each) =>
    acknowledgeAt(vpc, each),
  );
  for (const subnets of [vpc.publicSubnets, vpc.privateSubnets, vpc.isolatedSubnets]) {
    // a group of subnets repeats the zones, in the same order
    subnets.forEach((subnet, i) => {
      const resource = subnet.node.defaultChild as ec2.CfnSubnet;
      resource.availabilityZone = undefined;
      resource.availabilityZoneId = zoneIds[i % zoneIds.length];
      zoneSubnets[i % zoneIds.length] ??= resource;
    });
  }
  return vpc;
}

/**
 * Gives every subnet the range that it has in all egress modes and for any number of zones.
 *
 * A subnet cannot change its range, and CloudFormation makes its replacement before it deletes the subnet. EC2 refuses
 * ranges that overlap, so a network could change its egress only if no range moves. The ranges of all groups in three
 * zones are therefore asked for in one fixed order, and those of subnets that this network lacks stay free.
 */
class LastingAddresses implements ec2.IIpAddresses {
  constructor(
    private readonly scope: Construct,
    private readonly addresses: ec2.IIpAddresses,
  ) {}

  public allocateVpcCidr(): ec2.VpcIpamOptions {
    return this.addresses.allocateVpcCidr();
  }

  public allocateSubnetsCidr({ vpcCidr, requestedSubnets }: ec2.AllocateCidrRequest): ec2.SubnetIpamOptions {
    const zoneOf = (subnetConstructId: string): string =>
      requestedSubnets.find((subnet) => subnet.subnetConstructId === subnetConstructId)?.availabilityZone ?? 'unused';
    const all = everySubnet().map((subnet) => ({ ...subnet, availabilityZone: zoneOf(subnet.subnetConstructId) }));
    const { allocatedSubnets } = this.divide({ vpcCidr, requestedSubnets: all });
    return {
      allocatedSubnets: requestedSubnets.map(
        ({ subnetConstructId }) =>
          allocatedSubnets[all.findIndex((subnet) => subnet.subnetConstructId === subnetConstructId)],
      ),
    };
  }

  private divide(request: ec2.AllocateCidrRequest): ec2.SubnetIpamOptions {
    let result: ec2.SubnetIpamOptions;
    try {
      result = this.addresses.allocateSubnetsCidr(request);
    } catch (error) {
      throw this.tooFew((error as Error).message);
    }
    const [given, asked] = [result.allocatedSubnets.length, request.requestedSubnets.length];
    if (given < asked) {
      throw this.tooFew(`${given} of ${asked} ranges was given`);
    }
    return result;
  }

  private tooFew(reason: string): Error {
    const { cidrBlock, ipv4NetmaskLength } = this.allocateVpcCidr();
    return invalid(this.scope, 'TooFewAddresses', {
      what: `the addresses of the VPC cannot be divided into its subnets: ${reason}`,
      got: cidrBlock ?? `/${ipv4NetmaskLength}`,
      allowed:
        'room for the subnets of agents and six of /28 in three zones, so that egress and maxAzs can change later: ' +
        '/16 to /24 with IpAddresses.cidr, or three of defaultSubnetIpv4NetmaskLength and a rest with an IPAM pool',
      fix: 'give ipAddresses a larger range, or smaller subnets',
    });
  }
}

/**
 * The two zones of the default come first: these are the ranges that networks with `Egress.allowList()` had before all
 * modes shared them. The small subnets of the third zone come before its large one, which then needs no gap.
 */
function everySubnet(): Omit<ec2.RequestedSubnet, 'availabilityZone'>[] {
  const { AGENTS, FIREWALL, NAT } = SubnetGroup;
  const inZone = (zone: number, name: SubnetGroup): Omit<ec2.RequestedSubnet, 'availabilityZone'> => ({
    subnetConstructId: `${name}Subnet${zone}`,
    configuration: {
      name,
      subnetType: ec2.SubnetType.PRIVATE_ISOLATED,
      cidrMask: name === AGENTS ? undefined : SMALLEST_SUBNET,
    },
  });
  return [
    ...[AGENTS, FIREWALL, NAT].flatMap((group) => [inZone(1, group), inZone(2, group)]),
    ...[FIREWALL, NAT, AGENTS].map((group) => inZone(3, group)),
  ];
}

/**
 * Runs `create` while `stack.availabilityZones` is empty.
 *
 * The constructor of Vpc reads that property even when it is told the zones. In a stack with a known account and
 * region the read reports missing context, and the CLI would answer with a look-up in the account. An own property
 * hides the getter for this one call.
 */
function withoutZoneLookup<T>(stack: Stack, create: () => T): T {
  const before = Object.getOwnPropertyDescriptor(stack, 'availabilityZones');
  Object.defineProperty(stack, 'availabilityZones', { configurable: true, get: () => [] });
  try {
    return create();
  } finally {
    if (before === undefined) {
      delete (stack as Partial<Record<'availabilityZones', unknown>>).availabilityZones;
    } else {
      Object.defineProperty(stack, 'availabilityZones', before);
    }
  }
}

/** The address range of the VPC, as a literal where it is one: rules and firewalls are then readable in the template. */
export function addressRange(vpc: ec2.Vpc): string {
  return (vpc.node.defaultChild as ec2.CfnVPC).cidrBlock ?? vpc.vpcCidrBlock;
}
