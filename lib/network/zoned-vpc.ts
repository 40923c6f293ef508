import { Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { chooseZoneIds } from './availability-zones';

/** What differs between the VPCs of the egress modes. */
interface ZonedVpcOptions {
  readonly maxAzs: number;
  readonly subnetConfiguration: ec2.SubnetConfiguration[];
  readonly natGateways: number;
  readonly natGatewayProvider?: ec2.NatProvider;
  readonly ipAddresses?: ec2.IIpAddresses;
}

/** A VPC whose subnets lie in availability zones that AgentCore supports; needs no look-up in any stack. */
export function createZonedVpc(scope: Construct, id: string, options: ZonedVpcOptions): ec2.Vpc {
  const zoneIds = chooseZoneIds(scope, options.maxAzs);
  // the names of the zones follow from their ids at deployment, so they are read back from the subnets
  const zoneSubnets: ec2.CfnSubnet[] = [];
  const zoneNames = zoneIds.map((_, i) => Lazy.string({ produce: () => zoneSubnets[i].attrAvailabilityZone }));

  const vpc = withoutZoneLookup(Stack.of(scope), () => {
    return new ec2.Vpc(scope, id, {
      availabilityZones: zoneNames,
      subnetConfiguration: options.subnetConfiguration,
      natGateways: options.natGateways,
      natGatewayProvider: options.natGatewayProvider,
      ipAddresses: options.ipAddresses,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      // true would bring a function that may change any security group's rules; nothing here uses the default group
      restrictDefaultSecurityGroup: false,
    });
  });

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
