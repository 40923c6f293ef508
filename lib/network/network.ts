import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from '../private/errors';
import { reasonProblem } from '../private/notes';
import type { PublicInternetOptions } from './agent-network-props';

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

/** No VPC at all; see `AgentNetwork.publicInternet()`. */
export class PublicNetwork implements IAgentNetwork {
  public readonly isPublic = true;
  public readonly publicReason?: string;
  public readonly subnets: ec2.ISubnet[] = [];
  public readonly securityGroups: ec2.ISecurityGroup[] = [];

  constructor(options: PublicInternetOptions) {
    const problem = reasonProblem(options.reason, {
      what: 'the reason for a public network says too little',
      fix: 'say what makes it acceptable, or use new AgentNetwork(...)',
    });
    if (problem !== undefined) {
      throw invalidValue('PublicReasonTooShort', problem);
    }
    this.publicReason = options.reason.trim();
  }

  public get vpc(): ec2.IVpc {
    throw noVpc('vpc');
  }

  public get connections(): ec2.Connections {
    throw noVpc('connections');
  }
}

function noVpc(member: string): Error {
  return invalidValue('PublicNetworkHasNoVpc', {
    what: `a public network has no ${member}`,
    got: 'AgentNetwork.publicInternet(...)',
    fix: 'check isPublic first, or use new AgentNetwork(...) or AgentNetwork.fromVpc(...), which file systems need',
  });
}
