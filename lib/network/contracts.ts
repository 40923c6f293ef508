import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/**
 * Where agents run. Made by `new AgentNetwork(...)`, `AgentNetwork.fromVpc(...)` or
 * `AgentNetwork.publicInternet(...)`.
 */
export interface IAgentNetwork extends ec2.IConnectable {
  /** True for the public opt-out, which has no VPC, no subnets and no security groups. */
  readonly isPublic: boolean;

  /**
   * Why the agents run outside a VPC.
   *
   * @default - the network is a VPC, nothing needs to be justified
   */
  readonly publicReason?: string;

  /**
   * The VPC. Reading it on a public network throws an error that says so.
   */
  readonly vpc: ec2.IVpc;

  /** The private subnets that agents and mount targets use; at most 16. */
  readonly subnets: ec2.ISubnet[];

  /**
   * The security groups of the agents, shared by all agents of this network unless an agent brings its own.
   *
   * AgentCore keeps its network interfaces, and with them the groups, for up to eight hours after an agent is
   * deleted. That is why they belong to the long-lived network and not to the agent's stack.
   */
  readonly securityGroups: ec2.ISecurityGroup[];
}
