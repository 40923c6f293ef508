import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { invalidValue } from '../private/errors';
import { checkPlace } from '../private/references';
import { checkGroup, checkSubnets, checkVpcPlace } from './security-groups';
import { checkArguments } from '../private/kinds';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html */
const MOST_GROUPS = 5;
const RESOURCE_CONFIGURATION =
  /^(rcfg-[0-9a-z]{17}|arn:[a-z0-9-]+:vpc-lattice:[a-zA-Z0-9-]+:\d{12}:resourceconfiguration\/rcfg-[0-9a-z]{17})$/;

/** How AgentCore reaches a host inside a VPC. */
export interface VpcEndpointOptions {
  /** The VPC from which the host can be reached. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets in which AgentCore places its interfaces.
   *
   * @default - the private subnets of the VPC
   */
  readonly subnets?: ec2.ISubnet[];

  /** The security groups of these interfaces; at least one, at most five. */
  readonly securityGroups: ec2.ISecurityGroup[];

  /**
   * The domain under which requests are routed into the VPC, where it differs from the host of the URL.
   *
   * @default - the host of the URL
   */
  readonly routingDomain?: string;
}

/** The rendered form, which gateways, targets, runtimes and credential providers share. */
interface PrivateEndpointConfig {
  readonly managedVpcResource?: {
    readonly vpcIdentifier: string;
    readonly subnetIds: string[];
    readonly securityGroupIds: string[];
    readonly endpointIpAddressType: string;
    readonly routingDomain?: string;
  };
  readonly selfManagedLatticeResource?: { readonly resourceConfigurationIdentifier: string };
}

/**
 * The way from AgentCore to a server or identity provider that is not on the internet.
 *
 * Whoever deploys it needs `iam:CreateServiceLinkedRole` for `identity-network.bedrock-agentcore.amazonaws.com` once.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html
 */
export abstract class PrivateEndpoint {
  /**
   * AgentCore makes the interfaces in your VPC and keeps them.
   *
   * Errors: no subnet, no security group or more than five.
   */
  public static inVpc(options: VpcEndpointOptions): PrivateEndpoint {
    checkArguments('PrivateEndpoint.inVpc', { options: ['VpcEndpointOptions', options] });
    return new VpcEndpoint(options);
  }

  /**
   * A resource configuration of Amazon VPC Lattice that you made.
   *
   * Errors: what is neither its id (`rcfg-...`) nor its ARN.
   */
  public static lattice(resourceConfiguration: string): PrivateEndpoint {
    checkArguments('PrivateEndpoint.lattice', { resourceConfiguration: ['string', resourceConfiguration] });
    return new LatticeEndpoint(resourceConfiguration);
  }

  protected constructor() {}

  /**
   * Renders it for what uses it, and checks that it is in the same place.
   * @internal
   */
  public abstract _render(scope: IConstruct): PrivateEndpointConfig;
}

class VpcEndpoint extends PrivateEndpoint {
  public constructor(private readonly options: VpcEndpointOptions) {
    super();
    const { securityGroups } = options;
    if (securityGroups.length === 0 || securityGroups.length > MOST_GROUPS) {
      throw invalidValue('InvalidEndpointGroups', {
        what: 'the private endpoint has no security group, or too many',
        got: securityGroups.length,
        allowed: `1 to ${MOST_GROUPS}`,
        fix: 'give a group that may connect to the host',
      });
    }
    if (subnetsOf(options).length === 0) {
      throw invalidValue('NoEndpointSubnet', {
        what: 'the private endpoint has no subnet',
        allowed: 'at least one subnet from which the host can be reached',
        fix: 'name `subnets`: this VPC has no private ones',
      });
    }
  }

  /** @internal */
  public _render(scope: IConstruct): PrivateEndpointConfig {
    const { vpc, securityGroups, routingDomain } = this.options;
    checkVpcPlace(scope, vpc, 'what uses it', {
      code: 'PrivateEndpointElsewhere',
      what: 'the VPC of the private endpoint is',
    });
    securityGroups.forEach((group) => checkGroup(scope, vpc, group));
    checkSubnets(scope, vpc, subnetsOf(this.options));
    return {
      managedVpcResource: {
        vpcIdentifier: vpc.vpcId,
        subnetIds: subnetsOf(this.options).map(({ subnetId }) => subnetId),
        securityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId),
        endpointIpAddressType: 'IPV4',
        routingDomain,
      },
    };
  }
}

class LatticeEndpoint extends PrivateEndpoint {
  public constructor(private readonly resourceConfiguration: string) {
    super();
    if (!Token.isUnresolved(resourceConfiguration) && !RESOURCE_CONFIGURATION.test(resourceConfiguration)) {
      throw invalidValue('InvalidResourceConfiguration', {
        what: 'this is not a resource configuration of VPC Lattice',
        got: resourceConfiguration,
        allowed: 'its id, rcfg- and 17 characters, or its ARN',
        fix: 'copy it from the console (VPC, Lattice, resource configurations)',
      });
    }
  }

  /** @internal */
  public _render(scope: IConstruct): PrivateEndpointConfig {
    checkPlace(
      scope,
      { arn: this.resourceConfiguration },
      {
        code: 'PrivateEndpointElsewhere',
        what: 'the resource configuration of the private endpoint is',
        than: 'what uses it',
        // AWS RAM shares it with other accounts
        same: ['region'],
        fix: 'make a resource configuration in this region',
      },
    );
    return { selfManagedLatticeResource: { resourceConfigurationIdentifier: this.resourceConfiguration } };
  }
}

function subnetsOf({ vpc, subnets }: VpcEndpointOptions): ec2.ISubnet[] {
  return subnets ?? [...vpc.privateSubnets, ...vpc.isolatedSubnets];
}
