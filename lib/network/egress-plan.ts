import type * as ec2 from 'aws-cdk-lib/aws-ec2';

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
