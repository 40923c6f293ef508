import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { AgentNetwork } from '../network/agent-network';
import type { IAgentNetwork } from '../network/contracts';
import { checkNetwork, checkSecurityGroups } from '../network/security-groups';
import { acknowledgeOptOut } from '../private/acknowledge';
import { invalid } from '../private/errors';
import { note } from '../private/notes';
import type { CodingAgentProps } from './coding-agent-props';

/** Where an agent runs, as the L2 and the mounts want it. */
export interface AgentPlace {
  readonly configuration: agentcore.RuntimeNetworkConfiguration;
  readonly vpc?: ec2.IVpc;
  readonly subnets?: ec2.ISubnet[];
  readonly connections?: ec2.Connections;
  readonly securityGroups: ec2.ISecurityGroup[];
}

export function agentNetworkOf(scope: Construct, props: CodingAgentProps): AgentPlace {
  const network = requireNetwork(scope, props.network);
  if (network.isPublic) {
    refuseGroups(scope, props.securityGroups);
    return { configuration: agentcore.RuntimeNetworkConfiguration.usingPublicNetwork(), securityGroups: [] };
  }
  checkNetwork(scope, network, 'the agent');
  const { vpc, subnets } = network;
  const securityGroups = props.securityGroups ?? network.securityGroups;
  if (props.securityGroups !== undefined) {
    checkSecurityGroups(scope, vpc, props.securityGroups);
  }
  return {
    configuration: agentcore.RuntimeNetworkConfiguration.usingVpc(scope, {
      vpc,
      vpcSubnets: { subnets },
      securityGroups,
    }),
    vpc,
    subnets,
    connections: new ec2.Connections({ securityGroups }),
    securityGroups,
  };
}

const REGISTRY = /^(\d{12})\.dkr[.-]ecr[.-]/;

/** Refuses an image of another account that the endpoints of the network do not admit: no session would ever start. */
export function checkImageAccount(
  scope: Construct,
  network: IAgentNetwork,
  artifact: agentcore.AgentRuntimeArtifact,
): void {
  const { containerUri } = artifact._render() as { containerUri?: string };
  const account = REGISTRY.exec(containerUri ?? '')?.[1];
  if (account !== undefined && network instanceof AgentNetwork && !network._admitsImagesOf(account)) {
    throw invalid(scope, 'ImageOutOfReach', {
      what: 'the image of the agent is in another account, and the endpoints of its network let images of this one be pulled',
      got: account,
      fix: `add imageAccounts: ['${account}'] to the network`,
    });
  }
}

/** Writes the reason for a public network where reviewers find it: into the template, and to the findings about it. */
export function noteReason(runtime: agentcore.CfnRuntime, network: IAgentNetwork): void {
  if (network.publicReason !== undefined) {
    note(runtime, 'publicNetwork', network.publicReason);
    const rule = 'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED';
    acknowledgeOptOut(runtime, { rule, reason: network.publicReason });
  }
}

function requireNetwork(scope: Construct, network: IAgentNetwork | undefined): IAgentNetwork {
  if (network === undefined) {
    throw invalid(scope, 'NetworkMissing', {
      what: 'the agent has no network, and the default of AgentCore is the public internet',
      allowed: 'new AgentNetwork(...), AgentNetwork.fromVpc(...) or AgentNetwork.publicInternet({ reason })',
      fix: 'pass `network`',
    });
  }
  return network;
}

function refuseGroups(scope: Construct, groups: ec2.ISecurityGroup[] | undefined): void {
  if (groups !== undefined) {
    throw invalid(scope, 'SecurityGroupsWithoutVpc', {
      what: 'security groups need a VPC, and this agent runs on the public network',
      got: groups.length,
      allowed: 'no securityGroups',
      fix: 'remove them, or use a network with a VPC',
    });
  }
}
