import { UnscopedValidationError } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { IAgentNetwork } from '../../lib/network/contracts';

type Code = ConstructorParameters<typeof UnscopedValidationError>[0];

/** A small network with a VPC of two zones, for tests of things that live in one. */
export class TestNetwork extends Construct implements IAgentNetwork {
  public readonly isPublic = false;
  public readonly vpc: ec2.Vpc;
  public readonly subnets: ec2.ISubnet[];
  public readonly securityGroups: ec2.ISecurityGroup[];
  public readonly connections: ec2.Connections;

  public constructor(scope: Construct, id = 'Network') {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    this.subnets = this.vpc.isolatedSubnets;
    this.securityGroups = [
      new ec2.SecurityGroup(this, 'Agents', { vpc: this.vpc, description: 'agents', allowAllOutbound: false }),
    ];
    this.connections = new ec2.Connections({ securityGroups: this.securityGroups });
  }
}

/** The public opt-out, which has nothing of a VPC. */
export class TestPublicNetwork extends Construct implements IAgentNetwork {
  public readonly isPublic = true;
  public readonly publicReason = 'a test';
  public readonly subnets: ec2.ISubnet[] = [];
  public readonly securityGroups: ec2.ISecurityGroup[] = [];
  public readonly connections = new ec2.Connections();

  public get vpc(): ec2.IVpc {
    throw new UnscopedValidationError('NoVpc' as Code, 'a public network has no VPC');
  }
}

/** The same network with other subnets. */
export function withSubnets(network: TestNetwork, subnets: ec2.ISubnet[]): IAgentNetwork {
  const { vpc, securityGroups, connections } = network;
  return { isPublic: false, vpc, subnets, securityGroups, connections };
}
