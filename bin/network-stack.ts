import { Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { AgentNetwork, Egress } from 'cdk-coding-agents';

export interface NetworkStackProps extends StackProps {
  /** where agents may connect to besides AWS */
  readonly allowedDomains: string[];
}

/** The network lives longer than the agents: AgentCore holds its interfaces for hours after an agent is deleted. */
export class NetworkStack extends Stack {
  public readonly network: AgentNetwork;

  public constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, props);
    const { allowedDomains } = props;
    this.network = new AgentNetwork(this, 'Network', {
      egress: allowedDomains.length > 0 ? Egress.allowList(allowedDomains) : Egress.awsOnly(),
    });
    // for the git credential helper, which asks a function for its token
    this.network.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA);
    // for Codex, which speaks OpenAI's API with Amazon Bedrock
    this.network.addInterfaceEndpoint(new ec2.InterfaceVpcEndpointAwsService('bedrock-mantle'));
  }
}
