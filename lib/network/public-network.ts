import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from '../private/errors';
import { reasonProblem } from '../private/reasons';
import type { PublicInternetOptions } from './agent-network-props';
import type { IAgentNetwork } from './network';

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
